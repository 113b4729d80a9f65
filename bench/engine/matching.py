"""The figures of the matching engine by id, each from the module that measures it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench.measures import Measure

FIGURES = {
    "M1": "ranking",
    "M2": "ranking",
    "M3": "ranking",
    "M4": "ranking",
    "M5": "cities",
    "M6": "allocation",
    "M7": "allocation",
    "M8": "winners",
    "M9": "winners",
    "M10": "panels",
    "memory": "sizes",
    "edit": "sizes",
    "growth": "sizes",
}


@dataclass(frozen=True)
class Inputs:
    """`elections`: a folder of public participatory-budgeting files (.pb) for M9."""

    elections: Path | None = None


def measure_matching(inputs: Inputs, only: Sequence[str] = ()) -> Iterator[Measure]:
    """The figures asked for (all without `only`), one after the other.

    Peers are imported only here, module by module, so that the platform itself never loads them: each module
    has `measure(inputs, ids)` and yields the figures of `ids` in order.
    """
    wanted = [id for id in FIGURES if not only or id in only]
    for module in dict.fromkeys(FIGURES[id] for id in wanted):
        ids = [id for id in wanted if FIGURES[id] == module]
        yield from import_module(f"bench.engine.{module}").measure(inputs, ids)
