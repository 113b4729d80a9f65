"""Working days in mainland China: rest days, weekends turned into workdays, and deadlines counted over them.

Counting follows 民法典 arts 201 and 203 and 财政部令94号 art 42: the start day is not counted, and a last day
on a rest day rolls on to the next working day. Weekends that the State Council turned into workdays count.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from holidays import country_holidays
from holidays.countries.china import ChinaStaticHolidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
# New Year's arrangements of 2006, 2007 and 2012 moved days of the December before.
NEW_YEAR_REACH = timedelta(days=3)


class Unit(StrEnum):
    days = "days"
    working_days = "working_days"


@dataclass(frozen=True)
class Term:
    """A length of time and the rule it comes from; `source` is shown beside every deadline made from it."""

    length: int
    unit: Unit
    source: str


@dataclass(frozen=True)
class Deadline:
    """The last day `on` which something may be done; it ends when that day ends in Shanghai.

    `provisional`: the count crosses a year whose official calendar is not known yet, so the day may move.
    """

    on: date
    provisional: bool
    rule: str

    @property
    def at(self) -> datetime:
        return end_of_day(self.on)


@dataclass(frozen=True)
class WorkCalendar:
    """`holidays`: rest days beyond weekends; `workdays`: weekend days to be worked;
    `official_years`: the years whose arrangement the State Council has published."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    official_years: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def rolled_on(self, day: date) -> date:
        """`day` itself, or the next working day when it is a rest day."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def add_working_days(self, start: date, length: int, rule: str = "") -> Deadline:
        """The `length`-th working day after `start`; with 0, `start` rolled on."""
        day = start
        for _ in range(length):
            day = self.rolled_on(day + DAY)
        return self._deadline(start, self.rolled_on(day), rule)

    def add_days(self, start: date, length: int, rule: str = "") -> Deadline:
        """`length` calendar days after `start`, rolled on when that is a rest day."""
        return self._deadline(start, self.rolled_on(start + length * DAY), rule)

    def after(self, start: date, term: Term) -> Deadline:
        count = self.add_days if term.unit is Unit.days else self.add_working_days
        return count(start, term.length, term.source)

    def has_run(self, start: date, end: date, term: Term) -> bool:
        """Whether a period from `start` up to and including `end` is at least as long as `term`.

        A minimum in calendar days is compared without rolling: only a last day for acting rolls on.
        """
        if term.unit is Unit.days:
            return (end - start).days >= term.length
        return end >= self.add_working_days(start, term.length).on

    def is_provisional(self, on: date) -> bool:
        """Whether a deadline counted to this day may still move: the arrangement of its year is not known yet."""
        return not self.official_years.issuperset({on.year, (on + NEW_YEAR_REACH).year})

    def provisional(self, days: Mapping[str, date | None]) -> list[str]:
        """The names of those days that may still move."""
        return [name for name, on in days.items() if on is not None and self.is_provisional(on)]

    def _deadline(self, start: date, on: date, rule: str) -> Deadline:
        crossed = range(start.year, (on + NEW_YEAR_REACH).year + 1)
        return Deadline(on, not self.official_years.issuperset(crossed), rule)


def from_holidays(years: Iterable[int]) -> WorkCalendar:
    """The seed calendar of `years` from the holidays package, weekends turned into workdays included.

    The package computes the statutory days of any year, but the exchanged days only of those years whose
    arrangement has been published: these are the official ones.
    """
    asked = sorted(set(years))
    calendar = country_holidays("CN", years=asked, expand=False)
    published = ChinaStaticHolidays.special_public_holidays.keys()
    return WorkCalendar(
        holidays=frozenset(calendar),
        workdays=frozenset(day for day in calendar.weekend_workdays if day not in calendar),
        official_years=frozenset(asked) & frozenset(published),
    )


def statutory_days(year: int) -> frozenset[date]:
    """The days that 全国年节及纪念日放假办法 art. 2 makes holidays of all citizens, before any is exchanged."""
    named = country_holidays("CN", years=year, observed=False, expand=False, language="en_US")
    return frozenset(day for day, name in named.items() if not name.startswith("Day off"))


def period_end(starts_on: date, months: int) -> date:
    """The last day of a period of whole calendar months of which `starts_on` is the first day.

    It is the day before the same day of the month, or the last day of a month that is too short for that:
    from 2018-07-01 six months run to 2018-12-31, from 2018-08-31 to 2019-02-28 (民法典 arts 201, 202).
    """
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if starts_on.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, starts_on.day) - DAY


def shanghai_date(instant: datetime) -> date:
    """The calendar day in Shanghai; a naive instant is a mistake of the caller (ValueError)."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no date in Shanghai")
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The first instant after `day` in Shanghai: what comes before it is in time."""
    return datetime.combine(day + DAY, time.min, SHANGHAI)


def last_day(end: datetime) -> date:
    """The last day that has a moment before `end`: the inverse of `end_of_day`."""
    return shanghai_date(end - timedelta.resolution)
