"""When a year's rest days are complete, and how a check of the audit log stands."""

from datetime import date, datetime, timedelta

import pytest

from app.core.days.calendar import SHANGHAI, from_holidays, statutory_days
from app.core.waiting import JobStatus
from app.installation.rules import (
    SILENCE,
    DayOutsideYear,
    DayTwice,
    TooFewRestDays,
    WorkdayNotOnWeekend,
    YearIncomplete,
    YearNotComing,
    YearPublished,
    check_arrangement,
    hindrance,
    status_of_check,
)

TODAY = date(2026, 11, 29)
AT = datetime(2026, 11, 29, 10, tzinfo=SHANGHAI)


def arrangement(year: int) -> tuple[set[date], set[date]]:
    calendar = from_holidays([year])
    days = (calendar.holidays, calendar.workdays)
    rest, work = [{day for day in each if day.year == year} for each in days]
    return rest, work


@pytest.mark.parametrize("year", [2018, 2019, 2021, 2022, 2023, 2024, 2025, 2026])
def test_every_arrangement_that_the_state_council_published_is_complete(year: int) -> None:
    check_arrangement(year, *arrangement(year))


def test_a_forgotten_holiday_is_named() -> None:
    rest, work = arrangement(2026)
    with pytest.raises(YearIncomplete) as refused:
        check_arrangement(2026, rest - {date(2026, 6, 19)}, work)
    assert refused.value.facts == {"year": 2026, "day": "2026-06-19", "count": 1}


def test_a_statutory_day_on_a_weekend_is_off_without_being_listed_unless_it_is_worked() -> None:
    rest, work = arrangement(2026)
    check_arrangement(2026, rest - {date(2026, 5, 2)}, work)
    with pytest.raises(YearIncomplete):
        check_arrangement(2026, rest - {date(2026, 5, 2)}, work | {date(2026, 5, 2)})


def test_a_weekend_is_not_worked_for_nothing() -> None:
    rest, work = arrangement(2026)
    with pytest.raises(TooFewRestDays) as refused:
        check_arrangement(2026, rest, work | {date(2026, 3, 7)})
    assert (refused.value.facts["off"], refused.value.facts["due"]) == (12, len(statutory_days(2026)))


@pytest.mark.parametrize(
    ("rest", "work", "refusal"),
    [
        ({date(2025, 12, 28)}, set(), DayOutsideYear),
        ({date(2027, 1, 1)}, set(), DayOutsideYear),
        (set(), {date(2026, 1, 5)}, WorkdayNotOnWeekend),
        ({date(2026, 1, 4)}, {date(2026, 1, 4)}, DayTwice),
    ],
)
def test_a_day_that_cannot_be_is_refused(rest: set[date], work: set[date], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_arrangement(2026, rest, work)


@pytest.mark.parametrize(
    ("year", "refusal"), [(2025, YearNotComing), (2026, YearPublished), (2027, None), (2028, YearNotComing)]
)
def test_only_this_year_and_the_next_are_taken_and_only_once(year: int, refusal: type[Exception] | None) -> None:
    found = hindrance(year, TODAY, is_official=year == 2026)
    assert (found and type(found)) == refusal


def test_a_check_that_is_not_heard_of_any_more_has_failed() -> None:
    assert status_of_check(None, None, AT, AT) is JobStatus.waiting
    assert status_of_check(9, None, AT, AT) is JobStatus.running
    assert status_of_check(9, AT, AT, AT + timedelta(days=9)) is JobStatus.done
    assert status_of_check(9, None, AT, AT + SILENCE + timedelta(seconds=1)) is JobStatus.failed
