"""What is to be mailed: written with what it tells of, taken out when the mail server has accepted it.

A row is claimed before the server is spoken to, by moving its next try ahead, so that no transaction is open meanwhile
and whatever ends this process leaves it due again. A mail may thus come twice (with the same Message-ID), never not.
Without a mail server nothing is written here: people find everything in their inbox.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.core.clock import now
from app.core.settings import settings
from app.notifications.models import Mail, Mailbox, Notification
from app.notifications.rules import Pace, due, pause_after

AT_ONCE = 100  # people mailed by one run of the job
LONGEST_FAULT = 500


class Parcel(NamedTuple):
    """All that is due for one person, told in one mail."""

    mailbox: Mailbox
    mails: Sequence[Mail]
    notifications: Sequence[Notification]


async def put_in_outbox(session: AsyncSession, notification_ids: Iterable[int], at: datetime) -> None:
    """For those who have confirmed an address and want to be mailed, where there is a mail server."""
    if settings().smtp_url is None:
        return
    query = (
        sa.select(Notification.id, Mailbox)
        .join(Mailbox, Mailbox.account_id == Notification.account_id)
        .where(Notification.id.in_(list(notification_ids)), Mailbox.confirmed_at.is_not(None))
        .where(Mailbox.pace != Pace.never)
    )
    for number, mailbox in await session.execute(query):
        session.add(Mail(account_id=mailbox.account_id, notification_id=number, due_at=due(mailbox.pace, at)))
    await session.flush()


def waiting() -> sa.ColumnElement[bool]:
    return sa.and_(Mail.sent_at.is_(None), Mail.refused_at.is_(None))


async def due_accounts(session: AsyncSession) -> list[int]:
    """Whom something is due for, who waits longest first. Accounts that were shut out are mailed nothing."""
    first = sa.func.min(Mail.due_at)
    query = sa.select(Mail.account_id).join(Account, Account.id == Mail.account_id)
    query = query.where(waiting(), Mail.due_at <= await now(session), Account.disabled_at.is_(None))
    return list(await session.scalars(query.group_by(Mail.account_id).order_by(first, Mail.account_id).limit(AT_ONCE)))


async def claim(session: AsyncSession, account_id: int) -> Parcel | None:
    """What is due for a person, its next try moved ahead; None where another worker has taken it."""
    at = await now(session)
    query = sa.select(Mail).where(waiting(), Mail.account_id == account_id, Mail.due_at <= at).order_by(Mail.id)
    mails = list(await session.scalars(query.with_for_update(skip_locked=True)))
    if not mails:
        return None
    codes = [mail for mail in mails if mail.code]
    mails = codes[-1:] or mails  # a code goes alone
    for mail in mails:
        mail.tries += 1
        mail.due_at = at + pause_after(mail.tries)
    numbers = [mail.notification_id for mail in mails]
    told = await session.scalars(sa.select(Notification).where(Notification.id.in_(numbers)).order_by(Notification.id))
    return Parcel(await session.get_one(Mailbox, account_id), mails, list(told))


async def note_sent(session: AsyncSession, parcel: Parcel) -> None:
    sent = sa.update(Mail).where(_of(parcel)).values(sent_at=await now(session), code=None, fault=None)
    await session.execute(sent.execution_options(synchronize_session=False))


async def note_fault(session: AsyncSession, parcel: Parcel, fault: str, *, for_good: bool) -> None:
    """What the server said; `for_good`: it will not take mail for this address, so it is not asked again."""
    refused = {"refused_at": await now(session)} if for_good else {}
    values = sa.update(Mail).where(_of(parcel)).values(fault=fault[:LONGEST_FAULT] or "?", **refused)
    await session.execute(values.execution_options(synchronize_session=False))


def _of(parcel: Parcel) -> sa.ColumnElement[bool]:
    return sa.and_(Mail.id.in_([mail.id for mail in parcel.mails]), waiting())
