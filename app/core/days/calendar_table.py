"""The working-day calendar of this installation: seeded from the holidays package, then kept by people."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.days.calendar import WorkCalendar, from_holidays
from app.core.db import Base

SEED = "holidays"


class CalendarDay(Base):
    """A day that differs from its weekday. `official`: from the State Council's arrangement of that year,
    not merely computed. `source` is "holidays" for seeded days; whoever corrects one names the document."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    official: Mapped[bool]
    source: Mapped[str]

    __table_args__ = (
        sa.CheckConstraint("NOT is_workday OR extract(isodow FROM day) > 5", name="workdays_are_weekend_days"),
    )


def seed_rows(years: Iterable[int]) -> list[dict[str, object]]:
    """The rows of `years` as the installed holidays package knows them."""
    calendar = from_holidays(years)
    days = [(day, False) for day in calendar.holidays] + [(day, True) for day in calendar.workdays]
    return [
        {"day": day, "is_workday": is_workday, "official": day.year in calendar.official_years, "source": SEED}
        for day, is_workday in sorted(days)
    ]


async def seed_calendar(session: AsyncSession, years: Iterable[int]) -> None:
    """Bring the seeded days of `years` up to the installed package; days that people entered stay."""
    wanted = sorted(set(years))
    year = sa.func.extract("year", CalendarDay.day)
    await session.execute(sa.delete(CalendarDay).where(year.in_(wanted), CalendarDay.source == SEED))
    if rows := seed_rows(wanted):
        await session.execute(insert(CalendarDay).on_conflict_do_nothing(), rows)


async def work_calendar(session: AsyncSession) -> WorkCalendar:
    """The calendar as it stands; a year is official when all of its days are."""
    days = list((await session.execute(sa.select(CalendarDay))).scalars())
    computed = {each.day.year for each in days if not each.official}
    return WorkCalendar(
        holidays=frozenset(each.day for each in days if not each.is_workday),
        workdays=frozenset(each.day for each in days if each.is_workday),
        official_years=frozenset(each.day.year for each in days) - computed,
    )
