"""Finding parties, and naming them for other rooms."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.areas.models import Area
from app.areas.queries import areas_with_parents, require_areas, sounds_like
from app.areas.rules import inside
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.db import among
from app.core.paging import Found, Paging, in_pieces, paginate
from app.core.waiting import Waiting
from app.matching.pinyin import typed
from app.matching.ranking.searched import meant
from app.parties.models import Party
from app.parties.policy import visible
from app.parties.rules import (
    LEGAL_PERSONS,
    REGISTERED,
    CreditCodeTaken,
    Newcomer,
    OrganizationExists,
    PartyKind,
    PartyUnknown,
    check_party,
)
from app.records.models import Record
from app.records.policy import visible as may_read
from app.records.queries import holders_of, holds_on, registers
from app.records.registers import Register
from app.records.rules import LISTS, ORGANISED, WORKED_WITH, RecordKind
from app.taxonomy.queries import holding, saying

# Made once: to name a table anew costs more than the rest of a query.
SAYING = aliased(Party)
SAID = (SAYING.name_zh, SAYING.name_en, SAYING.introduction)
NAMES = sa.select(Party.id, Party.name_zh, Party.english_name).where(among(Party.id))


class PartyName(NamedTuple):
    zh: str
    en: str


class PartySeen(NamedTuple):
    """A party, the district, street and community it sits in, and what its records come to today."""

    party: Party
    path: list[Area]
    register: Register


class Listed(NamedTuple):
    """Whoever is on a list today, by the record that says so."""

    record: Record
    name: PartyName


class Coverage(NamedTuple):
    """How many organisations are `registered`, how many of them Party organisations cover, and how many Party work."""

    registered: int
    organised: int
    worked_with: int


def search_parties(
    actor: Actor,
    *,
    kind: PartyKind | None = None,
    legal_kind: str | None = None,
    category: str | None = None,
    area: str = "",
    q: str = "",
) -> sa.Select[Party]:
    """The parties `actor` may see, by kind, field of work, area prefix, by name, its pronunciation or short code."""
    query = sa.select(Party).where(visible(actor))
    if category:
        query = query.where(Party.domain_codes.contains([category]))
    if kind:
        query = query.where(Party.kind == kind)
    if legal_kind:
        query = query.where(Party.legal_kind == legal_kind)
    if area:
        query = query.where(Party.area_code.startswith(inside(area), autoescape=True))
    if text := q.strip():
        named = [column.icontains(text, autoescape=True) for column in (Party.name_zh, Party.name_en)]
        query = query.where(sa.or_(*named, Party.ref == text.upper(), sounds_like(Party.spelled, typed(text))))
    return query


def organizations_that_say(actor: Actor, text: str) -> sa.Select[Party]:
    """The organisations `actor` may see that say each word, or one that means the same, in name or introduction, or
    whose name is pronounced so; all of them for a blank text."""
    query = search_parties(actor, kind=PartyKind.organization)
    if not text:
        return query
    says = [Party.id.in_(sa.union_all(*saying(SAYING.id, SAID, each))) for each in meant(text)]
    named = sa.or_(Party.ref == text.strip().upper(), sounds_like(Party.spelled, typed(text)))
    return query.where(sa.or_(named, sa.and_(*says)))


def parties_named(text: str) -> sa.Select[int]:
    """Those whose Chinese name holds the text."""
    query = sa.select(SAYING.id).where(SAYING.name_zh.icontains(text, autoescape=True))
    return query.where(*holding(SAID, [(text,)]))


async def list_parties(
    session: AsyncSession, query: sa.Select[Party], paging: Paging, said: Mapping[RecordKind, str | None]
) -> Found[PartySeen]:
    """Those of whom records of a kind say today what is asked for; None asks for nothing."""
    day = shanghai_date(await now(session))
    for kind, value in said.items():
        if value is not None:
            query = query.where(Party.id.in_(holders_of(kind, [value], day)))
    found = await paginate(session, query, paging, id=Party.id, sorts={"name_zh": Party.name_zh})
    return found.read_as(await seen(session, found.rows))


async def list_listed(session: AsyncSession, actor: Actor, kind: RecordKind | None, paging: Paging) -> Found[Listed]:
    """Who is on a list today, of one of them or of both."""
    day = shanghai_date(await now(session))
    here = Record.kind.in_(LISTS if kind is None else LISTS & {kind}), holds_on(day), may_read(actor, day)
    query = sa.select(Record).join(Party, Party.id == Record.party_id).where(*here, visible(actor))
    found = await paginate(session, query, paging, id=Record.id, sorts={"valid_from": Record.valid_from})
    names = await party_names(session, {each.party_id for each in found.rows})
    return found.read_as([Listed(each, names[each.party_id]) for each in found.rows])


async def party_coverage(session: AsyncSession, area: str) -> Coverage:
    """Of the registered organisations of an area (the prefix of its code): how many a Party organisation covers today,
    and how many Party work."""
    day, kind = shanghai_date(await now(session)), RecordKind.party_building
    here = Party.legal_kind.in_(REGISTERED), Party.area_code.startswith(inside(area), autoescape=True)
    counts = [
        sa.func.count().filter(Party.id.in_(holders_of(kind, values, day))) for values in (ORGANISED, WORKED_WITH)
    ]
    registered, *covered = (await session.execute(sa.select(sa.func.count(), *counts).where(*here))).one()
    return Coverage(registered, *covered)


def search_organizations(actor: Actor, *, area: str, q: str) -> sa.Select[Party]:
    return search_parties(actor, kind=PartyKind.organization, area=area, q=q)


async def export_organizations(session: AsyncSession, query: sa.Select[Party]) -> AsyncIterator[list[PartySeen]]:
    """In pieces, the oldest first."""
    async for piece in in_pieces(session, query.order_by(Party.id)):
        yield await seen(session, [row[0] for row in piece])


async def seen(session: AsyncSession, parties: Sequence[Party]) -> list[PartySeen]:
    paths = await areas_with_parents(session, {party.area_code for party in parties if party.area_code})
    known = await registers(session, [party.id for party in parties], shanghai_date(await now(session)))
    return [PartySeen(party, paths.get(party.area_code or "", []), known[party.id]) for party in parties]


async def find_party_by_ref(session: AsyncSession, ref: str, scheme: str = "") -> Party | None:
    """The party that a file calls `ref`, in the scheme it was imported with."""
    return await session.scalar(sa.select(Party).where(Party.ref_scheme == scheme, Party.ref == ref))


async def require_party(session: AsyncSession, party_id: int, kind: PartyKind | None = None) -> Party:
    """The party, whoever asks: for use cases that already know they may. Refusal: PartyUnknown."""
    party = await session.scalar(sa.select(Party).where(Party.id == party_id))
    if party is None or (kind is not None and party.kind is not kind):
        raise PartyUnknown(party=party_id)
    return party


async def check_newcomer(session: AsyncSession, actor: Actor, newcomer: Newcomer) -> None:
    """Refuse who cannot be a party, or is one already that `actor` may see: groups are told apart by their area too.

    Refusals: AreaUnknown, CreditCodeTaken, OrganizationExists and those of `check_party`.
    """
    await require_areas(session, [newcomer.area_code])
    kind, code = newcomer.legal_kind, newcomer.credit_code
    check_party(PartyKind.organization, level=None, legal_kind=kind, credit_code=code, is_fictional=False)
    seen = sa.select(Party.id).where(visible(actor))
    if code and await session.scalar(seen.where(Party.credit_code == code)):
        raise CreditCodeTaken(credit_code=code)
    here = sa.or_(sa.literal(kind in LEGAL_PERSONS), Party.area_code == newcomer.area_code)
    if await session.scalar(seen.where(Party.name_zh == newcomer.name_zh, here).limit(1)):
        raise OrganizationExists(name=newcomer.name_zh)


async def parties_by_id(session: AsyncSession, ids: Collection[int | None]) -> dict[int, Party]:
    found = await session.scalars(sa.select(Party).where(Party.id.in_({id for id in ids if id is not None})))
    return {party.id: party for party in found}


async def party_names(session: AsyncSession, ids: Collection[int | None]) -> dict[int, PartyName]:
    """Number → names in both languages."""
    found = await session.execute(NAMES, {"ids": [*{id for id in ids if id is not None}]})
    return {id: PartyName(zh, en) for id, zh, en in found}


def name_of(party: Party) -> PartyName:
    return PartyName(party.name_zh, party.english_name)


async def offices_of(session: AsyncSession, kind: PartyKind, area_codes: Collection[str]) -> dict[str, Party]:
    """Area code → the committee, street office or bureau of exactly that area, where there is one."""
    query = sa.select(Party).where(Party.kind == kind, Party.area_code.in_(area_codes)).order_by(Party.id.desc())
    return {party.area_code: party for party in await session.scalars(query) if party.area_code}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's organisation, if it has not introduced itself: communities choose by what they read."""
    query = sa.select(Party).where(
        Party.id == actor.party_id, Party.kind == PartyKind.organization, Party.introduction == ""
    )
    own: Any = await session.scalar(query) if actor.party_id else None
    return (
        [Waiting("parties", "edit", own.id, own.name_zh, None, None, "party", own.id, title_en=own.name_en)]
        if own
        else []
    )
