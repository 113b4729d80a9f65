"""One side of the market, prepared once so that ranking against it reads numbers only."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays import vectors
from app.matching.ranking.arrays.columns import (
    MEANT,
    Columns,
    Frame,
    NeedColumns,
    OfferColumns,
    meanings_of,
    need_columns,
    offer_columns,
    tops_of,
    words_of,
)
from app.matching.ranking.arrays.snapshot import Snapshot, Table, changed, joined, nodes_of, snapshot_of
from app.matching.ranking.meaning import NOT_MEANT
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader, Said
from app.matching.ranking.records import NeedRecord, OfferRecord
from app.matching.ranking.text import Statistics

Profile = TypeVar("Profile", NeedProfile, OfferProfile)
Record = TypeVar("Record", NeedRecord, OfferRecord)
AT_A_TIME = 1_000  # records made ready together: profiles are large, their columns small


class Found(NamedTuple):
    """Every record of a side once, seen from one subject, in order of id: its row, values and failing filters."""

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    failed: NDArray[np.uint8]


class Prepared(ABC, Generic[Record, Profile, Columns]):
    """A snapshot of a side, and the records that are at hand: of a large market only those that are spoken of."""

    def __init__(
        self, records: Mapping[str, Record], snapshot: Snapshot[Columns], reader: Reader, statistics: Statistics
    ) -> None:
        self.records: Mapping[str, Record] = records
        self.snapshot: Snapshot[Columns] = snapshot
        self.reader, self.statistics = reader, statistics

    @abstractmethod
    def table_of(self, records: Sequence[Record]) -> Table[Columns]:
        """Columns of the records, in their order."""

    @abstractmethod
    def saying(self, record: Record, said: Said) -> Profile:
        """The profile of a record whose text was read before."""

    @abstractmethod
    def see(self, subject: Any) -> Found:
        """Every record against one subject of the other side."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.snapshot.table.ids.tolist())

    def id_at(self, row: int) -> str:
        return str(self.snapshot.table.ids[row])

    def row_of(self, id: str) -> int | None:
        ids = self.snapshot.table.ids
        row = int(np.searchsorted(ids, id))
        return row if row < len(ids) and ids[row] == id else None

    def profile(self, record: Record) -> Profile:
        """Of a record that stands in the table: what it says is not read again."""
        row = self.row_of(record.id)
        assert row is not None, "only what is in the market is spoken of"
        return self.saying(record, said_at(self.snapshot, row))

    def renewed(self, fresh: Sequence[Record], gone: Collection[str] = ()) -> Self:
        """The side after `fresh` records came in or took the place of older ones and those in `gone` left it."""
        leaving = sorted(id for id in gone if self.row_of(id) is not None)
        if not fresh and not leaving:
            return self
        ordered = sorted(fresh, key=lambda record: record.id)
        joined = {**self.records, **{record.id: record for record in ordered}}
        records = {id: joined[id] for id in sorted(joined.keys() - set(gone))}
        snapshot = changed(self.snapshot, self.table_of(ordered), leaving)
        return type(self)(records, snapshot, self.reader, self.statistics)


class PreparedNeeds(Prepared[NeedRecord, NeedProfile, NeedColumns]):
    def table_of(self, records: Sequence[NeedRecord]) -> Table[NeedColumns]:
        return need_table(records, self.reader, self.statistics, self.snapshot.frame)

    def saying(self, record: NeedRecord, said: Said) -> NeedProfile:
        return self.reader.need_that_says(record, said)

    def see(self, offer: OfferProfile) -> Found:
        """Every need against one offer."""
        frame, table = self.snapshot.frame, self.snapshot.table
        subject = offer_columns([offer], frame)
        alike = _alike(self.snapshot, [offer], subject)
        return Found(np.arange(len(table)), *vectors.seen(frame, table.columns, subject, *alike))


class PreparedOffers(Prepared[OfferRecord, OfferProfile, OfferColumns]):
    def table_of(self, records: Sequence[OfferRecord]) -> Table[OfferColumns]:
        return offer_table(records, self.reader, self.statistics, self.snapshot.frame)

    def saying(self, record: OfferRecord, said: Said) -> OfferProfile:
        return self.reader.offer_that_says(record, said)

    def see(self, need: NeedProfile) -> Found:
        """Every offer against one need."""
        frame, table = self.snapshot.frame, self.snapshot.table
        subject = need_columns([need], frame)
        alike = _alike(self.snapshot, [need], subject)
        return Found(np.arange(len(table)), *vectors.seen(frame, subject, table.columns, *alike))


def said_at(snapshot: Snapshot[Any], row: int) -> Said:
    """What the record of a row says, from the numbers that were kept of it."""
    table, frame = snapshot.table, snapshot.frame
    words, tops, about = table.words, table.tops, slice(*table.columns.about_start[row : row + 2].tolist())
    said, told = slice(*words.start[row : row + 2].tolist()), slice(*tops.start[row : row + 2].tolist())
    spelled, top_codes = frame.spelled, list(frame.tops)
    terms = (spelled[term] for term in words.terms[said].tolist())
    return Said(
        words=dict(zip(terms, words.weights[said].tolist(), strict=True)),
        meaning=table.meanings[row].tobytes() if table.columns.flags[row] & MEANT else NOT_MEANT,
        signature=dict(
            zip(table.columns.about[about].tolist(), table.columns.about_value[about].tolist(), strict=True)
        ),
        tops=tuple(code for top in tops.tops[told].tolist() if (code := top_codes[top])),
    )


def _alike(
    snapshot: Snapshot[Any], subject: list[NeedProfile] | list[OfferProfile], columns: NeedColumns | OfferColumns
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far the text of each record and that of the only `subject` go together, and what they are about."""
    share, affinity = np.zeros(len(snapshot.table)), np.zeros(len(snapshot.table))
    words, nodes = words_of(subject, snapshot.frame), nodes_of(columns)
    for shard in snapshot.shards:
        share[shard.rows] = vectors.shares(shard.postings, words, len(shard))
        affinity[shard.rows] = vectors.shares(shard.nodes, nodes, len(shard))
    return vectors.meant(share, meanings_of(subject), snapshot.table.meanings), affinity


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
    return PreparedOffers(records, snapshot_of(table, numbered), reader, known)


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
    return PreparedNeeds(records, snapshot_of(table, numbered), reader, known)


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
        words, tops = words_of(profiles, frame), tops_of(profiles, frame)
        return Table(ids, columns_of(profiles, frame), words, tops, meanings_of(profiles))

    return joined([columns(batch) for batch in _batches(records)] or [columns(())])
