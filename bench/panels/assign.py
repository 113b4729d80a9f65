"""Which judges read which bid: the worst-served bid as well as possible first, then the highest total score.

How well a bid is served is the sum of its judges' scores (how competent each is for it). The highest total alone
is a transport problem that minimum-cost flow solves exactly, but it may leave one bid with whoever remained. To
serve the worst bid best is NP-hard with two judges a bid or more (Garg et al., "Assigning Papers to Referees",
Algorithmica 2010), so here it is found in steps, and what is proven of it is told beside the result:

1. For every k up to the number of judges a bid has: the highest score t such that each bid can have k judges of at
   least t, by bisection over the scores that occur, each tried by a flow (Stelmakh, Shah, Singh, "PeerReview4All",
   JMLR 2021). Already k = 1 serves no bid worse than the best possible divided by its number of judges.
2. From each of these, and from the highest total, exchanges of judges between the worst bid and another that help
   the one without pushing the other as low, until there is none.
3. Where that does not reach the bound (`bench.panels.bounds`), the exact solution for a lot of usual size.
4. The highest total, by flow, in which the bids that would fall below the worst keep the panels they have; where
   that does not reach its bound, the exact solution again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from bench.panels.bounds import exact, relaxed
from bench.panels.floor import alone, exchanged, refilled, thresholds
from bench.panels.flow import Chosen, Load, Score, Table, highest_total, panel_table


@dataclass(frozen=True, slots=True)
class Panels:
    """`judges` of every bid, by id; `served` the sum of their scores.

    `worst` is the lowest of `served`, and no assignment has a higher one than `worst_bound`. `total` is the sum of
    all; no assignment whose worst bid is served as well has more than `total_bound`. Where the two are equal
    it is proven that nothing better exists.
    """

    judges: Mapping[str, tuple[str, ...]]
    served: Mapping[str, Decimal]
    worst: Decimal
    worst_bound: Decimal
    total: Decimal
    total_bound: Decimal
    seed: str


def assign_panels(
    scores: Mapping[str, Mapping[str, Score]],
    loads: Mapping[str, Load],
    size: int,
    conflicts: Collection[tuple[str, str]] = (),
    seed: str = "",
) -> Panels:
    """`size` judges for every bid of `scores[bid][judge]`, none with a conflict, every judge within their load.

    Where scores leave a choice, lots drawn from the `seed` decide; the order in which anything is handed over
    does not matter. Refusals: those of `panel_table` and `highest_total`.
    """
    table = panel_table(scores, loads, size, conflicts, seed)
    richest = highest_total(table)
    fair, worst_bound = _fairest(table, richest)
    final, total_bound = _richest(table, richest, fair)
    served = table.served(final)
    return Panels(
        judges={bid: _names(table, row) for bid, row in zip(table.bids, final, strict=True)},
        served={bid: table.score(units) for bid, units in zip(table.bids, served.tolist(), strict=True)},
        worst=table.score(int(served.min())),
        worst_bound=table.score(worst_bound),
        total=table.score(int(served.sum())),
        total_bound=table.score(total_bound),
        seed=seed,
    )


def _names(table: Table, row: Chosen) -> tuple[str, ...]:
    return tuple(table.judges[column] for column in np.flatnonzero(row).tolist())


def _worst(table: Table, chosen: Chosen) -> int:
    return int(table.served(chosen).min())


def _total(table: Table, chosen: Chosen) -> int:
    return int(table.served(chosen).sum())


def _fairest(table: Table, richest: Chosen) -> tuple[Chosen, int]:
    """An assignment whose worst bid is served as well as could be found, and how well it could be at most."""
    bound = min(alone(table), _total(table, richest) // len(table.bids))
    best = richest
    for start in _starts(table, richest):
        if _worst(table, best) == bound:
            return best, bound
        best = max(best, exchanged(table, start), key=lambda chosen: (_worst(table, chosen), _total(table, chosen)))
    bound = min(bound, _or_else(relaxed(table), bound))
    if _worst(table, best) == bound:
        return best, bound
    solved = exact(table)
    found = best if solved.chosen is None else max(best, solved.chosen, key=lambda chosen: _worst(table, chosen))
    return found, min(bound, _or_else(solved.bound, bound))


def _starts(table: Table, richest: Chosen) -> Iterator[Chosen]:
    yield richest
    yield from thresholds(table)


def _richest(table: Table, richest: Chosen, fair: Chosen) -> tuple[Chosen, int]:
    """The highest total found whose worst bid is served as well as that of `fair`, and a bound on it."""
    floor, bound = _worst(table, fair), _total(table, richest)
    best = refilled(table, fair)
    if _total(table, best) == bound:
        return best, bound
    bound = min(bound, _or_else(relaxed(table, floor), bound))
    if _total(table, best) == bound:
        return best, bound
    solved = exact(table, floor)
    if solved.chosen is not None and _worst(table, solved.chosen) >= floor:
        best = max(best, solved.chosen, key=lambda chosen: _total(table, chosen))
    return best, min(bound, _or_else(solved.bound, bound))


def _or_else(found: int | None, otherwise: int) -> int:
    return otherwise if found is None else found
