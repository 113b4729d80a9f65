"""One side of a market, frozen: columns by row, and by top-level category a shard with its own inverted index.

A record stands in every shard it may belong to, so a search of one shard finds it whatever was entered. Nothing
of a snapshot is ever changed: an edit makes a new one that shares every shard it does not touch, and whoever
ranks against the old one keeps it until they are done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays.columns import (
    ANYWHERE,
    BITS,
    DISTRICTS,
    Columns,
    Frame,
    NeedColumns,
    OfferColumns,
    Tops,
    Words,
    ragged_rows,
    ragged_start,
    take,
)
from app.matching.ranking.meaning import Vector

Chained = TypeVar("Chained", NeedColumns, OfferColumns, Words, Tops)
COPIES = 4  # a record of up to so many districts stands in the block of each
SHARD_ROWS = 65_536 - COPIES  # what a 16-bit number can tell apart, and room for the copies of the last one
LONG = 32  # postings of a term from which on it is worth knowing where each block of rows begins among them
NO_CUTS = 65_535


class Postings(NamedTuple):
    """Term t stands in the rows `local[start[t]:start[t + 1]]` of its shard, ascending, with these weights; those of
    block b lie at `cuts[cut[t], b]` to `cuts[cut[t], b + 1]`, unless the term is rare and `cut[t]` NO_CUTS."""

    start: NDArray[np.int32]
    local: NDArray[np.uint16]
    weights: NDArray[np.float32]
    cut: NDArray[np.uint16]
    cuts: NDArray[np.int32]


class Blocks(NamedTuple):
    """Rows `start[b]` to `start[b + 1]` of a shard reach the areas of the bits `reach[b]` at most: one district a
    block, and before them (they may be none) the rows of many districts or of no particular one. Who looks for one
    district passes over the other blocks."""

    reach: NDArray[np.uint64]
    start: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Table(Generic[Columns]):
    """Every record once, in order of id; `meanings` has a row of zeros for each that is without `MEANT`."""

    ids: NDArray[np.str_]
    columns: Columns
    words: Words
    tops: Tops
    meanings: Vector

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Shard(Generic[Columns]):
    """The records of one top-level category, block by block; `rows` are their rows in the table, ascending within a
    block. A record of a few districts has a row in the block of each, whose `reach` is for that one: whoever asks
    for one district, or for `ANYWHERE`, meets no record twice. `postings` are of words, `nodes` of signatures; they say
    the same of every row of a record."""

    top: int
    rows: NDArray[np.int32]
    columns: Columns
    blocks: Blocks
    postings: Postings
    nodes: Postings

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[Columns]):
    """`version` counts the changes since it was built."""

    frame: Frame
    table: Table[Columns]
    shards: tuple[Shard[Columns], ...]
    version: int = 1

    def arrays(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Every array with the name it is saved under."""
        yield from _arrays("table", self.table)
        for number, shard in enumerate(self.shards):
            yield from _arrays(f"shard{number}", shard)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for _, array in self.arrays())


def _arrays(name: str, holder: object) -> Iterator[tuple[str, NDArray[np.generic]]]:
    for field in fields_of(type(holder)):
        value = getattr(holder, field)
        if isinstance(value, np.ndarray):
            yield f"{name}.{field}", value
        elif not isinstance(value, int):
            yield from _arrays(f"{name}.{field}", value)


def fields_of(kind: type) -> tuple[str, ...]:
    """The names of what a tuple of columns, or a frozen record of them, is made of."""
    names: tuple[str, ...] = getattr(kind, "_fields" if issubclass(kind, tuple) else "__slots__", ())
    return names


def snapshot_of(table: Table[Columns], frame: Frame) -> Snapshot[Columns]:
    """The table cut into shards; a category of more than 65,536 rows makes several."""
    return Snapshot(frame, table, tuple(shard for top in _tops(table) for shard in _shards(table, top)))


def changed(snapshot: Snapshot[Columns], fresh: Table[Columns], gone: Sequence[str] = ()) -> Snapshot[Columns]:
    """The snapshot after `fresh` records came in or took the place of older ones and those in `gone` were taken
    out. Only the shards of these records, before and after, are built anew."""
    old: Table[Columns] = snapshot.table
    leaves: NDArray[np.bool_] = np.isin(old.ids, np.concatenate([fresh.ids, np.array(gone, dtype=np.str_)]))
    stays = np.flatnonzero(~leaves)
    both = joined([taken(old, stays), fresh])
    order = np.argsort(both.ids, kind="stable")
    table = taken(both, order)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved = np.full(len(old), -1, dtype=np.int32)
    moved[stays] = place[: len(stays)]
    touched = {*_tops_at(old, np.flatnonzero(leaves)), *(int(top) for top in fresh.tops.tops)}
    kept: list[Shard[Columns]] = [_renumbered(shard, moved) for shard in snapshot.shards if shard.top not in touched]
    built: list[Shard[Columns]] = [shard for top in sorted(touched) for shard in _shards(table, top)]
    shards: list[Shard[Columns]] = sorted(kept + built, key=lambda shard: (shard.top, int(shard.rows.min())))
    return Snapshot(snapshot.frame, table, tuple(shards), snapshot.version + 1)


def _renumbered(shard: Shard[Columns], moved: NDArray[np.int32]) -> Shard[Columns]:
    return replace(shard, rows=moved[shard.rows])


def _tops(table: Table[Columns]) -> list[int]:
    return [int(top) for top in np.unique(table.tops.tops)]


def _tops_at(table: Table[Columns], rows: NDArray[np.int64]) -> set[int]:
    return {int(top) for top in table.tops.tops[ragged_rows(table.tops.start, rows)]}


def _shards(table: Table[Columns], top: int) -> Iterator[Shard[Columns]]:
    owner = np.repeat(np.arange(len(table)), np.diff(table.tops.start))
    rows = owner[table.tops.tops == top]
    last = np.cumsum(np.maximum(1, _few(table.columns.reach[rows])))
    for begin in range(0, int(last.max(initial=0)), SHARD_ROWS):
        yield _shard(table, top, rows[(last > begin) & (last <= begin + SHARD_ROWS)])


def _shard(table: Table[Columns], top: int, rows: NDArray[np.int64]) -> Shard[Columns]:
    blocks, placed, reach = _blocks(table.columns.reach[rows])
    rows = rows[placed]
    columns = take(table.columns, rows)._replace(reach=reach)
    return Shard(
        top=top,
        rows=rows.astype(np.int32),
        columns=columns,
        blocks=blocks,
        postings=_postings(words_at(table.words, rows), blocks),
        nodes=_postings(nodes_of(columns), blocks),
    )


def _few(reach: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many districts each record reaches; 0 where it is none in particular or too many for a row in each."""
    count = np.bitwise_count(reach & np.uint64(DISTRICTS)).astype(np.int64)
    return np.where(count > COPIES, 0, count)


def _blocks(reach: NDArray[np.uint64]) -> tuple[Blocks, NDArray[np.int64], NDArray[np.uint64]]:
    """The blocks of records of this reach; for every row in them which record it is of and what it reaches there.
    The row in the first of a record's districts stands for it where none is asked for."""
    few = _few(reach) > 0
    placed, reached = [np.flatnonzero(~few)], [reach[~few]]
    for district in (np.uint64(1 << bit) for bit in range(BITS) if DISTRICTS >> bit & 1):
        rows = np.flatnonzero(few & (reach & district != 0))
        earlier = reach[rows] & np.uint64(DISTRICTS) & (district - np.uint64(1)) != 0
        elsewhere = np.where(earlier, np.uint64(DISTRICTS | ANYWHERE), np.uint64(DISTRICTS)) ^ district
        if len(rows):
            placed, reached = [*placed, rows], [*reached, reach[rows] & ~elsewhere]
    start = np.cumsum([0, *map(len, placed)]).astype(np.int32)
    together = np.array([np.bitwise_or.reduce(part) for part in reached], dtype=np.uint64)
    return Blocks(together, start), np.concatenate(placed), np.concatenate(reached)


def words_at(words: Words, rows: NDArray[np.int64]) -> Words:
    """The words of the given rows, in the given order."""
    items = ragged_rows(words.start, rows)
    return Words(ragged_start(words.start, rows), words.terms[items], words.weights[items])


def nodes_of(columns: NeedColumns | OfferColumns) -> Words:
    """What each row is about, in the form of words."""
    return Words(columns.about_start.astype(np.int64), columns.about.astype(np.int32), columns.about_value)


def _postings(words: Words, blocks: Blocks) -> Postings:
    """Rows by term instead of terms by row."""
    order, sizes = _by_number(words.terms), np.bincount(words.terms)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    local = np.repeat(np.arange(len(words.start) - 1, dtype=np.uint16), np.diff(words.start))[order]
    long = np.flatnonzero(sizes >= LONG)[:NO_CUTS]
    cut = np.full(len(sizes), NO_CUTS, dtype=np.uint16)
    cut[long] = np.arange(len(long))
    return Postings(start, local, words.weights[order], cut, _cuts(start, local, long, blocks))


def _by_number(terms: NDArray[np.int32]) -> NDArray[np.int64]:
    """The order that sorts them and leaves equal ones as they are: by 16 bits at a time, which is linear."""
    order = np.argsort((terms & 0xFFFF).astype(np.uint16), kind="stable")
    upper = (terms >> 16).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def _cuts(
    start: NDArray[np.int32], local: NDArray[np.uint16], long: NDArray[np.int64], blocks: Blocks
) -> NDArray[np.int32]:
    """Where among the postings of each of the `long` terms each block begins, and the last one ends."""
    block_of = np.repeat(np.arange(len(blocks.reach)), np.diff(blocks.start))
    lengths = (start[1:] - start[:-1])[long]
    place = np.repeat(np.arange(len(long)), lengths) * len(blocks.reach) + block_of[local[ragged_rows(start, long)]]
    sizes = np.bincount(place, minlength=len(long) * len(blocks.reach)).reshape(len(long), len(blocks.reach))
    cuts = np.empty((len(long), len(blocks.reach) + 1), dtype=np.int32)
    cuts[:, 0] = start[:-1][long]
    cuts[:, 1:] = cuts[:, :1] + np.cumsum(sizes, axis=1)
    return cuts


def taken(table: Table[Columns], rows: NDArray[np.int64]) -> Table[Columns]:
    """The given rows, in the given order."""
    return Table(
        ids=table.ids[rows],
        columns=take(table.columns, rows),
        words=words_at(table.words, rows),
        tops=Tops(ragged_start(table.tops.start, rows), table.tops.tops[ragged_rows(table.tops.start, rows)]),
        meanings=table.meanings[rows],
    )


def joined(parts: Sequence[Table[Columns]]) -> Table[Columns]:
    """The tables one after the other."""
    return Table(
        ids=np.concatenate([part.ids for part in parts]),
        columns=_chained([part.columns for part in parts]),
        words=_chained([part.words for part in parts]),
        tops=_chained([part.tops for part in parts]),
        meanings=np.concatenate([part.meanings for part in parts]),
    )


def _chained(parts: Sequence[Chained]) -> Chained:
    """Column by column one after the other; where a column says at which item a row starts, counted on."""
    chain: type[Chained] = type(parts[0])
    return chain(
        *(
            _counted_on(columns) if name.endswith("start") else np.concatenate(columns)
            for name, columns in zip(chain._fields, zip(*parts, strict=True), strict=True)
        )
    )


def _counted_on(starts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    lengths = np.concatenate([np.diff(start) for start in starts])
    return np.concatenate([[0], np.cumsum(lengths)]).astype(starts[0].dtype)
