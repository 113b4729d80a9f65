"""Areas, categories and populations of the demonstration season: real codes to build on."""

from functools import cache
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.service import import_areas
from app.core.reading.files import Table, read_table
from app.taxonomy.service import import_categories, import_populations

SEASON = Path(__file__).parents[2] / "app" / "season" / "seasons" / "kunming2018"
DOUNAN, LONGJIE = "530114003004", "530114001003"  # 斗南社区, 龙街社区, both in Chenggong (530114)
DONGHUALU = "530111004002"  # 东华路社区, in Guandu (530111)


@cache
def season_table(name: str) -> Table:
    return read_table(name, (SEASON / name).read_bytes())


async def make_reference(session: AsyncSession) -> None:
    """All 1,903 areas and the whole taxonomy."""
    await import_areas(session, season_table("areas.csv"))
    await import_categories(session, season_table("taxonomy.csv"))
    await import_populations(session, season_table("populations.csv"))
