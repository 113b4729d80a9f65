"""Taking a season in: its areas and terms, its parties, its needs and offers, each on its own date."""

from app.core.db import Units
from app.season.checks import check_season, check_tables
from app.season.files import Season, read_season
from app.season.listing import starts_at
from app.season.order import ROOMS
from app.season.steps import Progress, Step, begin, silent


def open_season(name_or_folder: str) -> Season:
    """The season, read and checked. Refusals: SeasonUnknown, SeasonRefused with every fault."""
    season = read_season(name_or_folder, check_tables)
    check_season(season)
    return season


async def import_season(units: Units, season: Season, progress: Progress = silent) -> int:
    """Take in a checked season, whole or not at all; returns how many steps were done. Refusal: SeasonChanged."""
    return await begin(units, season, starts_at(season), import_steps(season), progress)


def import_steps(season: Season) -> list[Step]:
    """Reference and parties first, then needs and offers as they were published."""
    return [step for room in ROOMS if room.brings for step in room.brings(season)]
