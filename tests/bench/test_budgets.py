"""Fewest blocking pairs under budgets, against the definition applied to every possible allocation."""

import random
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.allocation.allocate import allocate
from bench.engine.budgets import (
    AmountBelowZero,
    Blocking,
    Budgeted,
    Money,
    PriceMissing,
    TooManyForBudgets,
    blocking_pairs,
    fewest_blocking,
)
from tests.matching.markets import Lists, Market, every_matching, largest_stable, markets, rank_in

Matched = dict[str, str | None]


def subsets(of: Sequence[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(of, size) for size in range(len(of) + 1)))


def fits(market: Market, money: Money, matched: Matched) -> bool:
    """Mutual choices, quotas and every budget."""
    seekers, providers, quotas = market
    for seeker, got in matched.items():
        if got and (rank_in(seekers[seeker], got) is None or rank_in(providers[got], seeker) is None):
            return False
    paid = {seeker: money.prices[seeker, got] for seeker, got in matched.items() if got}
    for provider in providers:
        seated = [seeker for seeker, got in matched.items() if got == provider]
        spent = sum((paid[seeker] for seeker in seated), Decimal(0))
        if len(seated) > quotas.get(provider, 1) or spent > money.budgets.get(provider, spent):
            return False
    for group, budget in money.group_budgets.items():
        if sum((paid[s] for s in paid if money.group_of.get(s) == group), Decimal(0)) > budget:
            return False
    return True


def blocking_of(market: Market, money: Money, matched: Matched) -> set[tuple[str, str]]:
    """The definition, word for word: some of those the provider likes strictly less are sent away, and then it fits."""
    seekers, providers, _ = market
    found = set()
    for seeker, wishes in seekers.items():
        for provider in chain.from_iterable(wishes):
            wish, regard, own = rank_in(wishes, provider), rank_in(providers[provider], seeker), matched[seeker]
            if wish is None or regard is None or own == provider:
                continue
            if own is not None and (rank_in(wishes, own) or 0) <= wish:
                continue
            less = [
                s for s, got in matched.items() if got == provider and (rank_in(providers[provider], s) or 0) > regard
            ]
            moves = [matched | dict.fromkeys(gone) | {seeker: provider} for gone in subsets(less)]
            if any(fits(market, money, after) for after in moves):
                found.add((seeker, provider))
    return found


@st.composite
def priced(draw: st.DrawFn) -> tuple[Market, Money]:
    """Everybody answers everybody who asks, money is short, and most seekers share it."""
    named = ["p0", "p1", "p2"][: draw(st.integers(1, 3))]
    asking = ["s0", "s1", "s2", "s3"][: draw(st.integers(2, 4))]

    def tied(order: Sequence[str]) -> list[list[str]]:
        groups: list[list[str]] = []
        for id in order:
            if groups and draw(st.integers(0, 3)) == 0:
                groups[-1].append(id)
            else:
                groups.append([id])
        return groups

    seekers = {s: tied(draw(st.permutations(named))[: draw(st.integers(1, 3))]) for s in asking}
    providers = {p: tied(draw(st.permutations(asking))) for p in named}
    prices = {
        (s, p): draw(st.sampled_from([Decimal(0), Decimal("1.01"), Decimal(2), Decimal(3)]))
        for s in asking
        for p in named
    }
    budgets = {
        p: draw(st.sampled_from([Decimal(2), Decimal("3.01"), Decimal(5)])) for p in named if draw(st.booleans())
    }
    groups = {s: draw(st.sampled_from(["A", "A", "B", "none"])) for s in asking}
    group_budgets = {g: draw(st.sampled_from([Decimal(2), Decimal("4.01"), Decimal(6)])) for g in "AB"}
    quotas = {p: draw(st.integers(0, 3)) for p in named}
    return (seekers, providers, quotas), Money(prices, budgets, groups, group_budgets)


@settings(max_examples=300, deadline=None)
@given(priced(), st.text(max_size=2))
def test_no_allocation_within_the_budgets_has_fewer_blocking_pairs_then_more_pairs_then_better_ranks(
    case: tuple[Market, Money], seed: str
) -> None:
    market, money = case
    found = fewest_blocking(*market, money, seed)
    matched: Matched = dict.fromkeys(market[0]) | dict(found.pairs)
    assert fits(market, money, matched)
    assert {(each.seeker, each.provider) for each in found.blocking} == blocking_of(market, money, matched)

    def worth(other: Matched) -> tuple[int, int, int]:
        ranks = [rank_in(market[0][seeker], got) or 0 for seeker, got in other.items() if got]
        return len(blocking_of(market, money, other)), -len(ranks), sum(ranks)

    best = min(worth(other) for other in every_matching(market) if fits(market, money, other))
    assert (worth(matched), found.at_least) == (best, best[0])


@settings(max_examples=200, deadline=None)
@given(priced())
def test_the_blocking_pairs_of_any_allocation_are_those_of_the_definition(case: tuple[Market, Money]) -> None:
    market, money = case
    for matched in [each for each in every_matching(market) if fits(market, money, each)][::3]:
        pairs = [(seeker, got) for seeker, got in matched.items() if got]
        found = blocking_pairs(*market, money, pairs)
        assert {(each.seeker, each.provider) for each in found} == blocking_of(market, money, matched)
        for each in found:
            assert each.own == matched[each.seeker]
            check_sent_away(market, money, matched, each)


def check_sent_away(market: Market, money: Money, matched: Matched, each: Blocking) -> None:
    """As few as it takes, the least wanted first."""
    after = matched | dict.fromkeys(each.instead_of) | {each.seeker: each.provider}
    assert fits(market, money, after)
    assert not each.instead_of or not fits(market, money, after | {each.instead_of[-1]: each.provider})
    ranks = [rank_in(market[1][each.provider], gone) or 0 for gone in each.instead_of]
    staying = [rank_in(market[1][each.provider], s) or 0 for s, got in after.items() if got == each.provider]
    assert ranks == sorted(ranks, reverse=True)
    assert not ranks or min(ranks) >= max([each.provider_rank, *staying])


@settings(max_examples=100, deadline=None)
@given(markets(seekers=4, providers=3))
def test_without_budgets_nothing_blocks_and_the_allocation_is_a_largest_stable_one(market: Market) -> None:
    free = Money({(s, p): Decimal(5) for s in market[0] for p in market[1]})
    found = fewest_blocking(*market, free, "2018")
    assert (found.blocking, len(found.pairs)) == ((), largest_stable(market))
    assert len(allocate(*market, "2018").pairs) == len(found.pairs)


@settings(max_examples=50, deadline=None)
@given(priced(), st.randoms(use_true_random=False))
def test_the_order_in_which_lists_are_handed_over_changes_nothing(
    case: tuple[Market, Money], draw: random.Random
) -> None:
    (seekers, providers, quotas), money = case

    def shuffled(lists: Lists) -> Lists:
        owners = draw.sample(list(lists), len(lists))
        return {owner: [draw.sample(group, len(group)) for group in lists[owner]] for owner in owners}

    once = fewest_blocking(seekers, providers, quotas, money, "s")
    assert fewest_blocking(shuffled(seekers), shuffled(providers), quotas, money, "s") == once


# Two thousand yuan each at elm and oak. Elm would rather have ann than bob than cid, and bob costs all it has.
SEEKERS: Lists = {"ann": [["oak"], ["elm"]], "bob": [["elm"]], "cid": [["elm"], ["oak"]]}
PROVIDERS: Lists = {"elm": [["ann"], ["bob"], ["cid"]], "oak": [["cid"], ["ann"]]}
THREE: Market = (SEEKERS, PROVIDERS, {"elm": 3, "oak": 3})
THOUSAND = Decimal(1000)
PRICES = {
    ("ann", "oak"): THOUSAND,
    ("ann", "elm"): THOUSAND,
    ("bob", "elm"): 2 * THOUSAND,
    ("cid", "elm"): THOUSAND,
    ("cid", "oak"): 2 * THOUSAND,
}
MONEY = Money(PRICES, {"elm": 2 * THOUSAND, "oak": 2 * THOUSAND})


def test_three_seekers_and_two_budgets_without_any_stable_allocation() -> None:
    blocking = {
        frozenset((s, got) for s, got in matched.items() if got): blocking_of(THREE, MONEY, matched)
        for matched in every_matching(THREE)
        if fits(THREE, MONEY, matched)
    }
    assert min(map(len, blocking.values())) == 1
    found = fewest_blocking(*THREE, MONEY, "2018")
    assert found == Budgeted(
        pairs=(("ann", "oak"), ("cid", "elm")),
        blocking=(Blocking("bob", "elm", 1, 2, own=None, instead_of=("cid",)),),
        at_least=1,
    )


def test_a_budget_that_several_seekers_share_holds_for_them_together() -> None:
    seekers: Lists = {"ann": [["elm"]], "bob": [["oak"]]}
    providers: Lists = {"elm": [["ann"]], "oak": [["bob"]]}
    prices = {("ann", "elm"): Decimal("3.50"), ("bob", "oak"): Decimal("2.00")}
    money = Money(prices, group_of={"ann": "street", "bob": "street"}, group_budgets={"street": Decimal("5.49")})
    assert fewest_blocking(seekers, providers, {}, money, "2018").pairs in ((("ann", "elm"),), (("bob", "oak"),))
    enough = Money(prices, group_of=money.group_of, group_budgets={"street": Decimal("5.50")})
    assert len(fewest_blocking(seekers, providers, {}, enough, "2018").pairs) == 2


def test_nobody_at_all_is_allocated_within_any_budget() -> None:
    assert fewest_blocking({}, {}, {}, Money({}), "2018") == Budgeted((), (), 0)
    assert fewest_blocking({"a": []}, {"p": [["a"]]}, {}, Money({}, {"p": Decimal(0)}), "2018").pairs == ()


def test_amounts_of_millions_are_kept_to_the_fen() -> None:
    seekers: Lists = {"ann": [["elm"]], "bob": [["elm"]]}
    market: Market = (seekers, {"elm": [["ann", "bob"]]}, {"elm": 2})
    prices = {("ann", "elm"): Decimal("150000.01"), ("bob", "elm"): Decimal("149999.98")}
    for budget, pairs in ((Decimal("299999.99"), 2), (Decimal("299999.98"), 1)):
        assert len(fewest_blocking(*market, Money(prices, {"elm": budget}), "2018").pairs) == pairs


def test_a_mutual_choice_without_a_price_is_refused() -> None:
    with pytest.raises(PriceMissing) as refused:
        fewest_blocking({"a": [["p"]]}, {"p": [["a"]]}, {}, Money({}), "2018")
    assert refused.value.facts == {"seeker": "a", "provider": "p"}


@pytest.mark.parametrize(
    ("money", "of"),
    [
        (Money({("a", "p"): Decimal(-1)}), "a p"),
        (Money({("a", "p"): Decimal(1)}, {"p": Decimal(-1)}), "p"),
        (Money({("a", "p"): Decimal(1)}, {}, {}, {"g": Decimal(-1)}), "g"),
    ],
)
def test_an_amount_below_zero_is_refused(money: Money, of: str) -> None:
    with pytest.raises(AmountBelowZero) as refused:
        fewest_blocking({"a": [["p"]]}, {"p": [["a"]]}, {}, money, "2018")
    assert refused.value.facts == {"of": of, "amount": "-1"}


def test_a_city_is_refused_before_anything_is_computed() -> None:
    seekers: Lists = {f"s{n}": [[f"p{k}" for k in range(50)]] for n in range(41)}
    providers: Lists = {f"p{k}": [list(seekers)] for k in range(50)}
    with pytest.raises(TooManyForBudgets) as refused:
        fewest_blocking(seekers, providers, {}, Money({}), "2018")
    assert refused.value.facts == {"pairs": 2_050, "limit": 2_000}


def test_a_street_of_sixty_needs_is_solved_and_proved() -> None:
    draw = random.Random(8)
    providers = [f"p{n}" for n in range(15)]
    seekers = {f"s{n}": [[p] for p in draw.sample(providers, 4)] for n in range(60)}
    lists: Lists = {p: [[s] for s in draw.sample(list(seekers), 60) if [p] in seekers[s]] for p in providers}
    prices = {(s, p): Decimal(draw.randint(5, 60) * 1_000) for s in seekers for p in providers}
    budgets = {p: Decimal(draw.randint(60, 160) * 1_000) for p in providers}
    market: Market = (seekers, lists, dict.fromkeys(providers, 5))
    found = fewest_blocking(*market, Money(prices, budgets), "2018")
    matched: Matched = dict.fromkeys(seekers) | dict(found.pairs)
    assert fits(market, Money(prices, budgets), matched)
    named = {(each.seeker, each.provider) for each in found.blocking}
    assert (len(named), named) == (found.at_least, blocking_of(market, Money(prices, budgets), matched))
    assert len(found.pairs) > 30
