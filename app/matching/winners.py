"""Which bids to fund: the set of highest total score within a budget and a number of places, solved exactly.

A 0/1 programme (multiple knapsack constraints with conflict groups) given to HiGHS with a gap of 0. Scores and
amounts enter as whole numbers, so every sum is an integer the solver can carry; what it returns is added up
again in Python integers, and its dual bound must leave no room for one more unit of score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from app.core.errors import DomainError

# Beyond this, one unit of a sum is finer than the solver's tolerance and a bound proves nothing.
LARGEST_SUM = 2**40
HALF_UNIT = 0.5
Row = tuple[tuple[int, ...], int]


class WinnersUnproven(DomainError):
    """The solver's answer could not be verified exactly; nothing is decided on it."""

    status = 503


@dataclass(frozen=True)
class Contender:
    """`groups`: whatever can be won once only, such as its applicant and its item. `amount` in yuan."""

    key: str
    score: Fraction
    amount: Decimal
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Winners:
    """`keys` in the order of the contenders given; `score` and `amount` are exact sums."""

    keys: tuple[str, ...]
    score: Fraction
    amount: Decimal


@dataclass(frozen=True)
class _Programme:
    """The lot in whole numbers: per contender its score and amount, and the limits as rows `a·x <= limit`."""

    scores: tuple[int, ...]
    amounts: tuple[int, ...]
    rows: tuple[Row, ...]


def best_winners(contenders: Sequence[Contender], *, places: int, budget: Decimal) -> Winners:
    """The set of at most `places` contenders with the highest total score whose amounts fit the `budget`.

    At most one contender of each group wins. Among sets of equal score the cheaper wins, and among these the
    one that holds the earliest contender in the given order, then the next earliest, and so on.
    Refused with WinnersUnproven when exact arithmetic does not confirm the solver's answer.
    """
    able = [c for c in contenders if c.amount <= budget and c.score > 0]
    if not able or places < 1:
        return Winners((), Fraction(0), Decimal(0))
    programme = _programme(able, places, budget)
    chosen = _first_in_order(programme, _cheapest(programme, _highest(programme)))
    won = [able[i] for i in sorted(chosen)]
    return Winners(
        keys=tuple(c.key for c in won),
        score=sum((c.score for c in won), Fraction(0)),
        amount=sum((c.amount for c in won), Decimal(0)),
    )


def _programme(able: Sequence[Contender], places: int, budget: Decimal) -> _Programme:
    scores = _whole([c.score for c in able])
    *amounts, limit = _whole([*(Fraction(c.amount) for c in able), Fraction(budget)])
    unit = gcd(*amounts) or 1
    amounts = [amount // unit for amount in amounts]
    groups = sorted({group for c in able for group in c.groups})
    rows = [(tuple([1] * len(able)), places), (tuple(amounts), limit // unit)]
    rows += [(tuple(int(group in c.groups) for c in able), 1) for group in groups]
    if max(sum(scores), sum(amounts)) > LARGEST_SUM:
        raise WinnersUnproven(contenders=len(able))
    return _Programme(tuple(scores), tuple(amounts), tuple(rows))


def _whole(values: Sequence[Fraction]) -> list[int]:
    """The values times the smallest number that makes all of them whole."""
    scale = lcm(*(value.denominator for value in values))
    return [int(value * scale) for value in values]


def _highest(programme: _Programme) -> frozenset[int]:
    chosen = _solve(programme, programme.scores, ())
    if chosen is None:
        raise WinnersUnproven(contenders=len(programme.scores))
    return chosen


def _cheapest(programme: _Programme, best: frozenset[int]) -> frozenset[int]:
    """Of the sets as good as `best`, one of the smallest amount."""
    costs = tuple(-amount for amount in programme.amounts)
    return _solve(programme, costs, (_at_least(programme.scores, best),)) or best


def _first_in_order(programme: _Programme, best: frozenset[int]) -> frozenset[int]:
    """Of the sets as good and as cheap as `best`, the first in the contenders' order."""
    equals = (
        _at_least(programme.scores, best),
        _at_least(tuple(-amount for amount in programme.amounts), best),
    )
    width = len(programme.scores)
    another = (tuple(int(i in best) for i in range(width)), len(best) - 1)
    if _solve(programme, programme.scores, (*equals, another)) is None:
        return best
    settled: dict[int, int] = {}
    for i in range(width):
        if i not in best:
            better = _solve(programme, programme.scores, equals, settled | {i: 1})
            best = better or best
        settled[i] = int(i in best)
    return best


def _at_least(values: tuple[int, ...], chosen: frozenset[int]) -> Row:
    """The row that keeps the sum of `values` from falling below that of `chosen`."""
    return tuple(-value for value in values), -sum(values[i] for i in chosen)


def _solve(
    programme: _Programme,
    worth: tuple[int, ...],
    extra: Sequence[Row],
    settled: dict[int, int] | None = None,
) -> frozenset[int] | None:
    """The set of highest `worth` within the programme's rows and the `extra` ones; None when there is none.

    `settled` fixes contenders in or out. The answer is checked in whole numbers against every row, and the
    solver's bound against the answer.
    """
    rows = (*programme.rows, *extra)
    fixed = settled or {}
    low = np.array([fixed.get(i, 0) for i in range(len(worth))])
    high = np.array([fixed.get(i, 1) for i in range(len(worth))])
    answer = milp(
        -np.array(worth, dtype=float),
        integrality=np.ones(len(worth)),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(
            np.array([row for row, _ in rows], dtype=float), ub=np.array([limit for _, limit in rows], float)
        ),
        options={"mip_rel_gap": 0},
    )
    if answer.status == 2:
        return None
    if answer.x is None:
        raise WinnersUnproven(contenders=len(worth))
    chosen = frozenset(int(i) for i in np.flatnonzero(answer.x > HALF_UNIT))
    _verify(rows, worth, chosen, answer.mip_dual_bound)
    return chosen


def _verify(rows: Sequence[Row], worth: tuple[int, ...], chosen: frozenset[int], bound: float) -> None:
    """Every row holds in whole numbers, and the bound leaves no room for a set worth one unit more."""
    fits = all(sum(row[i] for i in chosen) <= limit for row, limit in rows)
    room = -bound - sum(worth[i] for i in chosen)
    if not (fits and room < HALF_UNIT):
        raise WinnersUnproven(contenders=len(worth))
