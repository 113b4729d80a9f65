from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.days.calendar import period_end
from app.matching.ranking.profiles import calendar_months, months_between

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(DAYS, st.integers(1, 60))
def test_a_period_of_months_is_read_back_as_so_many_months(start: date, months: int) -> None:
    assert months_between(start, period_end(start, months)) == months


@given(DAYS, st.integers(0, 800))
def test_a_period_runs_in_the_months_in_which_its_days_lie(start: date, days: int) -> None:
    every_day = [start + timedelta(days=n) for n in range(days + 1)]
    assert calendar_months(start, every_day[-1]) == {day.month for day in every_day}


@pytest.mark.parametrize("period", [(None, date(2027, 1, 1)), (date(2027, 1, 2), date(2027, 1, 1))])
def test_a_period_without_a_first_or_last_day_runs_in_no_month_that_is_known(period: tuple[date | None, date]) -> None:
    assert (calendar_months(*period), months_between(*period)) == (None, None)
