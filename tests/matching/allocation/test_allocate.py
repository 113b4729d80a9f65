import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.allocation.allocate import Allocation, allocate
from app.matching.allocation.certificate import certify
from app.matching.allocation.market import PreferenceRepeated, PreferenceUnknown, QuotaBelowZero, lot
from tests.matching.markets import Lists, Market, every_matching, is_stable, largest_stable, markets


def matched_of(market: Market, allocation: Allocation) -> dict[str, str | None]:
    return {seeker: dict(allocation.pairs).get(seeker) for seeker in market[0]}


@settings(max_examples=300, deadline=None)
@given(markets(), st.text(max_size=3))
def test_every_allocation_is_stable_by_definition_and_by_certificate(market: Market, seed: str) -> None:
    allocation = allocate(*market, seed)
    assert is_stable(market, matched_of(market, allocation))
    assert certify(*market, allocation.pairs)["stable"] is True


@settings(max_examples=150, deadline=None)
@given(markets(seekers=4, providers=3), st.text(max_size=3))
def test_no_stable_allocation_of_a_small_market_is_larger(market: Market, seed: str) -> None:
    assert len(allocate(*market, seed).pairs) == largest_stable(market)


@settings(max_examples=150, deadline=None)
@given(markets(seekers=4, providers=3))
def test_certificate_and_definition_agree_on_every_possible_proposal(market: Market) -> None:
    for matched in every_matching(market)[:40]:
        pairs = [(seeker, got) for seeker, got in matched.items() if got is not None]
        assert certify(*market, pairs)["stable"] is is_stable(market, matched)


@settings(max_examples=80, deadline=None)
@given(markets(), st.randoms(use_true_random=False))
def test_the_order_in_which_lists_are_handed_over_changes_nothing(market: Market, random) -> None:  # type: ignore[no-untyped-def]
    def shuffled(lists: Lists) -> Lists:
        owners = list(lists)
        random.shuffle(owners)
        return {owner: [random.sample(group, len(group)) for group in lists[owner]] for owner in owners}

    seekers, providers, quotas = market
    assert allocate(shuffled(seekers), shuffled(providers), quotas, "s") == allocate(*market, "s")


def test_a_place_held_while_an_equal_one_is_free_is_passed_on() -> None:
    """s1 likes p1 and p2 alike; p1 would rather have s1 than s2. Whatever the lots, nobody stays out."""
    seekers = {"s1": [["p1", "p2"]], "s2": [["p1"]]}
    providers = {"p1": [["s1"], ["s2"]], "p2": [["s1"]]}
    for seed in map(str, range(20)):
        assert allocate(seekers, providers, {}, seed).pairs == (("s1", "p2"), ("s2", "p1"))


def test_whoever_has_run_out_of_choices_goes_first_among_equals() -> None:
    """Both want p1 most, p1 is indifferent; s2 has nowhere else. Whatever the lots, nobody stays out."""
    seekers = {"s1": [["p1"], ["p2"]], "s2": [["p1"]]}
    providers = {"p1": [["s1", "s2"]], "p2": [["s1"]]}
    for seed in map(str, range(20)):
        assert allocate(seekers, providers, {}, seed).pairs == (("s1", "p2"), ("s2", "p1"))


def test_a_tie_for_the_last_place_falls_to_the_lot_of_the_published_seed() -> None:
    seekers = {"s1": [["p"]], "s2": [["p"]], "s3": [["p"]]}
    winners = {}
    for seed in map(str, range(20)):
        allocation = allocate(seekers, {"p": [["s1", "s2", "s3"]]}, {"p": 1}, seed)
        winners[seed] = allocation.pairs[0][0]
        assert winners[seed] == min(seekers, key=lambda id: lot(seed, id))
    assert set(winners.values()) == {"s1", "s2", "s3"}


def test_whoever_stays_without_is_told_why() -> None:
    allocation = allocate(
        {"a": [["p"]], "b": [["p"]], "c": [["q"]], "d": []},
        {"p": [["a"], ["b"]], "q": [["a"]], "r": [["a"]], "z": [["a"]], "w": [["b"]]},
        {"p": 1, "z": 0},
        "seed",
    )
    assert allocation == Allocation(
        pairs=(("a", "p"),),
        unmatched={"b": "places_taken", "c": "no_mutual_choice", "d": "no_mutual_choice"},
        unused={"q": "no_mutual_choice", "r": "no_mutual_choice", "w": "no_mutual_choice", "z": "no_places"},
        seed="seed",
    )


def test_a_provider_all_of_whose_seekers_got_better_is_told_so() -> None:
    allocation = allocate({"a": [["p"], ["q"]]}, {"p": [["a"]], "q": [["a"]]}, {}, "seed")
    assert (allocation.pairs, dict(allocation.unused)) == ((("a", "p"),), {"q": "chosen_elsewhere"})


def test_nobody_at_all_is_a_stable_market() -> None:
    assert allocate({}, {}, {}, "seed") == Allocation((), {}, {}, "seed")


def test_a_party_named_twice_is_refused() -> None:
    with pytest.raises(PreferenceRepeated) as refused:
        allocate({"s": [["p"], ["p"]]}, {"p": [["s"]]}, {}, "seed")
    assert refused.value.facts == {"owner": "s", "named": "p"}


def test_a_stranger_on_a_list_is_refused() -> None:
    with pytest.raises(PreferenceUnknown) as refused:
        allocate({"s": [["p"]]}, {"p": [["x"]]}, {}, "seed")
    assert refused.value.facts == {"owner": "p", "named": "x"}


def test_a_negative_quota_is_refused() -> None:
    with pytest.raises(QuotaBelowZero) as refused:
        allocate({"s": [["p"]]}, {"p": [["s"]]}, {"p": -1}, "seed")
    assert refused.value.facts == {"provider": "p", "quota": -1}


def test_a_district_of_three_thousand_seekers_is_settled_and_certified() -> None:
    """Lists of ten drawn by lot, providers indifferent in thirds, seats a little short."""
    giving = [f"p{number}" for number in range(810)]
    seekers: Lists = {}
    asked: dict[str, list[str]] = {id: [] for id in giving}
    for number in range(3_000):
        id = f"s{number}"
        drawn = list(dict.fromkeys(giving[int(lot(str(step), id)[:8], 16) % len(giving)] for step in range(10)))
        seekers[id] = [drawn[:3], drawn[3:6], drawn[6:]]
        for provider in drawn:
            asked[provider].append(id)
    providers = {id: [group for third in range(3) if (group := names[third::3])] for id, names in asked.items()}
    quotas = dict.fromkeys(giving, 3)
    allocation = allocate(seekers, providers, quotas, "2018")
    assert certify(seekers, providers, quotas, allocation.pairs)["stable"] is True
    assert len(allocation.pairs) > 2_370


def test_a_market_large_enough_to_be_compiled_has_the_same_allocation(monkeypatch: pytest.MonkeyPatch) -> None:
    seekers = {f"s{n}": [[f"p{n % 7}", f"p{n % 5}"] if n % 7 != n % 5 else [f"p{n % 7}"]] for n in range(40)}
    providers = {f"p{n}": [[f"s{k}" for k in range(40)]] for n in range(7)}
    quotas = dict.fromkeys(providers, 4)
    plain = allocate(seekers, providers, quotas, "2018")
    monkeypatch.setattr("app.matching.allocation.allocate.COMPILED_FROM", 0)
    assert allocate(seekers, providers, quotas, "2018") == plain
