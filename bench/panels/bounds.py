"""What no assignment of judges can exceed: the linear relaxation of the lot, and for small lots its exact solution.

One 0/1 variable a pair; every bid has its judges, every judge a load within their limits. With a `floor` the total
is highest over the assignments that serve no bid worse; without one the worst bid is served best (a last variable
that no bid's sum may be below). Solved by HiGHS with a gap of 0. Bounds are rounded up by the solver's tolerance, and
an assignment it finds is taken only when it holds in whole numbers; the caller adds up what it is worth.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from bench.panels.flow import Chosen, Table

RELAXED_PAIRS = 20_000  # up to here the relaxation is solved (about a second)
EXACT_PAIRS = 1_500  # up to here the programme itself, as far as MOST_NODES reach
MOST_NODES = 500  # a number of nodes, not of seconds: the result is the same on every machine
SLACK = 1e-6  # what the solver takes for equal, as a share
HALF = 0.5


class Solved(NamedTuple):
    """`bound` in units of worth; `chosen` None when the solver stopped before it had an assignment that holds."""

    bound: int | None
    chosen: Chosen | None


def relaxed(table: Table, floor: int | None = None) -> int | None:
    """The bound by the relaxation, in which judges may be shared out in parts; None for lots too large for it."""
    if table.free.sum() > RELAXED_PAIRS:
        return None
    return _solve(table, floor, np.zeros(table.free.sum() + 1)).bound


def exact(table: Table, floor: int | None = None) -> Solved:
    """An assignment by the programme itself and the bound it proves; nothing for lots too large for it."""
    if table.free.sum() > EXACT_PAIRS:
        return Solved(None, None)
    return _solve(table, floor, np.ones(table.free.sum() + 1))


def _solve(table: Table, floor: int | None, whole: NDArray[np.float64]) -> Solved:
    bid, judge = np.nonzero(table.free)
    worth = table.worth[bid, judge]
    aim = np.append(np.zeros(len(bid)), -1.0) if floor is None else np.append(-worth, 0.0)
    answer = milp(
        aim,
        integrality=whole,
        bounds=Bounds(np.append(np.zeros(len(bid)), floor or 0), np.append(np.ones(len(bid)), floor or np.inf)),
        constraints=_rows(table, bid, judge),
        options={"mip_rel_gap": 0, "node_limit": MOST_NODES},
    )
    reached = answer.mip_dual_bound if whole.any() else answer.fun
    bound = None if reached is None or not np.isfinite(reached) else _rounded_up(-reached)
    if answer.x is None or not whole.any():
        return Solved(bound, None)
    chosen = np.zeros(table.free.shape, dtype=bool)
    chosen[bid, judge] = answer.x[:-1] > HALF
    return Solved(bound, chosen if table.holds(chosen) else None)


def _rows(table: Table, bid: NDArray[np.intp], judge: NDArray[np.intp]) -> LinearConstraint:
    bids, judges = table.free.shape
    each, ones = np.arange(len(bid)), np.ones(len(bid))
    places = coo_array((ones, (bid, each)), shape=(bids, len(bid) + 1))
    loads = coo_array((ones, (judge, each)), shape=(judges, len(bid) + 1))
    above = (
        np.append(table.worth[bid, judge], np.full(bids, -1)),
        (np.append(bid, np.arange(bids)), np.append(each, np.full(bids, len(bid)))),
    )
    sums = coo_array(above, shape=(bids, len(bid) + 1))
    sizes = np.full(bids, table.size)
    return LinearConstraint(
        vstack([places, loads, sums]).tocsr(),
        np.concatenate([sizes, table.least, np.zeros(bids)]),
        np.concatenate([sizes, table.most, np.full(bids, np.inf)]),
    )


def _rounded_up(value: float) -> int:
    """The highest whole number not above the value, when the value may be too low by the solver's tolerance."""
    return int(np.floor(value + SLACK * max(1.0, abs(value))))
