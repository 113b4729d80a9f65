"""The benchmark of ranking compares like with like: its SQL peer gives the engine's answer, its bytes are counted."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from app.matching.ranking.arrays.columns import OfferColumns, meet
from app.matching.ranking.arrays.snapshot import NO_CUTS, Snapshot
from app.matching.ranking.batch import OWN, Best, rank_all
from bench.engine import ranking, sql
from bench.engine.city import City, city
from bench.engine.winners import PeerDisagrees


@pytest.fixture(scope="module")
def town() -> City:
    return city(60, 400)


@pytest.fixture(scope="module")
def shards(town: City) -> Snapshot[OfferColumns]:
    return town.snapshot()


@pytest.fixture(scope="module")
def ask(town: City, shards: Snapshot[OfferColumns]) -> Iterator[sql.Ask]:
    with sql.asked(town, shards) as asked:
        yield asked


def test_the_query_lists_the_same_offers_with_the_same_points(
    town: City, shards: Snapshot[OfferColumns], ask: sql.Ask
) -> None:
    def ours(row: int) -> Best:
        return rank_all(town.needs, shards, scope=OWN, rows=np.array([row]))

    sql.check_same(ask, range(60), ours)
    assert sum(bool(ask(row)) for row in range(60)) > 30


def test_one_point_more_or_less_is_refused(town: City, shards: Snapshot[OfferColumns], ask: sql.Ask) -> None:
    def wrong(row: int) -> Best:
        best = rank_all(town.needs, shards, scope=OWN, rows=np.array([row]))
        return best._replace(points=best.points + 1)

    with pytest.raises(PeerDisagrees):
        sql.check_same(ask, range(60), wrong)


def test_the_same_seed_makes_the_same_city_and_another_another() -> None:
    assert city(5, 5).offers.words.terms.tolist() == city(5, 5).offers.words.terms.tolist()
    assert city(5, 5).offers.words.terms.tolist() != city(5, 5, seed=1).offers.words.terms.tolist()


def test_the_bytes_of_a_run_are_words_postings_and_filter_columns(town: City, shards: Snapshot[OfferColumns]) -> None:
    words, expected = town.offers.words, 0
    speaking = defaultdict(set)
    for row, (begin, end) in enumerate(pairwise(words.start.tolist())):
        for term in words.terms[begin:end].tolist():
            speaking[term].add(row)
    for shard, rows in ranking.searched(town, shards):
        for row in rows:
            terms = town.needs.words.terms[town.needs.words.start[row] : town.needs.words.start[row + 1]].tolist()
            records = set(shard.rows.tolist())
            held = [len(records & speaking[term]) for term in terms]
            expected += 8 * len(terms) + 6 * sum(held) + 50 * len(records)
    assert ranking.bytes_read(town, shards) == expected


def test_the_bytes_within_reach_leave_out_the_blocks_of_other_districts(
    town: City, shards: Snapshot[OfferColumns]
) -> None:
    expected = 0
    for shard, rows in ranking.searched(town, shards):
        block_of = np.repeat(np.arange(len(shard.blocks.reach)), np.diff(shard.blocks.start))
        for row in rows:
            near = meet(shard.blocks.reach, town.needs.columns.reach[row])[block_of]
            terms = town.needs.words.terms[town.needs.words.start[row] : town.needs.words.start[row + 1]].tolist()
            expected += 8 * len(terms) + 50 * int(near.sum())
            for t in terms:
                if t + 1 < len(shard.postings.start):
                    held = shard.postings.local[shard.postings.start[t] : shard.postings.start[t + 1]]
                    expected += 6 * (len(held) if shard.postings.cut[t] == NO_CUTS else int(near[held].sum()))
    assert ranking.bytes_read(town, shards, blocks=True) == expected < ranking.bytes_read(town, shards)
