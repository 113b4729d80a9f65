"""Ranking city by city: what one machine cannot hold is spread over several, a city at a time.

No need looks for offers outside its city but those that cover it, so cities do not depend on each other: each is two
saved snapshots in a folder, and whoever ranks it maps them, on this machine or on another that sees the folder. The
answer is the same whoever does the work, which its digest shows.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError
from app.matching.ranking.arrays.columns import Columns
from app.matching.ranking.arrays.snapshot import Snapshot, snapshot_of, taken
from app.matching.ranking.arrays.storage import load, save
from app.matching.ranking.batch import compiled, rank_all
from app.matching.ranking.prepared import PreparedNeeds, PreparedOffers

CITY_DIGITS = 4
NEEDS, OFFERS = "needs", "offers"
TOWARDS = (NEEDS, OFFERS), (OFFERS, NEEDS)


class Engine(StrEnum):
    """Who runs the cities: processes of this machine, or Ray."""

    local = "local"
    ray = "ray"


class EngineMissing(DomainError):
    """An optional part that is not installed."""

    status = 503


class CityRanked(NamedTuple):
    """What became of one city; `digest` stands for both directions, ids included."""

    city: str
    needs: int
    offers: int
    digest: str


def save_cities(needs: PreparedNeeds, offers: PreparedOffers, folder: Path) -> list[Path]:
    """A folder for every city that has needs, with these and the offers that reach it."""
    city_of = np.array([needs.records[id].area[:CITY_DIGITS] for id in needs.ids])
    return [_save_city(needs, offers, str(city), city_of == city, folder) for city in np.unique(city_of)]


def _save_city(
    needs: PreparedNeeds, offers: PreparedOffers, city: str, inside: NDArray[np.bool_], folder: Path
) -> Path:
    reaching = np.array([_reaches(offers.records[id].coverage, city) for id in offers.ids], dtype=bool)
    target = folder / (city or "elsewhere")
    save(_part(needs.snapshot, inside), target / NEEDS)
    save(_part(offers.snapshot, reaching), target / OFFERS)
    return target


def _part(snapshot: Snapshot[Columns], chosen: NDArray[np.bool_]) -> Snapshot[Columns]:
    return snapshot_of(taken(snapshot.table, np.flatnonzero(chosen)), snapshot.frame)


def _reaches(coverage: Sequence[str], city: str) -> bool:
    """Whether some area covered lies in the city or holds it; who names none may come from anywhere."""
    areas = [code.rstrip("0") for code in coverage if code]
    return not areas or any(area.startswith(city) or city.startswith(area) for area in areas)


def rank_city(folder: Path) -> CityRanked:
    """Ranks both sides of one saved city, keeps the answer beside it, and tells its digest."""
    needs = load(folder / NEEDS)
    sides = {NEEDS: needs, OFFERS: load(folder / OFFERS, needs.frame)}
    digest = hashlib.sha256()
    for subjects, others in TOWARDS:
        best = rank_all(sides[subjects].table, sides[others], kernel=compiled())
        np.save(folder / f"{others}_for_{subjects}.rows.npy", best.rows)
        np.save(folder / f"{others}_for_{subjects}.points.npy", best.points)
        digest.update(best.digest().encode())
        digest.update("\n".join(sides[subjects].table.ids.tolist()).encode())
    return CityRanked(folder.name, len(needs.table), len(sides[OFFERS].table), digest.hexdigest())


def rank_locally(folders: Sequence[Path], workers: int) -> list[CityRanked]:
    """City by city in `workers` processes of this machine."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(rank_city, folders))


def rank_on_ray(
    folders: Sequence[Path],
    workers: int,
    address: str | None = None,
    task: Callable[[Path], CityRanked] = rank_city,
) -> list[CityRanked]:
    """City by city on a Ray cluster (`address`), or on `workers` processes that Ray starts here.

    A worker that dies takes nothing with it: its city is begun again elsewhere, as often as need be.
    Refusal: EngineMissing.
    """
    if find_spec("ray") is None:
        raise EngineMissing(engine="ray", extra="cluster")
    ray = import_module("ray")
    here: dict[str, Any] = {} if address else {"num_cpus": workers, "include_dashboard": False}
    ray.init(address=address, log_to_driver=False, configure_logging=False, **here)
    try:
        remote = ray.remote(max_retries=-1)(task)
        return list(ray.get([remote.remote(folder) for folder in folders]))
    finally:
        ray.shutdown()


def digest_of(cities: Iterable[CityRanked]) -> str:
    """One digest of a whole run, whatever the order in which its cities came in."""
    lines = sorted(f"{each.city} {each.digest}" for each in cities)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def saved_cities(folder: Path) -> Iterator[Path]:
    """The cities saved under `folder`."""
    return (path for path in sorted(folder.iterdir()) if (path / NEEDS).is_dir())
