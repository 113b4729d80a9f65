"""One side of the market, prepared once so that ranking against it reads numbers only."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays import vectors
from app.matching.ranking.arrays.columns import (
    Columns,
    Frame,
    NeedColumns,
    OfferColumns,
    need_columns,
    offer_columns,
    tops_of,
    words_of,
)
from app.matching.ranking.arrays.snapshot import Shard, Snapshot, Table, changed, joined, snapshot_of
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader
from app.matching.ranking.records import CRITERIA, NeedRecord, OfferRecord
from app.matching.ranking.text import Statistics

Profile = TypeVar("Profile", NeedProfile, OfferProfile)
Record = TypeVar("Record", NeedRecord, OfferRecord)
AT_A_TIME = 1_000  # records made ready together: profiles are large, their columns small
REMEMBERED_PROFILES = 4_096


class Found(NamedTuple):
    """Every record of a side once, seen from one subject: its row in the table, its values and failing filters."""

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    failed: NDArray[np.uint8]


class Prepared(Generic[Record, Profile, Columns]):
    """Records and their snapshot; profiles are made again for the few that are explained."""

    records: Mapping[str, Record]
    snapshot: Snapshot[Columns]

    def __init__(
        self,
        records: Mapping[str, Record],
        snapshot: Snapshot[Columns],
        reader: Reader,
        statistics: Statistics,
        read: Callable[[Record, Statistics], Profile],
    ) -> None:
        self.records, self.snapshot, self.reader, self.statistics = records, snapshot, reader, statistics
        self.profile: Callable[[str], Profile] = lru_cache(REMEMBERED_PROFILES)(
            lambda id: read(records[id], statistics)
        )

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.snapshot.table.ids.tolist())

    def row_of(self, id: str) -> int | None:
        ids = self.snapshot.table.ids
        row = int(np.searchsorted(ids, id))
        return row if row < len(ids) and ids[row] == id else None


PreparedNeeds = Prepared[NeedRecord, NeedProfile, NeedColumns]
PreparedOffers = Prepared[OfferRecord, OfferProfile, OfferColumns]


def see_offers(need: NeedProfile, offers: PreparedOffers) -> Found:
    """Every offer against one need."""
    frame = offers.snapshot.frame
    subject, words = need_columns([need], frame), words_of([need], frame)
    shards = offers.snapshot.shards
    return _found(shards, [vectors.see_offers(frame, subject, words, s.columns, s.postings) for s in shards])


def see_needs(offer: OfferProfile, needs: PreparedNeeds) -> Found:
    """Every need against one offer."""
    frame = needs.snapshot.frame
    subject, words = offer_columns([offer], frame), words_of([offer], frame)
    shards = needs.snapshot.shards
    return _found(shards, [vectors.see_needs(frame, subject, words, s.columns, s.postings) for s in shards])


def _found(shards: Sequence[Shard[Columns]], seen: Sequence[vectors.Seen]) -> Found:
    """Each record once, from the shard of its likeliest category, in the order of the table."""
    rows = np.concatenate([np.zeros(0, np.int64), *(shard.rows[shard.first] for shard in shards)])
    values: list[NDArray[np.float64]] = [each.values[:, shard.first] for shard, each in zip(shards, seen, strict=True)]
    failed: list[NDArray[np.uint8]] = [each.failed[shard.first] for shard, each in zip(shards, seen, strict=True)]
    order = np.argsort(rows)
    return Found(
        rows[order],
        np.concatenate([np.zeros((len(CRITERIA), 0)), *values], axis=1)[:, order],
        np.concatenate([np.zeros(0, np.uint8), *failed])[order],
    )


def new_frame(reader: Reader) -> Frame:
    """An empty numbering for a market of this taxonomy."""
    return Frame(reader.reference.populations, reader.leaves.dimensions, reader.leaves.kinds)


def _batches(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    return (records[begin : begin + AT_A_TIME] for begin in range(0, len(records), AT_A_TIME))


def prepare_offers(
    offers: Iterable[OfferRecord],
    reader: Reader,
    statistics: Statistics | None = None,
    frame: Frame | None = None,
) -> PreparedOffers:
    """Without given `statistics` the offers' own texts say how rare a term is; both sides
    of a market share a `frame`."""
    records = {record.id: record for record in sorted(offers, key=lambda record: record.id)}
    known = statistics or reader.statistics((), tuple(records.values()))
    numbered = frame or new_frame(reader)
    table = offer_table(tuple(records.values()), reader, known, numbered)
    return Prepared(records, snapshot_of(table, numbered), reader, known, reader.offer)


def prepare_needs(
    needs: Iterable[NeedRecord],
    reader: Reader,
    statistics: Statistics | None = None,
    frame: Frame | None = None,
) -> PreparedNeeds:
    """Without given `statistics` the needs' own texts say how rare a term is; both sides
    of a market share a `frame`."""
    records = {record.id: record for record in sorted(needs, key=lambda record: record.id)}
    known = statistics or reader.statistics(tuple(records.values()), ())
    numbered = frame or new_frame(reader)
    table = need_table(tuple(records.values()), reader, known, numbered)
    return Prepared(records, snapshot_of(table, numbered), reader, known, reader.need)


def offer_table(
    records: Sequence[OfferRecord], reader: Reader, statistics: Statistics, frame: Frame
) -> Table[OfferColumns]:
    """Columns of the records, in their order."""
    return _table(records, lambda record: reader.offer(record, statistics), offer_columns, frame)


def need_table(
    records: Sequence[NeedRecord], reader: Reader, statistics: Statistics, frame: Frame
) -> Table[NeedColumns]:
    """Columns of the records, in their order."""
    return _table(records, lambda record: reader.need(record, statistics), need_columns, frame)


def _table(
    records: Sequence[Record],
    read: Callable[[Record], Profile],
    columns_of: Callable[[Sequence[Profile], Frame], Columns],
    frame: Frame,
) -> Table[Columns]:
    """Made in batches, since profiles are large."""

    def columns(batch: Sequence[Record]) -> Table[Columns]:
        profiles = [read(record) for record in batch]
        ids = np.array([record.id for record in batch], dtype=np.str_)
        return Table(ids, columns_of(profiles, frame), words_of(profiles, frame), tops_of(profiles, frame))

    return joined([columns(batch) for batch in _batches(records)] or [columns(())])


def renewed_offers(side: PreparedOffers, fresh: Sequence[OfferRecord], gone: Collection[str] = ()) -> PreparedOffers:
    """The side after `fresh` records came in or took the place of older ones and those in `gone` left it."""
    if not fresh and not side.records.keys() & set(gone):
        return side
    ordered = sorted(fresh, key=lambda record: record.id)
    table = offer_table(ordered, side.reader, side.statistics, side.snapshot.frame)
    records = _renewed(side.records, ordered, gone)
    return Prepared(
        records, changed(side.snapshot, table, sorted(gone)), side.reader, side.statistics, side.reader.offer
    )


def renewed_needs(side: PreparedNeeds, fresh: Sequence[NeedRecord], gone: Collection[str] = ()) -> PreparedNeeds:
    """The side after `fresh` records came in or took the place of older ones and those in `gone` left it."""
    if not fresh and not side.records.keys() & set(gone):
        return side
    ordered = sorted(fresh, key=lambda record: record.id)
    table = need_table(ordered, side.reader, side.statistics, side.snapshot.frame)
    records = _renewed(side.records, ordered, gone)
    return Prepared(
        records, changed(side.snapshot, table, sorted(gone)), side.reader, side.statistics, side.reader.need
    )


def _renewed(records: Mapping[str, Record], fresh: Sequence[Record], gone: Collection[str]) -> dict[str, Record]:
    joined = {**records, **{record.id: record for record in fresh}}
    return {id: joined[id] for id in sorted(joined.keys() - set(gone))}
