"""A figure the project claims: what was measured, against what in the same run, and whether it holds."""

import statistics
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Literal, TypedDict

RUNS = 5  # medians of at least so many


class Measure(TypedDict):
    """`value` is ours in `unit`; `against` names what it is held against, `ratio` compares the two and
    `bound` says on which side of `target` the ratio must lie."""

    id: str
    what: str
    value: float
    unit: str
    against: str
    ratio: float
    bound: Literal["at least", "at most"]
    target: float
    holds: bool


def at_most(id: str, what: str, value: float, unit: str, *, against: str, ratio: float, target: float) -> Measure:
    """A ratio that must not be above its target."""
    return _measure(id, what, value, unit, against, ratio, "at most", target)


def at_least(id: str, what: str, value: float, unit: str, *, against: str, ratio: float, target: float) -> Measure:
    """A ratio that must not be below its target."""
    return _measure(id, what, value, unit, against, ratio, "at least", target)


def _measure(
    id: str,
    what: str,
    value: float,
    unit: str,
    against: str,
    ratio: float,
    bound: Literal["at least", "at most"],
    target: float,
) -> Measure:
    return Measure(
        id=id,
        what=what,
        value=float(f"{value:.4g}"),
        unit=unit,
        against=against,
        ratio=float(f"{ratio:.4g}"),
        bound=bound,
        target=target,
        holds=ratio >= target if bound == "at least" else ratio <= target,
    )


def release(package: str) -> str:
    """The package with the version that is measured."""
    return f"{package} {version(package)}"


def seconds(action: Callable[[], Any]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def median_seconds(action: Callable[[], Any], runs: int = RUNS) -> float:
    """The median of several calls."""
    return statistics.median(seconds(action) for _ in range(runs))


def median_pair(ours: Callable[[], Any], peer: Callable[[], Any], runs: int = RUNS) -> tuple[float, float]:
    """Medians of both, taken in turns so that other work on the machine falls on both alike."""
    both = [(seconds(ours), seconds(peer)) for _ in range(runs)]
    return statistics.median(one for one, _ in both), statistics.median(other for _, other in both)


def as_table(measures: Sequence[Measure]) -> str:
    """The measures for a reader."""
    width = max((len(each["what"]) for each in measures), default=0)
    return "\n".join(
        f"{each['id']:<4} {each['what']:<{width}}  {each['value']:>10.4g} {each['unit']:<6} {each['ratio']:>10.4g}"
        f" ({each['bound']} {each['target']:g})  {'holds' if each['holds'] else 'DOES NOT HOLD'}"
        f"  against {each['against']}"
        for each in measures
    )
