from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, milp

from app.matching.winners import LARGEST_SUM, Contender, Winners, WinnersUnproven, best_winners


def contender(key: str, score: str, amount: str, *groups: str) -> Contender:
    return Contender(key, Fraction(score), Decimal(amount), frozenset(groups))


def feasible(chosen: tuple[Contender, ...], places: int, budget: Decimal) -> bool:
    groups = [group for c in chosen for group in c.groups]
    return len(chosen) <= places and sum(c.amount for c in chosen) <= budget and len(groups) == len(set(groups))


def by_brute_force(contenders: list[Contender], places: int, budget: Decimal) -> Winners:
    """Every subset; of equal score the cheaper, then the one first in order."""
    useful = [c for c in contenders if c.score > 0]
    subsets = [
        chosen
        for size in range(len(useful) + 1)
        for chosen in combinations(useful, size)
        if feasible(chosen, places, budget)
    ]

    def worth(chosen: tuple[Contender, ...]) -> tuple[Fraction, Decimal, tuple[bool, ...]]:
        score = sum((c.score for c in chosen), Fraction(0))
        amount = sum((c.amount for c in chosen), Decimal(0))
        return score, -amount, tuple(c in chosen for c in useful)

    best = max(subsets, key=worth)
    score, amount, _ = worth(best)
    return Winners(tuple(c.key for c in best), score, -amount)


def test_two_cheap_good_bids_beat_the_best_one_that_takes_the_whole_budget() -> None:
    lot = [contender("A", "90", "100"), contender("B", "80", "50"), contender("C", "70", "50")]
    assert best_winners(lot, places=2, budget=Decimal(100)) == Winners(("B", "C"), Fraction(150), Decimal(100))


def test_one_applicant_and_one_item_win_once_only() -> None:
    lot = [
        contender("A", "90", "10", "applicant:1", "item:1"),
        contender("B", "89", "10", "applicant:1", "item:2"),
        contender("C", "88", "10", "applicant:2", "item:1"),
    ]
    assert best_winners(lot, places=3, budget=Decimal(100)).keys == ("B", "C")


def test_of_equal_scores_the_cheaper_set_wins() -> None:
    lot = [contender("A", "80", "30"), contender("B", "80", "20")]
    assert best_winners(lot, places=1, budget=Decimal(100)).keys == ("B",)


def test_of_equal_scores_and_amounts_the_first_in_order_wins() -> None:
    lot = [contender(key, "80", "30") for key in "ABCDE"]
    assert best_winners(lot, places=2, budget=Decimal(60)).keys == ("A", "B")


def test_scores_that_differ_by_a_ninth_of_a_thousandth_are_told_apart() -> None:
    lot = [contender("A", "80", "30"), Contender("B", Fraction(80) + Fraction(1, 9000), Decimal("30.01"))]
    assert best_winners(lot, places=1, budget=Decimal(100)).keys == ("B",)


@pytest.mark.parametrize(("places", "budget"), [(0, "100"), (2, "29.99")])
def test_no_place_or_no_money_means_no_winner(places: int, budget: str) -> None:
    nobody = Winners((), Fraction(0), Decimal(0))
    assert best_winners([contender("A", "80", "30")], places=places, budget=Decimal(budget)) == nobody


def test_sums_too_large_to_prove_are_refused() -> None:
    lot = [Contender("A", Fraction(LARGEST_SUM + 1), Decimal(1)), contender("B", "1", "1")]
    with pytest.raises(WinnersUnproven) as refusal:
        best_winners(lot, places=1, budget=Decimal(1))
    assert refusal.value.facts == {"contenders": 2}


@pytest.mark.parametrize(
    ("claimed", "bound"), [([1.0, 1.0], -170.0), ([0.0, 1.0], -90.0)], ids=["too dear", "not the best"]
)
def test_a_solver_that_errs_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, claimed: list[float], bound: float
) -> None:
    first = iter([OptimizeResult(x=np.array(claimed), status=0, mip_dual_bound=bound)])
    monkeypatch.setattr("app.matching.winners.milp", lambda *args, **kwargs: next(first, None) or milp(*args, **kwargs))
    with pytest.raises(WinnersUnproven):
        best_winners([contender("A", "90", "60"), contender("B", "80", "60")], places=2, budget=Decimal(100))


scores = st.integers(0, 700).map(lambda n: Fraction(n, 7)) | st.integers(0, 1100).map(lambda n: Fraction(n, 11))
amounts = st.integers(1, 9).map(lambda n: Decimal(n) * 100) | st.decimals("0.01", "900", places=2)
lots = st.lists(
    st.tuples(scores, amounts, st.sampled_from("PQRS"), st.sampled_from("1234")), min_size=0, max_size=9
).map(
    lambda rows: [
        Contender(f"B{n}", score, amount, frozenset({f"applicant:{who}", f"item:{item}"}))
        for n, (score, amount, who, item) in enumerate(rows)
    ]
)


@settings(max_examples=60, deadline=None)
@given(lots, st.integers(0, 4), st.decimals("0", "2500", places=2))
def test_the_solver_agrees_with_trying_every_set(lot: list[Contender], places: int, budget: Decimal) -> None:
    assert best_winners(lot, places=places, budget=budget) == by_brute_force(lot, places, budget)
