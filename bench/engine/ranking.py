"""M1 to M4: the ranking engine on a synthetic city of 50,000 needs and 50,000 offers, against its peers.

M1 one need at a time against one SQL query; M2 and M3 the whole city against text search alone (sparse_dot_topn,
bm25s); M4 against what reading the same bytes once would cost.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import bm25s
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from app.matching.ranking.arrays.columns import OfferColumns, Words, meet
from app.matching.ranking.arrays.snapshot import NO_CUTS, Postings, Shard, Snapshot, words_at
from app.matching.ranking.batch import ALL, OWN, RELATED, Best, compiled, rank_all
from bench.engine.city import WORDS, City, city
from bench.engine.matching import Inputs
from bench.measures import RUNS, Measure, at_least, at_most, median_pair, median_seconds, seconds

SIZE = 50_000
THREADS = 2
TOP, RERANKED = 20, 200  # a search by text alone must hand over more than twenty to be ranked again
PART = 20  # unblocked peers rank one need in so many; their time is multiplied
SINGLE = 300  # needs of M1
Shards = Snapshot[OfferColumns]


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    figures: dict[str, Callable[[City, Shards], Iterator[Measure]]] = {"M1": one, "M2": text, "M3": bm25, "M4": bound}
    for id in ids:
        yield from figures[id](*whole_city())


@cache
def whole_city() -> tuple[City, Shards]:
    made = city(SIZE, SIZE)
    snapshot = made.snapshot()
    rank_all(made.needs, snapshot, rows=np.arange(4), kernel=compiled())  # compiled, or read from its cache
    return made, snapshot


def everybody(made: City, snapshot: Shards, scope: str = OWN, threads: int = THREADS) -> Best:
    return rank_all(made.needs, snapshot, scope=scope, threads=threads, kernel=compiled())


def one(made: City, snapshot: Shards) -> Iterator[Measure]:
    """p50 and p99 of single needs, explained; the smaller of both ratios must hold. A need's time is the median of
    several rounds over all of them, on either side."""
    peer = import_module("bench.engine.sql")
    rows = np.linspace(0, len(made.needs) - 1, SINGLE).astype(int)
    ours: dict[str, Callable[[int], object]] = {
        "kernel": lambda row: _explained(made, snapshot, row, OWN, compiled()),
        "related": lambda row: _explained(made, snapshot, row, RELATED, compiled()),
        "numpy": lambda row: _explained(made, snapshot, row, OWN, None),
    }
    with peer.asked(made, snapshot) as ask:
        peer.check_same(ask, rows[:50], ours["kernel"])
        at = {name: _percentiles(rows, call) for name, call in {**ours, "sql": ask}.items()}
    shown = "; ".join(f"{name} {p50:.3f} / {p99:.3f}" for name, (p50, p99) in at.items())
    yield at_least(
        "M1",
        "one need of 50,000 × 50,000, all criteria, top 20 explained (p50 / p99, the smaller ratio)",
        float(at["kernel"][0]),
        "ms",
        against=f"the same filters and scoring in one PostgreSQL query, same top 20 for 50 needs; ms: {shown}",
        ratio=float((at["sql"] / at["kernel"]).min()),
        target=100,
    )


def _percentiles(rows: NDArray[np.int64], ask: Callable[[int], object]) -> NDArray[np.float64]:
    """p50 and p99 over the needs, in milliseconds."""
    times = [[seconds(lambda row=row: ask(row)) for row in rows.tolist()] for _ in range(RUNS + 1)]  # type: ignore[misc]
    return np.percentile(np.median(times[1:], axis=0), [50, 99]) * 1e3


def _explained(made: City, snapshot: Shards, row: int, scope: str, kernel: Any) -> Best:
    return rank_all(made.needs, snapshot, scope=scope, rows=np.array([row]), explain=True, kernel=kernel)


def text(made: City, snapshot: Shards) -> Iterator[Measure]:
    """The whole city: all criteria against text alone, over everything and by category; what a wider scope costs."""
    needs, offers = matrix(made.needs.words), matrix(made.offers.words)
    turned, some = offers.T.tocsr(), needs[::PART]
    ours, unblocked = median_pair(
        lambda: everybody(made, snapshot), lambda: sp_matmul_topn(some, turned, top_n=TOP, n_threads=THREADS)
    )
    unblocked *= PART
    blocks = [(needs[rows], offers[np.unique(shard.rows)].T.tocsr()) for shard, rows in searched(made, snapshot)]
    again, blocked = median_pair(lambda: everybody(made, snapshot), lambda: _by_block(blocks))
    what = "all needs × all offers of a city, all criteria, top 20, two threads"
    against = f"sparse_dot_topn on text alone, two threads: {unblocked:.2f} s (one need in {PART}, multiplied)"
    yield at_least("M2", what, ours, "s", against=against, ratio=unblocked / ours, target=10)
    against = f"sparse_dot_topn on text alone by category, top {RERANKED}: {blocked:.2f} s"
    yield at_least("M2b", what, again, "s", against=against, ratio=blocked / again, target=3.5)
    yield from _reaches(made, snapshot, ours)


def _by_block(blocks: Sequence[tuple[Any, Any]]) -> None:
    for needs, offers in blocks:
        sp_matmul_topn(needs, offers, top_n=RERANKED, n_threads=THREADS)


def _reaches(made: City, snapshot: Shards, ours: float) -> Iterator[Measure]:
    """What searching the related shards costs, and which share of the best of a full search it finds."""
    part = np.arange(0, len(made.needs), PART)
    best = {scope: _some(made, snapshot, part, scope).rows for scope in (OWN, RELATED, ALL)}
    cost = {scope: median_seconds(lambda scope=scope: _some(made, snapshot, part, scope)) for scope in best}  # type: ignore[misc]
    found = {scope: _shared(rows, best[ALL]) for scope, rows in best.items()}
    shown = ", ".join(
        f"{scope} {cost[scope] / cost[OWN]:.2f} times the time, {found[scope]:.3f} found" for scope in best
    )
    yield at_most(
        "M2r",
        "searching every likely category of a need instead of the likeliest alone",
        cost[RELATED] / len(part) * 1e6,
        "µs",
        against=f"the likeliest alone; {shown} of the top 20 of a search of everything",
        ratio=cost[RELATED] / cost[OWN],
        target=2.0,
    )


def _some(made: City, snapshot: Shards, rows: NDArray[np.int64], scope: str) -> Best:
    return rank_all(made.needs, snapshot, scope=scope, threads=THREADS, rows=rows, kernel=compiled())


def _shared(rows: NDArray[np.int32], whole: NDArray[np.int32]) -> float:
    pairs = zip(rows.tolist(), whole.tolist(), strict=True)
    return statistics.fmean(len(set(mine) & set(all_)) / len(set(all_)) for mine, all_ in pairs)


def bm25(made: City, snapshot: Shards) -> Iterator[Measure]:
    """Against bm25s in its numba form, text alone, on the same words."""
    index = bm25s.BM25(backend="numba")
    names = [str(number) for number in range(WORDS)]
    index.index(
        bm25s.tokenization.Tokenized(rows_of(made.offers.words), dict(zip(names, range(WORDS), strict=True))),
        show_progress=False,
    )
    asked = [[names[term] for term in row] for row in rows_of(made.needs.words)[::PART]]

    def search() -> None:
        index.retrieve(asked, k=TOP, n_threads=THREADS, show_progress=False)

    search()
    ours, peer = median_pair(lambda: everybody(made, snapshot), search)
    peer *= PART
    what = "all needs × all offers of a city, all criteria, top 20, two threads"
    against = f"bm25s (numba) on text alone, two threads: {peer:.2f} s (one need in {PART}, multiplied)"
    yield at_least("M3", what, ours, "s", against=against, ratio=peer / ours, target=9)


def bound(made: City, snapshot: Shards) -> Iterator[Measure]:
    """One thread against reading the bytes of each need's category once, at the speed one thread reads memory; and
    against those in blocks within the need's reach, which is all the kernel reads: what is above that is arithmetic
    and caches, not memory."""
    block = np.ones(2**27)  # 1 GiB: no cache holds it
    speed = max(block.nbytes / 1e9 / seconds(lambda: total(block)) for _ in range(RUNS + 1))
    ours = median_seconds(lambda: everybody(made, snapshot, threads=1))
    what = "all needs × all offers of a city, one thread"
    for id, whose, blocks in (("M4", "of each need's category", False), ("M4r", "within reach alone", True)):
        size = bytes_read(made, snapshot, blocks) / 1e9
        against = f"the bytes {whose}, {size:.2f} GB at {speed:.1f} GB/s: {size / speed:.2f} s"
        yield at_most(id, what, ours, "s", against=against, ratio=ours * speed / size, target=2.0)


@njit
def total(values):  # type: ignore[no-untyped-def]
    """Reads an array once."""
    found = 0.0
    for value in values:
        found += value
    return found


def bytes_read(made: City, snapshot: Shards, blocks: bool = False) -> int:
    """What a ranking of every need in its likeliest shard has to read, each byte once per need; `blocks`: only of the
    blocks of rows within its reach.

    Its own words (8 a word), the postings of these words (6 each), and of every row of the shard the columns that the
    filters look at: reach, kinds, groups, qualification bits and price (40), dates (8), kind of price and flags (2).
    What is read of single rows afterwards (areas, signature, months, capacity, rating) is left out.
    """
    read = 0
    for shard, rows in searched(made, snapshot):
        if not blocks:
            held = words_at(made.offers.words, np.unique(shard.rows))
            read += _read_of(made, rows, np.bincount(held.terms, minlength=WORDS), len(held.start) - 1)
            continue
        reached = meet(shard.blocks.reach, made.needs.columns.reach[rows][:, None])
        for inside in np.unique(reached, axis=0):
            some = rows[(reached == inside).all(axis=1)]
            within = int(np.diff(shard.blocks.start) @ inside)
            read += _read_of(made, some, _lengths(shard.postings, inside), within)
    return read


def _lengths(held: Postings, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many postings of each word are read for the blocks `inside`."""
    lengths = np.zeros(WORDS, np.int64)
    lengths[: len(held.start) - 1] = np.diff(held.start)
    cut = np.flatnonzero(held.cut != NO_CUTS)
    lengths[cut] = np.diff(held.cuts, axis=1)[held.cut[cut]] @ inside
    return lengths


def _read_of(made: City, rows: NDArray[np.int64], lengths: NDArray[np.int64], reached: int) -> int:
    words = made.needs.words
    begins, ends = words.start[rows], words.start[rows + 1]
    postings = np.concatenate([[0], np.cumsum(lengths[words.terms], dtype=np.int64)])
    return (
        8 * int((ends - begins).sum()) + 6 * int((postings[ends] - postings[begins]).sum()) + 50 * reached * len(rows)
    )


def searched(made: City, snapshot: Shards) -> Iterator[tuple[Shard[OfferColumns], NDArray[np.int64]]]:
    """Each shard with the needs whose likeliest category it is."""
    likeliest = made.needs.tops.tops[made.needs.tops.start[:-1]]
    for shard in snapshot.shards:
        yield shard, np.flatnonzero(likeliest == shard.top)


def matrix(words: Words) -> Any:
    return csr_matrix((words.weights, words.terms, words.start), shape=(len(words.start) - 1, WORDS))


def rows_of(words: Words) -> list[list[int]]:
    return [row.tolist() for row in np.split(words.terms, words.start[1:-1])]
