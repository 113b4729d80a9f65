"""Memberships: in which roles and for whom an account may act; each is given and ended on its own."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.colleagues import has_others, has_people, unconfirmed
from app.accounts.models import Account, AccountSession, Membership
from app.accounts.policy import access_account, access_seat, is_acting, is_held
from app.accounts.rules import (
    OBJECTION,
    OwnSeat,
    PasswordUnset,
    SeatHeld,
    check_heads,
    check_mandate,
    check_role,
    responsibility,
)
from app.accounts.sessions import end_sessions
from app.areas.models import Area
from app.core.actors import Actor, Mandate, Role
from app.core.clock import now
from app.core.errors import Denied, NotFound
from app.core.events import happened
from app.parties.models import Party
from app.parties.queries import require_party

# The people of the demonstration take part in what it shows of the past.
SHOWN_PAST = timedelta(days=3650)


async def add_membership(
    session: AsyncSession, actor: Actor, account_id: int, role: Role, party_id: int | None
) -> Account:
    """Let an account act in one more role. Refusals: PartyUnknown, RoleDoesNotFit, SeatHeld."""
    account = await access_account(session, actor, account_id, "add_membership")
    at = await now(session)
    if await held_membership(session, account.id, role, party_id):
        raise SeatHeld()
    party = await require_party(session, party_id) if party_id is not None else None
    session.add(await new_membership(session, account, role, party))
    await happened(session, actor, "account.membership_added", account, at, role=role.value, party=party_id)
    return account


async def confirm_membership(session: AsyncSession, actor: Actor, membership_id: int) -> Membership:
    """Say that a person is a colleague: their seat counts at once. An administrator says so only where nobody else
    of the party can, and then it counts after a day. Refusals: NotFound, PasswordUnset."""
    found = await session.scalar(
        unconfirmed(actor).where(Membership.id == membership_id).with_for_update(of=Membership)
    )
    if found is None:
        raise NotFound(membership=membership_id)
    if found.account.password_hash is None:
        raise PasswordUnset()
    at = await now(session)
    found.confirmed_at = at if found.party_id is not None and found.party_id == actor.party_id else at + OBJECTION
    await happened(session, actor, "account.membership_confirmed", found.account, at, membership=found.id)
    return found


async def end_membership(session: AsyncSession, actor: Actor, membership_id: int) -> Account:
    """End one membership, and with it the sessions that act in it. Refusals: OwnSeat, LastHead."""
    seat = await access_seat(session, actor, membership_id, "end_membership")
    if is_acting(actor, seat):
        raise OwnSeat()
    at = await now(session)
    check_heads(await _mandates_beside(session, seat))
    seat.ended_at = at
    await end_sessions(session, AccountSession.membership_id == seat.id)
    account = await session.get_one(Account, seat.account_id)
    await happened(session, actor, "account.membership_ended", account, at, membership=seat.id)
    return account


async def change_mandate(session: AsyncSession, actor: Actor, membership_id: int, mandate: Mandate) -> Membership:
    """Let somebody of an organisation do more or less in its name. An administrator says so only where nobody there
    can. Refusals: MandateDoesNotFit, LastHead."""
    seat = await access_seat(session, actor, membership_id, "change_mandate")
    if actor.role is Role.admin and await session.scalar(
        sa.select(has_others(sa.literal(seat.party_id), sa.literal(0)))
    ):
        raise Denied(verb="change_mandate", reason="role")
    check_mandate(mandate, seat.role)
    check_heads([*await _mandates_beside(session, seat), mandate])
    seat.mandate = mandate
    account = await session.get_one(Account, seat.account_id)
    at = await now(session)
    await happened(session, actor, "account.mandate_changed", account, at, membership=seat.id, mandate=mandate.value)
    return seat


async def _mandates_beside(session: AsyncSession, seat: Membership) -> list[Mandate]:
    """What the others of the same organisation may do who act for it."""
    beside = Membership.party_id == seat.party_id, Membership.role == seat.role, Membership.id != seat.id
    return list(await session.scalars(sa.select(Membership.mandate).where(*beside, is_held())))


async def held_membership(session: AsyncSession, account_id: int, role: Role, party_id: int | None) -> int | None:
    """The membership of that role and party, unless it ended."""
    query = sa.select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.role == role,
        Membership.party_id.is_not_distinct_from(party_id),
        Membership.ended_at.is_(None),
    )
    return await session.scalar(query)


async def new_membership(
    session: AsyncSession, account: Account, role: Role, party: Party | None, mandate: Mandate = Mandate.head
) -> Membership:
    """A seat; it counts at once where the party has had no people yet, or where it is for no party."""
    check_role(role, party.kind if party else None)
    check_mandate(mandate, role)
    area = ""
    if party and party.area_code:
        prefix = await session.scalar(sa.select(Area.prefix).where(Area.code == party.area_code))
        area = responsibility(party.kind, prefix or "")
    return Membership(
        account_id=account.id,
        party_id=party.id if party else None,
        role=role,
        area=area,
        mandate=mandate,
        confirmed_at=await _counts_from(session, account, party),
    )


async def _counts_from(session: AsyncSession, account: Account, party: Party | None) -> datetime | None:
    at = await now(session)
    if account.is_demonstration:
        return at - SHOWN_PAST
    return None if party and await session.scalar(has_people(party.id, account.id)) else at
