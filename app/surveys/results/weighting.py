"""Weights that bring a sample to known counts: raking, capped, with the effective sample size it leaves.

Source: iterative proportional fitting, Deming & Stephan 1940; raking in surveys, Kalton & Flores-Cervantes 2003,
who advise limits on the weights; effective sample size (Σw)² / Σw², Kish 1965.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError

LOWEST, HIGHEST = 0.3, 3.0
ROUNDS = 500
CLOSE = 1e-9  # between two rounds
MET = 5e-5  # half of the last digit that shares are shown with
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


class Gap(NamedTuple):
    """The share that `group` has in truth, and the share that it has with the weights."""

    margin: str
    group: str
    wanted: float
    reached: float


@dataclass(frozen=True)
class Weights:
    """`values` average 1 and lie within [0.3, 3]. `uncovered`: groups (margin, group) in which nobody answered,
    which no weight can make up for. `capped`: how many weights sit at a limit. `gaps`: the widest of each margin."""

    values: Floats
    effective_n: float
    capped: int
    gaps: list[Gap]
    uncovered: list[tuple[str, str]]

    @property
    def converged(self) -> bool:
        """Every margin is met, with the limits kept."""
        return all(abs(gap.wanted - gap.reached) < MET for gap in self.gaps)


def effective_n(weights: Floats) -> float:
    """(Σw)² / Σw²; 0 for no weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def rake(size: int, margins: Sequence[Margin]) -> Weights:
    """Weights for `size` respondents that reproduce every margin's shares as far as the limits allow.

    One group after the other is scaled to its share, each weight held within the limits, over and over: projections
    onto convex sets, which meet in weights that keep every margin and all limits where there are any (Bregman 1967;
    without limits this is iterative proportional fitting). Where there are none, the gaps say what is amiss.
    Refusals: MarginLength, CountMissing (a group that answered has no count or none above nought).
    """
    for margin in margins:
        _check(size, margin)
    weights: Floats = np.ones(size)
    cells = [_cells(margin) for margin in margins]
    for _ in range(ROUNDS if size else 0):
        before = weights.copy()
        for positions, shares in cells:
            _fit(weights, positions, shares)
        weights = _scaled(weights, float(size))
        if float(np.abs(weights - before).max()) < CLOSE:
            break
    gaps = [_gap(margin, weights) for margin in margins if size]
    return Weights(weights, effective_n(weights), _at_limit(weights), gaps, _uncovered(margins))


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
    for at, share in zip(positions, shares, strict=True):
        weights[at] = _scaled(weights[at], share * known)


def _scaled(weights: Floats, total: float) -> Floats:
    """In proportion to `weights` and within the limits, adding up to `total` or as near to it as the limits allow.

    Ends, because every round fixes at least one more weight.
    """
    total = min(max(total, LOWEST * len(weights)), HIGHEST * len(weights))
    values = weights.copy()
    low, high = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    while True:
        free = ~(low | high)
        rest = total - LOWEST * low.sum() - HIGHEST * high.sum()
        if free.any():
            values[free] = weights[free] * (rest / weights[free].sum())
        over, under = free & (values > HIGHEST), free & (values < LOWEST)
        if not (over.any() or under.any()):
            return values
        excess = float((values[over] - HIGHEST).sum()) - float((LOWEST - values[under]).sum())
        low, high = (low, high | over) if excess >= 0 else (low | under, high)
        values[low], values[high] = LOWEST, HIGHEST


def _gap(margin: Margin, weights: Floats) -> Gap:
    """Shares are of the respondents whose group is known; a group in which nobody answered has none of them."""
    reached = dict.fromkeys((group for group, count in margin.counts.items() if count > 0), 0.0)
    for group, weight in zip(margin.groups, weights, strict=True):
        if group is not None:
            reached[group] += float(weight)
    known, total = sum(reached.values()), sum(margin.counts[group] for group in reached)
    gaps = [Gap(margin.name, g, margin.counts[g] / total, r / known if known else 0.0) for g, r in reached.items()]
    return max(gaps, key=lambda gap: abs(gap.wanted - gap.reached))


def _at_limit(weights: Floats) -> int:
    return int(((weights <= LOWEST + CLOSE) | (weights >= HIGHEST - CLOSE)).sum())


def _uncovered(margins: Sequence[Margin]) -> list[tuple[str, str]]:
    return [
        (margin.name, group)
        for margin in margins
        for group in sorted(set(margin.counts) - set(margin.groups))
        if margin.counts[group] > 0
    ]
