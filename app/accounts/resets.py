"""A new password for people who forgot theirs, and the first one for people who never had any.

There is no mail, so a browser asks, its person reads a code out to a colleague, the colleague approves, and that
browser alone sets the password. The colleague never learns it. Where the party has nobody else an administrator
approves, and it takes effect after a day, in which whoever knows the old password stops it by signing in.
docs/decisions/0007 says why.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.colleagues import asked
from app.accounts.credentials import check_password, folded_username
from app.accounts.models import Account, AccountSession, KnownBrowser, Membership, PasswordReset
from app.accounts.passwords import hashed
from app.accounts.policy import access_account
from app.accounts.rules import (
    ASKED_FOR,
    LINK_FOR,
    OBJECTION,
    TOLD_FOR,
    USABLE_FOR,
    CodeWrong,
    LinkUnknown,
    ResetNotReady,
    ResetState,
    TooManyTries,
    device_of,
    token_hash,
)
from app.accounts.sessions import end_sessions
from app.accounts.sign_in import Place, stop_resets
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.db import Units
from app.core.events import happened
from app.core.http.limits import Limit, take

CODE_DIGITS = 6
OF_AN_ADDRESS = Limit("ask_reset.address", 5, timedelta(minutes=10))
OF_AN_APPROVER = Limit("approve_reset", 5, timedelta(minutes=1))


class Asked(NamedTuple):
    """The secret is told once, to the browser that asked (or in a link); the database keeps its hash."""

    secret: str
    reset: PasswordReset


async def ask_reset(session: AsyncSession, username: str, place: Place) -> Asked:
    """Ask for a new password from this browser. The answer is the same whether the name has an account or not.

    Accounts of the demonstration, whose password everybody knows, have none to forget. Refusal: TooManyTries.
    """
    if seconds := await take(session, OF_AN_ADDRESS, place.address):
        raise TooManyTries(seconds=seconds)
    name, at = folded_username(username), await now(session)
    await session.execute(sa.delete(PasswordReset).where(PasswordReset.expires_at <= at - TOLD_FOR))
    query = sa.select(Account).where(Account.username == name, Account.disabled_at.is_(None))
    account = await session.scalar(query.where(Account.is_demonstration.is_(False)))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    opened = _asked(name, account, at, at + ASKED_FOR, code=code, device=device_of(place.user_agent))
    session.add(opened.reset)
    await session.flush()
    if account:
        await happened(session, RESIDENT, "account.reset_asked", account, at, reset=opened.reset.id)
    return opened


async def draft_link(session: AsyncSession, actor: Actor, account: Account) -> Asked:
    """A one-time link to set the account's password, which replaces those before. The caller checks who may."""
    at = await now(session)
    await stop_resets(session, account.id, at)
    opened = _asked(account.username, account, at, at + LINK_FOR)
    opened.reset.effective_at, opened.reset.approved_by = at, actor.account_id
    session.add(opened.reset)
    await session.flush()
    await happened(session, actor, "account.link_made", account, at, reset=opened.reset.id)
    return opened


async def find_reset(session: AsyncSession, secret: str) -> PasswordReset | None:
    return await session.scalar(sa.select(PasswordReset).where(PasswordReset.secret_hash == token_hash(secret)))


async def open_link(session: AsyncSession, secret: str) -> PasswordReset:
    """What a link opens. Refusal: LinkUnknown."""
    reset = await find_reset(session, secret)
    if reset is None or reset.code is not None or state_of(reset, await now(session)) is not ResetState.ready:
        raise LinkUnknown()
    return reset


async def approve_reset(session: AsyncSession, units: Units, actor: Actor, account_id: int, code: str) -> PasswordReset:
    """Let the browser that shows `code` set the account's password. Refusals: TooManyTries, CodeWrong."""
    async with units() as apart:
        if seconds := await take(apart, OF_AN_APPROVER, str(actor.account_id)):
            raise TooManyTries(seconds=seconds)
    at = await now(session)
    query = asked(actor, at).where(PasswordReset.account_id == account_id, PasswordReset.code == code)
    reset = await session.scalar(query.order_by(PasswordReset.id.desc()).limit(1).with_for_update(of=PasswordReset))
    if reset is None:
        raise CodeWrong()
    alone = actor.role is Role.admin
    reset.effective_at = at + OBJECTION if alone else at
    reset.expires_at = reset.effective_at + USABLE_FOR
    reset.approved_by, reset.vouched_party_id = actor.account_id, actor.party_id
    await happened(
        session, actor, "account.reset_approved", reset.account, at, reset=reset.id, effective_at=reset.effective_at
    )
    return reset


async def cancel_reset(session: AsyncSession, actor: Actor) -> None:
    """Stop every new password that was approved for one's own account."""
    account = await access_account(session, actor, actor.account_id or 0, "cancel_reset")
    at = await now(session)
    await stop_resets(session, account.id, at)
    await happened(session, actor, "account.reset_cancelled", account, at)


async def set_password(session: AsyncSession, units: Units, secret: str, password: str) -> PasswordReset:
    """Set the password, once, from the browser or link that may; every session of the account ends.

    Seats for which the approving colleague could not speak wait for the word of a colleague there.
    Refusals: ResetNotReady, PasswordWeak.
    """
    async with units() as apart:
        check_password((await _ready(apart, secret)).username, password)
    password_hash = await hashed(password)
    reset = await _ready(session, secret)
    at = await now(session)
    account = await session.get_one(Account, reset.account_id, with_for_update=True)
    account.password_hash, reset.used_at = password_hash, at
    await session.flush()
    await stop_resets(session, account.id, at)
    await end_sessions(session, AccountSession.account_id == account.id)
    await session.execute(sa.delete(KnownBrowser).where(KnownBrowser.account_id == account.id))
    if reset.vouched_party_id is not None:
        await _unconfirm_elsewhere(session, account.id, reset.vouched_party_id)
    await happened(session, RESIDENT, "account.password_set", account, at, reset=reset.id)
    return reset


def state_of(reset: PasswordReset | None, at: datetime) -> ResetState:
    """asked --approve--> approved --time--> ready --use--> used; any --cancel--> cancelled; any --time--> expired"""
    if reset is None:
        return ResetState.none
    if reset.used_at or reset.cancelled_at:
        return ResetState.used if reset.used_at else ResetState.cancelled
    if reset.expires_at <= at:
        return ResetState.expired
    if reset.effective_at is None:
        return ResetState.asked
    return ResetState.ready if reset.effective_at <= at else ResetState.approved


async def _ready(session: AsyncSession, secret: str) -> PasswordReset:
    query = sa.select(PasswordReset).where(PasswordReset.secret_hash == token_hash(secret)).with_for_update()
    reset = await session.scalar(query.execution_options(populate_existing=True))
    state = state_of(reset, await now(session))
    if reset is None or state is not ResetState.ready:
        raise ResetNotReady(state=state.value)
    return reset


async def _unconfirm_elsewhere(session: AsyncSession, account_id: int, party_id: int) -> None:
    """Colleagues of one party do not open what belongs to another."""
    foreign = sa.and_(Membership.party_id.is_distinct_from(party_id), Membership.ended_at.is_(None))
    seats = sa.update(Membership).where(Membership.account_id == account_id, foreign).values(confirmed_at=None)
    await session.execute(seats.execution_options(synchronize_session=False))


def _asked(
    name: str, account: Account | None, at: datetime, until: datetime, *, code: str | None = None, device: str = ""
) -> Asked:
    secret = secrets.token_urlsafe(32)
    reset = PasswordReset(username=name, account_id=account and account.id, secret_hash=token_hash(secret))
    reset.code, reset.device, reset.asked_at, reset.expires_at = code, device, at, until
    return Asked(secret, reset)
