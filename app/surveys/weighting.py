"""Weights that bring a sample to known counts: raking, capped, with the effective sample size it leaves.

Source: iterative proportional fitting, Deming & Stephan 1940; raking in surveys, Kalton & Flores-Cervantes 2003,
who advise limits on the weights; effective sample size (Σw)² / Σw², Kish 1965.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError

LOWEST, HIGHEST = 0.3, 3.0
ROUNDS = 200
CLOSE = 1e-8
Floats = NDArray[np.float64]


class CountMissing(DomainError):
    """A group that answered has no known count to be weighted to."""

    status = 422


class MarginLength(DomainError):
    status = 422


@dataclass(frozen=True)
class Margin:
    """`groups`: the group of each respondent, None where unknown (such a respondent is left as is by this margin).
    `counts`: how many people each group has in truth."""

    name: str
    groups: Sequence[str | None]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Weights:
    """`values` average 1 and lie within [0.3, 3]. `uncovered`: groups (margin, group) in which nobody answered,
    which no weight can make up for. `capped`: how many weights sit at a limit."""

    values: Floats
    effective_n: float
    capped: int
    converged: bool
    uncovered: list[tuple[str, str]]


def effective_n(weights: Floats) -> float:
    """(Σw)² / Σw²; 0 for no weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def rake(size: int, margins: Sequence[Margin]) -> Weights:
    """Weights for `size` respondents that reproduce every margin's shares as far as the limits allow.

    Refusals: MarginLength, CountMissing (a group that answered has no count or none above nought).
    """
    for margin in margins:
        _check(size, margin)
    weights: Floats = np.ones(size)
    cells = [_cells(margin) for margin in margins]
    converged = not margins or size == 0
    for _ in range(0 if converged else ROUNDS):
        before = weights.copy()
        for positions, shares in cells:
            _fit(weights, positions, shares)
        if float(np.abs(weights - before).max()) < CLOSE:
            converged = True
            break
    return _limited(weights, converged, margins)


def _check(size: int, margin: Margin) -> None:
    if len(margin.groups) != size:
        raise MarginLength(margin=margin.name, given=len(margin.groups), needed=size)
    for group in margin.groups:
        if group is not None and margin.counts.get(group, 0) <= 0:
            raise CountMissing(margin=margin.name, group=group)


def _cells(margin: Margin) -> tuple[list[NDArray[np.intp]], list[float]]:
    """The respondents of each group that answered, and the group's share among those groups."""
    groups = np.array([group if group is not None else "" for group in margin.groups], dtype=object)
    present = sorted({group for group in margin.groups if group is not None})
    total = sum(margin.counts[group] for group in present)
    return [np.flatnonzero(groups == group) for group in present], [margin.counts[g] / total for g in present]


def _fit(weights: Floats, positions: list[NDArray[np.intp]], shares: list[float]) -> None:
    known = sum(float(weights[at].sum()) for at in positions)
    factors = [share * known / float(weights[at].sum()) for at, share in zip(positions, shares, strict=True)]
    for at, factor in zip(positions, factors, strict=True):
        weights[at] *= factor


def _limited(weights: Floats, converged: bool, margins: Sequence[Margin]) -> Weights:
    values = _capped(weights / weights.mean()) if len(weights) else weights
    uncovered = [
        (margin.name, group)
        for margin in margins
        for group in sorted(set(margin.counts) - set(margin.groups))
        if margin.counts[group] > 0
    ]
    at_limit = int(((values <= LOWEST) | (values >= HIGHEST)).sum())
    return Weights(values, effective_n(values), at_limit, converged, uncovered)


def _capped(weights: Floats) -> Floats:
    """Within the limits and averaging 1: what the limits cut off or add is spread over the others in proportion.

    Ends, because every round fixes at least one more weight; 1 lies between the limits, so it can always be met.
    """
    values = weights.copy()
    low, high = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    while True:
        free = ~(low | high)
        rest = len(values) - LOWEST * low.sum() - HIGHEST * high.sum()
        if free.any():
            values[free] = weights[free] * (rest / weights[free].sum())
        over, under = free & (values > HIGHEST), free & (values < LOWEST)
        if not (over.any() or under.any()):
            return values
        excess = float((values[over] - HIGHEST).sum()) - float((LOWEST - values[under]).sum())
        low, high = (low, high | over) if excess >= 0 else (low | under, high)
        values[low], values[high] = LOWEST, HIGHEST
