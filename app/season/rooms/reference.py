"""Areas, categories of service and groups of people: what everything else in a season is named by."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import count_areas
from app.areas.service import check_areas, import_areas
from app.core.days.calendar_table import seed_calendar
from app.core.reading.cells import RowDoubled, Table
from app.season.files import Faults, Season, Tables
from app.season.known import Known
from app.season.listing import starts_at
from app.season.room import Room, Sheet, count_rows, plain
from app.season.steps import Step
from app.taxonomy.models import Category, Population
from app.taxonomy.service import check_categories, check_populations, import_categories, import_populations


def _steps(season: Season) -> list[Step]:
    return [Step("reference", starts_at(season), _bring_reference)]


async def _bring_reference(session: AsyncSession, season: Season) -> None:
    await import_areas(session, season.tables["areas"])
    await import_categories(session, season.tables["taxonomy"])
    await import_populations(session, season.tables["populations"])
    line = season.competition.timeline
    await seed_calendar(session, range(starts_at(season).year, line.contract.end.year + 2))


def _note_doubles(file: str, table: Table, faults: Faults) -> None:
    first: dict[str, int] = {}
    for number, row in table.records():
        if first.setdefault(row["code"], number) != number:
            faults.note(file, number, "code", RowDoubled(first=first[row["code"]]))


async def _areas(session: AsyncSession) -> Sheet:
    header = ("code", "name", "parent_code", "level", "lon_gcj02", "lat_gcj02", "aliases")
    areas = await session.scalars(sa.select(Area).order_by(sa.func.length(Area.prefix), Area.code))
    return header, [[plain(getattr(area, column)) for column in header] for area in areas]


async def _terms(session: AsyncSession, table: type[Category] | type[Population], own: Sequence[str]) -> Sheet:
    """`own`: the columns that only this list has, before and after the labels as the layout has them."""
    before, after = (own, ()) if own == ("level",) else ((), own)
    header = ("code", "parent", *before, "label_zh", "label_en", *after, "synonyms_zh")
    rows = []
    terms: Iterable[Category | Population] = await session.scalars(sa.select(table).order_by(table.code))
    for term in terms:
        values = {"parent": term.parent_code, "synonyms_zh": ";".join(term.synonyms)}
        rows.append([values[column] if column in values else getattr(term, column) for column in header])
    return header, rows


def _check_lists(tables: Tables, _known: Known, faults: Faults) -> None:
    for name, check in (("areas", check_areas), ("taxonomy", check_categories), ("populations", check_populations)):
        faults.take(f"{name}.csv", check, tables[name])
        _note_doubles(f"{name}.csv", tables[name], faults)


async def _sheets(session: AsyncSession, _name: str) -> dict[str, Sheet]:
    return {
        "areas.csv": await _areas(session),
        "taxonomy.csv": await _terms(session, Category, ("level",)),
        "populations.csv": await _terms(session, Population, ("age_min", "age_max")),
    }


async def _summary(session: AsyncSession, _season: Season) -> dict[str, Any]:
    return {
        "areas": await count_areas(session),
        "categories": await count_rows(session, Category),
        "populations": await count_rows(session, Population),
    }


ROOM = Room(brings=_steps, check_lists=_check_lists, sheets=_sheets, summary=_summary)
