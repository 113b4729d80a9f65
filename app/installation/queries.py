"""What an administrator reads: whether everything is well, checks of the audit log, the years of the calendar."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar_table import CalendarDay
from app.core.installation.jobs import worker_is_alive
from app.core.settings import Settings
from app.core.waiting import Job
from app.installation.models import AuditCheck
from app.installation.policy import is_own
from app.installation.rules import status_of_check
from app.taxonomy.models import Category, Population

CHECKS_SHOWN = 10
DATABASE = sa.text(
    "SELECT current_setting('server_version') AS database_version, pg_database_size(current_database()) AS"
    " database_bytes, (SELECT version_num FROM alembic_version) AS migration, now() AS at,"
    " (SELECT max(last_heartbeat) FROM procrastinate_workers) AS worker_at"
)


@dataclass(frozen=True)
class Health:
    """`worker_at`: the last sign of life of any worker; `is_working`: within the last minute. Sizes in bytes; what is
    free is free to this process, on the disk of the data folder."""

    at: datetime
    version: str
    migration: str
    database_version: str
    database_bytes: int
    worker_at: datetime | None
    is_working: bool
    disk_free: int
    disk_total: int
    areas: Mapping[str, int]
    categories: int
    populations: int


@dataclass(frozen=True)
class CalendarYear:
    """Days of rest beyond weekends, and weekend days that are worked; `is_official`: as the State Council published
    them, not computed. `sources` name where the days were taken from."""

    year: int
    is_official: bool
    rest_days: list[date]
    workdays: list[date]
    sources: list[str]


async def health(session: AsyncSession, settings: Settings) -> Health:
    known = (await session.execute(DATABASE)).mappings().one()
    levels = await session.execute(sa.select(Area.level, sa.func.count()).group_by(Area.level))
    counted = {level: count for level, count in levels}
    disk = shutil.disk_usage(_existing(settings.data_dir))
    return Health(
        **known,
        version=version("shuangxuan"),
        is_working=await worker_is_alive(session),
        disk_free=disk.free,
        disk_total=disk.total,
        areas={level.value: counted[level] for level in AreaLevel if level in counted},
        categories=await session.scalar(sa.select(sa.func.count()).select_from(Category)) or 0,
        populations=await session.scalar(sa.select(sa.func.count()).select_from(Population)) or 0,
    )


def _existing(folder: Path) -> Path:
    """The folder, or as long as there is none the one in which it will be."""
    return next(each for each in (folder, *folder.resolve().parents) if each.exists())


async def latest_checks(session: AsyncSession) -> list[AuditCheck]:
    return list(await session.scalars(sa.select(AuditCheck).order_by(AuditCheck.id.desc()).limit(CHECKS_SHOWN)))


async def calendar_years(session: AsyncSession) -> list[CalendarYear]:
    """The latest first; years of which no more is known than that a weekend was worked are left out."""
    days = list(await session.scalars(sa.select(CalendarDay).order_by(CalendarDay.day)))
    known = {each.day.year for each in days if not each.is_workday}
    by_year = {year: [each for each in days if each.day.year == year] for year in known}
    return [_year(year, by_year[year]) for year in sorted(by_year, reverse=True)]


def _year(year: int, days: list[CalendarDay]) -> CalendarYear:
    return CalendarYear(
        year=year,
        is_official=all(each.official for each in days),
        rest_days=[each.day for each in days if not each.is_workday],
        workdays=[each.day for each in days if each.is_workday],
        sources=sorted({each.source for each in days}),
    )


async def own_jobs(session: AsyncSession, actor: Actor, since: datetime) -> list[Job]:
    """The checks that the actor asked for."""
    if actor.role is not Role.admin:
        return []
    at = await now(session)
    found = await session.scalars(sa.select(AuditCheck).where(is_own(actor), AuditCheck.asked_at >= since))
    return [_job(check, at) for check in found]


def _job(check: AuditCheck, at: datetime) -> Job:
    return Job(
        room="installation",
        verb="ask_audit_check",
        subject_id=check.id,
        title_zh="",
        title_en="",
        thing="installation",
        thing_id=check.id,
        status=status_of_check(check.total, check.ended_at, check.moved_at, at),
        done=check.done,
        total=check.total,
        asked_at=check.asked_at,
        moved_at=check.moved_at,
        fault=None,
    )
