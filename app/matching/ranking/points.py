"""From eight values to one score: whole numbers only, so that reasons add up to the score exactly.

Values are ten-thousandths, weights millionths; parts are cut off, so that together they are never more than one whole.
What could not be compared counts nothing and its weight falls to
the rest in proportion. This is the scalar reference; `vectors` and `kernel` do the same sums on arrays.
"""

from collections.abc import Sequence

from app.matching.ranking.criteria import Measure
from app.matching.ranking.records import Weights


def millionths(weights: Weights) -> list[int]:
    return [int(share.scaleb(6)) for share in weights.shares().values()]


def contributions(measures: Sequence[Measure], shares: Sequence[int]) -> tuple[list[int], int]:
    """Ten-thousandths per criterion, and the weight that could be compared (in millionths)."""
    values = [0 if measure.value is None else round(measure.value * 10_000) for measure in measures]
    total = sum([share for share, measure in zip(shares, measures, strict=True) if measure.value is not None])
    if not total:
        return [0] * len(values), 0
    return [share * value // total for share, value in zip(shares, values, strict=True)], total


def points(measures: Sequence[Measure], shares: Sequence[int]) -> int:
    """The score of a pair in ten-thousandths."""
    return sum(contributions(measures, shares)[0])
