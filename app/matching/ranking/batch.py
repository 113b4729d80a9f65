"""Ranks a whole side at once: the best of the other side for every record, on every core.

Two engines give the same answer to the last digit: `kernel` (numba, an optional extra) and `vectors` (numpy).
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays import vectors
from app.matching.ranking.arrays.columns import STREETS, NeedColumns, meet, ragged_rows, take
from app.matching.ranking.arrays.snapshot import Shard, Snapshot, Table, nodes_of, words_at
from app.matching.ranking.points import millionths
from app.matching.ranking.records import CRITERIA, DEFAULT_WEIGHTS, Weights

TOP = 20
NOBODY = -1
OWN, RELATED, ALL = "own", "related", "all"  # shards searched: the likeliest category's, all likely ones', every one


class Best(NamedTuple):
    """Per subject the rows of the best, best first (NOBODY where there are fewer), their points in ten-thousandths
    and, when asked for, the eight values of each (NaN: not comparable)."""

    rows: NDArray[np.int32]
    points: NDArray[np.int32]
    values: NDArray[np.float32]

    def digest(self) -> str:
        """What two runs must have in common."""
        return hashlib.sha256(self.rows.tobytes() + self.points.tobytes()).hexdigest()


class Asked(NamedTuple):
    """What a run is about: which subjects, against which snapshot, by which weights."""

    subjects: Table[Any]
    others: Snapshot[Any]
    weights: NDArray[np.int64]
    scope: str


@cache
def compiled() -> ModuleType | None:
    """The numba kernel, loaded when first asked for; None where numba is not installed."""
    return import_module("app.matching.ranking.compiled.kernel") if find_spec("numba") else None


def rank_all(
    subjects: Table[Any],
    others: Snapshot[Any],
    *,
    weights: Weights = DEFAULT_WEIGHTS,
    scope: str = RELATED,
    top: int = TOP,
    threads: int = 1,
    explain: bool = False,
    rows: NDArray[np.int64] | None = None,
    kernel: ModuleType | None = None,
) -> Best:
    """The best `top` of the other side for every subject (or for `rows` of them).

    `scope` says how many shards are searched: `own`, `related` (those the record may belong to) or `all`.
    `kernel` is what `compiled()` gives; without it numpy does the work.
    """
    asked = Asked(subjects, others, _whole(weights), scope)
    chosen = np.arange(len(subjects)) if rows is None else rows
    best = _nobody(len(chosen), top, explain)
    engine = _by_numpy if kernel is None else _Compiled(kernel)
    order = _in_order_of_shard(asked, chosen)
    if threads == 1:
        engine(asked, chosen, order, best)
    else:
        parts = np.array_split(order, threads)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda part: engine(asked, chosen, part, best), parts))
    return best


@cache
def _whole(weights: Weights) -> NDArray[np.int64]:
    return np.array(millionths(weights), dtype=np.int64)


def _nobody(count: int, top: int, explain: bool) -> Best:
    return Best(
        np.full((count, top), NOBODY, dtype=np.int32),
        np.zeros((count, top), dtype=np.int32),
        np.full((count if explain else 0, top, len(CRITERIA)), np.nan, dtype=np.float32),
    )


def _in_order_of_shard(asked: Asked, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions in `chosen`, those of one shard together, in it those of one district, and of these those of one kind:
    blocks and postings then stay in the cache."""
    if len(chosen) == 1:
        return np.zeros(1, dtype=np.int64)
    columns, tops = asked.subjects.columns, asked.subjects.tops
    districts = columns.reach[chosen] & ~np.uint64(STREETS)
    return np.lexsort((columns.kinds[chosen], districts, tops.tops[tops.start[:-1][chosen]]))


def _searched(asked: Asked, chosen: NDArray[np.int64], part: NDArray[np.int64]) -> Iterator[tuple[Shard[Any], Any]]:
    """Each shard with the positions of `part` that are searched in it; shards nobody asks for are passed over."""
    if asked.scope == ALL:
        yield from ((shard, part) for shard in asked.others.shards)
        return
    tops, subjects = asked.subjects.tops, chosen[part]
    if asked.scope == OWN:
        positions, wanted = part, tops.tops[tops.start[subjects]]
    else:
        positions = np.repeat(part, tops.start[subjects + 1] - tops.start[subjects])
        wanted = tops.tops[ragged_rows(tops.start, subjects)]
    if len(positions) == 1:
        yield from ((shard, positions) for shard in asked.others.shards if shard.top == wanted[0])
        return
    present = set(wanted.tolist())
    yield from ((shard, positions[wanted == shard.top]) for shard in asked.others.shards if shard.top in present)


def _by_numpy(asked: Asked, chosen: NDArray[np.int64], part: NDArray[np.int64], best: Best) -> None:
    for shard, positions in _searched(asked, chosen, part):
        for position in positions.tolist():
            row = int(chosen[position])
            met = meet(shard.columns.reach, asked.subjects.columns.reach[row])
            _join(best, position, shard, met, _see(asked, row, shard), asked.weights)


def _see(asked: Asked, row: int, shard: Shard[Any]) -> vectors.Seen:
    one = np.array([row])
    columns, words = take(asked.subjects.columns, one), words_at(asked.subjects.words, one)
    by_words = vectors.shares(shard.postings, words, len(shard))
    share = vectors.meant(by_words, asked.subjects.meanings[one], asked.others.table.meanings[shard.rows])
    affinity = vectors.shares(shard.nodes, nodes_of(columns), len(shard))
    need, offer = (columns, shard.columns) if isinstance(columns, NeedColumns) else (shard.columns, columns)
    return vectors.seen(asked.others.frame, need, offer, share, affinity)


def _join(
    best: Best, position: int, shard: Shard[Any], met: NDArray[np.bool_], seen: vectors.Seen, weights: NDArray[np.int64]
) -> None:
    """Whoever of the rows `met` is admitted and not there yet, among the best of one subject."""
    admitted = np.flatnonzero(met & (seen.failed == 0))
    known = best.rows[position] != NOBODY
    new = admitted[~np.isin(shard.rows[admitted], best.rows[position][known])]
    rows = np.concatenate([best.rows[position][known], shard.rows[new]])
    points = np.concatenate([best.points[position][known], vectors.points(seen.values[:, new], weights)])
    order = np.lexsort((rows, -points))[: best.rows.shape[1]]
    if len(best.values):
        values = np.concatenate([best.values[position][known], seen.values[:, new].T.astype(np.float32)])
        best.values[position, : len(order)] = values[order]
    best.rows[position, : len(order)], best.points[position, : len(order)] = rows[order], points[order]


class _Compiled:
    """The kernel behind the same call."""

    def __init__(self, kernel: ModuleType) -> None:
        self.kernel = kernel

    def __call__(self, asked: Asked, chosen: NDArray[np.int64], part: NDArray[np.int64], best: Best) -> None:
        subjects, frame = asked.subjects, asked.others.frame
        forward = isinstance(subjects.columns, NeedColumns)
        counts = np.zeros(len(chosen), dtype=np.int64)
        for shard, positions in _searched(asked, chosen, part):
            needs, offers = (subjects, shard) if forward else (shard, subjects)
            self.kernel.rank(
                forward,
                positions,
                chosen,
                tuple(subjects.words),
                (shard.rows, tuple(shard.blocks), tuple(shard.postings), tuple(shard.nodes)),
                (subjects.meanings, asked.others.table.meanings),
                tuple(needs.columns),
                tuple(offers.columns),
                (frame.suits, frame.levels, frame.compatible, frame.bits_tell_qualifications_apart),
                asked.weights.astype(np.float64),
                best.rows,
                best.points,
                best.values,
                counts,
            )
