"""Serving the worst-served bid of a lot well, by flows and exchanges of judges."""

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.panels.flow import Chosen, Table, flow


def thresholds(table: Table) -> Iterator[Chosen]:
    """For k = 1, 2, … the assignment in which every bid has k judges of the highest score t possible (a higher one
    has been tried and cannot be), of these one of the highest total."""
    scores = np.unique(table.worth[table.free]).tolist()
    for count in range(1, table.size + 1):
        tried: dict[int, Chosen | None] = {}

        def fails(score: int, count: int = count, tried: dict[int, Chosen | None] = tried) -> bool:
            tried[score] = flow(table, table.free, table.worth >= score, count)
            return tried[score] is None

        best = scores[bisect_left(scores, True, key=fails) - 1]
        chosen = tried.get(best)
        if chosen is not None:
            yield chosen


def exchanged(table: Table, start: Chosen) -> Chosen:
    """Judges moved to the worst-served bid, one exchange at a time, until none helps it.

    An exchange gives the bid a judge of another bid for one of its own, or one with room to read more; it counts
    when both bids are then served better than the worst was. Every step raises the lowest sums in their order,
    so it comes to an end.
    """
    chosen = start.copy()
    while (step := _best_exchange(table, chosen)) is not None:
        worst, given, other, taken = step
        chosen[worst, given], chosen[worst, taken] = False, True
        if other >= 0:
            chosen[other, taken], chosen[other, given] = False, True
    return chosen


def _best_exchange(table: Table, chosen: Chosen) -> tuple[int, int, int, int] | None:
    """(worst bid, its judge, the other bid or -1, the judge taken): the highest lower sum, then the highest sum."""
    served = table.served(chosen)
    worst = int(served.argmin())
    best: tuple[int, int] = (int(served[worst]), -1)
    found: tuple[int, int, int, int] | None = None
    for given in np.flatnonzero(chosen[worst]).tolist():
        for other, taken in (_seats(table, chosen, worst, given), _room(table, chosen, worst, given)):
            if not len(taken):
                continue
            mine = served[worst] + table.worth[worst, taken] - table.worth[worst, given]
            theirs = np.where(other < 0, mine, served[other] + table.worth[other, given] - table.worth[other, taken])
            lower, both = np.minimum(mine, theirs), mine + theirs
            place = int(np.lexsort((-both, -lower))[0])
            if (int(lower[place]), int(both[place])) > best and lower[place] > served[worst]:
                best = (int(lower[place]), int(both[place]))
                found = (worst, given, int(other[place]), int(taken[place]))
    return found


def _seats(table: Table, chosen: Chosen, worst: int, given: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(bid, judge) of every other panel with whom the worst bid could exchange the judge it gives."""
    takes = table.free[:, given] & ~chosen[:, given]
    other, taken = np.nonzero(chosen & takes[:, None] & (table.free[worst] & ~chosen[worst])[None, :])
    return other, taken


def _room(table: Table, chosen: Chosen, worst: int, given: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The judges who may read one bid more, when the one given may read one less."""
    loads = chosen.sum(axis=0)
    if loads[given] <= table.least[given]:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    taken = np.flatnonzero(table.free[worst] & ~chosen[worst] & (loads < table.most))
    return np.full(len(taken), -1), taken


def alone(table: Table) -> int:
    """What the worst bid would have if every bid could have its best free judges: no assignment serves it better."""
    best = np.sort(np.where(table.free, table.worth, -1), axis=1)[:, -table.size :]
    return int(best.sum(axis=1).min())


def refilled(table: Table, given: Chosen) -> Chosen:
    """The highest total by flow in which no bid is served worse than the worst of `given`.

    Bids that would be keep their panel of `given`; the flow is repeated until none is left.
    """
    floor, kept = table.served(given).min(), np.zeros(len(table.bids), dtype=bool)
    while True:
        chosen = flow(table, np.where(kept[:, None], given, table.free))
        assert chosen is not None  # `given` itself would do
        below = table.served(chosen) < floor
        if not below.any():
            return chosen
        kept |= below
