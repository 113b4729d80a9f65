from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.days.calendar import (
    SHANGHAI,
    Deadline,
    Term,
    Unit,
    WorkCalendar,
    end_of_day,
    from_holidays,
    last_day,
    shanghai_date,
)

CALENDAR = from_holidays(range(2018, 2028))


@pytest.mark.parametrize(
    ("published", "challenges_end"),
    [
        (date(2018, 9, 27), date(2018, 10, 12)),
        (date(2026, 9, 24), date(2026, 10, 13)),
        (date(2026, 2, 11), date(2026, 2, 28)),
    ],
)
def test_a_result_notice_of_one_working_day_and_seven_for_challenges(published: date, challenges_end: date) -> None:
    notice_ends = CALENDAR.add_working_days(published, 1)
    assert CALENDAR.add_working_days(notice_ends.on, 7, "94号令 art. 10") == Deadline(
        challenges_end, provisional=False, rule="94号令 art. 10"
    )


def test_a_saturday_turned_into_a_workday_counts_and_a_holiday_on_a_weekday_does_not() -> None:
    assert CALENDAR.is_working_day(date(2018, 9, 29))
    assert not CALENDAR.is_working_day(date(2018, 10, 5))
    assert not CALENDAR.is_working_day(date(2018, 10, 6))


def test_calendar_days_end_on_the_next_working_day_when_the_last_is_a_rest_day() -> None:
    assert CALENDAR.add_days(date(2018, 7, 30), 6).on == date(2018, 8, 6)
    assert CALENDAR.add_days(date(2018, 7, 30), 4).on == date(2018, 8, 3)


def test_days_of_a_year_without_an_official_calendar_and_those_just_before_it_may_still_move() -> None:
    days = {"near": date(2026, 12, 28), "before": date(2026, 12, 29), "in": date(2027, 3, 1), "none": None}
    assert CALENDAR.provisional(days) == ["before", "in"]


def test_no_days_at_all_still_rolls_on() -> None:
    assert CALENDAR.add_working_days(date(2018, 8, 5), 0).on == date(2018, 8, 6)
    assert CALENDAR.add_working_days(date(2018, 8, 6), 0).on == date(2018, 8, 6)


@pytest.mark.parametrize(
    ("start", "length", "provisional"),
    [(date(2026, 12, 1), 7, False), (date(2026, 12, 21), 7, True), (date(2027, 3, 1), 1, True)],
)
def test_a_deadline_that_crosses_a_year_without_an_official_calendar_is_provisional(
    start: date, length: int, provisional: bool
) -> None:
    assert CALENDAR.add_working_days(start, length).provisional is provisional


def test_an_edited_calendar_moves_the_deadline_and_makes_it_firm() -> None:
    edited = WorkCalendar(
        holidays=CALENDAR.holidays | {date(2027, 3, 2)},
        workdays=CALENDAR.workdays,
        official_years=CALENDAR.official_years | {2027},
    )
    assert edited.add_working_days(date(2027, 3, 1), 1) == Deadline(date(2027, 3, 3), False, "")


def test_a_term_says_its_unit_and_passes_its_source_on() -> None:
    working = Term(5, Unit.working_days, "87号令 art. 16")
    calendar = Term(5, Unit.days, "setting")
    assert CALENDAR.after(date(2018, 9, 28), working) == Deadline(date(2018, 10, 10), False, "87号令 art. 16")
    assert CALENDAR.after(date(2018, 9, 28), calendar) == Deadline(date(2018, 10, 8), False, "setting")


def test_a_minimum_in_days_is_compared_without_rolling() -> None:
    term = Term(6, Unit.days, "setting")
    assert CALENDAR.has_run(date(2018, 7, 30), date(2018, 8, 5), term)
    assert not CALENDAR.has_run(date(2018, 7, 30), date(2018, 8, 4), term)


def test_a_minimum_in_working_days_counts_working_days() -> None:
    term = Term(5, Unit.working_days, "87号令 art. 16")
    assert CALENDAR.has_run(date(2018, 9, 28), date(2018, 10, 10), term)
    assert not CALENDAR.has_run(date(2018, 9, 28), date(2018, 10, 9), term)


def test_the_date_is_the_one_in_shanghai() -> None:
    assert shanghai_date(datetime(2018, 6, 30, 16, 30, tzinfo=UTC)) == date(2018, 7, 1)
    with pytest.raises(ValueError, match="time zone"):
        shanghai_date(datetime(2018, 6, 30, 16, 30))


def test_a_day_ends_when_the_next_begins_in_shanghai() -> None:
    assert end_of_day(date(2018, 8, 6)) == datetime(2018, 8, 7, tzinfo=SHANGHAI)
    assert Deadline(date(2018, 8, 6), False, "").at == end_of_day(date(2018, 8, 6))


def test_the_last_day_is_the_one_that_still_has_a_moment_left() -> None:
    assert last_day(end_of_day(date(2018, 8, 6))) == date(2018, 8, 6)
    assert last_day(datetime(2018, 6, 30, 17, tzinfo=SHANGHAI)) == date(2018, 6, 30)


@settings(deadline=None)
@given(st.dates(date(2018, 1, 1), date(2026, 6, 1)), st.integers(0, 30), st.integers(0, 30))
def test_counting_in_two_legs_is_counting_in_one(start: date, first: int, second: int) -> None:
    half = CALENDAR.add_working_days(start, first).on
    counted_from = half if first else start
    assert CALENDAR.add_working_days(counted_from, second) == CALENDAR.add_working_days(start, first + second)


@settings(deadline=None)
@given(st.dates(date(2018, 1, 1), date(2026, 6, 1)), st.integers(1, 40))
def test_a_deadline_is_a_working_day_and_counts_exactly_the_working_days_before_it(start: date, length: int) -> None:
    on = CALENDAR.add_working_days(start, length).on
    days = [start + timedelta(days=n) for n in range(1, (on - start).days + 1)]
    assert sum(CALENDAR.is_working_day(day) for day in days) == length
    assert days[-1] == on and CALENDAR.is_working_day(on)
