from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from app.core.errors import NotFound
from app.matching.winners.choose import Contender, best_winners
from app.matching.winners.inclusion import Barred, Inclusion, price_of_inclusion, prices_of_inclusion
from tests.matching.winners.test_choose import all_terms, by_brute_force, contender, lots

LOT = [contender("A", "90", "100"), contender("B", "80", "50"), contender("C", "70", "50"), contender("D", "60", "50")]
TERMS: dict[str, Any] = {"places": 2, "budget": Decimal(100)}


def test_a_loser_learns_its_price_and_whose_place_it_would_take() -> None:
    best = best_winners(LOT, **TERMS)
    assert price_of_inclusion(LOT, "D", best, **TERMS) == Inclusion("D", Fraction(10), ("C",))


def test_a_dear_bid_would_take_the_place_of_two() -> None:
    best = best_winners(LOT, **TERMS)
    assert price_of_inclusion(LOT, "A", best, **TERMS) == Inclusion("A", Fraction(60), ("B", "C"))


def test_room_left_by_those_who_leave_goes_to_whoever_comes_along() -> None:
    lot = [contender("A", "90", "80"), contender("B", "50", "50", "item 1"), contender("C", "39", "50", "item 2")]
    best = best_winners(lot, **TERMS)
    assert best.keys == ("A",)
    assert price_of_inclusion(lot, "C", best, **TERMS) == Inclusion("C", Fraction(1), ("A",), ("B",))


def test_a_tied_loser_costs_nothing() -> None:
    lot = [contender("A", "80", "30"), contender("B", "80", "30")]
    terms: dict[str, Any] = {"places": 1, "budget": Decimal(100)}
    assert price_of_inclusion(lot, "B", best_winners(lot, **terms), **terms) == Inclusion("B", Fraction(0), ("A",))


def test_a_winner_costs_nothing_and_moves_nobody() -> None:
    assert price_of_inclusion(LOT, "B", best_winners(LOT, **TERMS), **TERMS) == Inclusion("B", Fraction(0))


def test_a_bid_without_score_still_has_a_price() -> None:
    lot = [*LOT, contender("Z", "0", "50")]
    assert price_of_inclusion(lot, "Z", best_winners(lot, **TERMS), **TERMS) == Inclusion("Z", Fraction(70), ("C",))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"places": 0}, Barred.no_place),
        ({"budget": Decimal("49.99")}, Barred.over_budget),
        ({"limits": {"district 1": 0}}, Barred.group_closed),
        ({"places": 1, "at_least": {"district 2": 1}}, Barred.minimums),
    ],
    ids=lambda value: value if isinstance(value, Barred) else "",
)
def test_whoever_no_set_may_hold_learns_why(changed: dict[str, Any], reason: Barred) -> None:
    lot = [contender("A", "90", "10", "district 2"), contender("B", "80", "50", "district 1")]
    terms = TERMS | changed
    assert price_of_inclusion(lot, "B", best_winners(lot, **terms), **terms) == Inclusion("B", None, reason=reason)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(NotFound) as refusal:
        price_of_inclusion(LOT, "nobody", best_winners(LOT, **TERMS), **TERMS)
    assert refusal.value.facts == {"contender": "nobody"}


def test_all_losers_are_priced_one_by_one_in_their_order() -> None:
    best = best_winners(LOT, **TERMS)
    prices = prices_of_inclusion(LOT, best, **TERMS)
    assert next(prices).key == "A"
    assert [each.key for each in prices] == ["D"]


@settings(max_examples=40, deadline=None)
@given(lots, all_terms)
def test_every_price_is_that_of_trying_every_set(lot: list[Contender], terms: dict[str, Any]) -> None:
    best = by_brute_force(lot, terms)
    for found in prices_of_inclusion(lot, best, **terms) if best is not None else ():
        other = by_brute_force(lot, terms, forced=found.key)
        if other is None:
            assert (found.price, found.reason is None) == (None, False)
        else:
            left = tuple(key for key in best.keys if key not in other.keys)
            came = tuple(key for key in other.keys if key not in best.keys and key != found.key)
            assert found == Inclusion(found.key, best.score - other.score, left, came)
