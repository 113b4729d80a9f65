from datetime import datetime

import pytest

from app.core.bounds import YearRefused
from app.core.days.calendar import SHANGHAI
from app.season.dates import read_instant, read_span


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "opens", "closes", "first", "last"),
    [
        ("2018-04", "2018-04-01T09:00", "2018-04-30T17:00", "2018-04-01", "2018-04-30"),
        ("2018-12", "2018-12-01T09:00", "2018-12-31T17:00", "2018-12-01", "2018-12-31"),
        ("2018-05-15", "2018-05-15T09:00", "2018-05-15T17:00", "2018-05-15", "2018-05-15"),
        ("2018-06-30T17:30", "2018-06-30T17:30", "2018-06-30T17:30", "2018-06-30", "2018-06-30"),
        (["2018-07-30", "2018-08-05"], "2018-07-30T09:00", "2018-08-05T17:00", "2018-07-30", "2018-08-05"),
        (["2018-07-30T10:00", "2018-08-05"], "2018-07-30T10:00", "2018-08-05T17:00", "2018-07-30", "2018-08-05"),
    ],
)
def test_a_month_a_day_an_hour_or_two_of_them(written: object, opens: str, closes: str, first: str, last: str) -> None:
    span = read_span(written)
    assert (span.at(9), span.until(17)) == (at(opens), at(closes))
    assert (str(span.first_day), str(span.last_day)) == (first, last)


def test_an_hour_with_its_offset_is_the_same_moment_in_shanghai() -> None:
    assert read_instant("2018-06-30T09:00+00:00") == at("2018-06-30T17:00")


@pytest.mark.parametrize(
    "written",
    [
        "1899-12",
        "2201-01",
        "9999-12-31",
        "0001-01-01",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00",
        ["2018-07", "9999-12"],
    ],
)
def test_a_date_outside_1900_to_2200_is_refused(written: object) -> None:
    with pytest.raises(YearRefused):
        read_span(written)


@pytest.mark.parametrize("written", ["", "mid-May 2018", "2018-13", "2018-02-30", ["2018-08-05", "2018-07-30"], 2018])
def test_anything_else_is_no_date(written: object) -> None:
    with pytest.raises(ValueError):
        read_span(written)
