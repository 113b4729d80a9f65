"""Parties come in: one by one, as applicants, as the committees of an area, or as a roster of organisations."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import require_areas
from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import RowRefused, RowsRefused
from app.core.events import happened
from app.core.http.parts import in_parts
from app.core.reading.files import Table
from app.core.reading.foreign import off_loop
from app.core.versions import check_version, touch
from app.parties.models import Party
from app.parties.policy import access_party, check_registers
from app.parties.queries import offices_of
from app.parties.roster import Entry, read_roster
from app.parties.rules import (
    APPLICANTS,
    ApplicantIsRegistered,
    CreditCodeTaken,
    LegalKind,
    OfficeExists,
    PartyKind,
    PartyRefTaken,
    check_party,
)
from app.taxonomy.models import Category
from app.taxonomy.rules import CategoryUnknown


async def register_party(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: PartyKind,
    name_zh: str,
    name_en: str = "",
    area_code: str | None = None,
    legal_kind: LegalKind | None = None,
    credit_code: str | None = None,
    ref: str | None = None,
    ref_scheme: str = "",
    is_fictional: bool = False,
) -> Party:
    """An office, a firm or a registered organisation. A bureau registers the offices of its own area only."""
    at = await now(session)
    level = await _level_of(session, area_code)
    check_party(kind, level=level, legal_kind=legal_kind, credit_code=credit_code, is_fictional=is_fictional)
    check_registers(actor, kind, area_code)
    await _check_free(session, kind=kind, area_code=area_code, credit_code=credit_code, ref=ref, ref_scheme=ref_scheme)
    party = Party(
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        area_code=area_code,
        legal_kind=legal_kind,
        credit_code=credit_code,
        ref=ref,
        ref_scheme=ref_scheme,
        is_fictional=is_fictional,
    )
    return await _registered(session, actor, party, at)


async def register_applicant(
    session: AsyncSession,
    actor: Actor,
    *,
    legal_kind: LegalKind,
    name_zh: str,
    name_en: str = "",
    area_code: str | None = None,
    credit_code: str | None = None,
    ref: str | None = None,
    ref_scheme: str = "",
    is_fictional: bool = False,
) -> Party:
    """A residents' group, student team or company that applies without being a registered social organisation."""
    if legal_kind not in APPLICANTS:
        raise ApplicantIsRegistered(legal_kind=legal_kind.value)
    return await register_party(
        session,
        actor,
        kind=PartyKind.organization,
        name_zh=name_zh,
        name_en=name_en,
        area_code=area_code,
        legal_kind=legal_kind,
        credit_code=credit_code,
        ref=ref,
        ref_scheme=ref_scheme,
        is_fictional=is_fictional,
    )


async def register_committees(session: AsyncSession, actor: Actor, area_codes: Collection[str]) -> dict[str, Party]:
    """The committee of every area named, registered under the area's own name where there is none yet."""
    await require_areas(session, area_codes)
    committees = await offices_of(session, PartyKind.committee, area_codes)
    missing = sorted(set(area_codes) - committees.keys())
    at = await now(session)
    for area in await session.scalars(sa.select(Area).where(Area.code.in_(missing)).order_by(Area.code)):
        check_party(PartyKind.committee, level=area.level, legal_kind=None, credit_code=None, is_fictional=False)
        party = Party(kind=PartyKind.committee, name_zh=area.name, area_code=area.code)
        committees[area.code] = await _registered(session, actor, party, at)
    return committees


async def edit_party(session: AsyncSession, actor: Actor, party_id: int, given: int, **words: str) -> Party:
    """The party's own words: introduction, phone, mail, address, and what its contracts say of it."""
    party = await access_party(session, actor, party_id, "edit")
    at = await now(session)
    check_version(party, given)
    touch(party)
    for column, text in words.items():
        setattr(party, column, text)
    await happened(session, actor, "party.edited", party, at, columns=sorted(words))
    return party


async def import_organizations(
    session: AsyncSession, actor: Actor, table: Table, *, ref_scheme: str = ""
) -> list[Party]:
    """Register every organisation of a roster, or none. Refusals: WrongColumns, RowsRefused."""
    entries = await off_loop(read_roster, table)
    await _refuse_unknown_codes(session, entries)
    await _refuse_taken(session, entries, ref_scheme)
    faults: list[RowRefused] = [fault for entry in entries for fault in entry.faults]
    if faults:
        raise RowsRefused(faults)
    at = await now(session)
    parties = [Party(**entry.facts, ref_scheme=ref_scheme, created_at=at) for entry in entries]
    async for part in in_parts(parties):
        session.add_all(part)
        await session.flush()
    async for part in in_parts(parties):
        for party in part:
            await happened(session, actor, "party.imported", party, at, ref=party.ref, legal_kind=party.legal_kind)
    return parties


async def _registered(session: AsyncSession, actor: Actor, party: Party, at: datetime) -> Party:
    party.created_at = at
    session.add(party)
    await session.flush()
    await happened(session, actor, "party.registered", party, at, kind=party.kind.value, area=party.area_code or "")
    return party


async def _level_of(session: AsyncSession, area_code: str | None) -> Any:
    if area_code is None:
        return None
    level = await session.scalar(sa.select(Area.level).where(Area.code == area_code))
    if level is None:
        raise AreaUnknown(code=area_code)
    return level


async def _check_free(
    session: AsyncSession,
    *,
    kind: PartyKind,
    area_code: str | None,
    credit_code: str | None,
    ref: str | None,
    ref_scheme: str,
) -> None:
    """Refuse what the unique constraints would, by name: PartyRefTaken, CreditCodeTaken, OfficeExists."""
    if ref and ref in await _taken(session, Party.ref, [ref], Party.ref_scheme == ref_scheme):
        raise PartyRefTaken(ref=ref)
    if credit_code and credit_code in await _taken(session, Party.credit_code, [credit_code]):
        raise CreditCodeTaken(credit_code=credit_code)
    is_single = kind in {PartyKind.committee, PartyKind.street_office}
    if is_single and area_code and await offices_of(session, kind, [area_code]):
        raise OfficeExists(area=area_code)


async def _taken(session: AsyncSession, column: Any, values: Iterable[str], *where: Any) -> set[str]:
    return set(await session.scalars(sa.select(column).where(column.in_(values), *where)))


async def _refuse_unknown_codes(session: AsyncSession, entries: list[Entry]) -> None:
    areas = await _taken(session, Area.code, {entry.facts["area_code"] for entry in entries})
    categories = await _taken(session, Category.code, {c for entry in entries for c in entry.facts["domain_codes"]})
    for entry in entries:
        area_code = entry.facts["area_code"]
        if area_code and area_code not in areas:
            entry.refuse("district_code", AreaUnknown(code=area_code))
        for code in entry.facts["domain_codes"]:
            if code not in categories:
                entry.refuse("domain_codes", CategoryUnknown(code=code))


async def _refuse_taken(session: AsyncSession, entries: list[Entry], ref_scheme: str) -> None:
    refs = {entry.facts["ref"] for entry in entries}
    credit_codes = {entry.facts["credit_code"] for entry in entries} - {None}
    taken_refs = await _taken(session, Party.ref, refs, Party.ref_scheme == ref_scheme)
    taken_codes = await _taken(session, Party.credit_code, credit_codes)
    for entry in entries:
        if entry.facts["ref"] in taken_refs:
            entry.refuse("id", PartyRefTaken(ref=entry.facts["ref"]))
        if entry.facts["credit_code"] in taken_codes:
            entry.refuse(entry.credit_column, CreditCodeTaken(credit_code=entry.facts["credit_code"]))
