"""The steps of a season: each is one transaction at its own date, done once however often a run is cut short."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import move_clock, now
from app.core.db import Units
from app.core.errors import DomainError
from app.season.files import Season
from app.season.models import SeasonRecord, SeasonStep

# (steps done, of how many, which one is next)
Progress = Callable[[int, int, str], None]


class SeasonChanged(DomainError):
    """A season of this name was taken in from other files."""


class SeasonAbsent(DomainError):
    """No season of this name was taken in."""

    status = 404


class SeasonUnfinished(DomainError):
    """The competition of the season has not come to confirmed awards."""


@dataclass(frozen=True)
class Step:
    """`run` does the work of a step with the clock standing at `at`; without one, now."""

    name: str
    at: datetime | None
    run: Callable[[AsyncSession, Season], Awaitable[object]]


def silent(_done: int, _of: int, _next: str) -> None:
    """Reports to nobody."""


async def enter_season(session: AsyncSession, season: Season, at: datetime) -> None:
    """Record that the season is being taken in. Refusal: SeasonChanged, if other files were taken in under its name."""
    competition = season.competition
    entry = insert(SeasonRecord).values(
        name=season.name,
        digest=season.digest,
        tender_ref=competition.id,
        title_zh=competition.title_zh,
        title_en=competition.title_en,
        is_demonstration=competition.fictional_proposals,
        started_at=at,
    )
    await session.execute(entry.on_conflict_do_nothing())
    known = await session.scalar(sa.select(SeasonRecord.digest).where(SeasonRecord.name == season.name))
    if known != season.digest:
        raise SeasonChanged(season=season.name)


async def take(session: AsyncSession, key: str, season: Season, step: Step) -> bool:
    """Do the step, unless it was done before under `key`, the name of a season record; returns whether it was done."""
    claim = insert(SeasonStep).values(season=key, step=step.name, at=step.at or await now(session))
    if await session.scalar(claim.on_conflict_do_nothing().returning(SeasonStep.step)) is None:
        return False
    if step.at:
        await move_clock(session, step.at)
    await step.run(session, season)
    return True


async def take_each(
    units: Units, season: Season, steps: Sequence[Step], progress: Progress = silent, *, key: str = ""
) -> int:
    """Do each step in its own transaction; returns how many were done now. `key`: the season's name unless given."""
    taken = 0
    for number, step in enumerate(steps):
        progress(number, len(steps), step.name)
        async with units() as session:
            taken += await take(session, key or season.name, season, step)
    progress(len(steps), len(steps), "")
    return taken


async def begin(units: Units, season: Season, at: datetime, steps: Sequence[Step], progress: Progress = silent) -> int:
    """Enter the season and do its first steps in one transaction: all of them or none. Refusal: SeasonChanged."""
    taken = 0
    async with units() as session:
        await enter_season(session, season, at)
        for number, step in enumerate(steps):
            progress(number, len(steps), step.name)
            taken += await take(session, season.name, season, step)
        progress(len(steps), len(steps), "")
    return taken
