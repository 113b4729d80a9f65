"""Registering parties: one by one, as applicants, as the committees of an area, or from a roster of organisations."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import require_areas
from app.areas.rules import AreaUnknown, in_english
from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.reading.files import Table
from app.core.reading.foreign import off_loop
from app.core.reading.listing import refuse_faults
from app.core.reading.parts import in_parts
from app.core.versions import check_version, touch
from app.parties.models import Party
from app.parties.policy import access_party, check_registers
from app.parties.queries import offices_of
from app.parties.roster import ListedOrganization, facts_of, read_roster
from app.parties.rules import (
    APPLICANTS,
    Admission,
    ApplicantIsRegistered,
    CreditCodeTaken,
    LegalKind,
    OfficeExists,
    PartyKind,
    PartyRefTaken,
    check_party,
)
from app.records.rules import Enrolled
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


async def admit_newcomer(session: AsyncSession, actor: Actor, admission: Admission) -> None:
    """Follows from its admission: the newcomer becomes a party."""
    newcomer = admission.newcomer
    party = Party(kind=PartyKind.organization, **vars(newcomer))
    admission.party_id = (await _registered(session, actor, party, await now(session))).id


async def register_committees(session: AsyncSession, actor: Actor, area_codes: Collection[str]) -> dict[str, Party]:
    """The committee of every area named, registered under the area's own name where there is none yet."""
    await require_areas(session, area_codes)
    committees = await offices_of(session, PartyKind.committee, area_codes)
    missing = sorted(set(area_codes) - committees.keys())
    at = await now(session)
    for area in await session.scalars(sa.select(Area).where(Area.code.in_(missing)).order_by(Area.code)):
        check_party(PartyKind.committee, level=area.level, legal_kind=None, credit_code=None, is_fictional=False)
        names = {"name_zh": area.name, "name_en": in_english(area.name)}
        party = Party(kind=PartyKind.committee, area_code=area.code, **names)
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
    rows = await off_loop(read_roster, table)
    await _note_unknown_codes(session, rows)
    await _note_taken(session, rows, ref_scheme)
    refuse_faults(rows)
    at = await now(session)
    facts = {Party(**row.values, ref_scheme=ref_scheme, created_at=at): facts_of(row.register) for row in rows}
    parties = list(facts)
    async for part in in_parts(parties, "storing"):
        session.add_all(part)
        await session.flush()
    async for part in in_parts(parties, "recording"):
        for party in part:
            listed = Enrolled(party.id, facts[party])
            kind = party.legal_kind
            await happened(session, actor, "party.imported", party, at, tell=listed, ref=party.ref, legal_kind=kind)
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


async def _note_unknown_codes(session: AsyncSession, rows: list[ListedOrganization]) -> None:
    areas = await _taken(session, Area.code, {row.values["area_code"] for row in rows})
    categories = await _taken(session, Category.code, {code for row in rows for code in row.values["domain_codes"]})
    for row in rows:
        row.check_codes("district_code", [row.values["area_code"]], areas, AreaUnknown)
        row.check_codes("domain_codes", row.values["domain_codes"], categories, CategoryUnknown)


async def _note_taken(session: AsyncSession, rows: list[ListedOrganization], ref_scheme: str) -> None:
    refs = {row.values["ref"] for row in rows}
    credit_codes = {row.values["credit_code"] for row in rows} - {None}
    taken_refs = await _taken(session, Party.ref, refs, Party.ref_scheme == ref_scheme)
    taken_codes = await _taken(session, Party.credit_code, credit_codes)
    for row in rows:
        if row.values["ref"] in taken_refs:
            row.refuse("id", PartyRefTaken(ref=row.values["ref"]))
        if row.values["credit_code"] in taken_codes:
            row.refuse(row.credit_column, CreditCodeTaken(credit_code=row.values["credit_code"]))
