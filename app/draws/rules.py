"""Once a year a bureau draws by lot what it checks on the spot: no fewer than a share of everything that can be drawn.

The seed and all that was drawn of are published at once, so that anybody draws again: the lot of each is the SHA-256 of
seed, line feed and number, and the lowest lots are drawn. What is drawn (contracts, organisations), its room knows.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from app.core.errors import DomainError


class YearDrawn(DomainError):
    """A year is drawn once: who draws again chooses."""


@dataclass(frozen=True)
class DrawTerms:
    """Which share is drawn each year, and who says so."""

    share: Decimal
    source: str


def draw_size(share: Decimal, population: int) -> int:
    """How many are checked: no fewer than the share; 0.3 of 26 are 8, 0.05 of 60 are 3."""
    return ceil(share * population)


def undrawable(year: int, candidates: int, nothing: type[DomainError], *, is_drawn: bool) -> DomainError | None:
    """Why nothing is drawn: a year is drawn once, and of something; `nothing` says that there is nothing."""
    if is_drawn:
        return YearDrawn(year=year)
    return None if candidates else nothing(year=year)
