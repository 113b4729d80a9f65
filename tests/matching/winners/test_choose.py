from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, milp

from app.matching.winners import integer_programme as programme
from app.matching.winners.choose import Contender, NoSetWithinLimits, Winners, best_winners, score_order
from app.matching.winners.integer_programme import BLOCK, LARGEST_SUM, WinnersUnproven


def contender(key: str, score: str, amount: str, *groups: str) -> Contender:
    return Contender(key, Fraction(score), Decimal(amount), frozenset(groups))


def won(keys: Sequence[str], score: int, amount: int) -> Winners:
    return Winners(tuple(keys), Fraction(score), Decimal(amount), Fraction(score))


def allowed(
    chosen: Sequence[Contender],
    *,
    places: int,
    budget: Decimal,
    limits: Mapping[str, int],
    conflicts: Sequence[frozenset[str]],
    at_least: Mapping[str, int],
) -> bool:
    groups = [group for c in chosen for group in c.groups]
    keys = {c.key for c in chosen}
    return (
        len(chosen) <= places
        and sum(c.amount for c in chosen) <= budget
        and all(groups.count(group) <= limits.get(group, 1) for group in groups)
        and all(groups.count(group) >= least for group, least in at_least.items())
        and all(len(keys & rivals) <= 1 for rivals in conflicts)
    )


def by_brute_force(contenders: Sequence[Contender], terms: Mapping[str, Any], forced: str = "") -> Winners | None:
    """Every subset; of equal score the cheaper, then the one first in order."""
    needed = {group for group, least in terms["at_least"].items() if least > 0}
    useful = [c for c in contenders if c.score > 0 or c.groups & needed or c.key == forced]
    subsets = (chosen for size in range(len(useful) + 1) for chosen in combinations(useful, size))
    fitting = [
        chosen for chosen in subsets if allowed(chosen, **terms) and (not forced or forced in {c.key for c in chosen})
    ]

    def worth(chosen: tuple[Contender, ...]) -> tuple[Fraction, Decimal, tuple[bool, ...]]:
        score = sum((c.score for c in chosen), Fraction(0))
        amount = sum((c.amount for c in chosen), Decimal(0))
        return score, -amount, tuple(c in chosen for c in useful)

    if not fitting:
        return None
    best = max(fitting, key=worth)
    score, amount, _ = worth(best)
    return Winners(tuple(c.key for c in best), score, -amount, score)


def test_two_cheap_good_bids_beat_the_best_one_that_takes_the_whole_budget() -> None:
    lot = [contender("A", "90", "100"), contender("B", "80", "50"), contender("C", "70", "50")]
    assert best_winners(lot, places=2, budget=Decimal(100)) == won("BC", 150, 100)


def test_one_applicant_and_one_item_win_once_only() -> None:
    lot = [
        contender("A", "90", "10", "applicant:1", "item:1"),
        contender("B", "89", "10", "applicant:1", "item:2"),
        contender("C", "88", "10", "applicant:2", "item:1"),
    ]
    assert best_winners(lot, places=3, budget=Decimal(100)).keys == ("B", "C")


def test_a_district_wins_as_often_as_its_limit_says() -> None:
    lot = [
        contender(key, score, "10", "district 530114") for key, score in zip("ABCD", ("9", "8", "7", "6"), strict=True)
    ]
    assert best_winners(lot, places=4, budget=Decimal(100), limits={"district 530114": 3}) == won("ABC", 24, 30)


def test_a_limit_of_none_keeps_the_group_out() -> None:
    lot = [contender("A", "9", "10", "district 1"), contender("B", "8", "10", "district 2")]
    assert best_winners(lot, places=2, budget=Decimal(100), limits={"district 1": 0}) == won("B", 8, 10)
    assert best_winners(lot[:1], places=2, budget=Decimal(100), limits={"district 1": 0}) == won("", 0, 0)


def test_of_bids_in_conflict_one_wins() -> None:
    lot = [contender("A", "9", "10"), contender("B", "8", "10"), contender("C", "7", "10")]
    conflicts = [frozenset("AB"), frozenset("AC")]
    assert best_winners(lot, places=3, budget=Decimal(100), conflicts=conflicts) == won("BC", 15, 20)


def test_a_minimum_is_met_even_by_a_bid_without_score() -> None:
    lot = [contender("A", "9", "10"), contender("B", "8", "10"), contender("C", "0", "10", "category 03")]
    assert best_winners(lot, places=2, budget=Decimal(100), at_least={"category 03": 1}) == won("AC", 9, 20)


@pytest.mark.parametrize("lot", [[], [contender("A", "9", "10", "category 03")]], ids=["no bid", "one bid"])
def test_minimums_that_no_set_meets_are_refused(lot: list[Contender]) -> None:
    with pytest.raises(NoSetWithinLimits) as refusal:
        best_winners(lot, places=3, budget=Decimal(100), at_least={"category 03": 2})
    assert refusal.value.facts == {"minimums": 1, "budget": Decimal(100), "places": 3}


def test_of_equal_scores_the_cheaper_set_wins() -> None:
    lot = [contender("A", "80", "30"), contender("B", "80", "20")]
    assert best_winners(lot, places=1, budget=Decimal(100)).keys == ("B",)


def test_of_equal_scores_and_amounts_the_first_in_order_wins() -> None:
    lot = [contender(key, "80", "30") for key in "ABCDE"]
    assert best_winners(lot, places=2, budget=Decimal(60)).keys == ("A", "B")


def test_ties_wider_than_one_programme_can_tell_apart_still_go_to_the_first_in_order() -> None:
    lot = [contender(f"{n:03}", "80", "30", f"pair {n // 2}") for n in range(4 * BLOCK)]
    assert best_winners(lot, places=30, budget=Decimal(900)).keys == tuple(f"{n:03}" for n in range(0, 60, 2))


def test_scores_that_differ_by_a_ninth_of_a_thousandth_are_told_apart() -> None:
    lot = [contender("A", "80", "30"), Contender("B", Fraction(80) + Fraction(1, 9000), Decimal("30.01"))]
    assert best_winners(lot, places=1, budget=Decimal(100)).keys == ("B",)


@pytest.mark.parametrize(("places", "budget"), [(0, "100"), (2, "29.99")])
def test_no_place_or_no_money_means_no_winner(places: int, budget: str) -> None:
    assert best_winners([contender("A", "80", "30")], places=places, budget=Decimal(budget)) == won("", 0, 0)


def test_scores_of_any_number_of_digits_are_told_apart() -> None:
    """The second pair differs in the 50th digit, and the third is tied with it: the cheaper wins."""
    finest = Fraction(1, 10**50)
    lot = [
        Contender("A", 80 - finest, Decimal(2)),
        Contender("B", Fraction(80), Decimal(2)),
        Contender("C", Fraction(80), Decimal(1)),
    ]
    assert best_winners(lot, places=1, budget=Decimal(9)).keys == ("C",)
    assert best_winners(lot, places=2, budget=Decimal(9)).keys == ("B", "C")
    assert best_winners(lot, places=1, budget=Decimal(9), limits={}, conflicts=[]).bound == 80


def test_a_budget_too_large_to_prove_is_refused() -> None:
    lot = [contender("A", "2", "1"), contender("B", "1", "1")]
    with pytest.raises(WinnersUnproven) as refusal:
        best_winners(lot, places=1, budget=Decimal(LARGEST_SUM + 1))
    assert refusal.value.facts == {"contenders": 2}


@pytest.mark.parametrize(
    ("claimed", "bound"), [([1.0, 1.0], -170.0), ([0.0, 1.0], -90.0)], ids=["too dear", "not the best"]
)
def test_a_solver_that_errs_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, claimed: list[float], bound: float
) -> None:
    first = iter([OptimizeResult(x=np.array(claimed), status=0, mip_dual_bound=bound)])
    monkeypatch.setattr("scipy.optimize.milp", lambda *args, **kwargs: next(first, None) or milp(*args, **kwargs))
    with pytest.raises(WinnersUnproven):
        best_winners([contender("A", "90", "60"), contender("B", "80", "60")], places=2, budget=Decimal(100))


def test_useless_prices_cost_time_but_never_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    lot = [contender("A", "90", "100"), contender("B", "80", "50"), contender("C", "70", "50")]
    monkeypatch.setattr(programme, "CORE", 1)
    monkeypatch.setattr(programme, "CORE_PER_MEMBER", 0)
    monkeypatch.setattr(programme, "PRICE_SCALE", 1)
    assert best_winners(lot, places=2, budget=Decimal(100)) == won("BC", 150, 100)


def city(bids: int) -> list[Contender]:
    random = Random(20260301)
    return [
        Contender(
            f"B{n:03}",
            Fraction(random.randint(60_00, 100_00), 100),
            Decimal(random.randint(30, 300) * 1000),
            frozenset({f"organisation {random.randrange(bids // 2)}", f"district {random.randrange(6)}"}),
        )
        for n in range(bids)
    ]


def test_a_lot_cut_down_to_its_core_gives_what_the_whole_lot_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    lot, limits = city(300), {f"district {n}": 3 for n in range(6)}
    small = best_winners(lot, places=12, budget=Decimal(1_800_000), limits=limits, at_least={"district 5": 3})
    monkeypatch.setattr(programme, "CORE", 300)
    whole = best_winners(lot, places=12, budget=Decimal(1_800_000), limits=limits, at_least={"district 5": 3})
    assert small == whole


def test_the_order_of_the_bids_changes_neither_score_nor_amount() -> None:
    lot = city(200)
    best = best_winners(lot, places=12, budget=Decimal(1_800_000), limits={f"district {n}": 3 for n in range(6)})
    for seed in range(3):
        shuffled = Random(seed).sample(lot, len(lot))
        again = best_winners(
            shuffled, places=12, budget=Decimal(1_800_000), limits={f"district {n}": 3 for n in range(6)}
        )
        assert (again.score, again.amount, set(again.keys)) == (best.score, best.amount, set(best.keys))


def test_by_score_whatever_no_longer_fits_is_passed_over() -> None:
    lot = [
        contender("A", "70", "30"),
        contender("B", "90", "60"),
        contender("C", "80", "50"),
        contender("D", "70", "10"),
    ]
    assert score_order(lot, places=3, budget=Decimal(100)) == Winners(("A", "B", "D"), Fraction(230), Decimal(100))


def test_by_score_limits_and_conflicts_hold_as_well() -> None:
    lot = [
        contender("A", "90", "10", "district 1"),
        contender("B", "80", "10", "district 1"),
        contender("C", "70", "10", "district 1"),
        contender("D", "60", "10"),
        contender("E", "50", "10"),
    ]
    won_ = score_order(
        lot, places=9, budget=Decimal(100), limits={"district 1": 2}, conflicts=[frozenset("AD"), frozenset("DE")]
    )
    assert won_.keys == ("A", "B", "E")


scores = st.integers(0, 700).map(lambda n: Fraction(n, 7)) | st.integers(0, 9).map(lambda n: Fraction(n * 10))
amounts = st.integers(1, 9).map(lambda n: Decimal(n) * 100) | st.decimals("0.01", "900", places=2)
lots = st.lists(
    st.tuples(scores, amounts, st.sampled_from("PQRS"), st.sampled_from("1234"), st.sampled_from("xy")), max_size=9
).map(
    lambda rows: [
        Contender(f"B{n}", score, amount, frozenset({f"applicant {who}", f"item {item}", f"district {where}"}))
        for n, (score, amount, who, item, where) in enumerate(rows)
    ]
)
all_terms = st.fixed_dictionaries(
    {
        "places": st.integers(0, 4),
        "budget": st.decimals("0", "2500", places=2),
        "limits": st.dictionaries(st.sampled_from(["district x", "applicant P", "item 1"]), st.integers(0, 3)),
        "conflicts": st.lists(st.frozensets(st.integers(0, 8).map(lambda n: f"B{n}"), max_size=4), max_size=2),
        "at_least": st.dictionaries(
            st.sampled_from(["district x", "district y", "item 1"]), st.integers(0, 2), max_size=1
        ),
    }
)


@settings(max_examples=80, deadline=None)
@given(lots, all_terms)
def test_the_solver_agrees_with_trying_every_set(lot: list[Contender], terms: dict[str, Any]) -> None:
    expected = by_brute_force(lot, terms)
    if expected is None:
        with pytest.raises(NoSetWithinLimits):
            best_winners(lot, **terms)
    else:
        assert best_winners(lot, **terms) == expected
