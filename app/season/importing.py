"""Taking a season in: its areas and terms, its parties, its needs and offers, each on its own date."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.areas.service import import_areas
from app.core.clock import SHANGHAI
from app.core.days.calendar_table import seed_calendar
from app.core.db import Units
from app.core.reading.cells import Cells, Table
from app.needs.service import import_needs
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.offers.service import import_offers, publish_offer
from app.parties.models import Party
from app.parties.queries import offices_of
from app.parties.rules import LegalKind, PartyKind
from app.parties.service import import_organizations, register_applicant, register_committees, register_party
from app.season.cast import OPERATOR, bureau_ref, district_of, districts_of, organization, surveyed_areas
from app.season.checks import check_season, check_tables
from app.season.files import Season, read_season
from app.season.steps import Progress, Step, begin, silent
from app.taxonomy.service import import_categories, import_populations

MORNING = time(9)
ENDINGS = {PartyKind.bureau: ("民政局", "Civil Affairs Bureau"), PartyKind.street_office: ("办事处", "Street Office")}


def open_season(name_or_folder: str) -> Season:
    """The season, read and checked. Refusals: SeasonUnknown, SeasonRefused with every fault."""
    season = read_season(name_or_folder, check_tables)
    check_season(season)
    return season


async def import_season(units: Units, season: Season, progress: Progress = silent) -> int:
    """Take a checked season in, whole or not at all; how many steps were still to do. Refusal: SeasonChanged."""
    return await begin(units, season, starts_at(season), import_steps(season), progress)


def import_steps(season: Season) -> list[Step]:
    """Reference and parties first, then needs and offers as they were published."""
    start = starts_at(season)
    return [
        Step("reference", start, _bring_reference),
        Step("parties", start + timedelta(minutes=10), _bring_parties),
        *_listed_steps(season, "offers"),
        *_listed_steps(season, "needs"),
    ]


def starts_at(season: Season) -> datetime:
    """The morning of the first day that the files name."""
    line = season.competition.timeline
    published = [day for table in ("needs", "offers") for day in _days(season.tables[table])]
    return _morning(min([*published, line.needs_survey.first_day, line.call.first_day]))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)


def _days(table: Table) -> list[date]:
    days = {Cells(number, cells).day("published") for number, cells in table.records()}
    return sorted(day for day in days if day)


def _listed_steps(season: Season, name: str) -> Iterable[Step]:
    """The rows of a list by day of publication; those without one come on the season's first day."""
    table, start = season.tables[name], starts_at(season) + timedelta(minutes=20)
    for day in (None, *_days(table)):
        at = max(_morning(day), start) if day else start
        yield Step(f"{name} {day or 'undated'}", at, partial(_bring_list, name=name, day=day))


async def _bring_list(session: AsyncSession, season: Season, *, name: str, day: date | None) -> None:
    table = season.tables[name]
    dated = [Cells(number, cells).day("published") for number, cells in table.records()]
    rows = [list(cells.values()) for _, cells in table.records()]
    chosen = Table(table.header, [row for row, own in zip(rows, dated, strict=True) if own == day])
    if not chosen.rows:
        return
    if name == "needs":
        await import_needs(session, OPERATOR, chosen, ref_scheme=season.name)
    else:
        await _bring_offers(session, season, chosen)


async def _bring_reference(session: AsyncSession, season: Season) -> None:
    await import_areas(session, season.tables["areas"])
    await import_categories(session, season.tables["taxonomy"])
    await import_populations(session, season.tables["populations"])
    line = season.competition.timeline
    await seed_calendar(session, range(starts_at(season).year, line.contract.end.year + 2))


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
    zh, en = ENDINGS[PartyKind.bureau]
    named = season.competition.organiser_name if code == district_of(season) else ""
    return await register_party(
        session,
        OPERATOR,
        kind=PartyKind.bureau,
        name_zh=named or area.name + zh,
        name_en=f"{en} {area.prefix}",
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
        zh, _ = ENDINGS[PartyKind.street_office]
        name = area.name if area.name.endswith(zh) else area.name + zh
        await register_party(session, OPERATOR, kind=PartyKind.street_office, name_zh=name, area_code=area.code)


async def _bring_offers(session: AsyncSession, season: Season, table: Table) -> None:
    """Listed and, where the list does not say when they were published, published by their organisations now."""
    await import_offers(session, OPERATOR, table, ref_scheme=season.name)
    drafts = sa.select(Offer, Party).join(Party, Party.id == Offer.party_id)
    drafts = drafts.where(Offer.ref_scheme == season.name, Offer.status == OfferStatus.draft).order_by(Offer.id)
    for offer, party in (await session.execute(drafts)).all():
        await publish_offer(session, organization(party), offer.id)
