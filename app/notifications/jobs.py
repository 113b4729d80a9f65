"""The postman: every minute what is due is handed to the mail server."""

import asyncio
import smtplib

import structlog

from app.core.installation.jobs import jobs, unit
from app.core.settings import settings
from app.notifications.mail import Refused, compose, hand_over
from app.notifications.outbox import Parcel, claim, due_accounts, note_fault, note_sent

log = structlog.get_logger()


@jobs.periodic(cron="* * * * *")
@jobs.task(name="notifications.send_mails", queueing_lock="notifications.send_mails")
async def send_mails(timestamp: int) -> None:
    """One mail a person; while the server is away the first one finds out, and the rest stay due."""
    if settings().smtp_url is None:
        return
    async with unit() as session:
        accounts = await due_accounts(session)
    for account_id in accounts:
        async with unit() as session:
            parcel = await claim(session, account_id)
        if parcel and not await _sent(parcel):
            return


async def _sent(parcel: Parcel) -> bool:
    """Whether the server answered; what it said is noted."""
    mail, url = compose(parcel, settings()), settings().smtp_url or ""
    try:
        await asyncio.to_thread(hand_over, mail, url)
    except Refused as refusal:
        async with unit() as session:
            await note_fault(session, parcel, str(refusal), for_good=True)
    except (smtplib.SMTPException, OSError) as fault:
        log.warning("mail_not_sent", fault=type(fault).__name__, tries=parcel.mails[0].tries)
        async with unit() as session:
            await note_fault(session, parcel, f"{type(fault).__name__} {fault}", for_good=False)
        return isinstance(fault, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    else:
        async with unit() as session:
            await note_sent(session, parcel)
    return True
