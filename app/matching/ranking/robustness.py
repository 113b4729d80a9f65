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
CLOSEST = 256  # of a long list, the rest is only looked through for those who may come up to them
IN_CACHE = 1_024  # candidates that are drawn for together
ROUNDED = 1e-5  # more than single precision loses


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
    if values.shape[1] > 2 * CLOSEST:
        values = values[:, _contenders(values, drawn)]
    scores = _scores(values, drawn)
    shown = min(top, scores.shape[1])
    best = np.argsort(-scores, axis=1, kind="stable")[:, :FIVE]
    firsts = np.bincount(best[:, 0], minlength=shown) if shown else np.zeros(0, np.int64)
    among = np.bincount(best.ravel(), minlength=shown)
    return [Robustness(_share(int(firsts[row])), _share(int(among[row]))) for row in range(shown)]


def _scores(values: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draws × candidates."""
    compared = drawn @ ~np.isnan(values)
    return np.asarray(drawn @ np.nan_to_num(values) / np.maximum(compared, np.finfo(float).tiny))


def _contenders(values: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whoever may be among the first five of some draw: the closest, and who comes up to the fifth of these."""
    fifth = np.partition(_scores(values[:, :CLOSEST], drawn), -FIVE, axis=1)[:, -FIVE]
    weights, least = drawn.astype(np.float32), (fifth * (1 - ROUNDED)).astype(np.float32)[:, None]
    comes_up = np.ones(values.shape[1], dtype=np.bool_)
    for begin in range(CLOSEST, len(comes_up), IN_CACHE):
        part = values[:, begin : begin + IN_CACHE].astype(np.float32)
        compared = ~np.isnan(part)
        reached = weights @ np.where(compared, part, 0)
        comes_up[begin : begin + IN_CACHE] = (reached >= least * (weights @ compared)).any(axis=0)
    return np.flatnonzero(comes_up)


def _share(times: int) -> Decimal:
    return (Decimal(times) / DRAWS).quantize(SHARE)
