"""A whole season by the use cases of the platform, in the order of its own dates, with the clock standing at each."""

from app.core.db import Units
from app.season.files import Season
from app.season.importing import import_steps
from app.season.listing import starts_at
from app.season.order import ROOMS
from app.season.schedule import schedule_of
from app.season.steps import Progress, Step, begin, silent, take_each
from app.season.summary import Summary, summary_of
from app.season.terms import terms_of

SET_UP = ("reference", "parties")


def replay_steps(season: Season) -> list[Step]:
    """Every step by its date; what is done at the same moment keeps the order of the rooms."""
    when = schedule_of(season.competition, terms_of(season.competition))
    steps = import_steps(season) + [step for room in ROOMS if room.steps for step in room.steps(season, when)]
    start = starts_at(season)
    return sorted(steps, key=lambda step: (step.name not in SET_UP, step.at or start))


async def replay_season(units: Units, season: Season, progress: Progress = silent) -> Summary:
    """Carry out what is not yet done of a checked season, and sum it up. Refusal: SeasonChanged.

    Each step is one transaction that also notes it as done: cut short anywhere, the replay goes on where it was.
    """
    steps = replay_steps(season)
    first = [step for step in steps if step.name in SET_UP]
    await begin(units, season, starts_at(season), first)
    await take_each(units, season, steps, progress)
    async with units() as session:
        return await summary_of(session, season)
