"""Where few hang together by their wishes, nothing larger is stable; elsewhere the bound says what is open."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.allocation.exact import Limits, is_stable, largest, largest_matching
from app.matching.allocation.market import Market, flatten, settle
from app.matching.allocation.reference import by_the_book
from tests.matching.markets import Lists, every_matching, largest_stable, markets, rank_in, size_of
from tests.matching.markets import Market as Named
from tests.matching.markets import is_stable as is_stable_by_definition

# s2 likes p1 and p2 alike and draws p1, so that s1 must go to p3, which s0 then cannot have.
LEFT_OUT: Named = (
    {"s0": [["p3"]], "s1": [["p1", "p3"]], "s2": [["p2", "p1"]]},
    {"p1": [["s2"], ["s1"]], "p2": [["s2"]], "p3": [["s1"], ["s0"]]},
    {},
)


def named_pairs(market: Market, edges: list[int]) -> dict[str, str]:
    return {market.seekers[s]: market.providers[market.provider[e]] for s, e in enumerate(edges) if e >= 0}


def test_whoever_the_method_leaves_out_by_a_lot_gets_a_place_when_one_can_be_found() -> None:
    market = flatten(*LEFT_OUT, "2018")
    settled = settle(market)
    assert named_pairs(market, settled) == dict(by_the_book(*LEFT_OUT, "2018")) == {"s1": "p3", "s2": "p1"}
    best = largest(market, settled)
    assert (named_pairs(market, best.edges), best.bound) == ({"s0": "p3", "s1": "p1", "s2": "p2"}, 3)


def test_a_part_beyond_the_limits_keeps_what_it_has_and_says_what_is_open() -> None:
    market = flatten(*LEFT_OUT, "2018")
    for limits in (Limits(seekers=2), Limits(edges=4)):
        kept = largest(market, settle(market), limits)
        assert (kept.edges, kept.size, kept.bound) == (settle(market), 2, 3)


def test_where_no_stable_allocation_is_as_large_as_a_matching_the_bound_says_so() -> None:
    """s1 and p1 want each other most; a matching of two would part them."""
    seekers: Lists = {"s1": [["p1"], ["p0"]], "s2": [["p1"]]}
    market = flatten(seekers, {"p0": [["s1"]], "p1": [["s1"], ["s2"]]}, {}, "2018")
    best = largest(market, settle(market))
    assert (best.size, best.bound, largest_matching(market)) == (1, 1, 2)


def test_parts_that_nobody_connects_are_solved_each_for_itself() -> None:
    seekers, providers, _ = LEFT_OUT

    def renamed(lists: Lists, letter: str) -> Lists:
        return {f"{letter}{own}": [[f"{letter}{id}" for id in group] for group in lists[own]] for own in lists}

    both = flatten(
        {**renamed(seekers, "a"), **renamed(seekers, "b")},
        {**renamed(providers, "a"), **renamed(providers, "b")},
        {},
        "1",
    )
    best = largest(both, settle(both), Limits(seekers=3, edges=5))
    assert (best.size, best.bound) == (6, 6)


@settings(max_examples=200, deadline=None)
@given(markets(seekers=4, providers=3), st.text(max_size=3))
def test_the_search_finds_the_largest_stable_allocation_and_proves_it(named: Named, seed: str) -> None:
    market = flatten(*named, seed)
    best = largest(market, settle(market))
    matched = dict.fromkeys(named[0]) | named_pairs(market, best.edges)
    assert is_stable_by_definition(named, matched)
    assert (best.size, best.bound) == (largest_stable(named), largest_stable(named))


@settings(max_examples=100, deadline=None)
@given(markets(seekers=4, providers=3))
def test_the_largest_matching_is_that_of_every_way_to_match(named: Named) -> None:
    _, providers, quotas = named

    def allowed(matched: dict[str, str | None]) -> bool:
        got = [provider for provider in matched.values() if provider is not None]
        mutual = all(p is None or rank_in(providers[p], s) is not None for s, p in matched.items())
        return mutual and all(got.count(provider) <= quotas[provider] for provider in providers)

    most = max(size_of(matched) for matched in every_matching(named) if allowed(matched))
    assert largest_matching(flatten(*named, "")) == most


@settings(max_examples=100, deadline=None)
@given(markets(seekers=4, providers=3), st.randoms(use_true_random=False))
def test_stability_on_arrays_is_stability_by_definition(named: Named, draw: random.Random) -> None:
    market = flatten(*named, "")
    chosen = market.wish == [draw.choice([rank, -1]) for rank in market.wish.tolist()]
    pairs = [
        (market.seekers[s], market.providers[p])
        for s, p in zip(market.seeker[chosen], market.provider[chosen], strict=True)
    ]
    once = len(dict(pairs)) == len(pairs)
    by_definition = once and is_stable_by_definition(named, dict.fromkeys(named[0]) | dict(pairs))
    assert is_stable(market, chosen) is by_definition


def test_among_the_largest_the_seekers_wishes_decide() -> None:
    """s3 and s4 are equal for p4 and p5; whoever does not get p4 goes to p5, which is second for s3, third for s4."""
    seekers, providers, _ = LEFT_OUT
    wishes = {**seekers, "s0": [["p3"], ["p5"]], "s3": [["p4"], ["p5"]], "s4": [["p4"], ["p1"], ["p5"]]}
    answers = {**providers, "p4": [["s3", "s4"]], "p5": [["s3", "s4"], ["s0"]]}
    for seed in ("2018", "3", "5"):
        market = flatten(wishes, answers, {}, seed)
        settled = settle(market)
        assert named_pairs(market, settled) == {"s1": "p3", "s2": "p1", "s3": "p4", "s4": "p5"}
        best = named_pairs(market, largest(market, settled).edges)
        assert best == {"s0": "p3", "s1": "p1", "s2": "p2", "s3": "p5", "s4": "p4"}


def test_the_same_market_always_has_the_same_answer() -> None:
    draw = random.Random(5)
    asking, giving = [f"s{number}" for number in range(120)], [f"p{number}" for number in range(40)]
    seekers = {id: [draw.sample(giving, 2), draw.sample(giving, 1)] for id in asking}
    seekers = {id: [first, [p for p in second if p not in first]] for id, (first, second) in seekers.items()}
    providers = {
        p: [[s for s in asking if any(p in group for group in seekers[s])][k::3] for k in range(3)] for p in giving
    }
    market = flatten(seekers, providers, dict.fromkeys(giving, 3), "2018")
    first, second = (largest(market, settle(market)) for _ in range(2))
    assert (first.edges, first.bound) == (second.edges, second.bound)
    assert first.size >= sum(edge >= 0 for edge in settle(market))
