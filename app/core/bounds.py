"""The first and the last day, and the greatest whole number, that anything here is about.

Between these years every sum of dates that the rooms make can be made, and every driver can read what is stored.
"""

from datetime import UTC, date, datetime

from app.core.errors import DomainError

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
FIRST_INSTANT, LAST_INSTANT = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 12, 31, 23, 59, 59, 999999, UTC)
GREATEST = 2**63 - 1  # bigint, the type of every whole number in the database unless its column says otherwise


class YearRefused(DomainError):
    """A day or an instant before the year `first` or after the year `last`."""

    status = 422


def day(given: date) -> date:
    """The day itself. Refusal: YearRefused."""
    if not FIRST_DAY <= given <= LAST_DAY:
        raise _beyond()
    return given


def instant(given: datetime) -> datetime:
    """The instant itself, whatever its offset. Refusal: YearRefused."""
    if not FIRST_INSTANT <= given <= LAST_INSTANT:
        raise _beyond()
    return given


def _beyond() -> YearRefused:
    return YearRefused(first=FIRST_DAY.year, last=LAST_DAY.year)
