"""The largest weakly stable allocation, exactly, wherever few enough hang together by their wishes.

Nobody's allocation depends on people with whom no chain of mutual choices connects them, so each connected part of
the market is solved for itself. Where the method of `places` leaves seekers out although places stay free, and the
part is small, a 0/1 programme is given to HiGHS: one variable per mutual pair, and for each pair (s, p), with q places
at p, q * (s is as well or better off) + (number at p who are as wanted or more) >= q. Integer models of this kind:
Kwanashie and Manlove, "An integer programming approach to the hospitals/residents problem with ties", 2014.
The work is limited by counts, never by the clock, so that the same market always has the same answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.installation.later import Later
from app.matching.allocation.market import Market, Numbers

optimize, sparse, csgraph = Later("scipy.optimize"), Later("scipy.sparse"), Later("scipy.sparse.csgraph")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """Larger parts keep what they have; `nodes` bounds the solver's search tree for size, and `wish_nodes` the one
    for the best ranks among the largest (0: whichever is met first)."""

    seekers: int = 600
    edges: int = 2_000
    nodes: int = 50
    wish_nodes: int = 50


@dataclass(frozen=True)
class Largest:
    """`edges` as `places.settle` gives them; no stable allocation has more than `bound` pairs."""

    edges: list[int]
    bound: int

    @property
    def size(self) -> int:
        return sum(edge >= 0 for edge in self.edges)


@dataclass(frozen=True)
class _Part:
    """A connected part: its market, its edges in the whole, and how many of it are matched."""

    market: Market
    edges: Numbers
    matched: int


LIMITS = Limits()


def largest(market: Market, settled: Sequence[int], limits: Limits = LIMITS) -> Largest:
    """A stable allocation at least as large as the stable one `settled`, which stays as it is where it is largest.

    Among several of the largest one with the lowest sum of the seekers' ranks is taken (the best found within the
    limits), among these the first that the solver meets in the order of the lots.
    """
    edges, bound = list(settled), sum(edge >= 0 for edge in settled)
    for part in _incomplete_parts(market, np.array(settled, np.int64)):
        most = largest_matching(part.market)
        small = len(part.market.seekers) <= limits.seekers and len(part.edges) <= limits.edges
        if small and most > part.matched:
            found, most = _solve(part, most, limits)
            if len(found) > part.matched:
                _replace(edges, market.seeker[part.edges], part.edges, found)
        bound += most - part.matched
    return Largest(edges, bound)


def _replace(edges: list[int], seekers: Numbers, part: Numbers, found: Numbers) -> None:
    for seeker in seekers.tolist():
        edges[seeker] = -1
    for at in found.tolist():
        edges[seekers[at]] = int(part[at])


def largest_matching(market: Market) -> int:
    """How many could be matched at all if nobody minded whom they get: no allocation has more pairs."""
    asking, giving = len(market.seekers), len(market.providers)
    source, sink = asking + giving, asking + giving + 1
    seekers, providers = np.arange(asking), np.arange(giving) + asking
    begin = np.concatenate([np.full(asking, source), market.seeker, providers])
    end = np.concatenate([seekers, market.provider + asking, np.full(giving, sink)])
    room = np.minimum(market.quota, asking)
    capacity = np.concatenate([np.ones(asking + len(market.provider), np.int64), room]).astype(np.int32)
    network = sparse.csr_array((capacity, (begin, end)), shape=(sink + 1, sink + 1))
    return int(csgraph.maximum_flow(network, source, sink).flow_value)


def _incomplete_parts(market: Market, settled: Numbers) -> Iterator[_Part]:
    """The parts in which somebody has no place while a place is free, by their first seeker."""
    seeker, matched = market.seeker, settled >= 0
    taken = np.bincount(market.provider[settled[matched]], minlength=len(market.providers))
    count, part_of = _parts(market)
    without, with_room = np.zeros(count, bool), np.zeros(count, bool)
    without[part_of[seeker[~matched[seeker]]]] = True
    with_room[part_of[len(market.seekers) + market.provider[(taken < market.quota)[market.provider]]]] = True
    by_part = np.argsort(part_of[seeker], kind="stable")
    begin = np.searchsorted(part_of[seeker][by_part], np.arange(count + 1))
    for part in np.flatnonzero(without & with_room):
        edges = by_part[begin[part] : begin[part + 1]]
        yield _Part(_cut(market, edges), edges, int(matched[np.unique(seeker[edges])].sum()))


def _parts(market: Market) -> tuple[int, Numbers]:
    size = len(market.seekers) + len(market.providers)
    ends = (market.seeker, len(market.seekers) + market.provider)
    links = sparse.csr_array((np.ones(len(market.provider), np.int8), ends), shape=(size, size))
    count, labels = csgraph.connected_components(links, directed=False)
    return int(count), labels.astype(np.int64)


def _cut(market: Market, edges: Numbers) -> Market:
    """The market of some edges alone, everybody in the same order."""
    asking, seeker = np.unique(market.seeker[edges], return_inverse=True)
    giving, provider = np.unique(market.provider[edges], return_inverse=True)
    start = np.searchsorted(seeker, np.arange(len(asking) + 1))
    return Market(
        tuple(market.seekers[number] for number in asking.tolist()),
        tuple(market.providers[number] for number in giving.tolist()),
        start,
        provider,
        market.wish[edges],
        market.regard[edges],
        market.quota[giving],
    )


def _solve(part: _Part, most: int, limits: Limits) -> tuple[Numbers, int]:
    """The edges of a largest stable allocation of a part, as far as it is found, and a bound on its size."""
    rules = _rules(part.market)
    ones = np.ones(len(part.edges))
    found = optimize.milp(
        -ones, integrality=ones, bounds=optimize.Bounds(0, 1), constraints=rules, options=_options(limits.nodes)
    )
    edges = _stable_edges(part.market, found.x)
    bound = min(most, max(part.matched, int(np.floor(-found.mip_dual_bound + 1e-6)))) if len(edges) else most
    if len(edges) <= part.matched or not limits.wish_nodes:
        return edges, bound
    size = optimize.LinearConstraint(sparse.csr_array(ones[None, :]), len(edges), len(edges))
    wish = part.market.wish.astype(float)
    kinder = optimize.milp(
        wish,
        integrality=ones,
        bounds=optimize.Bounds(0, 1),
        constraints=[*rules, size],
        options=_options(limits.wish_nodes),
    )
    better = _stable_edges(part.market, kinder.x)
    return better if len(better) == len(edges) else edges, bound


def _options(nodes: int) -> dict[str, Any]:
    return {"mip_rel_gap": 0, "node_limit": nodes}


def _rules(market: Market) -> list[Any]:
    """One place per seeker, the quota of each provider, and that no pair blocks."""
    seeker, count = market.seeker, len(market.provider)
    ones, edges = np.ones(count), np.arange(count)
    quota = market.quota[market.provider].astype(float)
    blocked, as_well = _no_worse(seeker, market.wish)
    kept, as_wanted = _no_worse(market.provider, market.regard)
    values = np.concatenate([quota[blocked], np.ones(len(kept))])
    places = (np.concatenate([blocked, kept]), np.concatenate([as_well, as_wanted]))
    stable = sparse.coo_array((values, places), shape=(count, count)).tocsr()
    one_each = sparse.csr_array((ones, (seeker, edges)), shape=(len(market.seekers), count))
    room = sparse.csr_array((ones, (market.provider, edges)), shape=(len(market.providers), count))
    return [
        optimize.LinearConstraint(one_each, -np.inf, 1),
        optimize.LinearConstraint(room, -np.inf, market.quota),
        optimize.LinearConstraint(stable, quota, np.inf),
    ]


def _no_worse(owner: Numbers, rank: Numbers) -> tuple[Numbers, Numbers]:
    """All (edge, edge of the same owner that is ranked as well or better)."""
    order = np.lexsort((rank, owner))
    first = np.searchsorted(owner[order], np.arange(int(owner.max()) + 2))
    rows, columns = [], []
    for begin, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        own = order[begin:end]
        row, column = np.nonzero(rank[own][None, :] <= rank[own][:, None])
        rows.append(own[row])
        columns.append(own[column])
    return np.concatenate(rows), np.concatenate(columns)


def _stable_edges(market: Market, values: npt.NDArray[np.float64] | None) -> Numbers:
    """The edges a solver chose, none of them unless the choice holds in whole numbers."""
    if values is None:
        return np.zeros(0, np.int64)
    chosen = values > 0.5
    return np.flatnonzero(chosen) if is_stable(market, chosen) else np.zeros(0, np.int64)


def is_stable(market: Market, chosen: Flags) -> bool:
    """Whether the chosen edges keep to one place per seeker and every quota, and no edge blocks."""
    seeker, provider = market.seeker, market.provider
    none = np.iinfo(np.int64).max
    got = np.bincount(seeker[chosen], minlength=len(market.seekers))
    taken = np.bincount(provider[chosen], minlength=len(market.providers))
    if np.any(got > 1) or np.any(taken > market.quota):
        return False
    own = np.full(len(market.seekers), none)
    own[seeker[chosen]] = market.wish[chosen]
    last = np.full(len(market.providers), -1)
    np.maximum.at(last, provider[chosen], market.regard[chosen])
    wanted = (taken < market.quota)[provider] | (market.regard < last[provider])
    return not np.any((market.wish < own[seeker]) & wanted)
