"""Dates as a season's files write them: a month, a day, an hour, or two of them; all in Shanghai."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

from app.core import bounds
from app.core.days.calendar import SHANGHAI
from app.core.fields import telling

MONTH = re.compile(r"\d{4}-\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Span:
    """From `start` up to, not including, `end`. `opens`, `closes`: whether the file names the very hour of either."""

    start: datetime
    end: datetime
    opens: bool = False
    closes: bool = False

    def at(self, hour: int) -> datetime:
        """The hour named, or where only a day or month is, `hour` o'clock of its first day."""
        return self.start if self.opens else self.start + timedelta(hours=hour)

    def until(self, hour: int) -> datetime:
        """The hour named, or where only a day or month is, `hour` o'clock of its last day."""
        return self.end if self.closes else self.end - timedelta(hours=24 - hour)

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def last_day(self) -> date:
        return self.end.date() if self.closes else (self.end - timedelta.resolution).date()


def read_span(value: Any) -> Span:
    """2018-04, 2018-05-15, 2018-06-30T17:00 or a list of two of these. Error: ValueError. Refusal: YearRefused."""
    if isinstance(value, Span):
        return value
    if isinstance(value, list) and len(value) == 2:
        first, last = read_span(value[0]), read_span(value[1])
        if last.end < first.start:
            raise ValueError("ends before it starts")
        return Span(first.start, last.end, first.opens, last.closes)
    text = str(value)
    if MONTH.fullmatch(text):
        start = _midnight(bounds.day(date.fromisoformat(f"{text}-01")))
        return Span(start, _midnight((start.date() + timedelta(days=31)).replace(day=1)))
    if DAY.fullmatch(text):
        day = bounds.day(date.fromisoformat(text))
        return Span(_midnight(day), _midnight(day + timedelta(days=1)))
    at = datetime.fromisoformat(text)
    at = bounds.instant(at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)
    return Span(at, at, opens=True, closes=True)


def read_instant(value: Any) -> datetime:
    """An hour; a day alone means its first moment."""
    return read_span(value).start


def written_hour(at: datetime | None) -> str:
    """An hour as the files write it: Shanghai time, without an offset."""
    assert at is not None  # a finished tender has all its dates
    return at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()


def written_day(at: datetime | None) -> str:
    return written_hour(at)[:10]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


When = Annotated[Span, BeforeValidator(telling(read_span))]
Instant = Annotated[datetime, BeforeValidator(telling(read_instant))]
