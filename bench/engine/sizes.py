"""Cost against size: a city of 5,000, 50,000 and 500,000 offers; memory held, an edit, the time a need takes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.matching.ranking.arrays.snapshot import changed, taken
from app.matching.ranking.batch import OWN, compiled, rank_all
from bench.engine.city import city
from bench.engine.matching import Inputs
from bench.measures import Measure, at_most, median_seconds
from bench.season import resident_mb

SIZES = (5_000, 50_000, 500_000)
NEEDS = 5_000  # ranked at every size
MEGABYTE = 1e6


class Cost(NamedTuple):
    """`rows` of the shard a need is searched in, on average; times in seconds; megabytes of arrays and vocabulary."""

    offers: int
    rows: float
    megabytes: float
    build: float
    edit: float
    need: float

    def __str__(self) -> str:
        return (
            f"{self.offers:,} offers: {self.megabytes:.0f} MB, built in {self.build:.2f} s,"
            f" an edit {self.edit * 1e3:.0f} ms, a need {self.need * 1e6:.1f} µs"
        )


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    table = [cost(offers) for offers in SIZES]
    shown = "; ".join(map(str, table))
    small, middle, large = table
    for id in ids:
        if id == "memory":
            yield from _memory(middle, shown)
        elif id == "edit":
            what = "an edit of one offer among 50,000, to the new snapshot"
            yield at_most(
                id, what, middle.edit * 1e3, "ms", against=f"one second; {shown}", ratio=middle.edit, target=1
            )
        else:
            each = [one.need / one.rows for one in (small, large)]
            what = "time of a need per row of its shard, 500,000 offers against 5,000"
            yield at_most(id, what, large.need * 1e6, "µs", against=shown, ratio=each[1] / each[0], target=1.5)


@cache
def cost(offers: int) -> Cost:
    """What a city of that many offers costs; a hundred times as many rows should take a hundred times as long."""
    made = city(NEEDS, offers)
    built = median_seconds(made.snapshot, runs=3)
    snapshot = made.snapshot()
    known = (*made.frame.words, *made.frame.areas)
    vocabulary = sum(len(word.encode()) + 12 for word in known)
    edited = taken(made.offers, np.array([offers // 2]))
    edit = median_seconds(lambda: changed(snapshot, edited))
    rank_all(made.needs, snapshot, rows=np.arange(2), kernel=compiled())
    need = median_seconds(lambda: rank_all(made.needs, snapshot, scope=OWN, kernel=compiled())) / NEEDS
    rows = float(np.mean([len(shard) for shard in snapshot.shards]))
    return Cost(offers, rows, (snapshot.nbytes + vocabulary) / MEGABYTE, built, edit, need)


def _memory(middle: Cost, shown: str) -> Iterator[Measure]:
    yield at_most(
        "memory",
        "arrays of a city snapshot, 50,000 offers",
        middle.megabytes,
        "MB",
        against=f"150 MB; {shown}",
        ratio=middle.megabytes / 150,
        target=1,
    )
    grown = _grown()
    yield at_most(
        "memory-process",
        "what a process grows by when it builds and holds that snapshot",
        grown,
        "MB",
        against="150 MB",
        ratio=grown / 150,
        target=1,
    )


def _grown() -> float:
    """In a process of its own, after what the building itself needed has been given back."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_hold_snapshot)


def _hold_snapshot() -> float:
    made = city(10, 1_000)
    before = resident_mb(_own_pid())
    made = city(10, 50_000)
    snapshot = made.snapshot()
    assert snapshot.shards
    return resident_mb(_own_pid()) - before


def _own_pid() -> int:
    return int(Path("/proc/self").resolve().name)
