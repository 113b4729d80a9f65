"""A snapshot after any edits is the snapshot that would have been built from scratch, and survives the disk."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bench.city import city
from app.matching.batch import ALL, rank_all
from app.matching.pool import new_frame, offer_table, pool_of_needs, pool_of_offers
from app.matching.records import OfferRecord
from app.matching.snapshot import LONG, NO_CUTS, Snapshot, _by_number, changed, snapshot_of
from app.matching.storage import SnapshotUnreadable, load, save
from tests.matching.factories import make_need, make_offer
from tests.matching.records import NEEDS, OFFERS, READER

STATISTICS = READER.statistics((make_need(),), (make_offer(),))
LISTS = st.lists(OFFERS, min_size=1, max_size=8, unique_by=lambda offer: offer.id)


def rankings(needs, snapshot: Snapshot) -> list[list[tuple[str, int]]]:  # type: ignore[no-untyped-def, type-arg]
    best = rank_all(needs, snapshot, reach=ALL)
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
    asked = pool_of_needs(needs, READER, STATISTICS, frame).snapshot.table
    old = pool_of_offers(before, READER, STATISTICS, frame).snapshot
    kept = rankings(asked, old)
    new = {offer.id: offer for offer in edited}
    leaving = sorted({before[n].id for n in gone if n < len(before)} - set(new))
    fresh = offer_table(tuple(new[id] for id in sorted(new)), READER, STATISTICS, frame)
    after = changed(old, fresh, leaving)
    whole = {offer.id: offer for offer in before if offer.id not in leaving} | new
    anew = pool_of_offers(whole.values(), READER, STATISTICS, frame).snapshot
    assert after.table.ids.tolist() == anew.table.ids.tolist()
    assert rankings(asked, after) == rankings(asked, anew)
    assert after.version == old.version + 1
    assert rankings(asked, old) == kept


def test_an_edit_leaves_the_shards_it_does_not_touch_as_they_are() -> None:
    frame = new_frame(READER)
    river = make_offer("R", title="巡河", description="净滩", category_codes=("090203",))
    old = pool_of_offers([make_offer("A"), make_offer("B"), river], READER, STATISTICS, frame).snapshot
    fresh = offer_table((replace(make_offer("B"), title="长者食堂"),), READER, STATISTICS, frame)
    after = changed(old, fresh)
    shared = [n for n, shard in enumerate(after.shards) if any(shard.postings is each.postings for each in old.shards)]
    assert [list(frame.tops)[after.shards[n].top] for n in shared] == ["09"]


@pytest.fixture
def snapshot() -> Snapshot:  # type: ignore[type-arg]
    offers = [make_offer("A"), make_offer("B", coverage=("530114000000",)), make_offer("C", category_codes=("09",))]
    return pool_of_offers(offers, READER, STATISTICS).snapshot


def test_a_saved_snapshot_is_mapped_and_ranks_the_same(snapshot: Snapshot, tmp_path: Path) -> None:  # type: ignore[type-arg]
    save(snapshot, tmp_path / "offers")
    again = load(tmp_path / "offers")
    asked = [pool_of_needs([make_need()], READER, STATISTICS, each.frame).snapshot.table for each in (snapshot, again)]
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
    asked = pool_of_needs([make_need()], READER, STATISTICS, frame).snapshot.table
    whole = pool_of_offers(offers, READER, STATISTICS, frame).snapshot
    monkeypatch.setattr("app.matching.snapshot.SHARD_ROWS", 2)
    cut = pool_of_offers(offers, READER, STATISTICS, frame).snapshot
    assert len(cut.shards) == len(whole.shards) + 2
    assert rankings(asked, cut) == rankings(asked, whole)


def districts(*codes: str) -> OfferRecord:
    return make_offer("-".join(codes), coverage=codes)


def test_a_shard_holds_rows_of_several_districts_first_and_then_district_by_district() -> None:
    offers = [districts("530114"), districts("530111", "530114"), districts("530111"), districts("5301"), districts()]
    offers += [replace(districts("530114"), id="again")]
    snapshot = pool_of_offers(offers, READER, STATISTICS).snapshot
    (shard,) = snapshot.shards
    reach = shard.columns.reach
    for bits, begin, end in zip(shard.blocks.reach, shard.blocks.start, shard.blocks.start[1:], strict=False):
        assert np.all(reach[begin:end] & bits == reach[begin:end])
        assert np.all(np.diff(shard.rows[begin:end]) > 0)
    assert np.diff(shard.blocks.start).tolist() in ([3, 1, 2], [3, 2, 1])
    assert sorted(shard.rows) == list(range(6))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 5))
def test_the_cuts_of_a_frequent_term_say_where_each_block_begins_among_its_rows(
    seed: int, count: int, areas: int
) -> None:
    draw = np.random.default_rng(seed)
    reach = (np.uint64(1) << draw.integers(0, areas, count).astype(np.uint64)) | np.uint64(draw.integers(0, 2))
    made = city(1, count, seed)
    table = replace(made.offers, columns=made.offers.columns._replace(reach=reach))
    for shard in snapshot_of(table, made.frame).shards:
        held, starts = shard.postings, shard.blocks.start
        for term in range(len(held.start) - 1):
            local = held.local[held.start[term] : held.start[term + 1]]
            assert (held.cut[term] == NO_CUTS) == (len(local) < LONG)
            if held.cut[term] != NO_CUTS:
                expected = held.start[term] + np.searchsorted(local, starts)
                assert held.cuts[held.cut[term]].tolist() == expected.tolist()


@given(st.lists(st.integers(0, 200_000), max_size=60))
def test_terms_are_put_in_order_by_halves_however_large_their_numbers_are(terms: list[int]) -> None:
    order = _by_number(np.array(terms, dtype=np.int32))
    assert order.tolist() == sorted(range(len(terms)), key=terms.__getitem__)
