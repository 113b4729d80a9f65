"""M5: two worker processes against one, on eight synthetic cities that are saved and mapped."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.matching.ranking.arrays.snapshot import snapshot_of
from app.matching.ranking.arrays.storage import save
from app.matching.ranking.cities import NEEDS, OFFERS, digest_of, rank_locally, saved_cities
from bench.engine.city import city
from bench.engine.matching import Inputs
from bench.measures import Measure, at_least, median_pair

CITIES, SIZE = 8, 50_000


class DigestsDiffer(RuntimeError):
    """One worker and two gave different answers: the ratio would mean nothing."""


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    """Wall time of the whole run, start of the processes included; both directions of every city."""
    with tempfile.TemporaryDirectory(prefix="sx-cities-") as name:
        folders = save_cities(Path(name), CITIES, SIZE)
        digests: set[str] = set()
        two, one = median_pair(lambda: digests.add(_run(folders, 2)), lambda: digests.add(_run(folders, 1)))
    if len(digests) != 1:
        raise DigestsDiffer(digests)
    what = f"{CITIES} cities of {SIZE:,} needs and {SIZE:,} offers, both directions, two workers"
    against = f"one worker: {one:.2f} s, same digest {min(digests)[:12]}"
    yield at_least("M5", what, two, "s", against=against, ratio=one / two, target=1.8)


def save_cities(root: Path, cities: int, size: int) -> list[Path]:
    """Synthetic cities, each of its own seed, saved as the product saves them."""
    for number in range(cities):
        made, folder = city(size, size, seed=number), root / f"{number:02d}"
        save(snapshot_of(made.needs, made.frame), folder / NEEDS)
        save(made.snapshot(), folder / OFFERS)
    return list(saved_cities(root))


def _run(folders: Sequence[Path], workers: int) -> str:
    return digest_of(rank_locally(folders, workers))
