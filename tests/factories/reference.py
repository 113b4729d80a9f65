"""Areas, categories and populations of the demonstration season: real codes to build on."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.service import import_areas
from app.core.reading.files import Table, read_table
from app.taxonomy.models import Category, Population
from app.taxonomy.service import import_categories, import_populations

SEASON = Path(__file__).parents[2] / "app" / "season" / "seasons" / "kunming2018"
DOUNAN, LONGJIE = "530114003004", "530114001003"  # 斗南社区, 龙街社区, both in Chenggong (530114)
DONGHUALU = "530111004002"  # 东华路社区, in Guandu (530111)


@cache
def season_table(name: str) -> Table:
    return read_table(name, (SEASON / name).read_bytes())


KEPT = dict[str, str]()  # table → its rows as JSON, once they have been imported


async def make_reference(session: AsyncSession) -> None:
    """All 1,903 areas and the whole taxonomy: imported the first time, put back as they were the next ones."""
    for name, rows in KEPT.items():
        put = f"INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, CAST(:rows AS json))"  # noqa: S608
        await session.execute(sa.text(put), {"rows": rows})
    if KEPT:
        return
    await import_areas(session, season_table("areas.csv"))
    await import_categories(session, season_table("taxonomy.csv"))
    await import_populations(session, season_table("populations.csv"))
    for name in (Area.__tablename__, Category.__tablename__, Population.__tablename__):
        kept = await session.scalar(sa.text(f"SELECT CAST(json_agg(row) AS text) FROM {name} AS row"))  # noqa: S608
        KEPT[name] = kept or ""
