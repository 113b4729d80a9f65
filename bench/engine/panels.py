"""M10: the highest total of panels against OR-Tools' own minimum-cost flow over all pairs, with the same optimum."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from bench.engine.matching import Inputs
from bench.engine.winners import PeerDisagrees
from bench.measures import Measure, at_least, median_pair, median_seconds, release
from bench.panels.flow import Chosen, Load, Table, flow, highest_total, panel_table

# The size of a large conference with published bids of its reviewers (AAMAS 2015, PrefLib): 613 papers, 201
# reviewers, three each. Interest is drawn by topic, bids and judges differ in how much they draw or give of it,
# and most pairs are of none.
BIDS, JUDGES, SIZE, MOST, TOPICS = 613, 201, 3, 11, 12
EAGER, WILLING, NEITHER = Decimal("1.0"), Decimal("0.5"), Decimal("0.2")
EAGER_SHARE, WILLING_SHARE, CONFLICT_SHARE = 0.02, 0.05, 0.01
SEED = 2015


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    """Refused with PeerDisagrees when the two do not find the same optimum."""
    table = conference()
    best = check_same(table)
    ours, theirs = median_pair(lambda: highest_total(table), lambda: all_at_once(table))
    programme = median_seconds(lambda: linear_programme(table))
    yield at_least(
        "M10",
        f"panels of {SIZE} for {BIDS} bids among {JUDGES} judges, highest total {table.score(best)}",
        ours * 1000,
        "ms",
        against=f"SimpleMinCostFlow of {release('ortools')} over all {table.free.sum():,} pairs, the same costs,"
        f" arcs added as arrays on both sides, {theirs * 1000:.0f} ms, same optimum;"
        f" HiGHS on the scores alone {programme * 1000:.0f} ms",
        ratio=theirs / ours,
        target=1.5,
    )


def check_same(table: Table) -> int:
    """The highest total, which both peers must find, and the flow the highest sum of lots too."""
    ours, peer = (_worth(table, chosen) for chosen in (highest_total(table), all_at_once(table)))
    if ours != peer or ours[0] != round(linear_programme(table)):
        raise PeerDisagrees(on="M10", ours=str(ours), peer=str(peer))
    return ours[0]


def _worth(table: Table, chosen: Chosen) -> tuple[int, int]:
    """The total score and the sum of lots."""
    return int((table.worth * chosen).sum()), int((table.lots * chosen).sum())


def all_at_once(table: Table) -> Chosen:
    """The same minimum-cost flow over every pair there is, solved once."""
    chosen = flow(table, table.free)
    assert chosen is not None, "the conference can be filled"
    return chosen


def conference() -> Table:
    """Interest by topics, the same on every machine."""
    random = np.random.default_rng(SEED)
    skill, topic = random.normal(size=(JUDGES, TOPICS)), random.normal(size=(BIDS, TOPICS))
    interest = topic @ skill.T + 2 * random.normal(size=(BIDS, JUDGES))
    interest += 2 * random.normal(size=(BIDS, 1)) + 2 * random.normal(size=(1, JUDGES))
    willing, eager = np.quantile(interest, [1 - WILLING_SHARE, 1 - EAGER_SHARE])
    scores = {
        f"B{bid:03}": {f"J{judge:03}": _score(value, willing, eager) for judge, value in enumerate(row)}
        for bid, row in enumerate(interest.tolist())
    }
    apart = zip(*np.nonzero(random.random((BIDS, JUDGES)) < CONFLICT_SHARE), strict=True)
    conflicts = [(f"B{bid:03}", f"J{judge:03}") for bid, judge in apart]
    return panel_table(scores, {f"J{judge:03}": Load(MOST) for judge in range(JUDGES)}, SIZE, conflicts, str(SEED))


def _score(interest: float, willing: float, eager: float) -> Decimal:
    if interest >= eager:
        return EAGER
    return WILLING if interest >= willing else NEITHER


def linear_programme(table: Table) -> float:
    """The optimum by HiGHS; every basic solution of a transport programme is whole."""
    bid, judge = np.nonzero(table.free)
    each, ones = np.arange(len(bid)), np.ones(len(bid))
    answer: Any = linprog(
        -table.worth[bid, judge],
        A_ub=coo_array((ones, (judge, each))).tocsr(),
        b_ub=table.most,
        A_eq=coo_array((ones, (bid, each))).tocsr(),
        b_eq=np.full(len(table.bids), table.size),
        bounds=(0, 1),
        method="highs",
    )
    return float(-answer.fun)
