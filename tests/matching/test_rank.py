from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.pool import pool_of_needs, pool_of_offers
from app.matching.profiles import Reader
from app.matching.rank import Absence, Ranking, rank, rank_for_offer, tie_groups, why_absent
from app.matching.records import CRITERIA, DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from tests.matching.factories import TOWN, make_need, make_offer, season_needs, season_offers, season_reference

READER = Reader(TOWN)
WORDS = ["送饭", "老人", "食堂", "河道", "保洁", "小区", "上门", "AED", "60岁", "，", "组织", "长辈"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map("".join) | st.text(max_size=20)
CODES = st.lists(st.sampled_from(["01", "0101", "010102", "090203", "77", ""]), max_size=2).map(tuple)
GROUPS = st.lists(st.sampled_from(["P01", "P04", "P0401", "P13", "P99"]), max_size=2).map(tuple)
MONEY = st.none() | st.decimals(0, 100_000, places=2)
OFFERS = st.builds(
    OfferRecord,
    id=st.text("OX0123456789", min_size=1, max_size=4),
    party_id=st.just("G1"),
    title=TEXTS,
    description=TEXTS,
    category_codes=CODES,
    population_codes=GROUPS,
    coverage=st.lists(st.sampled_from(["530111000000", "530114000000", "5301"]), max_size=2).map(tuple),
    price=MONEY,
    price_unit=st.sampled_from(["元/年", "元/项目", "元/人", "免费", ""]),
    capacity=st.sampled_from(["20人", "6户/日", "不限", "按场次", ""]) | st.text(max_size=6),
    schedule=st.sampled_from(["全年", "7-8月", "每周", ""]) | st.text(max_size=6),
    rating=st.none() | st.decimals(-1, 7, places=1),
    rectification=st.booleans(),
)
POOLS = st.lists(OFFERS, max_size=6, unique_by=lambda offer: offer.id)
NEEDS = st.builds(
    make_need, title=TEXTS, description=TEXTS, category_codes=CODES, population_codes=GROUPS, budget=MONEY
)


def ranked(need: NeedRecord, offers: Iterable[OfferRecord], top: int = 20) -> Ranking:
    return rank(need, pool_of_offers(offers, READER), top=top)


@settings(max_examples=150, deadline=None)
@given(NEEDS, POOLS)
def test_every_score_lies_between_nothing_and_one_and_is_the_sum_of_its_reasons(
    need: NeedRecord, offers: list[OfferRecord]
) -> None:
    ranking = ranked(need, offers)
    for row in ranking.rows:
        assert 0 <= row.score <= 1
        assert sum(reason.contribution for reason in row.explanation) == row.score
        assert [reason.criterion for reason in row.explanation] == list(CRITERIA)
        assert all(reason.value is None or 0 <= reason.value <= 1 for reason in row.explanation)
        assert all(reason.weight == 0 for reason in row.explanation if reason.value is None)
    assert sorted([row.id for row in (*ranking.rows, *ranking.excluded)]) == sorted(offer.id for offer in offers)


@settings(max_examples=100, deadline=None)
@given(NEEDS, POOLS, st.randoms(use_true_random=False))
def test_the_order_in_which_offers_come_in_changes_nothing(need: NeedRecord, offers: list[OfferRecord], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = offers.copy()
    random.shuffle(shuffled)
    assert ranked(need, shuffled) == ranked(need, offers)


@settings(max_examples=100, deadline=None)
@given(NEEDS, POOLS, OFFERS)
def test_with_frozen_statistics_a_new_offer_changes_no_other_score(
    need: NeedRecord, offers: list[OfferRecord], late: OfferRecord
) -> None:
    frozen = READER.statistics((need,), tuple(offers))
    late = replace(late, id="late")
    before = rank(need, pool_of_offers(offers, READER, frozen))
    after = rank(need, pool_of_offers([*offers, late], READER, frozen))
    assert {row.id: row.explanation for row in after.rows if row.id != "late"} == {
        row.id: row.explanation for row in before.rows
    }


def test_without_frozen_statistics_an_unrelated_offer_moves_nobody() -> None:
    need = make_need()
    offers = [
        make_offer(),
        make_offer("O2", title="社区食堂", description="提供午饭"),
        make_offer("O3", title="老人聊天"),
    ]
    unrelated = make_offer("O9", title="Swimming", description="pool lessons")
    before, after = ranked(need, offers), ranked(need, [*offers, unrelated])
    assert [row.id for row in after.rows if row.id != "O9"] == [row.id for row in before.rows]
    assert after.rows[0].explanation[0].value == pytest.approx(before.rows[0].explanation[0].value, abs=Decimal("0.05"))


@settings(max_examples=60, deadline=None)
@given(NEEDS, POOLS)
def test_a_pair_has_the_same_score_from_both_sides(need: NeedRecord, offers: list[OfferRecord]) -> None:
    shared = READER.statistics((need,), tuple(offers))
    seen = {row.id: row.explanation for row in rank(need, pool_of_offers(offers, READER, shared)).rows}
    needs = pool_of_needs([need], READER, shared)
    mirrored = {offer.id: rank_for_offer(offer, needs).rows for offer in offers}
    assert seen == {id: rows[0].explanation for id, rows in mirrored.items() if rows}


def test_equal_scores_share_a_place_and_stand_in_order_of_id() -> None:
    ranking = ranked(make_need(), [make_offer("B"), make_offer("A"), make_offer("C", title="巡河", description="净滩")])
    assert [(row.id, row.place) for row in ranking.rows] == [("A", 1), ("B", 1), ("C", 3)]


def test_what_cannot_be_compared_is_left_out_and_its_weight_shared_by_the_rest() -> None:
    row = ranked(make_need(), [make_offer(price_unit="元/份", rating=None)]).rows[0]
    reasons = {reason.criterion: reason for reason in row.explanation}
    assert (reasons["budget"].value, reasons["budget"].weight, reasons["budget"].code) == (
        None,
        0,
        "unit_not_comparable",
    )
    compared = [reason for reason in row.explanation if reason.value is not None]
    assert sum(reason.weight for reason in compared) == pytest.approx(Decimal(1), abs=Decimal("0.0004"))
    assert reasons["population"].weight > DEFAULT_WEIGHTS.population
    for reason in compared:
        assert reason.contribution == pytest.approx(reason.weight * (reason.value or 0), abs=Decimal("0.0002"))


def test_the_reasons_name_the_words_the_pair_shares() -> None:
    row = ranked(make_need(), [make_offer()]).rows[0]
    assert row.explanation[0].facts == {"words": ("老人", "腿脚不便", "不便", "送到")}


def test_weights_that_count_nothing_that_can_be_compared_score_zero() -> None:
    only_rating = Weights(*[Decimal(0)] * 7, Decimal(1))
    pool = pool_of_offers([make_offer(rating=None)], READER)
    assert [row.score for row in rank(make_need(), pool, only_rating).rows] == [0]


def test_an_absent_offer_has_a_reason() -> None:
    offers = [
        make_offer("near"),
        make_offer("far", coverage=("530114000000",), rectification=True),
        make_offer("weak", title="巡河", description="净滩", category_codes=("090203",)),
    ]
    ranking = ranked(make_need(), offers, top=1)
    assert why_absent(ranking, "near") is None
    assert why_absent(ranking, "far") == Absence("coverage", {"area": "530111004002", "covers": ("530114",)})
    assert why_absent(ranking, "weak") == Absence("below_top", {"place": 2, "score": ranking.below[0].score})
    assert why_absent(ranking, "nobody") == Absence("unknown", {})


def test_leaving_a_filter_out_shows_what_relaxing_it_would_bring() -> None:
    pool = pool_of_offers([make_offer(coverage=("530114000000",))], READER)
    assert [row.id for row in rank(make_need(), pool).rows] == []
    assert [row.id for row in rank(make_need(), pool, filters=()).rows] == ["O1"]


def test_a_pool_stands_in_order_of_id() -> None:
    assert pool_of_offers([make_offer("B"), make_offer("C"), make_offer("A")], READER).ids == ("A", "B", "C")


def test_an_empty_pool_gives_an_empty_ranking() -> None:
    assert ranked(make_need(), []) == Ranking("N1", (), (), ())


def test_preferences_tie_scores_of_one_step_and_leave_nobody_out() -> None:
    offers = [make_offer("A"), make_offer("B"), make_offer("C", title="巡河", description="净滩")]
    assert tie_groups(ranked(make_need(), offers, top=1)) == (("A", "B"), ("C",))


def test_a_pair_of_the_season_scores_the_same_from_either_side() -> None:
    needs, offers = season_needs(), season_offers()
    reader = Reader(season_reference())
    frozen = reader.statistics(needs, offers)
    all_offers, all_needs = pool_of_offers(offers, reader, frozen), pool_of_needs(needs, reader, frozen)
    from_needs = {(row.subject, r.id): r.score for row in (rank(n, all_offers, top=5) for n in needs) for r in row.rows}
    from_offers = {
        (r.id, row.subject): r.score
        for row in (rank_for_offer(o, all_needs, top=200) for o in offers)
        for r in row.rows
    }
    assert from_needs == {pair: from_offers[pair] for pair in from_needs}
