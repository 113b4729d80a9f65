"""What an administrator looks after: how a check of the audit log stands, and when a year's rest days are complete."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from app.core.days.calendar import NEW_YEAR_REACH, statutory_days
from app.core.errors import DomainError
from app.core.waiting import JobStatus

# No chain of a district takes a worker so long between two signs of life.
SILENCE = timedelta(minutes=15)
YEARS_AHEAD = 1
LIVE = frozenset({JobStatus.waiting, JobStatus.running})


class YearPublished(DomainError):
    """The year's arrangement stands already; deadlines were counted with it."""


class YearNotComing(DomainError):
    """Neither this year nor the next."""

    status = 422


class YearIncomplete(DomainError):
    """Statutory holidays that are not days of rest."""

    status = 422


class TooFewRestDays(DomainError):
    """Weekend days are worked for which no other day is off."""

    status = 422


class DayOutsideYear(DomainError):
    """A day that the arrangement of this year cannot be about."""

    status = 422


class WorkdayNotOnWeekend(DomainError):
    """Only Saturdays and Sundays can be turned into days of work."""

    status = 422


class DayTwice(DomainError):
    """A day of rest and of work at once."""

    status = 422


def status_of_check(total: int | None, ended_at: datetime | None, moved_at: datetime, at: datetime) -> JobStatus:
    """`failed`: it came to no end, and nothing has been heard of it for long."""
    if ended_at is not None:
        return JobStatus.done
    if at - moved_at > SILENCE:
        return JobStatus.failed
    return JobStatus.waiting if total is None else JobStatus.running


def hindrance(year: int, today: date, is_official: bool) -> DomainError | None:
    """Why the arrangement of a year cannot be published."""
    if not today.year <= year <= today.year + YEARS_AHEAD:
        return YearNotComing(year=year, first=today.year, last=today.year + YEARS_AHEAD)
    return YearPublished(year=year) if is_official else None


def check_arrangement(year: int, rest: Collection[date], work: Collection[date]) -> None:
    """An arrangement as the State Council publishes it. Refusals: DayOutsideYear, WorkdayNotOnWeekend, DayTwice,
    YearIncomplete, TooFewRestDays (every arrangement gives back what it takes: a weekday off for a weekend worked)."""
    first, last = date(year, 1, 1) - NEW_YEAR_REACH, date(year, 12, 31)
    for day in sorted({*rest, *work}):
        if not first <= day <= last:
            raise DayOutsideYear(day=day.isoformat(), year=year)
    for day in sorted(work):
        if day.weekday() < 5:
            raise WorkdayNotOnWeekend(day=day.isoformat())
        if day in rest:
            raise DayTwice(day=day.isoformat())
    if worked := sorted(day for day in statutory_days(year) if not _is_off(day, rest, work)):
        raise YearIncomplete(year=year, day=worked[0].isoformat(), count=len(worked))
    off, due = sum(day.weekday() < 5 for day in rest) - len(work), len(statutory_days(year))
    if off < due:
        raise TooFewRestDays(year=year, off=off, due=due)


def _is_off(day: date, rest: Collection[date], work: Collection[date]) -> bool:
    return day in rest or (day.weekday() >= 5 and day not in work)
