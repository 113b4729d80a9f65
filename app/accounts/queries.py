"""Finding accounts, the seats they act in and the sessions they are signed in by."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts import colleagues
from app.accounts.credentials import folded_username
from app.accounts.models import Account, AccountSession, Membership, PasswordReset
from app.accounts.policy import is_held, is_open
from app.accounts.rules import token_hash
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.models import Party


class Seated(NamedTuple):
    """An account with the memberships it may act in; `headless`: the organisations among them that have no head."""

    account: Account
    seats: list[Membership]
    headless: frozenset[int]


class OpenSession(NamedTuple):
    account: Account
    current: Membership
    ends_at: datetime


class SessionSeen(NamedTuple):
    """Who is signed in, if anybody, and with which other memberships; `demonstration`: the first membership of every
    account that anybody may try, None where demonstration is switched off."""

    at: datetime
    opened: OpenSession | None
    seats: list[Membership]
    demonstration: list[Membership] | None


async def find_account(session: AsyncSession, username: str) -> Account | None:
    return await session.scalar(sa.select(Account).where(Account.username == folded_username(username)))


async def seats_of(session: AsyncSession, account_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Account → the memberships it may act in, with their parties, oldest first."""
    query = sa.select(Membership).where(Membership.account_id.in_(account_ids), is_held()).order_by(Membership.id)
    seats: dict[int, list[Membership]] = {id: [] for id in account_ids}
    for seat in await session.scalars(query.options(joinedload(Membership.party))):
        seats[seat.account_id].append(seat)
    return seats


async def seated(session: AsyncSession, account: Account) -> Seated:
    seats = (await seats_of(session, [account.id]))[account.id]
    return Seated(account, seats, await _headless(session, seats))


async def _headless(session: AsyncSession, seats: Iterable[Membership]) -> frozenset[int]:
    parties = {seat.party_id for seat in seats if seat.role is Role.organization}
    query = sa.select(Party.id).where(Party.id.in_(parties), ~colleagues.has_others(Party.id, sa.literal(0)))
    return frozenset(await session.scalars(query))


async def judges(session: AsyncSession) -> list[Account]:
    """The accounts that act as judges today, by name."""
    held = sa.select(Membership.account_id).where(Membership.role == Role.judge, is_held())
    query = sa.select(Account).where(Account.id.in_(held), Account.disabled_at.is_(None))
    return list(await session.scalars(query.order_by(Account.display_name, Account.id)))


async def list_accounts(session: AsyncSession, q: str, paging: Paging) -> Found[Seated]:
    """Those whose names contain `q`."""
    query = sa.select(Account)
    if text := folded_username(q):
        named = [column.icontains(text, autoescape=True) for column in (Account.username, Account.display_name)]
        query = query.where(sa.or_(*named))
    found = await paginate(session, query, paging, id=Account.id, sorts={"username": Account.username})
    seats = await seats_of(session, [account.id for account in found.rows])
    headless = await _headless(session, chain.from_iterable(seats.values()))
    return found.read_as([Seated(account, seats[account.id], headless) for account in found.rows])


async def open_session(session: AsyncSession, token: str) -> OpenSession | None:
    """The account and membership behind a token that still stands."""
    query = (
        sa.select(Account, Membership, AccountSession.expires_at)
        .join(AccountSession, AccountSession.account_id == Account.id)
        .join(Membership, Membership.id == AccountSession.membership_id)
        .where(AccountSession.token_hash == token_hash(token), Account.disabled_at.is_(None), is_open(), is_held())
    )
    row = (await session.execute(query)).one_or_none()
    return OpenSession(*row) if row else None


async def sessions_of(session: AsyncSession, account_id: int | None) -> list[AccountSession]:
    """The browsers in which an account is signed in, last used first."""
    query = sa.select(AccountSession).where(AccountSession.account_id == account_id, is_open())
    return list(await session.scalars(query.order_by(AccountSession.last_seen_at.desc(), AccountSession.id.desc())))


async def read_session(session: AsyncSession, token: str, *, demonstration: bool) -> SessionSeen:
    opened = await open_session(session, token) if token else None
    seats = (await seated(session, opened.account)).seats if opened else []
    shown = await demonstration_seats(session) if demonstration else None
    return SessionSeen(await now(session), opened, seats, shown)


async def demonstration_seats(session: AsyncSession) -> list[Membership]:
    """The first membership of every demonstration account that can be signed in to, with account and party."""
    query = (
        sa.select(Membership)
        .join(Membership.account)
        .where(Account.is_demonstration, Account.disabled_at.is_(None), is_held())
        .ext(distinct_on(Account.id))
        .order_by(Account.id, Membership.id)
        .options(contains_eager(Membership.account), joinedload(Membership.party))
    )
    return list(await session.scalars(query))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Colleagues to confirm, new passwords to approve or be told of, and one's own that can still be stopped."""
    found = await colleagues.colleagues_of(session, actor, at)
    seats = {seat.account: seat.id for seat in found.seats if seat.account.password_hash is not None}
    items = [_item("confirm_membership", seat, account) for account, seat in seats.items()]
    items += [_item("approve_reset", who.id, who) for who in {reset.account for reset in found.resets} if who]
    others = [each for each in found.told if each.account_id != actor.account_id]
    items += [_item("read_reset", each.id, each.account) for each in others if each.account]
    coming = await session.scalars(colleagues.coming(actor.account_id, at))
    return items + [_stoppable(each, each.account) for each in coming if each.account]


def _item(verb: str, subject: int, account: Account) -> Waiting:
    return Waiting("parties", verb, subject, account.display_name, None, None, "colleague", account.id)


def _stoppable(reset: PasswordReset, own: Account) -> Waiting:
    return Waiting("parties", "cancel_reset", reset.id, own.display_name, reset.effective_at, None, "account", own.id)
