"""A snapshot after any edits is the snapshot that would have been built from scratch, and survives the disk."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.ranking.arrays.columns import ANYWHERE, STREETS, meet, reach_of
from app.matching.ranking.arrays.snapshot import (
    COPIES,
    LONG,
    NO_CUTS,
    Snapshot,
    _by_number,
    changed,
    snapshot_of,
)
from app.matching.ranking.arrays.storage import SnapshotUnreadable, load, save
from app.matching.ranking.batch import ALL, rank_all
from app.matching.ranking.prepared import new_frame, offer_table, prepare_needs, prepare_offers
from app.matching.ranking.records import OfferRecord, area_prefix
from bench.engine.city import city
from tests.matching.factories import make_need, make_offer
from tests.matching.records import NEEDS, OFFERS, READER

STATISTICS = READER.statistics((make_need(),), (make_offer(),))
LISTS = st.lists(OFFERS, min_size=1, max_size=8, unique_by=lambda offer: offer.id)


def rankings(needs, snapshot: Snapshot) -> list[list[tuple[str, int]]]:  # type: ignore[no-untyped-def, type-arg]
    best = rank_all(needs, snapshot, scope=ALL)
    ids = snapshot.table.ids
    return [
        [(str(ids[row]), int(points)) for row, points in zip(rows, scores, strict=True) if row >= 0]
        for rows, scores in zip(best.rows, best.points, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(NEEDS, min_size=1, max_size=3, unique_by=lambda n: n.id), LISTS, LISTS, st.sets(st.integers(0, 7)))
def test_edits_give_what_building_anew_would_give(
    needs: list,
    before: list[OfferRecord],
    edited: list[OfferRecord],
    gone: set[int],  # type: ignore[type-arg]
) -> None:
    frame = new_frame(READER)
    asked = prepare_needs(needs, READER, STATISTICS, frame).snapshot.table
    old = prepare_offers(before, READER, STATISTICS, frame).snapshot
    kept = rankings(asked, old)
    new = {offer.id: offer for offer in edited}
    leaving = sorted({before[n].id for n in gone if n < len(before)} - set(new))
    fresh = offer_table(tuple(new[id] for id in sorted(new)), READER, STATISTICS, frame)
    after = changed(old, fresh, leaving)
    whole = {offer.id: offer for offer in before if offer.id not in leaving} | new
    anew = prepare_offers(whole.values(), READER, STATISTICS, frame).snapshot
    assert after.table.ids.tolist() == anew.table.ids.tolist()
    assert rankings(asked, after) == rankings(asked, anew)
    assert after.version == old.version + 1
    assert rankings(asked, old) == kept


def test_an_edit_leaves_the_shards_it_does_not_touch_as_they_are() -> None:
    frame = new_frame(READER)
    river = make_offer("R", title="巡河", description="净滩", category_codes=("090203",))
    old = prepare_offers([make_offer("A"), make_offer("B"), river], READER, STATISTICS, frame).snapshot
    fresh = offer_table((replace(make_offer("B"), title="长者食堂"),), READER, STATISTICS, frame)
    after = changed(old, fresh)
    shared = [n for n, shard in enumerate(after.shards) if any(shard.postings is each.postings for each in old.shards)]
    assert [list(frame.tops)[after.shards[n].top] for n in shared] == ["09"]


@pytest.fixture
def snapshot() -> Snapshot:  # type: ignore[type-arg]
    offers = [make_offer("A"), make_offer("B", coverage=("530114000000",)), make_offer("C", category_codes=("09",))]
    return prepare_offers(offers, READER, STATISTICS).snapshot


def test_a_saved_snapshot_is_mapped_and_ranks_the_same(snapshot: Snapshot, tmp_path: Path) -> None:  # type: ignore[type-arg]
    save(snapshot, tmp_path / "offers")
    again = load(tmp_path / "offers")
    asked = [prepare_needs([make_need()], READER, STATISTICS, each.frame).snapshot.table for each in (snapshot, again)]
    assert rankings(asked[1], again) == rankings(asked[0], snapshot) != [[]]
    assert isinstance(again.table.columns.reach.base, np.memmap)


def test_saving_again_takes_the_place_of_the_old_in_one_step(snapshot: Snapshot, tmp_path: Path) -> None:  # type: ignore[type-arg]
    save(snapshot, tmp_path / "offers")
    held = load(tmp_path / "offers")
    save(replace(snapshot, version=7), tmp_path / "offers")
    assert load(tmp_path / "offers").version == 7
    assert held.table.ids.tolist() == ["A", "B", "C"]
    assert [each.name for each in tmp_path.iterdir()] == ["offers"]


@pytest.mark.parametrize("harm", ["missing", "other layout", "not json", "an array gone"])
def test_what_cannot_be_read_is_refused(snapshot: Snapshot, tmp_path: Path, harm: str) -> None:  # type: ignore[type-arg]
    folder = tmp_path / "offers"
    save(snapshot, folder)
    about = folder / "about.json"
    if harm == "missing":
        folder = tmp_path / "nowhere"
    elif harm == "other layout":
        about.write_text(json.dumps(json.loads(about.read_text()) | {"layout": 0}))
    elif harm == "not json":
        about.write_text("{")
    else:
        (folder / "table.ids.npy").unlink()
    with pytest.raises(SnapshotUnreadable):
        load(folder)


def test_a_category_of_more_rows_than_a_shard_holds_makes_several_and_ranks_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = new_frame(READER)
    offers = [make_offer(f"{n}", description="送饭" * n) for n in range(5)]
    asked = prepare_needs([make_need()], READER, STATISTICS, frame).snapshot.table
    whole = prepare_offers(offers, READER, STATISTICS, frame).snapshot
    monkeypatch.setattr("app.matching.ranking.arrays.snapshot.SHARD_ROWS", 2)
    cut = prepare_offers(offers, READER, STATISTICS, frame).snapshot
    assert len(cut.shards) == len(whole.shards) + 2
    assert rankings(asked, cut) == rankings(asked, whole)


def districts(*codes: str) -> OfferRecord:
    return make_offer("-".join(codes), coverage=codes)


def test_a_shard_holds_rows_of_many_districts_first_and_then_district_by_district() -> None:
    many = tuple(f"5301{number:02d}" for number in range(2, 8))
    offers = [districts("530114"), districts("530111", "530114"), districts("530111"), districts("5301"), districts()]
    offers += [replace(districts("530114"), id="again"), districts(*many)]
    snapshot = prepare_offers(offers, READER, STATISTICS).snapshot
    (shard,) = snapshot.shards
    ids, starts = snapshot.table.ids[shard.rows].tolist(), shard.blocks.start.tolist()
    blocks = [set(ids[begin:end]) for begin, end in pairwise(starts)]
    assert blocks[0] == {"", "5301", "-".join(many)}
    here = [{"530111", "530111-530114"}, {"530114", "530111-530114", "again"}]
    assert blocks[1:] in (here, here[::-1])
    assert set(ids) == {offer.id for offer in offers}
    for reach, begin, end in zip(shard.blocks.reach, starts, starts[1:], strict=False):
        assert np.bitwise_or.reduce(shard.columns.reach[begin:end]) == reach
        assert np.all(np.diff(shard.rows[begin:end]) > 0)


AREAS = st.sampled_from(["", "53", "5301", "530111", "530114", "530111004", "530114001", "530114001003", "530102002"])


@settings(max_examples=200, deadline=None)
@given(AREAS, st.lists(st.lists(AREAS.filter(bool), max_size=7), min_size=1, max_size=6))
def test_whoever_asks_for_an_area_meets_every_record_that_covers_it_once(area: str, covered: list[list[str]]) -> None:
    offers = [make_offer(f"{number}", coverage=tuple(areas)) for number, areas in enumerate(covered)]
    snapshot = prepare_offers(offers, READER, STATISTICS).snapshot
    asking = np.uint64(reach_of(area))
    for shard in snapshot.shards:
        met = shard.rows[meet(shard.columns.reach, asking)].tolist()
        assert len(met) == len(set(met))
        for row, areas in enumerate(covered):
            if not area or not areas or any(area.startswith(area_prefix(each)) for each in areas):
                assert row in met


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=30), st.integers(2 * COPIES, 12))
def test_no_shard_has_more_rows_than_its_numbers_tell_apart(reaching: list[int], most: int) -> None:
    offers = [
        make_offer(f"{number:02d}", coverage=tuple(f"5301{district:02d}" for district in range(1, 1 + count)))
        for number, count in enumerate(reaching)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.matching.ranking.arrays.snapshot.SHARD_ROWS", most - COPIES + 1)
        shards = prepare_offers(offers, READER, STATISTICS).snapshot.shards
    assert all(len(shard) <= most for shard in shards)
    assert {row for shard in shards for row in shard.rows.tolist()} == set(range(len(offers)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 5))
def test_the_cuts_of_a_frequent_term_say_where_each_block_begins_among_its_rows(
    seed: int, count: int, areas: int
) -> None:
    draw = np.random.default_rng(seed)
    where = (np.uint64(1) << draw.integers(32, 32 + areas, (count, 2)).astype(np.uint64)).sum(axis=1)
    reach = where | np.uint64(STREETS | ANYWHERE)
    made = city(1, count, seed)
    table = replace(made.offers, columns=made.offers.columns._replace(reach=reach))
    for shard in snapshot_of(table, made.frame).shards:
        held, starts = shard.postings, shard.blocks.start
        assert np.array_equal(held.cut == NO_CUTS, np.diff(held.start) < LONG)
        for term in np.flatnonzero(held.cut != NO_CUTS):
            local = held.local[held.start[term] : held.start[term + 1]]
            expected = held.start[term] + np.searchsorted(local, starts)
            assert held.cuts[held.cut[term]].tolist() == expected.tolist()


@given(st.lists(st.integers(0, 200_000), max_size=60))
def test_terms_are_put_in_order_by_halves_however_large_their_numbers_are(terms: list[int]) -> None:
    order = _by_number(np.array(terms, dtype=np.int32))
    assert order.tolist() == sorted(range(len(terms)), key=terms.__getitem__)
