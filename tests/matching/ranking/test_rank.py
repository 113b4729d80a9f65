from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.ranking.arrays import vectors
from app.matching.ranking.criteria import Measure
from app.matching.ranking.filters import FILTERS
from app.matching.ranking.fit import Fit
from app.matching.ranking.points import millionths, points
from app.matching.ranking.prepared import prepare_needs, prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import Absence, Placing, Ranking, rank, rank_for_offer, sight_of_offers, tie_groups
from app.matching.ranking.records import CRITERIA, DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from tests.matching.factories import make_need, make_offer, season_needs, season_offers, season_reference
from tests.matching.records import NEEDS, OFFERS, READER

ALL_FILTERS = [code for code, _ in FILTERS]
POOLS = st.lists(OFFERS, max_size=6, unique_by=lambda offer: offer.id)


def ranked(need: NeedRecord, offers: Iterable[OfferRecord], top: int = 20) -> Ranking:
    return rank(need, prepare_offers(offers, READER), top=top)


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
    before = rank(need, prepare_offers(offers, READER, frozen))
    after = rank(need, prepare_offers([*offers, late], READER, frozen))
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
    seen = {row.id: row.explanation for row in rank(need, prepare_offers(offers, READER, shared)).rows}
    needs = prepare_needs([need], READER, shared)
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


def test_an_offer_for_plainly_different_people_stands_behind_a_looser_one_for_those_asked_for() -> None:
    need = make_need(
        title="教居民擦窗",
        description="冬天窗户积灰，请人来教怎么擦得干净又安全。",
        category_codes=("010202",),
        population_codes=("P04",),
    )
    children = {"title": "擦窗小能手", "description": "教孩子擦窗，又干净又安全。", "category_codes": ("010202",)}
    older = {"title": "邻里帮忙", "description": "志愿者给长辈送饭，顺手收拾屋子、擦窗。"}
    offers = [
        make_offer("children", population_codes=("P01",), **children),
        make_offer("older", population_codes=("P04",), **older),
    ]
    rows = rank(need, prepare_offers(offers, READER), without=ALL_FILTERS).rows
    assert [row.id for row in rows] == ["older", "children"]
    assert rows[0].explanation[0].value < rows[1].explanation[0].value
    assert rows[0].explanation[1].value < rows[1].explanation[1].value


@pytest.mark.parametrize("compared", range(1, 256))
def test_what_is_met_fully_is_one_whole_whatever_could_not_be_compared(compared: int) -> None:
    full = [Measure(1.0 if compared >> place & 1 else None, "") for place in range(len(CRITERIA))]
    values = np.array([[np.nan if measure.value is None else measure.value] for measure in full])
    shares = millionths(DEFAULT_WEIGHTS)
    assert 1 - len(CRITERIA) * Decimal("0.0001") < points(full, shares) * Decimal("0.0001") <= 1
    assert vectors.points(values, np.array(shares)).tolist() == [points(full, shares)]


def test_the_reasons_name_the_words_the_pair_shares() -> None:
    row = ranked(make_need(), [make_offer()]).rows[0]
    assert row.explanation[0].facts == {"words": ("老人=长辈", "腿脚不便=行动不便", "不便", "送到")}


def test_weights_that_count_nothing_that_can_be_compared_score_zero() -> None:
    only_rating = Weights(*[Decimal(0)] * 7, Decimal(1))
    prepared = prepare_offers([make_offer(rating=None)], READER)
    assert [row.score for row in rank(make_need(), prepared, only_rating).rows] == [0]


def test_an_absent_offer_has_a_reason() -> None:
    offers = [
        make_offer("near"),
        make_offer("far", coverage=("530114000000",), rectification=True),
        make_offer("weak", title="巡河", description="净滩", category_codes=("090203",)),
    ]
    prepared = prepare_offers(offers, READER)
    absence = {id: rank(make_need(), prepared, top=1, about=id).absence for id in ("near", "far", "weak", "nobody")}
    best, second = ranked(make_need(), offers, top=1).rows[0], ranked(make_need(), offers, top=2).rows[1]
    assert absence == {
        "near": Absence("near", "listed", {}, Placing("near", 1, best.score)),
        "far": Absence("far", "coverage", {"area": "530111004002", "covers": ("530114",)}),
        "weak": Absence("weak", "below_top", {}, Placing("weak", 2, second.score)),
        "nobody": Absence("nobody", "unknown"),
    }


def test_leaving_a_filter_out_shows_what_relaxing_it_would_bring() -> None:
    prepared = prepare_offers([make_offer(coverage=("530114000000",))], READER)
    assert [row.id for row in rank(make_need(), prepared).rows] == []
    assert [row.id for row in rank(make_need(), prepared, without=ALL_FILTERS).rows] == ["O1"]


def test_a_pool_stands_in_order_of_id() -> None:
    assert prepare_offers([make_offer("B"), make_offer("C"), make_offer("A")], READER).ids == ("A", "B", "C")


def test_an_empty_pool_gives_an_empty_ranking() -> None:
    assert ranked(make_need(), []) == Ranking("N1", Fit(("nobody",)), (), 0, (), 0, ())


def test_preferences_tie_scores_of_one_step_and_leave_nobody_out() -> None:
    offers = [make_offer("A"), make_offer("B"), make_offer("C", title="巡河", description="净滩")]
    assert tie_groups(sight_of_offers(make_need(), prepare_offers(offers, READER)).placings()) == (("A", "B"), ("C",))


def test_a_pair_of_the_season_scores_the_same_from_either_side() -> None:
    needs, offers = season_needs(), season_offers()
    reader = Reader(season_reference())
    frozen = reader.statistics(needs, offers)
    all_offers, all_needs = prepare_offers(offers, reader, frozen), prepare_needs(needs, reader, frozen)
    from_needs = {(row.subject, r.id): r.score for row in (rank(n, all_offers, top=5) for n in needs) for r in row.rows}
    from_offers = {
        (r.id, row.subject): r.score
        for row in (rank_for_offer(o, all_needs, top=200) for o in offers)
        for r in row.rows
    }
    assert from_needs == {pair: from_offers[pair] for pair in from_needs}


def test_relaxing_says_for_each_filter_alone_how_many_more_it_would_bring_and_the_best_of_them() -> None:
    offers = [
        make_offer("A"),
        make_offer("B", coverage=("530114000000",)),
        make_offer("C", coverage=("530114000000",), title="巡河", description="净滩"),
        make_offer("D", coverage=("530114000000",), rectification=True),
        make_offer("E", price=Decimal(99_000)),
    ]
    ranking = ranked(make_need(), offers)
    assert [(each.filter, each.admitted, each.best.id) for each in ranking.relaxed] == [
        ("coverage", 2, "B"),
        ("budget", 1, "E"),
    ]
    assert ranking.relaxed[0].best.place == 2


def test_the_share_of_draws_in_which_an_offer_is_first_adds_up_to_one() -> None:
    offers = [
        make_offer("A"),
        make_offer("B", title="巡河", description="净滩", rating=Decimal(5)),
        make_offer("C", price=None),
    ]
    firm = [row.robustness for row in ranked(make_need(), offers).rows]
    assert sum(each.first for each in firm) == 1
    assert [each.top_five for each in firm] == [1, 1, 1]
    assert firm[0].first > firm[2].first
