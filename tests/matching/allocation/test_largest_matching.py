"""The bound of the certificate, against every way to match and against a maximum flow."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.allocation.exact import largest_matching
from app.matching.allocation.largest_matching import most_matched
from app.matching.allocation.market import flatten
from tests.matching.markets import Market, markets, rank_in


def mutual(market: Market) -> dict[str, list[str]]:
    seekers, providers, _ = market
    return {
        s: [p for group in own for p in group if rank_in(providers[p], s) is not None] for s, own in seekers.items()
    }


@settings(max_examples=300, deadline=None)
@given(markets())
def test_the_bound_is_the_value_of_a_maximum_flow(market: Market) -> None:
    assert most_matched(mutual(market), market[2]) == largest_matching(flatten(*market, ""))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_long_alternating_paths_are_found_whatever_one_begins_with(seed: int, most_places: int) -> None:
    draw = random.Random(seed)
    providers = [f"p{number}" for number in range(25)]
    quotas = {id: draw.randint(0, most_places) for id in providers}
    chosen = {f"s{number}": draw.sample(providers, draw.randint(0, 3)) for number in range(50)}
    begin = [(seeker, draw.choice(providers)) for seeker in chosen]
    asking = {seeker: [[provider] for provider in own] for seeker, own in chosen.items()}
    giving = {p: [[s for s in chosen if p in chosen[s]]] for p in providers}
    assert most_matched(chosen, quotas, begin) == largest_matching(flatten(asking, giving, quotas, ""))
    assert most_matched(chosen, quotas) == most_matched(chosen, quotas, begin)


def test_a_chain_of_a_thousand_moves_on_by_one_each() -> None:
    """Everybody sits on the one place that the next one needs; the last may also go elsewhere."""
    chosen = {f"s{number}": [f"p{number}", f"p{number + 1}"] for number in range(1_000)} | {"late": ["p0"]}
    begin = [(f"s{number}", f"p{number}") for number in range(1_000)]
    assert most_matched(chosen, {}, begin) == 1_001


def test_beginnings_that_do_not_fit_are_left_out() -> None:
    assert most_matched({"a": ["p"], "b": ["p"]}, {"p": 1}, [("a", "q"), ("x", "p"), ("a", "p"), ("b", "p")]) == 1
    assert most_matched({"a": ["p"]}, {"p": 0}, [("a", "p")]) == 0
