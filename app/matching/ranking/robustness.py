"""How firmly a rank stands: weights are a choice, so how often would others as good have chosen the same?"""

from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 200
FIRMNESS = 60  # the larger, the closer the draws stay to the published weights (sd of a weight of 0.3: 0.06)
SEED = 20180706  # the same draws for everybody
SHARE = Decimal("0.001")
FIVE = 5


class Robustness(NamedTuple):
    """The shares of the draws in which a candidate is first, and among the first five."""

    first: Decimal
    top_five: Decimal


def draws(weights: NDArray[np.int64], count: int = DRAWS) -> NDArray[np.float64]:
    """`count` × 8 weights around the given ones (Dirichlet); a weight of 0 stays 0."""
    whole = max(1, int(weights.sum()))
    drawn = np.random.default_rng(SEED).standard_gamma(FIRMNESS * weights / whole, size=(count, len(weights)))
    return np.asarray(drawn / np.maximum(drawn.sum(axis=1, keepdims=True), np.finfo(float).tiny))


def robustness(values: NDArray[np.float64], weights: NDArray[np.int64], top: int) -> list[Robustness]:
    """For the first `top` candidates of `values` (8 × n, best first, NaN not comparable); of equals the earlier
    counts."""
    drawn = draws(weights)
    comparable = ~np.isnan(values)
    scores = drawn @ np.nan_to_num(values) / np.maximum(drawn @ comparable, np.finfo(float).tiny)
    shown = min(top, scores.shape[1])
    best = np.argsort(-scores, axis=1, kind="stable")[:, :FIVE]
    firsts = np.bincount(best[:, 0], minlength=shown) if shown else np.zeros(0, np.int64)
    among = np.bincount(best.ravel(), minlength=shown)
    return [Robustness(_share(int(firsts[row])), _share(int(among[row]))) for row in range(shown)]


def _share(times: int) -> Decimal:
    return (Decimal(times) / DRAWS).quantize(SHARE)
