"""Periods as rosters write them, in months."""

import re
from calendar import monthrange
from datetime import date

from app.core.bounds import FIRST_DAY, LAST_DAY

PERIOD = re.compile(r"(\d{4})[-./年](\d{1,2})月?\s*(?:至|到|–|—|-|~|to)\s*(\d{4})[-./年](\d{1,2})(?!\d)")


def rectification_period(text: str) -> tuple[date | None, date | None]:
    """First and last day of a period given in months ("2017-07至2018-06整改期"); (None, None) when none is named."""
    found = PERIOD.search(text)
    if not found:
        return None, None
    from_year, from_month, to_year, to_month = map(int, found.groups())
    if not (1 <= from_month <= 12 and 1 <= to_month <= 12 and (from_year, from_month) <= (to_year, to_month)):
        return None, None
    if not FIRST_DAY.year <= from_year <= to_year <= LAST_DAY.year:
        return None, None
    return date(from_year, from_month, 1), date(to_year, to_month, monthrange(to_year, to_month)[1])
