"""What has to be settled before a survey's results are drawn, and how sure a share is."""

import math

from app.core.errors import DomainError
from app.surveys.results.suppression import SMALL

Z = 1.959963984540054  # 95 %, two sides


class WavesStillOpen(DomainError): ...


class ReviewsPending(DomainError):
    """Responses that nobody has reviewed would be missing from the results without a trace."""


def is_shown(ayes: int, answers: int) -> bool:
    """Whether everybody may read how many of `answers` said yes: neither those who did nor those who did not are so
    few that the figures tell what each of them said, be the reader one of them."""
    return ayes >= SMALL and answers - ayes >= SMALL


def enough_of(population: int, margin: float) -> int:
    """How many of a population are asked, so that a share is known to ± `margin` at 95 % (finite population)."""
    endless = Z * Z / (4 * margin**2)
    return min(population, math.ceil(endless / (1 + (endless - 1) / population)))


def wilson(share: float, n: float) -> tuple[float, float]:
    """The 95 % score interval of a share among n; (0, 1) when n is 0: nothing is known."""
    if n <= 0:
        return 0.0, 1.0
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))
