"""The benchmark of ranking compares like with like: peers give the engine's answer or look at the same offers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.matching.ranking.arrays.columns import EARLIEST, LATEST, LOCATED, WORDED, OfferColumns, meet
from app.matching.ranking.arrays.snapshot import NO_CUTS, Snapshot, Table
from app.matching.ranking.batch import Best, rank_all
from app.matching.ranking.prepared import prepare_needs, prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import NeedRecord, area_prefix
from bench.engine import ranking, sql
from bench.engine.blocks import blocks
from bench.engine.city import DISTRICTS, City, city
from bench.engine.market import SeasonMarket, season_market
from bench.engine.relevance import TEXT_ALONE
from bench.engine.winners import PeerDisagrees
from bench.season import SEASON


@pytest.fixture(scope="module")
def town() -> City:
    """With qualifications and dates of availability, too, which the season's records say nothing of."""
    made, draw = city(60, 400), np.random.default_rng(1)
    held = draw.random((400, 3)) < 0.6
    opens = np.where(draw.random(400) < 0.5, draw.integers(17_600, 18_000, 400), EARLIEST).astype(np.int32)
    offers = made.offers.columns._replace(
        qualified=(held * np.array([1, 2, 4], np.uint64)).sum(axis=1).astype(np.uint64),
        named_start=np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int32),
        named=np.nonzero(held)[1].astype(np.int32),
        opens=opens,
        closes=np.where(opens == EARLIEST, LATEST, opens + 200).astype(np.int32),
    )
    needs = made.needs.columns._replace(
        qualified=np.repeat(np.uint64([0, 2]), 30),
        named_start=np.maximum(0, np.arange(61) - 30).astype(np.int32),
        named=np.ones(30, np.int32),
    )
    return replace(made, needs=replace(made.needs, columns=needs), offers=replace(made.offers, columns=offers))


@pytest.fixture(scope="module")
def open_town() -> City:
    """No filter shuts anybody out."""
    made, every = city(60, 400), np.full(400, np.iinfo(np.uint64).max, dtype=np.uint64)
    columns = made.offers.columns._replace(
        reach=every,
        groups=np.zeros(400, np.uint64),
        kind=np.zeros(400, np.int8),
        place=np.zeros_like(made.offers.columns.place),
        flags=np.full(400, WORDED | LOCATED, np.uint8),
    )
    return replace(made, offers=replace(made.offers, columns=columns))


@pytest.fixture(scope="module")
def shards(town: City) -> Snapshot[OfferColumns]:
    return town.snapshot()


@pytest.fixture(scope="module")
def ask(town: City) -> Iterator[sql.Ask]:
    with sql.asked(town) as asked:
        yield asked


def test_the_query_lists_the_same_offers_with_the_same_points(
    town: City, shards: Snapshot[OfferColumns], ask: sql.Ask
) -> None:
    def ours(row: int) -> Best:
        return rank_all(town.needs, shards, rows=np.array([row]))

    sql.check_same(ask, range(60), ours)
    assert sum(bool(ask(row)) for row in range(60)) > 30


def test_one_point_more_or_less_is_refused(town: City, shards: Snapshot[OfferColumns], ask: sql.Ask) -> None:
    def wrong(row: int) -> Best:
        best = rank_all(town.needs, shards, rows=np.array([row]))
        return best._replace(points=best.points + 1)

    with pytest.raises(PeerDisagrees):
        sql.check_same(ask, range(60), wrong)


@pytest.mark.parametrize("within_reach", [False, True])
def test_a_block_holds_whom_its_needs_may_meet_and_nobody_the_engine_does_not_read(
    town: City, shards: Snapshot[OfferColumns], within_reach: bool
) -> None:
    found = list(blocks(town, within_reach))
    assert sorted(np.concatenate([block.needs for block in found]).tolist()) == list(range(60))
    for needs, offers in found:
        met, read = set[int](), set[int]()
        for need in needs.tolist():
            reach = town.needs.columns.reach[need]
            likely = town.needs.tops.tops[slice(*town.needs.tops.start[need : need + 2])].tolist()
            for shard in (shard for shard in shards.shards if shard.top in likely):
                met.update(shard.rows[meet(shard.columns.reach, reach) | (not within_reach)].tolist())
                blocks_read = meet(shard.blocks.reach, reach) | (not within_reach)
                read.update(shard.rows[np.repeat(blocks_read, np.diff(shard.blocks.start))].tolist())
        assert met <= set(offers.tolist()) <= read


def test_text_alone_both_peers_of_the_batch_find_what_the_engine_finds(open_town: City) -> None:
    """The product as many points for every place; BM25 counts words by itself, so of it only whom it looks at."""
    shards = open_town.snapshot()
    best = rank_all(open_town.needs, shards, weights=TEXT_ALONE)
    needs, offers = (ranking.matrix(open_town, side.words) for side in (open_town.needs, open_town.offers))
    for block in blocks(open_town, within_reach=False):
        (product,) = ranking.by_product([(needs[block.needs], offers[block.offers].T.tocsr())])
        searched = ranking.indexed(open_town, block)
        (retrieved,) = ranking.by_words([searched])
        assert retrieved.documents.shape == (len(block.needs), min(20, len(block.offers)))
        assert searched[0].scores["num_docs"] == len(block.offers)
        for place, need in enumerate(block.needs.tolist()):
            scores = np.sort(product[place].data)[::-1]
            told = np.rint(np.sqrt(np.minimum(1, scores.astype(float))) * 10_000)
            assert best.points[need][: len(told)].tolist() == pytest.approx(told.tolist(), abs=1)
            assert (best.points[need][len(told) :] == 0).all()


def test_the_city_has_the_seasons_categories_reach_and_words() -> None:
    made, season = city(4_000, 4_000), season_market(SEASON)
    for side, records in ((made.needs, season.needs), (made.offers, season.offers)):
        read = prepared(records, season)
        for shares in (likeliest, categories, words):
            assert shares(side) == pytest.approx(shares(read), abs=0.03), shares
    places = made.offers.columns.place
    reached = [float(each) for each in (np.mean(places == 0), np.mean(places > DISTRICTS), len(places) / 4_000)]
    codes = [area_prefix(code) for offer in season.offers for code in offer.coverage]
    told = [np.mean([len(code) < 6 for code in codes]), np.mean([len(code) > 6 for code in codes]), len(codes) / 200]
    assert reached == pytest.approx(told, abs=0.03)


def prepared(records: Any, season: SeasonMarket) -> Table[Any]:
    prepare: Any = prepare_needs if isinstance(records[0], NeedRecord) else prepare_offers
    reader = Reader(season.reference)
    table: Table[Any] = prepare(records, reader, reader.statistics(season.needs, season.offers)).snapshot.table
    return table


def likeliest(side: Table[Any]) -> list[float]:
    """Shares of the likeliest categories, the most frequent first."""
    found = np.sort(np.bincount(side.tops.tops[side.tops.start[:-1]]))[::-1]
    return (found / len(side)).tolist()  # type: ignore[no-any-return]


def categories(side: Table[Any]) -> list[float]:
    """Shares of records that may belong to one, two, three categories."""
    return [float(np.mean(np.diff(side.tops.start) == count)) for count in (1, 2, 3)]


def words(side: Table[Any]) -> list[float]:
    """How many words a record has, in hundreds, and how many of ten thousand are of the ten most frequent."""
    held = np.sort(np.bincount(side.words.terms))[::-1]
    return [float(np.diff(side.words.start).mean()) / 100, float(held[:10].sum() / held.sum())]


def test_the_same_seed_makes_the_same_city_and_another_another() -> None:
    assert city(5, 5).offers.words.terms.tolist() == city(5, 5).offers.words.terms.tolist()
    assert city(5, 5).offers.words.terms.tolist() != city(5, 5, seed=1).offers.words.terms.tolist()


def test_the_bytes_of_a_run_are_words_and_nodes_their_postings_and_filter_columns(
    town: City, shards: Snapshot[OfferColumns]
) -> None:
    expected = 0
    for shard, rows in ranking.searched(town, shards):
        records = set(shard.rows.tolist())
        for row in rows:
            for asked, held, size in sparse(town):
                items = asked[row]
                expected += size * len(items) + 6 * sum(item in held[record] for item in items for record in records)
            expected += 50 * len(records)
    assert ranking.bytes_read(town, shards) == expected


def test_the_bytes_within_reach_leave_out_the_blocks_of_other_districts(
    town: City, shards: Snapshot[OfferColumns]
) -> None:
    expected = 0
    for shard, rows in ranking.searched(town, shards):
        block_of = np.repeat(np.arange(len(shard.blocks.reach)), np.diff(shard.blocks.start))
        for row in rows:
            near = meet(shard.blocks.reach, town.needs.columns.reach[row])[block_of]
            expected += 50 * int(near.sum())
            for (asked, _, size), kept in zip(sparse(town), (shard.postings, shard.nodes), strict=True):
                expected += size * len(asked[row])
                for item in asked[row]:
                    if item + 1 < len(kept.start):
                        local = kept.local[kept.start[item] : kept.start[item + 1]]
                        expected += 6 * (len(local) if kept.cut[item] == NO_CUTS else int(near[local].sum()))
    assert ranking.bytes_read(town, shards, within=True) == expected < ranking.bytes_read(town, shards)


def sparse(town: City) -> list[tuple[list[list[int]], list[list[int]], int]]:
    """Words and nodes of all needs and of all offers, and the bytes of one of a need."""

    def nodes(columns: Any) -> list[list[int]]:
        return [part.tolist() for part in np.split(columns.about, columns.about_start[1:-1])]

    return [
        (ranking.rows_of(town.needs.words), ranking.rows_of(town.offers.words), 8),
        (nodes(town.needs.columns), nodes(town.offers.columns), 6),
    ]
