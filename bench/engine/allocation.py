"""M6: a stable allocation against algmatch. M7: Király's method against the exact largest stable allocation."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from statistics import fmean, median
from typing import Any

import numpy as np
import numpy.typing as npt

from app.matching.allocation.allocate import allocate
from app.matching.allocation.exact import Limits, largest
from app.matching.allocation.market import Market, flatten, market_of, settle
from bench.engine.matching import Inputs
from bench.engine.winners import PeerDisagrees
from bench.measures import RUNS, Measure, at_least, median_seconds, release, seconds

AGENTS, PROVIDERS, LIST = 10_000, 2_700, 10
SEED = "2018"
# Of M7: seekers and how often a name is tied with the one before it; three draws each, of seats per seeker.
DRAWS = [(200, 0.3), (200, 0.6), (200, 0.85), (600, 0.6), (600, 0.85)]
SEATS = (1.0, 0.9, 0.95)
SHORT_LIST = 5
EXACT = Limits(seekers=600, edges=10_000, nodes=10_000, wish_nodes=0)
Lists = dict[str, list[list[str]]]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class City:
    """Who chose whom, in numbers: per edge both parties and both ranks; `quota` per provider."""

    seekers: int
    quota: Integers
    seeker: Integers
    provider: Integers
    wish: Integers
    regard: Integers

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(f"s{n}" for n in range(self.seekers)), tuple(f"p{n}" for n in range(len(self.quota)))

    def market(self) -> Market:
        """Numbers stand for lots here."""
        asking, giving = self.names()
        return market_of(asking, giving, self.quota, self.seeker, self.provider, self.wish, self.regard)

    def lists(self) -> tuple[Lists, Lists, dict[str, int]]:
        """The same in names, as `allocate` takes it."""
        asking, giving = self.names()
        seekers = _listed(asking, giving, self.seeker, self.provider, self.wish)
        providers = _listed(giving, asking, self.provider, self.seeker, self.regard)
        return seekers, providers, dict(zip(giving, self.quota.tolist(), strict=True))


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    figures: dict[str, Callable[[], Iterator[Measure]]] = {"M6": _speed, "M7": _size}
    for id in ids:
        yield from figures[id]()


def draw_city(seed: int, seekers: int, providers: int, names: int, seats: float, ties: float = 0.0) -> City:
    """Everybody names `names` providers, who rank all that named them; ranks rise but where two are tied. Seats are
    spread evenly: the peer cannot do with providers that have none."""
    draw = np.random.default_rng(seed)
    provider = np.concatenate([draw.choice(providers, names, replace=False) for _ in range(seekers)])
    seeker = np.repeat(np.arange(seekers), names)
    order = np.lexsort((draw.random(len(provider)), provider))
    regard = np.empty(len(provider), np.int64)
    regard[order] = _rising(provider[order], draw, ties)
    quota = np.bincount(np.arange(round(seekers * seats)) % providers, minlength=providers).astype(np.int64)
    return City(seekers, quota, seeker, provider, _rising(seeker, draw, ties), regard)


def _rising(owner: Integers, draw: np.random.Generator, ties: float) -> Integers:
    """Ranks for entries that stand owner by owner, best first."""
    steps = (draw.random(len(owner)) >= ties).astype(np.int64)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    steps[first] = 1
    counted = np.cumsum(steps)
    return counted - np.repeat(counted[first], np.diff(np.append(first, len(owner))))


def _listed(owners: Sequence[str], named: Sequence[str], owner: Integers, name: Integers, rank: Integers) -> Lists:
    lists: Lists = {id: [] for id in owners}
    order = np.lexsort((rank, owner))
    for at, whom, place in zip(owner[order].tolist(), name[order].tolist(), rank[order].tolist(), strict=True):
        groups = lists[owners[at]]
        if len(groups) <= place:
            groups.append([])
        groups[place].append(named[whom])
    return lists


def _speed() -> Iterator[Measure]:
    """Solve against solve, on both sides from what was built before and in turns, and from names to names on both.
    The peer's own check of its result is left out of its time."""
    city = draw_city(1, AGENTS, PROVIDERS, LIST, seats=1.0)
    market, named = city.market(), city.lists()
    compiled = import_module("app.matching.allocation.compiled").settle
    compiled(market)  # compiled or read from its cache once
    built, problem = _built_by_peer(named)
    _, pairs = _solved_by_peer(problem)
    check_pairs(market, {"plain": settle(market), "compiled": compiled(market).tolist()}, pairs)
    if dict(allocate(*named, SEED).pairs) != pairs:
        raise PeerDisagrees(on="M6", ours="allocate", peer=str(len(pairs)))
    ways = (lambda: compiled(market), lambda: settle(market))
    runs = [(_solved_by_peer(problem)[0], *map(median_seconds, ways)) for _ in range(RUNS)]
    peer, fast, plain = (median(each) for each in zip(*runs, strict=True))
    whole = median_seconds(lambda: allocate(*named, SEED))
    agents = f"stable allocation, {AGENTS:,} agents, {PROVIDERS:,} providers, lists of {LIST}"
    yield at_least(
        "M6",
        f"{agents}: solved with numba, built before",
        fast * 1e3,
        "ms",
        against=f"{release('algmatch')}, the same pairs, {peer * 1e3:.0f} ms, built before;"
        f" without numba {plain * 1e3:.1f} ms, {peer / plain:.0f} times as fast",
        ratio=peer / fast,
        target=500,
    )
    yield at_least(
        "M6b",
        f"{agents}: from names to names, lots and search for a larger one included",
        whole * 1e3,
        "ms",
        against=f"{release('algmatch')}, the same pairs, built from its dictionary and solved in"
        f" {built + peer:.1f} s (built once)",
        ratio=(built + peer) / whole,
        target=50,
    )


def check_pairs(market: Market, found: Mapping[str, Sequence[int]], pairs: Mapping[str, str]) -> None:
    """Every way must give the peer's pairs. Refusal: PeerDisagrees."""
    for way, edges in found.items():
        if _pairs(market, edges) != pairs:
            raise PeerDisagrees(on=f"M6, {way}", ours=str(len(_pairs(market, edges))), peer=str(len(pairs)))


def _pairs(market: Market, edges: Sequence[int]) -> dict[str, str]:
    got = {s: e for s, e in enumerate(edges) if e >= 0}
    return {market.seekers[s]: market.providers[market.provider[e]] for s, e in got.items()}


def _built_by_peer(named: tuple[Lists, Lists, dict[str, int]]) -> tuple[float, Any]:
    """Seconds that algmatch takes to build the problem, and the problem."""
    seekers, providers, quotas = named
    given = {
        "residents": {_number(id): [_number(name) for (name,) in groups] for id, groups in seekers.items()},
        "hospitals": {
            _number(id): {"capacity": quotas[id], "preferences": [_number(name) for (name,) in groups]}
            for id, groups in providers.items()
        },
    }
    found: list[Any] = []
    build = import_module("algmatch").HospitalResidentsProblem
    return seconds(lambda: found.append(build(dictionary=given).hr_alg)), found[0]


def _solved_by_peer(problem: Any) -> tuple[float, dict[str, str]]:
    """Seconds of its loop on a copy, which solving uses up, and its pairs by our names."""
    copy = deepcopy(problem)
    taken = seconds(copy._while_loop)
    got = {id: of["assigned"] for id, of in copy.M.items() if id in copy.residents and of["assigned"]}
    return taken, {f"s{int(seeker[1:]) - 1}": f"p{int(provider[1:]) - 1}" for seeker, provider in got.items()}


def _number(name: str) -> int:
    """The peer counts from 1."""
    return int(name[1:]) + 1


def _size() -> Iterator[Measure]:
    """Where the solver does not prove its optimum, its bound stands in for it, which can only count against us."""
    ratios, taken, exact = [], 0.0, 0
    for seekers, ties in DRAWS:
        for seed, seats in enumerate(SEATS, start=1):
            named = draw_city(seed, seekers, round(0.27 * seekers), SHORT_LIST, seats, ties).lists()
            market = flatten(*named, SEED)
            settled = settle(market)
            begun = time.perf_counter()
            bound = largest(market, settled, EXACT).bound
            taken += time.perf_counter() - begun
            ratios.append(sum(edge >= 0 for edge in settled) / bound)
            exact += ratios[-1] == 1
    against = f"HiGHS of {release('scipy')}, {taken:.0f} s for {len(ratios)} markets; {exact} times the exact largest"
    what = f"pairs of Király's method alone / of the largest stable allocation, lists of {SHORT_LIST} with ties"
    yield at_least("M7", f"{what}: least", min(ratios), "", against=against, ratio=min(ratios), target=0.975)
    yield at_least("M7", f"{what}: mean", fmean(ratios), "", against=against, ratio=fmean(ratios), target=0.99)
