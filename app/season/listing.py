"""What the lists of a season share: its first day, and their rows brought day by day."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import SHANGHAI
from app.core.reading.cells import Cells, Table
from app.season.files import Season
from app.season.steps import Step

MORNING = time(9)
Bring = Callable[[AsyncSession, Season, Table], Awaitable[object]]


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


def listed_steps(season: Season, name: str, bring: Bring) -> Iterator[Step]:
    """The rows of a list by day of publication; those without one come on the season's first day."""
    table, start = season.tables[name], starts_at(season) + timedelta(minutes=20)
    for day in (None, *_days(table)):
        at = max(_morning(day), start) if day else start
        yield Step(f"{name} {day or 'undated'}", at, partial(_bring_day, name=name, day=day, bring=bring))


async def _bring_day(session: AsyncSession, season: Season, *, name: str, day: date | None, bring: Bring) -> None:
    table = season.tables[name]
    dated = [Cells(number, cells).day("published") for number, cells in table.records()]
    rows = [list(cells.values()) for _, cells in table.records()]
    chosen = Table(table.header, [row for row, own in zip(rows, dated, strict=True) if own == day])
    if chosen.rows:
        await bring(session, season, chosen)
