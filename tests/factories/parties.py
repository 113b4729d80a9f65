"""Parties, accounts and actors of tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.accounts.resets import set_password
from app.accounts.rules import responsibility
from app.accounts.service import create_account
from app.accounts.sessions import SignedIn
from app.accounts.sign_in import Place, sign_in
from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.areas.rules import SCHEME, AreaLevel, folded, prefix_of
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.db import Units
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from tests.factories.reference import DOUNAN

PLACES = {PartyKind.committee: DOUNAN, PartyKind.street_office: "530114003000", PartyKind.bureau: "530114000000"}
KINDS = {
    Role.committee: PartyKind.committee,
    Role.street: PartyKind.street_office,
    Role.organization: PartyKind.organization,
    Role.purchaser: PartyKind.bureau,
    Role.evaluator: PartyKind.firm,
    Role.auditor: PartyKind.firm,
}
# Argon2id of nothing anybody types, so that tests which do not sign in need not hash.
NO_PASSWORD = "$argon2id$v=19$m=19456,t=2,p=1$bm9zYWx0$bm9oYXNo"  # noqa: S105

PASSWORD = "pear orchard in May"  # noqa: S105
HERE, ELSEWHERE = Place("192.0.2.1", "this browser"), Place("198.51.100.7", "another browser")


async def make_area(session: AsyncSession, code: str) -> Area:
    """The area and those it lies in, with made-up names where the register has not been imported."""
    parent = None
    for level in (AreaLevel.city, AreaLevel.district, AreaLevel.street, AreaLevel.community):
        own = prefix_of(code, level).ljust(12, "0")
        if parent and own == parent.code:
            break
        area = await session.get(Area, own)
        if area is None:
            name = f"{level.value} {own}"
            area = Area(code=own, scheme=SCHEME, name=name, folded=folded(name), level=level)
            area.prefix, area.parent_code = prefix_of(own, level), parent.code if parent else None
            session.add(area)
            await session.flush()
        parent = area
    assert parent is not None
    return parent


async def make_party(
    session: AsyncSession,
    kind: PartyKind = PartyKind.organization,
    *,
    ref: str | None = None,
    area_code: str | None = None,
    **facts: Any,
) -> Party:
    """By default a social service agency; a committee, street office or bureau of Dounan in Chenggong.

    The office of an area exists once: asked for again, the same is returned.
    """
    area_code = area_code or PLACES.get(kind)
    if area_code:
        await make_area(session, area_code)
    if kind in {PartyKind.committee, PartyKind.street_office}:
        office = await session.scalar(sa.select(Party).where(Party.kind == kind, Party.area_code == area_code))
        if office:
            return office
    if kind is PartyKind.organization:
        facts.setdefault("legal_kind", LegalKind.social_service_agency)
    facts.setdefault("name_zh", f"{kind.value} {ref or area_code or ''}".strip())
    party = Party(kind=kind, ref=ref, area_code=area_code, created_at=await now(session), **facts)
    session.add(party)
    await session.flush()
    return party


async def make_account(
    session: AsyncSession, role: Role = Role.admin, party: Party | None = None, **facts: Any
) -> tuple[Account, Membership]:
    """An account with one membership in `role`, for `party` or a new one where the role acts for a party."""
    if party is None and role in KINDS:
        party = await make_party(session, KINDS[role])
    area = facts.pop("area", None)
    count = await session.scalar(sa.select(sa.func.count()).select_from(Account)) or 0
    facts.setdefault("username", f"{role.value}{count + 1}")
    facts.setdefault("password_hash", NO_PASSWORD)
    account = Account(display_name=facts["username"], created_at=await now(session), **facts)
    session.add(account)
    await session.flush()
    membership = Membership(account_id=account.id, party_id=party.id if party else None, role=role)
    membership.confirmed_at = account.created_at
    membership.area = area if area is not None else await area_of(session, party)
    session.add(membership)
    await session.flush()
    return account, membership


async def actor_of(session: AsyncSession, role: Role = Role.admin, party: Party | None = None, **facts: Any) -> Actor:
    """Somebody signed in as `role` for `party`."""
    account, membership = await make_account(session, role, party, **facts)
    return Actor(account.id, role, membership.party_id, membership.area)


async def area_of(session: AsyncSession, party: Party | None) -> str:
    if party is None or party.area_code is None:
        return ""
    path = (await areas_with_parents(session, [party.area_code]))[party.area_code]
    return responsibility(party.kind, path[-1].prefix)


def apart(session: AsyncSession) -> Units:
    """Transactions of their own inside the one of a test."""

    @asynccontextmanager
    async def unit() -> AsyncIterator[AsyncSession]:
        async with session.begin_nested():
            yield session

    return unit


async def enter(
    session: AsyncSession,
    username: str = "dounan",
    password: str = PASSWORD,
    place: Place = HERE,
    *,
    old_token: str = "",
) -> SignedIn:
    """The session that a browser gets; demonstration is on."""
    return await sign_in(session, apart(session), username, password, place, old_token=old_token, demonstration=True)


async def make_dounan(session: AsyncSession, *places: str) -> Account:
    """The account "dounan" with its password, which may act for the committee of each place."""
    parties = [await make_party(session, PartyKind.committee, area_code=place) for place in places or (DOUNAN,)]
    seats = [(Role.committee, party.id) for party in parties]
    invited = await create_account(
        session, await actor_of(session), username="Dounan", display_name="斗南社区", seats=seats
    )
    await set_password(session, apart(session), invited.secret, PASSWORD)
    return invited.account
