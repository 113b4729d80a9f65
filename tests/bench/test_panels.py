from decimal import Decimal
from functools import cache
from itertools import combinations, product
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.core.errors import DomainError
from bench.engine import panels
from bench.engine.winners import PeerDisagrees
from bench.panels import flow as panel_flow
from bench.panels.assign import Panels, assign_panels
from bench.panels.bounds import relaxed
from bench.panels.floor import exchanged, refilled, thresholds
from bench.panels.flow import (
    BidShortOfJudges,
    LeastLoadsTooHigh,
    Load,
    LoadsTooLow,
    PanelLoadRefused,
    PanelPartUnknown,
    PanelScoreRefused,
    PanelSizeRefused,
    PanelsUnfillable,
    Table,
    flow,
    highest_total,
    panel_table,
)

Lot = dict[str, Any]


@st.composite
def lots(draw: Any) -> Lot:
    """Up to four bids and five judges, with conflicts and loads that may leave no assignment at all."""
    bids = [f"B{i}" for i in range(draw(st.integers(1, 4)))]
    judges = [f"J{j}" for j in range(draw(st.integers(1, 5)))]
    pairs = list(product(bids, judges))
    score = st.sampled_from([0, 1, 2, 3, 5, 9, Decimal("0.5"), Decimal("2.25")])
    loads = {}
    for judge in judges:
        least = draw(st.integers(0, 1))
        loads[judge] = Load(draw(st.integers(least, 4)), least)
    return {
        "scores": {bid: {judge: draw(score) for judge in judges} for bid in bids},
        "loads": loads,
        "size": draw(st.integers(1, 3)),
        "conflicts": draw(st.lists(st.sampled_from(pairs), max_size=3)),
        "seed": draw(st.sampled_from(["a", "b"])),
    }


def every_assignment(lot: Lot) -> list[dict[str, tuple[str, ...]]]:
    """All there are, found by trying."""
    bids = sorted(lot["scores"])
    panels = [
        [panel for panel in combinations(sorted(lot["loads"]), lot["size"]) if clear(bid, panel, lot)] for bid in bids
    ]
    found = []
    for choice in product(*panels):
        loads = {judge: sum(judge in panel for panel in choice) for judge in lot["loads"]}
        if all(load.least <= loads[judge] <= load.most for judge, load in lot["loads"].items()):
            found.append(dict(zip(bids, choice, strict=True)))
    return found


def clear(bid: str, panel: tuple[str, ...], lot: Lot) -> bool:
    return not any((bid, judge) in lot["conflicts"] for judge in panel)


def served(judges: Any, lot: Lot) -> dict[str, Decimal]:
    return {bid: sum((Decimal(lot["scores"][bid][j]) for j in panel), Decimal(0)) for bid, panel in judges.items()}


def assigned(lot: Lot) -> Panels | None:
    try:
        return assign_panels(**lot)
    except (BidShortOfJudges, LoadsTooLow, PanelsUnfillable, LeastLoadsTooHigh):
        return None


@settings(max_examples=150, deadline=None)
@given(lots())
def test_the_worst_bid_is_served_best_and_then_the_total_is_highest(lot: Lot) -> None:
    every = [served(judges, lot) for judges in every_assignment(lot)]
    found = assigned(lot)
    assert (found is None) == (not every)
    if found is not None:
        assert found.judges in every_assignment(lot)
        assert found.served == served(found.judges, lot)
        best = max((min(each.values()), sum(each.values())) for each in every)
        assert (found.worst, found.total) == best
        assert (found.worst_bound, found.total_bound) == best


@settings(max_examples=100, deadline=None)
@given(lots())
def test_the_first_step_alone_reaches_the_highest_total_there_is(lot: Lot) -> None:
    every = [sum(served(judges, lot).values()) for judges in every_assignment(lot)]
    if every:
        table = panel_table(**lot)
        with patch.object(panel_flow, "PROMISING", 1):
            assert table.score(int(table.served(highest_total(table)).sum())) == max(every)


@pytest.mark.parametrize("opened_first", [1, 4])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_opening_pairs_as_they_are_needed_comes_to_the_same_as_all_at_once(
    seed: int, opened_first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = large(seed)
    at_once = flow(table, table.free)
    monkeypatch.setattr(panel_flow, "PROMISING", opened_first)
    assert at_once is not None
    assert (highest_total(table) == at_once).all()


@settings(max_examples=50, deadline=None)
@given(lots(), st.randoms())
def test_the_order_in_which_anything_is_handed_over_does_not_matter(lot: Lot, random: Any) -> None:
    def shuffled(given: Any) -> Any:
        items = list(given.items())
        random.shuffle(items)
        return dict(items)

    other = {**lot, "loads": shuffled(lot["loads"]), "conflicts": lot["conflicts"][::-1]}
    other["scores"] = shuffled({bid: shuffled(row) for bid, row in lot["scores"].items()})
    assert assigned(other) == assigned(lot)


@cache
def large(seed: int) -> Table:
    """Sixty bids and judges of unequal standing, where the highest total alone serves somebody badly."""
    random = np.random.default_rng(seed)
    worth = np.clip(random.normal(50, 15, (60, 30)) + random.normal(0, 20, (1, 30)), 0, 100).astype(int)
    scores = {f"B{b:02}": {f"J{j:02}": int(worth[b, j]) for j in range(30)} for b in range(60)}
    conflicts = [(f"B{b:02}", f"J{j:02}") for b, j in zip(*np.nonzero(random.random((60, 30)) < 0.05), strict=True)]
    return panel_table(scores, {f"J{j:02}": Load(8, 4) for j in range(30)}, 3, conflicts, "seed")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_holds_and_serves_the_worst_bid_no_worse(seed: int) -> None:
    table = large(seed)
    richest = highest_total(table)
    fair = exchanged(table, richest)
    final = refilled(table, fair)
    starts = list(thresholds(table))
    assert len(starts) == table.size
    assert all(table.holds(each) for each in (richest, fair, final, *starts))
    worst = [int(table.served(each).min()) for each in (richest, fair, final)]
    assert worst[0] < worst[1] <= worst[2]
    assert worst[2] <= (relaxed(table) or 0)
    assert table.served(fair).sum() <= table.served(final).sum() <= table.served(richest).sum()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_threshold_of_one_judge_each_is_within_the_size_of_the_best_possible(seed: int) -> None:
    table = large(seed)
    first = next(iter(thresholds(table)))
    assert int(table.served(first).min()) * table.size >= (relaxed(table) or 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_flow_reaches_the_optimum_of_the_linear_programme(seed: int) -> None:
    table = large(seed)
    bids, judges = table.free.shape
    answer = linprog(
        -table.worth.ravel(),
        A_ub=np.vstack([np.tile(np.eye(judges), bids), -np.tile(np.eye(judges), bids)]),
        b_ub=np.concatenate([table.most, -table.least]),
        A_eq=np.repeat(np.eye(bids), judges, axis=1),
        b_eq=np.full(bids, table.size),
        bounds=np.column_stack([np.zeros(bids * judges), table.free.ravel()]),
    )
    assert table.served(highest_total(table)).sum() == round(-answer.fun)


def test_a_bid_that_the_highest_total_neglects_is_served_first() -> None:
    scores = {"B1": {"J1": 9, "J2": 8, "J3": 0}, "B2": {"J1": 8, "J2": 2, "J3": 0}}
    found = assign_panels(scores, dict.fromkeys(("J1", "J2", "J3"), Load(1)), 1)
    assert found.judges == {"B1": ("J2",), "B2": ("J1",)}
    assert (found.worst, found.total) == (8, 16)
    scores["B1"]["J1"], scores["B1"]["J2"] = 30, 3
    found = assign_panels(scores, dict.fromkeys(("J1", "J2", "J3"), Load(1)), 1)
    assert found.judges == {"B1": ("J2",), "B2": ("J1",)}
    assert (found.worst, found.worst_bound, found.total, found.total_bound) == (3, 3, 11, 11)


def test_lots_decide_between_equals_and_follow_from_the_seed() -> None:
    scores = {f"B{i}": {f"J{j}": 1 for j in range(8)} for i in range(3)}
    loads = {f"J{j}": Load(2) for j in range(8)}
    drawn = {seed: assign_panels(scores, loads, 2, seed=seed) for seed in ("2018-07-01", "2018-07-02")}
    assert drawn["2018-07-01"] == assign_panels(scores, loads, 2, seed="2018-07-01")
    assert drawn["2018-07-01"].judges != drawn["2018-07-02"].judges
    assert {panels.total for panels in drawn.values()} == {6}


def test_a_score_that_is_not_given_counts_as_nothing() -> None:
    found = assign_panels({"B1": {"J1": Decimal("1.50")}}, {"J1": Load(1), "J2": Load(1)}, 2)
    assert (found.judges, found.total) == ({"B1": ("J1", "J2")}, Decimal("1.50"))


def test_a_judge_reads_at_least_what_they_are_to_read() -> None:
    scores = {"B1": {"J1": 9, "J2": 0}, "B2": {"J1": 9, "J2": 0}}
    assert assign_panels(scores, {"J1": Load(2), "J2": Load(2)}, 1).total == 18
    assert assign_panels(scores, {"J1": Load(2), "J2": Load(2, 1)}, 1).total == 9


THREE = {f"J{j}": Load(2) for j in range(3)}
ONE = {"B1": {"J0": 1}}
TWO = {"B1": {"J0": 1}, "B2": {"J0": 1}}


@pytest.mark.parametrize(
    ("given", "refusal", "facts"),
    [
        ((ONE, THREE, 4), BidShortOfJudges, {"bid": "B1", "wanted": 4, "free": 3}),
        ((TWO, THREE, 3, [("B2", "J1")]), BidShortOfJudges, {"bid": "B2", "wanted": 3, "free": 2}),
        ((TWO, {"J0": Load(2), "J1": Load(0)}, 2), BidShortOfJudges, {"bid": "B1", "wanted": 2, "free": 1}),
        ((TWO, {"J0": Load(2), "J1": Load(1)}, 2), LoadsTooLow, {"wanted": 4, "offered": 3}),
        ((ONE, {"J0": Load(1, 1), "J1": Load(1, 1)}, 1), LeastLoadsTooHigh, {"least": 2, "places": 1}),
        (
            (TWO, {"J0": Load(2), "J1": Load(2, 1)}, 1, [("B1", "J1"), ("B2", "J1")]),
            LeastLoadsTooHigh,
            {"judges": "J1", "least": 1, "places": 2},
        ),
        (({"B1": {"J9": 1}}, THREE, 1), PanelPartUnknown, {"bid": "B1", "judge": "J9"}),
        ((ONE, THREE, 1, [("B9", "J1")]), PanelPartUnknown, {"bid": "B9", "judge": "J1"}),
        (({"B1": {"J0": -1}}, THREE, 1), PanelScoreRefused, {"bid": "B1", "judge": "J0", "score": Decimal(-1)}),
        (({"B1": {"J0": Decimal("NaN")}}, THREE, 1), PanelScoreRefused, {"bid": "B1"}),
        (({"B1": {"J0": Decimal("1.0000000000000000001")}}, THREE, 1), PanelScoreRefused, {"bid": "B1"}),
        ((ONE, {"J0": Load(1, 2)}, 1), PanelLoadRefused, {"judge": "J0", "least": 2, "most": 1}),
        ((ONE, {"J0": Load(-1, -1)}, 1), PanelLoadRefused, {"judge": "J0"}),
        ((ONE, THREE, 0), PanelSizeRefused, {"size": 0, "bids": 1}),
        (({}, THREE, 1), PanelSizeRefused, {"size": 1, "bids": 0}),
    ],
)
def test_a_lot_that_cannot_be_assigned_is_refused_with_what_is_short(
    given: tuple[Any, ...], refusal: type[DomainError], facts: dict[str, object]
) -> None:
    with pytest.raises(refusal) as refused:
        assign_panels(*given)
    assert facts.items() <= refused.value.facts.items()


def test_a_bid_left_short_is_named() -> None:
    only_one = [(bid, judge) for bid in ("B1", "B2") for judge in ("J1", "J2")]
    with pytest.raises(PanelsUnfillable) as refused:
        assign_panels({"B1": {}, "B2": {}, "B3": {}}, {"J0": Load(1), "J1": Load(9), "J2": Load(9)}, 1, only_one)
    assert refused.value.facts["bids"] in ("B1", "B2")
    assert refused.value.facts["missing"] == 1


def test_the_figure_compares_assignments_of_one_worth_and_refuses_any_other() -> None:
    scores = {f"B{bid}": {f"J{judge}": (bid * judge) % 5 for judge in range(6)} for bid in range(8)}
    table = panel_table(scores, {f"J{judge}": Load(5) for judge in range(6)}, 2, seed="a")
    chosen = panels.all_at_once(table)
    assert panels.check_same(table) == int((table.worth * chosen).sum())
    assert chosen.sum() == 16
    worse = np.roll(chosen, 1, axis=0)
    with patch.object(panels, "highest_total", lambda table: worse), pytest.raises(PeerDisagrees):
        panels.check_same(table)
