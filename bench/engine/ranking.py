"""M1 to M4: the ranking engine on a synthetic city of 50,000 needs and 50,000 offers, against its peers.

M1 one need at a time against one SQL query; M2 and M3 against text search alone (sparse_dot_topn, bm25s) among the same
offers; M4 against what reading the same bytes once would cost. Needs are searched in all categories they may belong to,
which is how the platform does it by default, by one thread on either side.
"""

import logging
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple

import bm25s
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from app.matching.ranking.arrays.columns import OfferColumns, Words, meet
from app.matching.ranking.arrays.snapshot import NO_CUTS, Postings, Shard, Snapshot, nodes_of, words_at
from app.matching.ranking.batch import ALL, OWN, RELATED, TOP, Best, compiled, rank_all
from bench.engine.blocks import Block, Ints, blocks
from bench.engine.city import City, city
from bench.engine.matching import Inputs
from bench.measures import RUNS, Measure, at_least, at_most, median_pair, median_seconds, release, seconds

SIZE = 50_000
PART = 4  # one block in so many is measured where they are a thousand, and one need in so many where all are searched
SINGLE = 300  # needs of M1
CHECKED = 50  # of these, whose answers are compared
POSTING, FILTERED = 6, 50  # bytes of a posting, and of the columns of a row that the filters look at
Shards = Snapshot[OfferColumns]


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    figures: dict[str, Callable[[City, Shards], Iterator[Measure]]] = {"M1": one, "M2": text, "M3": bm25, "M4": bound}
    for id in ids:
        yield from figures[id](*whole_city())


@cache
def whole_city() -> tuple[City, Shards]:
    made = city(SIZE, SIZE)
    snapshot = made.snapshot()
    ranked(made, snapshot, np.arange(4))  # compiled, or read from its cache
    return made, snapshot


def ranked(made: City, snapshot: Shards, rows: Ints | None = None, scope: str = RELATED) -> Best:
    return rank_all(made.needs, snapshot, rows=rows, scope=scope, kernel=compiled())


def one(made: City, snapshot: Shards) -> Iterator[Measure]:
    """p50 and p99 of single needs, explained; the smaller of both ratios must hold. A need's time is the median of
    several rounds over all of them, on either side."""
    peer = import_module("bench.engine.sql")
    rows = np.linspace(0, len(made.needs) - 1, SINGLE).astype(int)
    ours: dict[str, Callable[[int], object]] = {
        "kernel": lambda row: _explained(made, snapshot, row, RELATED, compiled()),
        "without numba": lambda row: _explained(made, snapshot, row, RELATED, None),
        "without numba and among all, as the pages do": lambda row: _explained(made, snapshot, row, ALL, None),
    }
    with peer.asked(made) as ask:
        peer.check_same(ask, rows[:CHECKED], ours["kernel"])
        at = {name: _percentiles(rows, call) for name, call in {**ours, "SQL": ask}.items()}
    shown = "; ".join(f"{name} {p50:.3f} / {p99:.3f}" for name, (p50, p99) in at.items())
    yield at_least(
        "M1",
        f"one need among {SIZE:,} offers, all criteria, top {TOP} explained (p50 / p99, the smaller ratio)",
        float(at["kernel"][0]),
        "ms",
        against="the same filters and scoring in one PostgreSQL query over the same blocks, words and categories by"
        f" sparse joins, same top {TOP} for {CHECKED} needs; ms: {shown}",
        ratio=float((at["SQL"] / at["kernel"]).min()),
        target=50,
    )


def _percentiles(rows: Ints, ask: Callable[[int], object]) -> NDArray[np.float64]:
    """p50 and p99 over the needs, in milliseconds."""
    times = [[seconds(lambda row=row: ask(row)) for row in rows.tolist()] for _ in range(RUNS + 1)]  # type: ignore[misc]
    return np.percentile(np.median(times[1:], axis=0), [50, 99]) * 1e3


def _explained(made: City, snapshot: Shards, row: int, scope: str, kernel: Any) -> Best:
    return rank_all(made.needs, snapshot, scope=scope, rows=np.array([row]), explain=True, kernel=kernel)


def text(made: City, snapshot: Shards) -> Iterator[Measure]:
    """All criteria against text alone; what a wider scope costs."""
    needs, offers = matrix(made, made.needs.words), matrix(made, made.offers.words)
    for id, within_reach in (("M2", False), ("M2b", True)):
        some = sampled(made, within_reach)
        pairs = [(needs[block.needs], offers[block.offers].T.tocsr()) for block in some]
        yield _beside(id, release("sparse-dot-topn"), made, snapshot, some, partial(by_product, pairs))
    yield from _reaches(made, snapshot)


def sampled(made: City, within_reach: bool) -> list[Block]:
    """What is measured of the city, with all needs of a block: few of many would meet cold caches on our side."""
    return list(blocks(made, within_reach))[:: PART if within_reach else 1]


def by_product(pairs: Sequence[tuple[Any, Any]]) -> list[Any]:
    return [sp_matmul_topn(needs, offers, top_n=TOP, n_threads=1, sort=True) for needs, offers in pairs]


def _beside(
    id: str, peer: str, made: City, snapshot: Shards, some: Sequence[Block], search: Callable[[], object]
) -> Measure:
    """A peer that searches the blocks by text, and the engine on the same needs."""
    rows = np.concatenate([block.needs for block in some])
    pairs = sum(len(block.needs) * len(block.offers) for block in some)
    ours, theirs = (each / len(rows) * 1e6 for each in median_pair(lambda: ranked(made, snapshot, rows), search))
    among = "of the need's categories" + (" that reach its district" if id.endswith("b") else "")
    return at_least(
        id,
        f"a need of {len(rows):,} at once, all filters and criteria, top {TOP}, one thread",
        ours,
        "µs",
        against=f"{peer}, one thread, text alone and no filter, top {TOP} among the offers {among}"
        f" ({pairs / len(rows):,.0f} a need): {theirs:.1f} µs",
        ratio=theirs / ours,
        target=1,
    )


def _reaches(made: City, snapshot: Shards) -> Iterator[Measure]:
    """What searching the related shards costs, and which share of the best of a full search it finds."""
    part = np.arange(0, len(made.needs), PART)
    best = {scope: ranked(made, snapshot, part, scope).rows for scope in (OWN, RELATED, ALL)}
    cost = {scope: median_seconds(lambda scope=scope: ranked(made, snapshot, part, scope)) for scope in best}  # type: ignore[misc]
    found = {scope: _shared(rows, best[ALL]) for scope, rows in best.items()}
    shown = ", ".join(
        f"{scope} {cost[scope] / cost[OWN]:.2f} times the time, {found[scope]:.3f} found" for scope in best
    )
    yield at_most(
        "M2r",
        "searching every likely category of a need instead of the likeliest alone",
        cost[RELATED] / len(part) * 1e6,
        "µs",
        against=f"the likeliest alone; {shown} of the top {TOP} of a search of everything",
        ratio=cost[RELATED] / cost[OWN],
        target=2.0,
    )


def _shared(rows: NDArray[np.int32], whole: NDArray[np.int32]) -> float:
    pairs = zip(rows.tolist(), whole.tolist(), strict=True)
    return statistics.fmean(len(set(mine) & set(all_)) / len(set(all_)) for mine, all_ in pairs)


def bm25(made: City, snapshot: Shards) -> Iterator[Measure]:
    """Against bm25s in its numba form, text alone, on the same words."""
    for id, within_reach in (("M3", False), ("M3b", True)):
        some = sampled(made, within_reach)
        searches = [indexed(made, block) for block in some]
        by_words(searches)
        yield _beside(id, release("bm25s"), made, snapshot, some, partial(by_words, searches))


def indexed(made: City, block: Block) -> tuple[bm25s.BM25, list[list[int]], int]:
    """An index of the block's offers, what is asked of it by each need, and how many are to be found."""
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    names = {str(number): number for number in range(len(made.frame.words))}
    index = bm25s.BM25(backend="numba")
    index.index(
        bm25s.tokenization.Tokenized(rows_of(words_at(made.offers.words, block.offers)), names), show_progress=False
    )
    return index, rows_of(words_at(made.needs.words, block.needs)), min(TOP, len(block.offers))


def by_words(searches: Sequence[tuple[bm25s.BM25, list[list[int]], int]]) -> list[Any]:
    return [index.retrieve(asked, k=top, n_threads=1, show_progress=False) for index, asked, top in searches]


def bound(made: City, snapshot: Shards) -> Iterator[Measure]:
    """One thread against reading the bytes of each need's categories once, at the speed one thread reads memory; and
    against those in blocks within the need's reach, which is all the kernel reads: what is above that is arithmetic
    and caches, not memory."""
    block = np.ones(2**27)  # 1 GiB: no cache holds it
    total(block[:1])
    speed = max(block.nbytes / 1e9 / seconds(lambda: total(block)) for _ in range(2 * RUNS))
    ours = median_seconds(lambda: ranked(made, snapshot))
    what = "all needs × all offers of a city, one thread"
    for id, whose, within, target in (
        ("M4", "of each need's categories", False, 2.0),
        ("M4r", "within reach alone", True, 8.0),
    ):
        size = bytes_read(made, snapshot, within) / 1e9
        against = f"the bytes {whose}, {size:.2f} GB at {speed:.1f} GB/s: {size / speed:.2f} s"
        yield at_most(id, what, ours, "s", against=against, ratio=ours * speed / size, target=target)


@njit(fastmath=True)
def total(values):  # type: ignore[no-untyped-def]
    """Reads an array once, in several sums at a time: one alone would wait for itself and not for memory."""
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


def bytes_read(made: City, snapshot: Shards, within: bool = False) -> int:
    """What a ranking of every need in its likely shards has to read, each byte once per need and shard; `within`: only
    of the blocks of rows within its reach.

    Its own words and nodes (8 and 6 each), the postings of these (6 each), and of every row of the shard the columns
    that the filters look at: reach, kinds, groups, qualification bits and price (40), dates (8), kind of price and
    flags (2).
    What is read of single rows afterwards (areas, signature, months, capacity, rating) is left out.
    """
    read, needs, offers = 0, made.needs.columns, made.offers.columns
    sparse = (
        _Sparse(made.needs.words, made.offers.words, 8, len(made.frame.words), "postings"),
        _Sparse(nodes_of(needs), nodes_of(offers), 6, made.frame.dimensions, "nodes"),
    )
    for shard, rows in searched(made, snapshot):
        if not within:
            records = np.unique(shard.rows).astype(np.int64)
            read += FILTERED * len(records) * len(rows)
            for each in sparse:
                held = words_at(each.held, records)
                read += each.read(rows, np.bincount(held.terms, minlength=each.numbers))
            continue
        reached = meet(shard.blocks.reach, needs.reach[rows][:, None])
        for inside in np.unique(reached, axis=0):
            some = rows[(reached == inside).all(axis=1)]
            read += FILTERED * int(np.diff(shard.blocks.start) @ inside) * len(some)
            read += sum(each.read(some, each.lengths(getattr(shard, each.name), inside)) for each in sparse)
    return read


class _Sparse(NamedTuple):
    """What needs ask and offers hold of, an item of a need in so many bytes; how many numbers there are; its postings
    in a shard."""

    asked: Words
    held: Words
    size: int
    numbers: int
    name: str

    def lengths(self, held: Postings, inside: NDArray[np.bool_]) -> Ints:
        """How many postings of each number are read for the blocks `inside`."""
        lengths = np.zeros(self.numbers, np.int64)
        lengths[: len(held.start) - 1] = np.diff(held.start)
        cut = np.flatnonzero(held.cut != NO_CUTS)
        lengths[cut] = np.diff(held.cuts, axis=1)[held.cut[cut]] @ inside
        return lengths

    def read(self, rows: Ints, lengths: Ints) -> int:
        """Bytes of the items of these needs and of their postings, of which there are so many."""
        begins, ends = self.asked.start[rows], self.asked.start[rows + 1]
        postings = np.concatenate([[0], np.cumsum(lengths[self.asked.terms], dtype=np.int64)])
        return self.size * int((ends - begins).sum()) + POSTING * int((postings[ends] - postings[begins]).sum())


def searched(made: City, snapshot: Shards) -> Iterator[tuple[Shard[OfferColumns], NDArray[np.int64]]]:
    """Each shard with the needs that are searched in it."""
    tops = made.needs.tops
    owner = np.repeat(np.arange(len(made.needs)), np.diff(tops.start))
    for shard in snapshot.shards:
        yield shard, owner[tops.tops == shard.top]


def matrix(made: City, words: Words) -> Any:
    return csr_matrix((words.weights, words.terms, words.start), shape=(len(words.start) - 1, len(made.frame.words)))


def rows_of(words: Words) -> list[list[int]]:
    return [row.tolist() for row in np.split(words.terms, words.start[1:-1])]
