"""The bureaus, committees, street offices, organisations and applicants of a season."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.rules import AreaLevel, AreaUnknown, in_english
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.parties.models import Party
from app.parties.queries import offices_of
from app.parties.roster import read_roster
from app.parties.rules import APPLICANTS, LegalKind, PartyKind
from app.parties.service import import_organizations, register_applicant, register_committees, register_party
from app.records.queries import registers
from app.season.cast import OPERATOR, bureau_ref, district_of, districts_of, surveyed_areas
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.listing import starts_at
from app.season.room import Room, Sheet, count_rows, plain
from app.season.steps import Step
from app.taxonomy.rules import CategoryUnknown

BUREAU, OFFICE = "民政局", "办事处"
ORGANIZATION_COLUMNS = (
    "name_zh",
    "name_en",
    "legal_kind",
    "rating_a",
    "rating_four_level",
    "rating_year",
    "rectification",
    "founded",
    "staff",
    "social_workers",
    "certified_social_workers",
    "party_building",
)


def _steps(season: Season) -> list[Step]:
    return [Step("parties", starts_at(season) + timedelta(minutes=10), _bring_parties)]


async def _bring_parties(session: AsyncSession, season: Season) -> None:
    for area in sorted({*districts_of(season), *surveyed_areas(season)}):
        await _register_bureau(session, season, area)
    committees = await register_committees(session, OPERATOR, communities_of(season))
    await _register_street_offices(session, committees)
    await import_organizations(session, OPERATOR, season.tables["organizations"], ref_scheme=season.name)
    for applicant, bid in season.competition.applicants.items():
        if bid.applicant_kind != "org":
            await register_applicant(
                session,
                OPERATOR,
                legal_kind=LegalKind(bid.applicant_kind),
                name_zh=bid.applicant_name,
                ref=applicant,
                ref_scheme=season.name,
                is_fictional=season.competition.fictional_proposals,
            )


def communities_of(season: Season) -> list[str]:
    """Every community that asks for something or was surveyed."""
    asking = {row["community_code"] for row in season.records("needs")}
    return sorted(asking | {response.community_code for response in season.responses})


async def _register_bureau(session: AsyncSession, season: Season, code: str) -> Party:
    area = await session.get_one(Area, code)
    named = season.competition.organiser_name if code == district_of(season) else ""
    return await register_party(
        session,
        OPERATOR,
        kind=PartyKind.bureau,
        name_zh=named or area.name + BUREAU,
        name_en=f"Civil Affairs Bureau of {in_english(area.name)}",
        area_code=code,
        ref=bureau_ref(code),
        ref_scheme=season.name,
    )


async def _register_street_offices(session: AsyncSession, committees: Iterable[str]) -> None:
    """The office of every street in which a committee sits, where there is none yet."""
    above = {code[:9].ljust(12, "0") for code in committees}
    known = await offices_of(session, PartyKind.street_office, above)
    is_street = sa.and_(Area.code.in_(above - known.keys()), Area.level == AreaLevel.street)
    for area in await session.scalars(sa.select(Area).where(is_street).order_by(Area.code)):
        name = area.name if area.name.endswith(OFFICE) else area.name + OFFICE
        office = PartyKind.street_office
        await register_party(
            session, OPERATOR, kind=office, name_zh=name, name_en=in_english(name), area_code=area.code
        )


async def _organizations(session: AsyncSession, name: str) -> Sheet:
    in_season = Party.ref_scheme == name, Party.kind == PartyKind.organization, Party.legal_kind.not_in(APPLICANTS)
    parties = list(await session.scalars(sa.select(Party).where(*in_season).order_by(Party.ref)))
    known = await registers(session, [party.id for party in parties], shanghai_date(await now(session)))
    years = {known[party.id].annual_inspection_year for party in parties} - {None}
    year = f"annual_inspection_{max(str(year) for year in years)}" if years else None
    header = ["id", *ORGANIZATION_COLUMNS, "qualification", "domain_codes", "district_code"]
    header += ["credit_code", "fictional", *([year] if year else [])]
    rows = []
    for party in parties:
        register = known[party.id]
        facts = vars(register)
        cells = [plain(facts[name] if name in facts else getattr(party, name)) for name in ORGANIZATION_COLUMNS]
        cells += [";".join(register.qualifications), ";".join(party.domain_codes), party.area_code, party.credit_code]
        cells += ["yes" if party.is_fictional else "no", *([plain(register.annual_inspection)] if year else [])]
        rows.append([party.ref, *cells])
    return header, rows


def _check_lists(tables: Tables, known: Known, faults: Faults) -> None:
    rows = faults.take("organizations.csv", read_roster, tables["organizations"]) or []
    for row in rows:
        row.check_codes("domain_codes", row.values["domain_codes"], known.categories, CategoryUnknown)
        row.check_codes("district_code", [row.values["area_code"]], known.areas, AreaUnknown)
    take_faults("organizations.csv", rows, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    return {"organizations.csv": await _organizations(session, name)}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    in_season = Party.ref_scheme == season.name, Party.kind == PartyKind.organization
    unregistered = [ref for ref, bid in season.competition.applicants.items() if bid.applicant_kind != "org"]
    return {
        "organizations": await count_rows(session, Party, *in_season, Party.ref.not_in(unregistered)),
        "applicants": await count_rows(session, Party, *in_season, Party.ref.in_(unregistered)),
    }


ROOM = Room(brings=_steps, check_lists=_check_lists, sheets=_sheets, summary=_summary)
