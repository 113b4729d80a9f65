"""Days to answer."""

from datetime import date

import pytest

from app.core.days.calendar import from_holidays
from app.findings.rules import ExtensionNotLater, FindingStatus, check_extension, due, is_overdue


def test_ten_working_days_from_12_october_2018_end_on_the_26th() -> None:
    assert due(date(2018, 10, 12), 10, from_holidays(range(2018, 2020))).on == date(2018, 10, 26)


def test_an_answer_is_late_from_the_day_after_the_last_one_and_never_once_given() -> None:
    last = date(2018, 10, 26)
    assert not is_overdue(FindingStatus.open, last, last)
    assert is_overdue(FindingStatus.open, last, date(2018, 10, 27))
    assert not is_overdue(FindingStatus.answered, last, date(2018, 10, 27))


def test_an_extension_to_the_same_day_is_none() -> None:
    with pytest.raises(ExtensionNotLater):
        check_extension(date(2018, 10, 26), date(2018, 10, 26))
