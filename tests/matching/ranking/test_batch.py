"""The best of the other side for everybody: both engines give the reference's top, whatever the market."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.ranking.arrays.columns import BITS
from app.matching.ranking.arrays.snapshot import snapshot_of
from app.matching.ranking.arrays.vectors import points
from app.matching.ranking.batch import ALL, NOBODY, OWN, RELATED, Best, compiled, rank_all
from app.matching.ranking.prepared import PreparedNeeds, PreparedOffers, new_frame, prepare_needs, prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import rank, rank_for_offer
from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Reference
from bench.engine.city import city
from tests.matching.factories import make_need, make_offer, season_needs, season_offers, season_reference
from tests.matching.records import NEEDS, OFFERS, READER

Sides = tuple[list[NeedRecord], list[OfferRecord]]
MARKETS = st.tuples(
    st.lists(NEEDS, min_size=1, max_size=4, unique_by=lambda need: need.id),
    st.lists(OFFERS, min_size=1, max_size=8, unique_by=lambda offer: offer.id),
)


def pools(
    needs: tuple[NeedRecord, ...], offers: tuple[OfferRecord, ...], reader: Reader
) -> tuple[PreparedNeeds, PreparedOffers]:
    frozen, frame = reader.statistics(needs, offers), new_frame(reader)
    return prepare_needs(needs, reader, frozen, frame), prepare_offers(offers, reader, frozen, frame)


@pytest.fixture(scope="module")
def season() -> tuple[PreparedNeeds, PreparedOffers]:
    return pools(season_needs(), season_offers(), Reader(season_reference()))


def listed(best: Best, ids: np.ndarray) -> list[list[tuple[str, int]]]:
    return [
        [(str(ids[row]), int(points)) for row, points in zip(rows, scores, strict=True) if row != NOBODY]
        for rows, scores in zip(best.rows, best.points, strict=True)
    ]


def expected_offers(needs: PreparedNeeds, offers: PreparedOffers, top: int) -> list[list[tuple[str, int]]]:
    rankings = [rank(needs.records[id], offers, top=top) for id in needs.ids]
    return [[(row.id, int(row.score * 10_000)) for row in ranking.rows] for ranking in rankings]


def expected_needs(needs: PreparedNeeds, offers: PreparedOffers, top: int) -> list[list[tuple[str, int]]]:
    rankings = [rank_for_offer(offers.records[id], needs, top=top) for id in offers.ids]
    return [[(row.id, int(row.score * 10_000)) for row in ranking.rows] for ranking in rankings]


@settings(max_examples=150, deadline=None)
@given(MARKETS, st.integers(1, 4))
def test_both_engines_find_the_top_of_the_reference_in_both_directions(market: Sides, top: int) -> None:
    needs, offers = pools(tuple(market[0]), tuple(market[1]), READER)
    for kernel in (None, compiled()):
        best = rank_all(needs.snapshot.table, offers.snapshot, scope=ALL, top=top, kernel=kernel)
        assert listed(best, offers.snapshot.table.ids) == expected_offers(needs, offers, top)
        best = rank_all(offers.snapshot.table, needs.snapshot, scope=ALL, top=top, kernel=kernel)
        assert listed(best, needs.snapshot.table.ids) == expected_needs(needs, offers, top)


def test_both_engines_find_the_top_twenty_of_the_season(season: tuple[PreparedNeeds, PreparedOffers]) -> None:
    needs, offers = season
    for kernel in (None, compiled()):
        best = rank_all(needs.snapshot.table, offers.snapshot, scope=ALL, kernel=kernel)
        assert listed(best, offers.snapshot.table.ids) == expected_offers(needs, offers, 20)
        best = rank_all(offers.snapshot.table, needs.snapshot, scope=ALL, kernel=kernel)
        assert listed(best, needs.snapshot.table.ids) == expected_needs(needs, offers, 20)


@pytest.mark.parametrize("scope", [OWN, RELATED, ALL])
def test_the_engines_agree_on_points_and_explained_values_however_far_they_search(
    season: tuple[PreparedNeeds, PreparedOffers], scope: str
) -> None:
    needs, offers = season
    found = [
        rank_all(needs.snapshot.table, offers.snapshot, scope=scope, explain=True, kernel=kernel)
        for kernel in (None, compiled())
    ]
    assert found[0].digest() == found[1].digest()
    np.testing.assert_allclose(found[0].values, found[1].values, atol=1e-5)


def test_the_engines_agree_where_hundreds_compete_for_a_few_places() -> None:
    made = city(20, 15_000)
    anywhere = np.full(15_000, np.iinfo(np.uint64).max, dtype=np.uint64)
    anybody = np.zeros(15_000, dtype=np.uint64)
    free = made.offers.columns._replace(reach=anywhere, groups=anybody, price=np.zeros(15_000, dtype=np.int64))
    whole_city = free._replace(place=np.zeros_like(free.place))
    crowd = snapshot_of(replace(made.offers, columns=whole_city), made.frame)
    for top in (3, 20):
        found = [rank_all(made.needs, crowd, top=top, explain=True, kernel=kernel) for kernel in (None, compiled())]
        assert found[0].digest() == found[1].digest()
        np.testing.assert_allclose(found[0].values, found[1].values, atol=1e-5)


def test_both_engines_find_whoever_is_known_by_the_top_level_alone() -> None:
    """Eleven kinds as likely as each other are none: a need and an offer in whose common top there are so many."""
    wide = Reference(tuple(Category(f"03{kind:02d}01", f"甲{kind}", "") for kind in range(1, 12)), ())
    blank = {"title": "", "description": "", "population_codes": (), "category_codes": ("03",)}
    narrow = blank | {"category_codes": ("030501",)}
    asked, given = (make_need("N1", **blank), make_need("N2", **narrow)), (make_offer("O1", **blank),)
    needs, offers = pools(asked, (*given, make_offer("O2", **narrow)), Reader(wide))
    for kernel in (None, compiled()):
        best = rank_all(needs.snapshot.table, offers.snapshot, scope=ALL, kernel=kernel)
        assert listed(best, offers.snapshot.table.ids) == expected_offers(needs, offers, 20)
    assert not np.isnan(offers.see(needs.profile(asked[0])).values[1]).any()


def test_who_shares_only_the_bit_of_an_asked_qualification_is_left_out() -> None:
    offers = tuple(make_offer(f"{n:02d}", qualifications=(f"q{n:02d}",)) for n in range(BITS + 6))
    needs = tuple(make_need(f"{n:02d}", qualifications=(f"q{n:02d}",)) for n in (0, 3, BITS + 3))
    asking, giving = pools(needs, offers, READER)
    for kernel in (None, compiled()):
        best = rank_all(asking.snapshot.table, giving.snapshot, scope=ALL, kernel=kernel)
        assert [[id for id, _ in row] for row in listed(best, giving.snapshot.table.ids)] == [["00"], ["03"], ["67"]]


@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_adds_up_the_points_of_the_reference_for_any_weights(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.random((8, 100_000)).round(draw.integers(2, 8))
    values[draw.random(values.shape) < 0.2] = np.nan
    weights = np.diff(np.sort(np.concatenate([[0, 1_000_000], draw.integers(0, 1_000_000, 7)])))
    kernel, count = compiled(), values.shape[1]
    assert kernel is not None
    score = np.empty(count)
    kernel.score_all(values, 0, count, weights.astype(np.float64), np.empty(count), score)
    assert score.tolist() == points(values, weights).tolist()


def test_the_number_of_threads_changes_nothing(season: tuple[PreparedNeeds, PreparedOffers]) -> None:
    needs, offers = season
    digests = {
        rank_all(needs.snapshot.table, offers.snapshot, threads=threads, kernel=kernel).digest()
        for threads in (1, 3)
        for kernel in (None, compiled())
    }
    assert len(digests) == 1


def test_some_rows_can_be_asked_for_alone(season: tuple[PreparedNeeds, PreparedOffers]) -> None:
    needs, offers = season
    everyone = rank_all(needs.snapshot.table, offers.snapshot)
    some = rank_all(needs.snapshot.table, offers.snapshot, rows=np.array([7, 3]), kernel=compiled())
    assert some.rows.tolist() == everyone.rows[[7, 3]].tolist()


def test_searching_the_likely_categories_loses_hardly_any_fitting_offer(
    season: tuple[PreparedNeeds, PreparedOffers],
) -> None:
    """Against a search of everything, by the offers that readers found to do just what is asked (grade 3)."""
    needs, offers = season
    with (Path(__file__).parent / "judgements.csv").open(encoding="utf-8", newline="") as file:
        fitting = {(row["need_id"], row["offer_id"]) for row in csv.DictReader(file) if row["relevance"] == "3"}
    found = {}
    for scope in (ALL, RELATED, OWN):
        best = rank_all(needs.snapshot.table, offers.snapshot, scope=scope, top=5)
        rankings = zip(needs.ids, listed(best, offers.snapshot.table.ids), strict=True)
        found[scope] = len({(need, offer) for need, rows in rankings for offer, _ in rows} & fitting)
    assert found[RELATED] >= 0.98 * found[ALL], found
    assert found[OWN] < found[RELATED], found
