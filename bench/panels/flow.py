"""A lot of bids and judges in whole numbers, and its assignment of the highest total score by minimum-cost flow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import shake_256

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from app.core.errors import DomainError

LOTS = 256  # a lot is one byte
LARGEST_COST = 2**60  # of a pair, times the number of nodes: so the flow reckons, in 64 bits
NEVER = 2**61  # the cost of a pair that is not open; may be added to a cost
PROMISING = 16  # pairs of a bid that the flow is given first
Numbers = NDArray[np.int64]
Chosen = NDArray[np.bool_]
Score = int | Decimal


class PanelPartUnknown(DomainError):
    """A score or a conflict names a bid or a judge that is not listed."""

    status = 422


class PanelScoreRefused(DomainError):
    """A score below zero, not a number, or finer than can be added up exactly."""

    status = 422


class PanelLoadRefused(DomainError):
    """A load below zero, or a lowest load above the highest."""

    status = 422


class PanelSizeRefused(DomainError):
    status = 422


class BidShortOfJudges(DomainError):
    """Conflicts of interest leave this bid too few judges."""


class LoadsTooLow(DomainError):
    """All judges together may not read as many bids as there are places."""


class PanelsUnfillable(DomainError):
    """Loads and conflicts together leave these bids short, whoever reads the others."""


class LeastLoadsTooHigh(DomainError):
    """Not every judge can be given the bids that they are to read at least."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many bids a judge reads, at most and at least."""

    most: int
    least: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A lot in whole numbers, a row a bid and a column a judge, both by id. `worth` in units of 10 ** -places."""

    bids: tuple[str, ...]
    judges: tuple[str, ...]
    worth: Numbers
    free: Chosen
    lots: Numbers
    most: Numbers
    least: Numbers
    size: int
    places: int

    def served(self, chosen: Chosen) -> Numbers:
        return np.asarray((self.worth * chosen).sum(axis=1))

    def holds(self, chosen: Chosen) -> bool:
        """Every bid has its judges, none with a conflict, and every load is within its limits."""
        loads = chosen.sum(axis=0)
        kept = (self.least <= loads) & (loads <= self.most)
        return bool((chosen.sum(axis=1) == self.size).all() and kept.all() and not (chosen & ~self.free).any())

    def score(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self.places)


def panel_table(
    scores: Mapping[str, Mapping[str, Score]],
    loads: Mapping[str, Load],
    size: int,
    conflicts: Collection[tuple[str, str]] = (),
    seed: str = "",
) -> Table:
    """The lot ready for assignment: `scores[bid][judge]` (0 where none is given), `size` judges a bid, `conflicts`
    as (bid, judge).

    The lot of a pair is a byte of SHAKE-256 of the seed and the bid's id, at the judge's place among the ids.
    Refusals: PanelPartUnknown, PanelScoreRefused, PanelLoadRefused, PanelSizeRefused, BidShortOfJudges,
    LoadsTooLow.
    """
    bids, judges = tuple(sorted(scores)), tuple(sorted(loads))
    if size < 1 or not bids:
        raise PanelSizeRefused(size=size, bids=len(bids))
    for judge in judges:
        if not 0 <= loads[judge].least <= loads[judge].most:
            raise PanelLoadRefused(judge=judge, least=loads[judge].least, most=loads[judge].most)
    row, column = {bid: i for i, bid in enumerate(bids)}, {judge: j for j, judge in enumerate(judges)}
    worth, places = _whole(
        scores, column, LARGEST_COST // (LOTS * len(bids) * size * (2 * len(bids) + len(judges) + 1))
    )
    free = np.ones(worth.shape, dtype=bool)
    for bid, judge in conflicts:
        if bid not in row or judge not in column:
            raise PanelPartUnknown(bid=bid, judge=judge)
        free[row[bid], column[judge]] = False
    lots = [list(shake_256(f"{seed}\n{bid}".encode()).digest(len(judges))) for bid in bids]
    table = Table(
        bids=bids,
        judges=judges,
        worth=worth,
        free=free,
        lots=np.array(lots, dtype=np.int64).reshape(worth.shape),
        most=np.array([loads[judge].most for judge in judges], dtype=np.int64),
        least=np.array([loads[judge].least for judge in judges], dtype=np.int64),
        size=size,
        places=places,
    )
    _check_supply(table)
    return table


def _whole(scores: Mapping[str, Mapping[str, Score]], column: Mapping[str, int], largest: int) -> tuple[Numbers, int]:
    """The scores as whole numbers of the finest decimal place in use, and how many places that are."""
    given = [(i, bid, judge, Decimal(s)) for i, bid in enumerate(sorted(scores)) for judge, s in scores[bid].items()]
    for _, bid, judge, score in given:
        if judge not in column:
            raise PanelPartUnknown(bid=bid, judge=judge)
        if not (score.is_finite() and score >= 0):
            raise PanelScoreRefused(bid=bid, judge=judge, score=score)
    places = max([0, *(-int(score.as_tuple().exponent) for *_, score in given if score)])
    worth = np.zeros((len(scores), len(column)), dtype=np.int64)
    for i, bid, judge, score in given:
        units = int(score.scaleb(places))
        if units >= largest:
            raise PanelScoreRefused(bid=bid, judge=judge, score=score)
        worth[i, column[judge]] = units
    return worth, places


def _check_supply(table: Table) -> None:
    able = table.free & (table.most > 0)
    for bid, count in zip(table.bids, able.sum(axis=1).tolist(), strict=True):
        if count < table.size:
            raise BidShortOfJudges(bid=bid, wanted=table.size, free=count)
    wanted, offered = _places(table), int(np.minimum(table.most, able.sum(axis=0)).sum())
    if offered < wanted:
        raise LoadsTooLow(wanted=wanted, offered=offered)
    if (least := int(table.least.sum())) > wanted:
        raise LeastLoadsTooHigh(judges=", ".join(_bound(table)), least=least, places=wanted)


def _bound(table: Table) -> list[str]:
    return [judge for judge, least in zip(table.judges, table.least.tolist(), strict=True) if least]


def _places(table: Table) -> int:
    return len(table.bids) * table.size


def highest_total(table: Table) -> Chosen:
    """The assignment of the highest total score, and among those of the highest sum of lots; exact.

    The flow is solved over the most promising pairs first. Prices of bids and judges then tell which other pairs
    could improve on it; these are opened and the flow is solved again, until there are none (column generation).
    Refusals: PanelsUnfillable, LeastLoadsTooHigh.
    """
    opened = _promising(table)
    while (chosen := flow(table, opened)) is None or (missed := _improving(table, opened, chosen)).any():
        if chosen is None and (opened == table.free).all():
            raise _what_is_short(table)
        opened = table.free if chosen is None else opened | missed
    return chosen


def _costs(table: Table) -> Numbers:
    """A score comes before all lots together."""
    return np.asarray(-(table.worth * (LOTS * _places(table)) + table.lots))


def _promising(table: Table) -> Chosen:
    """The best pairs of every bid, and of every judge as many as fall to one on average."""
    bids, judges = table.free.shape
    costs = np.where(table.free, _costs(table), NEVER)
    by_bid, by_judge = min(PROMISING, judges), min(PROMISING * bids // judges + 1, bids)
    opened = np.zeros(table.free.shape, dtype=bool)
    opened[np.arange(bids)[:, None], np.argpartition(costs, by_bid - 1, axis=1)[:, :by_bid]] = True
    opened[np.argpartition(costs, by_judge - 1, axis=0)[:by_judge], np.arange(judges)] = True
    return opened & table.free


def _improving(table: Table, opened: Chosen, chosen: Chosen) -> Chosen:
    """The pairs not opened that could be part of a better assignment; if there are none, `chosen` is the best.

    Prices are the lengths of shortest paths in the residual network (Ahuja, Magnanti, Orlin, "Network Flows", 1993,
    theorem 9.3), found by rounds of improvement, in whole numbers.
    """
    if (opened == table.free).all():
        return np.zeros_like(opened)
    costs, loads = _costs(table), chosen.sum(axis=0)
    onward, back = np.where(opened & ~chosen, costs, NEVER), np.where(chosen, -costs, NEVER)
    more, fewer = loads < table.most, loads > table.least
    bids, judges, rest = np.zeros(len(table.bids), np.int64), np.zeros(len(table.judges), np.int64), 0
    before = None
    while before != (total := int(bids.sum() + judges.sum()) + rest):
        before = total
        judges = np.minimum(judges, (bids[:, None] + onward).min(axis=0))
        rest = min([rest, *judges[more].tolist()])
        judges = np.where(fewer, np.minimum(judges, rest), judges)
        bids = np.minimum(bids, (judges + back).min(axis=1))
    return table.free & ~opened & (bids[:, None] + costs < judges)


def flow(table: Table, free: Chosen, strong: Chosen | None = None, count: int = 0) -> Chosen | None:
    """The highest total over the pairs `free`, `count` judges of every bid from its `strong` ones; None when there
    is none.

    Bids send `size` units over pairs to judges, at most `size - count` of them by a detour to pairs that are not
    strong; a judge keeps what they read at least and passes the rest on, within their load.
    """
    bids, judges = free.shape
    network = SimpleMinCostFlow()
    bid, judge = np.nonzero(free)
    weak = np.zeros(len(bid), dtype=bool) if strong is None else ~strong[bid, judge]
    detour, sink = bids + judges, 2 * bids + judges
    pairs = _arcs(network, bid + weak * detour, bids + judge, np.ones(len(bid)), _costs(table)[bid, judge])
    _arcs(network, np.arange(judges) + bids, np.full(judges, sink), table.most - table.least, np.zeros(judges))
    if strong is not None:
        around = np.arange(bids)
        _arcs(network, around, around + detour, np.full(bids, table.size - count), np.zeros(bids))
    network.set_nodes_supplies(np.arange(bids, dtype=np.int32), np.full(bids, table.size, dtype=np.int64))
    network.set_nodes_supplies(np.arange(bids, bids + judges, dtype=np.int32), -table.least)
    network.set_node_supply(sink, int(table.least.sum()) - bids * table.size)
    if network.solve() != network.OPTIMAL:
        return None
    chosen = np.zeros(free.shape, dtype=bool)
    chosen[bid, judge] = network.flows(pairs) > 0
    return chosen


def _what_is_short(table: Table) -> DomainError:
    """Why no assignment exists: bids that stay short even when no judge must read any, or judges below their least."""
    free = replace(table, least=np.zeros_like(table.least))
    if flow(free, table.free) is not None:
        return LeastLoadsTooHigh(judges=", ".join(_bound(table)), least=int(table.least.sum()), places=_places(table))
    filled = _most_filled(table)
    short = [bid for bid, count in zip(table.bids, filled.tolist(), strict=True) if count < table.size]
    return PanelsUnfillable(bids=", ".join(short), missing=_places(table) - int(filled.sum()))


def _most_filled(table: Table) -> Numbers:
    """How many judges every bid has when as many places as possible are filled."""
    bids, judges = table.free.shape
    network = SimpleMaxFlow()
    bid, judge = np.nonzero(table.free)
    source, sink = bids + judges, bids + judges + 1
    pairs = network.add_arcs_with_capacity(
        bid.astype(np.int32), (bids + judge).astype(np.int32), np.ones(len(bid), dtype=np.int64)
    )
    around, across = np.arange(bids, dtype=np.int32), np.arange(bids, bids + judges, dtype=np.int32)
    network.add_arcs_with_capacity(np.full(bids, source, dtype=np.int32), around, np.full(bids, table.size))
    network.add_arcs_with_capacity(across, np.full(judges, sink, dtype=np.int32), table.most)
    network.solve(source, sink)
    return np.bincount(bid, weights=network.flows(pairs), minlength=bids).astype(np.int64)


def _arcs(
    network: SimpleMinCostFlow,
    tails: Numbers,
    heads: Numbers,
    capacities: NDArray[np.generic],
    costs: NDArray[np.generic],
) -> NDArray[np.int32]:
    found: NDArray[np.int32] = network.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), capacities.astype(np.int64), costs.astype(np.int64)
    )
    return found
