"""Where people want to be mailed: an address counts once the code that was mailed to it has come back."""

import hmac
import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.db import Units
from app.core.http.limits import Limit, take
from app.core.installation.secret import keyed
from app.core.settings import settings
from app.notifications.models import Mail, Mailbox
from app.notifications.outbox import waiting
from app.notifications.policy import find_mailbox
from app.notifications.rules import CODE_DIGITS, CODE_FOR, MailCodeWrong, MailNotOffered, Pace, TooManyCodes

CODES = Limit("set_mailbox", 5, timedelta(minutes=10))
TRIES = Limit("confirm_mailbox", 5, timedelta(minutes=1))


async def set_mailbox(session: AsyncSession, actor: Actor, address: str, pace: Pace, language: str) -> Mailbox:
    """A new address is mailed a code first. Refusals: MailNotOffered, TooManyCodes."""
    if settings().smtp_url is None:
        raise MailNotOffered()
    mailbox = await find_mailbox(session, actor) or Mailbox(account_id=actor.account_id, address="")
    mailbox.pace, mailbox.language = pace, language
    if pace is Pace.never:
        await _forget_waiting(session, actor)
    if mailbox.address != address or mailbox.confirmed_at is None:
        mailbox.address = address
        await _ask_back(session, actor, mailbox)
    return mailbox


async def confirm_mailbox(session: AsyncSession, units: Units, actor: Actor, code: str) -> Mailbox | None:
    """Refusals: TooManyCodes, MailCodeWrong."""
    async with units() as apart:
        if seconds := await take(apart, TRIES, str(actor.account_id)):
            raise TooManyCodes(seconds=seconds)
    mailbox, at = await find_mailbox(session, actor), await now(session)
    if mailbox is None or mailbox.code_hash is None or mailbox.code_until is None or mailbox.code_until <= at:
        raise MailCodeWrong()
    if not hmac.compare_digest(mailbox.code_hash, _mark(mailbox, code)):
        raise MailCodeWrong()
    mailbox.code_hash, mailbox.code_until, mailbox.confirmed_at = None, None, at
    return mailbox


async def remove_mailbox(session: AsyncSession, actor: Actor) -> None:
    """The address is forgotten, and what was to be mailed to it stays in the inbox alone."""
    if mailbox := await find_mailbox(session, actor):
        await session.delete(mailbox)


async def _ask_back(session: AsyncSession, actor: Actor, mailbox: Mailbox) -> None:
    if seconds := await take(session, CODES, str(actor.account_id)):
        raise TooManyCodes(seconds=seconds)
    at, code = await now(session), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    mailbox.code_hash, mailbox.code_until, mailbox.confirmed_at = _mark(mailbox, code), at + CODE_FOR, None
    session.add(mailbox)
    await session.flush()
    await _forget_waiting(session, actor)
    session.add(Mail(account_id=actor.account_id, code=code, due_at=at))


async def _forget_waiting(session: AsyncSession, actor: Actor) -> None:
    await session.execute(sa.delete(Mail).where(Mail.account_id == actor.account_id, waiting()))


def _mark(mailbox: Mailbox, code: str) -> str:
    return keyed("mailbox", f"{mailbox.account_id} {mailbox.address} {code}")
