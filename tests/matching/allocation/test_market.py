"""The reference, the plain and the compiled form of the allocation agree pair by pair."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.allocation import compiled
from app.matching.allocation.market import Market, flatten, settle
from app.matching.allocation.reference import by_the_book
from tests.matching.markets import Lists, is_stable, largest_stable, markets
from tests.matching.markets import Market as Named

Pairs = tuple[tuple[str, str], ...]


def pairs_of(market: Market, edges: list[int]) -> Pairs:
    got = {market.seekers[s]: market.providers[market.provider[e]] for s, e in enumerate(edges) if e >= 0}
    return tuple(sorted(got.items()))


def drawn_lists(draw: random.Random, owners: list[str], named: list[str], ties: float) -> Lists:
    made: Lists = {}
    for owner in owners:
        groups: list[list[str]] = []
        for id in draw.sample(named, draw.randint(0, min(6, len(named)))):
            if groups and draw.random() < ties:
                groups[-1].append(id)
            else:
                groups.append([id])
        made[owner] = groups
    return made


def drawn_market(seed: int, wish_ties: float, standing_ties: float) -> Named:
    """Forty seekers and a dozen providers; everybody who is asked answers, in an order of its own."""
    draw = random.Random(seed)
    asking, giving = [f"s{number}" for number in range(40)], [f"p{number}" for number in range(12)]
    seekers = drawn_lists(draw, asking, giving, wish_ties)
    providers: Lists = {}
    for provider in giving:
        asked = [seeker for seeker, groups in seekers.items() if any(provider in group for group in groups)]
        draw.shuffle(asked)
        groups = []
        for id in asked:
            if groups and draw.random() < standing_ties:
                groups[-1].append(id)
            else:
                groups.append([id])
        providers[provider] = groups
    return seekers, providers, {id: draw.randint(0, 6) for id in giving}


@settings(max_examples=300, deadline=None)
@given(markets(), st.text(max_size=3))
def test_reference_plain_and_compiled_form_agree_on_small_markets(named: Named, seed: str) -> None:
    market = flatten(*named, seed)
    plain = settle(market)
    assert pairs_of(market, plain) == by_the_book(*named, seed)
    assert compiled.settle(market).tolist() == plain


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.3, 0.6, 0.85]), st.sampled_from([0.0, 0.3, 0.6, 0.85]))
def test_they_agree_where_places_are_fought_over(seed: int, wish_ties: float, standing_ties: float) -> None:
    named = drawn_market(seed, wish_ties, standing_ties)
    market = flatten(*named, "2018")
    plain = settle(market)
    assert pairs_of(market, plain) == by_the_book(*named, "2018")
    assert compiled.settle(market).tolist() == plain
    matched = dict.fromkeys(named[0]) | dict(pairs_of(market, plain))
    assert is_stable(named, matched)


@settings(max_examples=150, deadline=None)
@given(markets(seekers=4, providers=3))
def test_the_method_alone_matches_at_least_two_thirds_of_the_largest(named: Named) -> None:
    assert 3 * len(by_the_book(*named, "2018")) >= 2 * largest_stable(named)


def test_seekers_and_providers_stand_in_the_order_of_their_lots_and_edges_by_wish() -> None:
    market = flatten(
        {"a": [["p", "q"], ["r"]], "b": [["r"], ["z"]]},
        {"p": [["a"]], "q": [["a"]], "r": [["b", "a"]], "z": [["b"]]},
        {"r": 2, "z": 0},
        "2018",
    )
    a, (p, q, r) = market.seekers.index("a"), (market.providers.index(id) for id in "pqr")
    own = slice(market.start[a], market.start[a + 1])
    assert market.provider[own].tolist() == [*sorted((p, q)), r]
    assert (market.wish[own].tolist(), market.regard[own].tolist()) == ([0, 0, 1], [0, 0, 0])
    assert len(market.provider) == 4  # z has no places


def test_a_market_of_nobody_is_settled() -> None:
    market = flatten({}, {"p": []}, {}, "2018")
    assert (settle(market), compiled.settle(market).tolist()) == ([], [])


@pytest.mark.parametrize("ties", [0.0, 0.6])
def test_a_city_is_settled_by_both_forms_alike(ties: float) -> None:
    draw = np.random.default_rng(7)
    names = [f"p{number}" for number in range(300)]
    seekers: Lists = {}
    for number in range(2_000):
        groups: list[list[str]] = []
        for chosen in draw.choice(300, 10, replace=False).tolist():
            if groups and draw.random() < ties:
                groups[-1].append(names[chosen])
            else:
                groups.append([names[chosen]])
        seekers[f"s{number}"] = groups
    wanted = {name: [id for id, groups in seekers.items() if any(name in group for group in groups)] for name in names}
    market = flatten(
        seekers, {name: [[id] for id in ids] for name, ids in wanted.items()}, dict.fromkeys(names, 6), "1"
    )
    plain = settle(market)
    assert compiled.settle(market).tolist() == plain
    assert sum(edge >= 0 for edge in plain) > 1_700
