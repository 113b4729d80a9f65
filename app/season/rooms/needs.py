"""The needs of a season, each listed on the day of its publication; and those that are alive in a demonstration."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.areas.queries import areas_with_parents
from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.reading.cells import Cells, Table
from app.needs import lists as need_lists
from app.needs.lists import ListedNeed, read_needs
from app.needs.models import Need
from app.needs.rules import AreaNameDiffers, CommunityExpected
from app.needs.service import advertise_need, draft_need, import_needs
from app.season.cast import OPERATOR
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.listing import listed_steps
from app.season.room import Room, Sheet, count_rows
from app.season.steps import Step
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

STARTS_AFTER = timedelta(days=90)  # from the last day of publication to the wanted start
ASKED = "居民代表会议提出，楼栋长入户征求过意见。"
DRAFTED = {"title": "院坝里的周末电影", "description": "老街坊盼着院坝里再放露天电影，一个月一场，场地由居委会提供。"}
UNMET = "D01"  # its number among the needs that a season brings for its demonstration


def _steps(season: Season) -> Iterator[Step]:
    return listed_steps(season, "needs", _bring)


def _check_lists(tables: Tables, known: Known, faults: Faults) -> None:
    rows: list[ListedNeed] = faults.take("needs.csv", read_needs, tables["needs"]) or []
    for row in rows:
        _check_place(row, row.party, known)
        row.check_codes("category_code", [row.values["category_code"]], known.categories, CategoryUnknown)
        row.check_codes("population_code", row.values["population_codes"], known.populations, PopulationUnknown)
    take_faults("needs.csv", rows, faults)


def _check_place(cells: Cells, code: str, known: Known) -> None:
    if code not in known.areas:
        return cells.refuse("community_code", AreaUnknown(code=code))
    if not known.is_community(code):
        return cells.refuse("community_code", CommunityExpected(code=code))
    own = known.areas[code]
    for column, name in (("community_name", own.get("name")), ("street_code", own.get("parent_code"))):
        given = cells.text(column)
        if given and given != name:
            cells.refuse(column, AreaNameDiffers(code=code, name=name, given=given))


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    query = sa.select(Need).where(Need.ref_scheme == name).options(selectinload(Need.populations)).order_by(Need.ref)
    needs = list(await session.scalars(query))
    places = await areas_with_parents(session, {need.community_code for need in needs})
    rows = [need_lists.row_of(need, places[need.community_code]) for need in needs]
    return {"needs.csv": (need_lists.COLUMNS.header("columns"), rows)}


async def _bring(session: AsyncSession, season: Season, table: Table) -> None:
    await import_needs(session, OPERATOR, table, ref_scheme=season.name)


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    return {"needs": await count_rows(session, Need, Need.ref_scheme == season.name)}


async def publish(session: AsyncSession, season: Season, latest: date, scheme: str) -> None:
    """What communities of the district ask for this year, for the lots and otherwise; one a day until `latest`."""
    await import_needs(session, OPERATOR, live_needs(season, latest), ref_scheme=scheme)


def live_needs(season: Season, latest: date) -> Table:
    """The needs that the season brings for its demonstration, published day by day until `latest`."""
    table = season.afterwards["needs"]
    starts_on = (latest + STARTS_AFTER).isoformat()
    dated = [
        [*row, ASKED, starts_on, (latest - timedelta(days=len(table.rows) - number)).isoformat()]
        for number, row in enumerate(table.rows, 1)
    ]
    return Table([*table.header, "evidence_note", "preferred_start", "published"], dated)


async def draft(session: AsyncSession, committee: Actor) -> None:
    """Without evidence: publishing it asks for some."""
    await draft_need(session, committee, {**DRAFTED, "category_code": None, "population_codes": []})


async def advertise(session: AsyncSession, committee: Actor, scheme: str) -> None:
    """An evening meal, which nobody offers: where the season brings it, it stands on the list of unmet needs, and those
    of the field are told."""
    need = await session.scalar(sa.select(Need.id).where(Need.ref_scheme == scheme, Need.ref == UNMET))
    if need is not None:
        await advertise_need(session, committee, need)


ROOM = Room(brings=_steps, check_lists=_check_lists, sheets=_sheets, summary=_summary)
