from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.winners.equal_shares import (
    Bought,
    CostBelowZero,
    UnknownProject,
    UtilityBelowZero,
    approval_shares,
    equal_shares,
)

Ballots = Sequence[Mapping[str, Fraction | int]]


def word_for_word(ballots: Ballots, costs: Mapping[str, int], budget: int, voters: Sequence[int]) -> tuple[Bought, ...]:
    """The definition, voter by voter, everything exact and worked out anew in every round."""
    people = [ballot for ballot, count in zip(ballots, voters, strict=True) for _ in range(count)]
    left = [Fraction(budget, len(people))] * len(people)
    bought: list[Bought] = []
    while True:
        prices = {
            key: lowest_price(cost, [(left[i], Fraction(one[key])) for i, one in enumerate(people) if one.get(key)])
            for key, cost in costs.items()
            if key not in [each.key for each in bought]
        }
        affordable = {key: price for key, price in prices.items() if price is not None}
        if not affordable:
            return tuple(bought)
        key = min(affordable, key=lambda key: affordable[key])
        bought.append(Bought(key, affordable[key]))
        left = [money - min(money, affordable[key] * one.get(key, 0)) for money, one in zip(left, people, strict=True)]


def lowest_price(cost: int, supporters: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The smallest rho at which the supporters, each paying min(money, rho · utility), pay the cost."""
    if not supporters or sum(money for money, _ in supporters) < cost:
        return None
    levels = sorted({money / utility for money, utility in supporters})
    for level in levels:
        if sum(min(money, level * utility) for money, utility in supporters) >= cost:
            spent = sum(money for money, utility in supporters if money / utility < level)
            return (cost - spent) / sum(utility for money, utility in supporters if money / utility >= level)
    raise AssertionError


def test_the_example_of_two_groups_gives_each_its_part_of_the_budget() -> None:
    ballots = [("a1", "a2", "a3"), ("b1", "b2")]
    costs = {"a1": 20, "a2": 20, "a3": 20, "b1": 20, "b2": 20}
    found = approval_shares(ballots, costs, 100, voters=[6, 4])
    assert found == (
        Bought("a1", Fraction(1, 6)),
        Bought("a2", Fraction(1, 6)),
        Bought("a3", Fraction(1, 6)),
        Bought("b1", Fraction(1, 4)),
        Bought("b2", Fraction(1, 4)),
    )


def test_judges_with_equal_shares_buy_what_they_score_highest() -> None:
    sheets = [{"A": Fraction(90), "B": Fraction(60)}, {"A": Fraction(80), "B": Fraction(75)}, {"B": Fraction(169, 2)}]
    found = equal_shares(sheets, {"A": 60, "B": 60}, 120)
    assert found == (Bought("B", Fraction(60) / (60 + 75 + Fraction(169, 2))),)


def test_whoever_has_less_than_the_price_pays_all_it_has_and_the_others_more() -> None:
    ballots = [("a", "b"), ("b",)]
    assert approval_shares(ballots, {"a": 8, "b": 12}, 20) == (Bought("b", Fraction(1, 2)),)
    assert approval_shares(ballots, {"a": 4, "b": 14}, 20) == (Bought("b", Fraction(1, 2)),)
    assert equal_shares([{"a": 9, "b": 1}, {"b": 1}], {"a": 6, "b": 14}, 20) == (
        Bought("a", Fraction(2, 3)),
        Bought("b", Fraction(10)),
    )


def test_of_equal_prices_the_first_in_the_list_of_costs_is_bought() -> None:
    ballots = [("a", "b")]
    assert [each.key for each in approval_shares(ballots, {"b": 6, "a": 6}, 10)] == ["b"]
    assert [each.key for each in approval_shares(ballots, {"a": 6, "b": 6}, 10)] == ["a"]


def test_prices_apart_by_less_than_a_float_can_tell_are_told_apart() -> None:
    ballots = [{"a": 10**17, "b": 10**17 + 1}]
    assert equal_shares(ballots, {"a": 6, "b": 6}, 10) == (Bought("b", Fraction(6, 10**17 + 1)),)


def test_a_cost_is_reached_to_the_last_unit_or_not_at_all() -> None:
    ballots = [("a",)] * 3
    assert approval_shares(ballots, {"a": 10**15}, 10**15) == (Bought("a", Fraction(1, 3)),)
    assert approval_shares(ballots, {"a": 10**15}, 10**15 - 1) == ()


def test_money_that_is_exactly_enough_buys_even_where_floats_call_it_too_little() -> None:
    scored = [{"a": 3, "b": 1, "c": 3}, {"a": 2, "b": 2, "c": 2}]
    assert equal_shares(scored, {"a": 3, "b": 4, "c": 4}, 11) == (
        Bought("a", Fraction(3, 5)),
        Bought("c", Fraction(4, 5)),
        Bought("b", Fraction(27, 20)),
    )


def test_a_barred_project_is_never_bought() -> None:
    def one_of_each_letter(chosen: Sequence[str], key: str) -> bool:
        return key[0] not in {other[0] for other in chosen}

    found = approval_shares([("a1", "a2", "b1")], {"a1": 5, "a2": 5, "b1": 5}, 15, admits=one_of_each_letter)
    assert [each.key for each in found] == ["a1", "b1"]


@pytest.mark.parametrize(("ballots", "budget"), [([], 10), ([()], 10), ([("a",)], 0), ([("a",)], -5)])
def test_without_voters_votes_or_money_nothing_is_bought(ballots: list[tuple[str, ...]], budget: int) -> None:
    assert approval_shares(ballots, {"a": 5}, budget) == ()


def test_a_vote_for_a_project_without_cost_is_refused() -> None:
    with pytest.raises(UnknownProject) as refusal:
        approval_shares([("a", "x")], {"a": 5}, 10)
    assert refusal.value.facts == {"project": "x"}


def test_a_cost_below_zero_is_refused() -> None:
    with pytest.raises(CostBelowZero) as refusal:
        approval_shares([("a",)], {"a": -5}, 10)
    assert refusal.value.facts == {"project": "a", "cost": -5}


def test_a_utility_below_zero_is_refused() -> None:
    with pytest.raises(UtilityBelowZero) as refusal:
        equal_shares([{"a": Fraction(-1, 2)}], {"a": 5}, 10)
    assert refusal.value.facts == {"project": "a", "utility": Fraction(-1, 2)}


def test_the_order_of_the_ballots_changes_nothing() -> None:
    random = Random(20260302)
    costs = {f"p{n}": random.randint(20, 200) for n in range(12)}
    ballots = [tuple(key for key in costs if random.random() < 0.3) for _ in range(200)]
    found = approval_shares(ballots, costs, 900)
    assert len(found) > 3
    assert approval_shares(random.sample(ballots, len(ballots)), costs, 900) == found


keys = "abcdef"
all_costs = st.fixed_dictionaries({key: st.integers(1, 12) | st.sampled_from([10, 20]) for key in keys})
votes = st.lists(st.tuples(st.sets(st.sampled_from(keys)), st.integers(1, 3)), min_size=1, max_size=7)
utilities = st.integers(0, 4) | st.fractions(0, 20, max_denominator=7) | st.integers(10**16, 10**16 + 3)
sheets = st.lists(st.dictionaries(st.sampled_from(keys), utilities), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(votes, all_costs, st.integers(1, 60))
def test_approvals_follow_the_definition_word_for_word(
    votes: list[tuple[set[str], int]], costs: dict[str, int], budget: int
) -> None:
    voters = [count for _, count in votes]
    ballots = [{key: costs[key] for key in approved} for approved, _ in votes]
    found = approval_shares([sorted(approved) for approved, _ in votes], costs, budget, voters=voters)
    assert found == word_for_word(ballots, costs, budget, voters)


@settings(max_examples=150, deadline=None)
@given(sheets, all_costs, st.integers(1, 60))
def test_scores_follow_the_definition_word_for_word(sheets: Ballots, costs: dict[str, int], budget: int) -> None:
    assert equal_shares(sheets, costs, budget) == word_for_word(sheets, costs, budget, [1] * len(sheets))
