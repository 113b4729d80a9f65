"""The needs of a season, each listed on the day of its publication."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.areas.queries import areas_with_parents
from app.areas.rules import AreaUnknown
from app.core.reading.cells import Cells, Table
from app.needs import lists as need_lists
from app.needs.lists import ListedNeed, read_needs
from app.needs.models import Need
from app.needs.rules import AreaNameDiffers, CommunityExpected
from app.needs.service import import_needs
from app.season.cast import OPERATOR
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.listing import listed_steps
from app.season.room import Room, Sheet, count_rows
from app.season.steps import Step
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown


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


ROOM = Room(brings=_steps, check_lists=_check_lists, sheets=_sheets, summary=_summary)
