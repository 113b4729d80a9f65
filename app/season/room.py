"""What a season holds of a room: its steps, its checks, what it writes out and what it sums up.

Each room is one file in `rooms`, whose `ROOM` says which of these it has; `order.ROOMS` names them all.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.season.competition import Competition
from app.season.files import Faults, Season, Tables
from app.season.known import Known
from app.season.schedule import Schedule
from app.season.steps import Step
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import Profile

# The header of a list, and its rows.
Sheet = tuple[Sequence[str], Iterable[Sequence[Any]]]


@dataclass(frozen=True)
class Room:
    """`brings` are the steps that taking in and replaying share, `steps` those of the replay alone.

    `check_lists` notes what is wrong with its lists, `check` with its documents, `check_competition` with its part of
    the competition, whose terms are read by then. `sheets` and `documents` are files by name, from the season's name;
    `entries` its part of competition.json, from the competition's notice; `summary` the figures a replay shows.
    """

    brings: Callable[[Season], Iterable[Step]] | None = None
    steps: Callable[[Season, Schedule], Iterable[Step]] | None = None
    check_lists: Callable[[Tables, Known, Faults], None] | None = None
    check: Callable[[Season, Known, Faults], None] | None = None
    check_competition: Callable[[Competition, Profile, Known, Faults], None] | None = None
    sheets: Callable[[AsyncSession, str], Awaitable[dict[str, Sheet]]] | None = None
    documents: Callable[[AsyncSession, str], Awaitable[dict[str, Any]]] | None = None
    entries: Callable[[AsyncSession, str, Tender], Awaitable[dict[str, Any]]] | None = None
    summary: Callable[[AsyncSession, Season], Awaitable[dict[str, Any]]] | None = None


async def count_rows(session: AsyncSession, table: Any, *where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return int((await session.execute(query)).scalar_one())


def plain(value: Any) -> Any:
    """A cell of a list: the word of a choice, anything else as it is."""
    return getattr(value, "value", value)
