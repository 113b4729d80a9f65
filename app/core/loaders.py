"""Reading days and instants from the database: one beyond the years of `core.bounds` is read as the nearest within.

So whatever a row says (another program, or a version before the bounds, may have written year 20000, "infinity" or one
BC, which Python's dates cannot hold), lists, desks and rankings show it and every sum of dates can be made.
"""

from typing import Any

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from app.core.bounds import FIRST_DAY, FIRST_INSTANT, LAST_DAY, LAST_INSTANT

FIRST_YEAR, LAST_YEAR = b"1900", b"2201"  # what is counted from a day of 2200 may end in the year after


class _Nearest(Loader):
    """Reads as psycopg does, but for years beyond the bounds. The text is ISO: 2026-11-20, infinity, 0044-03-15 BC."""

    first: Any
    last: Any

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        usual = psycopg.adapters.get_loader(oid, Format.TEXT)
        assert usual is not None
        self._usual = usual(oid, context).load

    def load(self, data: Buffer) -> Any:
        text = bytes(data)
        year, _, _ = text.partition(b"-")
        if (
            text.endswith(b"BC") or (len(year) == 4 and year < FIRST_YEAR) or not year
        ):  # -infinity has nothing before it
            return self.first
        return self.last if len(year) > 4 or year > LAST_YEAR else self._usual(data)


class NearestDay(_Nearest):
    first, last = FIRST_DAY, LAST_DAY


class NearestInstant(_Nearest):
    first, last = FIRST_INSTANT, LAST_INSTANT


def read_nearest(connection: Any, record: object) -> None:
    """For an engine's "connect" event."""
    adapters = connection.driver_connection.adapters
    adapters.register_loader("date", NearestDay)
    adapters.register_loader("timestamptz", NearestInstant)
