"""Finding accounts, the seats they act in and the sessions they are signed in by."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import colleagues
from app.accounts.credentials import folded_username
from app.accounts.models import Account, AccountSession, Membership
from app.accounts.policy import is_held, is_open
from app.accounts.rules import token_hash
from app.core.actors import Actor
from app.core.waiting import Waiting
from app.parties.models import Party


class Seat(NamedTuple):
    """A membership with the party it acts for (None: for none)."""

    membership: Membership
    party: Party | None


class OpenSession(NamedTuple):
    account: Account
    current: Membership
    ends_at: datetime


async def find_account(session: AsyncSession, username: str) -> Account | None:
    return await session.scalar(sa.select(Account).where(Account.username == folded_username(username)))


async def seats_of(session: AsyncSession, account_ids: Collection[int]) -> dict[int, list[Seat]]:
    """Account → the memberships it may act in, with their parties, oldest first."""
    query = (
        sa.select(Membership, Party)
        .outerjoin(Party, Party.id == Membership.party_id)
        .where(Membership.account_id.in_(account_ids), is_held())
        .order_by(Membership.id)
    )
    seats: dict[int, list[Seat]] = {id: [] for id in account_ids}
    for membership, party in await session.execute(query):
        seats[membership.account_id].append(Seat(membership, party))
    return seats


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


async def demonstration_seats(session: AsyncSession) -> list[tuple[Account, Seat]]:
    """The demonstration accounts that can be signed in to, each with its first membership."""
    query = sa.select(Account).where(Account.is_demonstration, Account.disabled_at.is_(None)).order_by(Account.id)
    accounts = list(await session.scalars(query))
    seats = await seats_of(session, [account.id for account in accounts])
    return [(account, seats[account.id][0]) for account in accounts if seats[account.id]]


def search_accounts(q: str = "") -> sa.Select[Account]:
    query = sa.select(Account)
    if text := folded_username(q):
        named = [column.icontains(text, autoescape=True) for column in (Account.username, Account.display_name)]
        query = query.where(sa.or_(*named))
    return query


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Colleagues to confirm, new passwords to approve or to know of, and what one may still stop oneself."""
    has_password = colleagues.unconfirmed(actor).where(Account.password_hash.is_not(None))
    seats = {seat.account_id: seat.id for seat in await session.scalars(has_password)}
    resets = {reset.account_id for reset in await session.scalars(colleagues.asked(actor, at))}
    known = await colleagues.accounts_by_id(session, {*seats, *resets, actor.account_id})
    items = [_item("confirm_membership", seat, known[account]) for account, seat in seats.items()]
    items += [_item("approve_reset", account, known[account]) for account in resets if account]
    others = [each for each in await colleagues.told(session, actor, at) if each.account.id != actor.account_id]
    items += [_item("read_reset", each.reset.id, each.account) for each in others]
    for reset in await session.scalars(colleagues.coming(actor.account_id, at)):
        own = known[reset.account_id or 0]
        items.append(
            Waiting("parties", "cancel_reset", reset.id, own.display_name, reset.effective_at, None, "account", own.id)
        )
    return items


def _item(verb: str, subject: int, account: Account) -> Waiting:
    return Waiting("parties", verb, subject, account.display_name, None, None, "colleague", account.id)
