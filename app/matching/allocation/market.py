"""The market on flat arrays, and the allocation on them: everything that is asked often is a whole number.

Seekers and providers are numbered in the order of their lots, so that a lower number is a better lot; the edges are
the pairs that chose each other, those of a seeker together and best first (compressed sparse rows). What is computed
is what `reference` computes, pair by pair; the difference is speed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from itertools import chain

import numpy as np
import numpy.typing as npt

from app.core.errors import DomainError

Preferences = Mapping[str, Sequence[Sequence[str]]]
Numbers = npt.NDArray[np.int64]


class PreferenceRepeated(DomainError):
    """One party stands twice on a list; which rank was meant cannot be guessed."""

    status = 422


class PreferenceUnknown(DomainError):
    """A list names a party that does not take part."""

    status = 422


class QuotaBelowZero(DomainError):
    """A provider cannot take fewer than none."""

    status = 422


@dataclass(frozen=True, eq=False)
class Market:
    """`start[s]:start[s + 1]` are the edges of seeker s, by its rank and then the provider's lot.

    Per edge: `provider`, the seeker's rank of it (`wish`) and its rank of the seeker (`regard`), lower is better;
    per provider its `quota`. Providers without places have no edges.
    """

    seekers: tuple[str, ...]
    providers: tuple[str, ...]
    start: Numbers
    provider: Numbers
    wish: Numbers
    regard: Numbers
    quota: Numbers

    @property
    def seeker(self) -> Numbers:
        """The seeker of each edge."""
        return np.repeat(np.arange(len(self.seekers)), np.diff(self.start))

    @property
    def group_end(self) -> Numbers:
        """Per edge, where its tie group ends."""
        return group_ends(self.start, self.wish)


def lot(seed: str, id: str) -> str:
    """The lot an id draws: SHA-256 of seed and id, so that anyone can draw it again."""
    return hashlib.sha256(f"{seed}\n{id}".encode()).hexdigest()


def in_lot_order(seed: str, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda id: lot(seed, id)))


def drawn(seed: str, ids: Iterable[str], size: int) -> tuple[str, ...]:
    """The first `size` ids in the order of their lots: anybody who knows the seed draws the same."""
    return in_lot_order(seed, ids)[:size]


def group_ends(start: Numbers, wish: Numbers) -> Numbers:
    """Per edge, the first edge that is no longer of its seeker or no longer of its rank."""
    if not len(wish):
        return np.zeros(0, np.int64)
    last = np.zeros(len(wish), bool)
    last[:-1] = wish[1:] != wish[:-1]
    last[start[1:][start[1:] > 0] - 1] = True
    ends = np.flatnonzero(last) + 1
    return np.repeat(ends, np.diff(ends, prepend=0))


def flatten(seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str) -> Market:
    """Lists of names as a market. Refusals: PreferenceRepeated, PreferenceUnknown, QuotaBelowZero."""
    for id in providers:
        if quotas.get(id, 1) < 0:
            raise QuotaBelowZero(provider=id, quota=quotas[id])
    asking, giving = in_lot_order(seed, seekers), in_lot_order(seed, providers)
    quota = np.array([quotas.get(id, 1) for id in giving], np.int64)
    seeker, wished, wish = _listed(asking, seekers, giving)
    owner, answered, regard = _listed(giving, providers, asking)
    choices, answers = seeker * len(giving) + wished, answered * len(giving) + owner
    order = np.argsort(answers)
    answers, regard = np.append(answers[order], -1), np.append(regard[order], 0)
    at = np.searchsorted(answers[:-1], choices)
    mutual = answers[at] == choices
    return market_of(asking, giving, quota, seeker[mutual], wished[mutual], wish[mutual], regard[at[mutual]])


def market_of(
    seekers: Sequence[str],
    providers: Sequence[str],
    quota: Numbers,
    seeker: Numbers,
    provider: Numbers,
    wish: Numbers,
    regard: Numbers,
) -> Market:
    """A market from its edges in any order; `seekers` and `providers` in the order of their lots."""
    is_open = quota[provider] > 0
    group = seeker * (int(wish.max(initial=0)) + 1) + wish
    order = np.argsort(group * len(providers) + provider)
    order = order[is_open[order]]
    start = np.zeros(len(seekers) + 1, np.int64)
    np.cumsum(np.bincount(seeker[order], minlength=len(seekers)), out=start[1:])
    return Market(tuple(seekers), tuple(providers), start, provider[order], wish[order], regard[order], quota)


def _listed(owners: Sequence[str], lists: Preferences, named: Sequence[str]) -> tuple[Numbers, Numbers, Numbers]:
    """Each entry of each list: whose it is, whom it names, its rank."""
    number = {id: position for position, id in enumerate(named)}
    own = [lists[owner] for owner in owners]
    groups = list(chain.from_iterable(own))
    counts = np.fromiter(map(len, own), np.int64, len(own))
    sizes = np.fromiter(map(len, groups), np.int64, len(groups))
    try:
        names = np.fromiter(map(number.__getitem__, chain.from_iterable(groups)), np.int64, int(sizes.sum()))
    except KeyError as stranger:
        raise PreferenceUnknown(owner=_who_names(stranger.args[0], owners, lists), named=stranger.args[0]) from None
    rank = np.arange(len(groups)) - np.repeat(np.cumsum(counts) - counts, counts)
    owner = np.repeat(np.repeat(np.arange(len(own)), counts), sizes)
    codes = np.sort(owner * len(named) + names)
    repeated = codes[1:][codes[1:] == codes[:-1]]
    if len(repeated):
        owner_number, name = divmod(int(repeated[0]), len(named))
        raise PreferenceRepeated(owner=owners[owner_number], named=named[name])
    return owner, names, np.repeat(rank, sizes)


def _who_names(stranger: str, owners: Sequence[str], lists: Preferences) -> str:
    return next(owner for owner in owners if any(stranger in group for group in lists[owner]))


def settle(market: Market) -> list[int]:
    """The edge each seeker ends up with, -1 for none; the same pairs as `reference`, in plain Python."""
    return _Settling(market).run() if has_equal_wishes(market) else _settle_in_order(market)


def has_equal_wishes(market: Market) -> bool:
    """Whether any seeker likes two providers alike."""
    begins = np.zeros(len(market.wish) + 1, bool)
    begins[market.start] = True
    return bool(np.any((market.wish[1:] == market.wish[:-1]) & ~begins[1:-1]))


def _numbers(market: Market) -> Numbers:
    """Per edge how wanted the seeker is there, lower is more: by rank, then second round before first, then lot.

    This is the number in the first round; in the second it is lower by the count of seekers.
    """
    return (2 * market.regard + 1) * len(market.seekers) + market.seeker


def _settle_in_order(market: Market) -> list[int]:
    """No seeker likes two alike, so no seat is ever precarious. Seats are heaps of negated numbers."""
    count = len(market.seekers)
    start, provider, number = market.start.tolist(), market.provider.tolist(), _numbers(market).tolist()
    quota, held, second = market.quota.tolist(), [-1] * count, [False] * count
    all_seats: list[list[int]] = [[] for _ in quota]
    for first in range(count):
        seeker, edge = first, start[first]
        while True:
            if edge == start[seeker + 1]:
                if second[seeker] or edge == start[seeker]:
                    break
                second[seeker], edge = True, start[seeker]
            seats = all_seats[provider[edge]]
            mine = number[edge] - count if second[seeker] else number[edge]
            if len(seats) < quota[provider[edge]]:
                heappush(seats, -mine)
                held[seeker] = edge
                break
            if mine > -seats[0]:
                edge += 1
                continue
            held[seeker], seeker = edge, -heapreplace(seats, -mine) % count
            held[seeker], edge = -1, held[seeker] + 1
    return held


class _Settling:
    """Per provider a heap of numbers, least wanted first, and one of seekers whose seats may be precarious, by lot;
    entries that no longer hold are dropped when they are met."""

    def __init__(self, market: Market) -> None:
        count = len(market.seekers)
        self.count = count
        self.start: list[int] = market.start.tolist()
        self.provider: list[int] = market.provider.tolist()
        self.group_end: list[int] = market.group_end.tolist()
        self.number: list[int] = _numbers(market).tolist()
        self.room: list[int] = market.quota.tolist()
        self.seats: list[list[int]] = [[] for _ in market.providers]
        self.loose: list[list[int]] = [[] for _ in market.providers]
        self.round = [0] * count
        self.next_edge = self.start[:-1]
        self.group: list[list[int]] = [[] for _ in range(count)]
        self.held = [-1] * count

    def run(self) -> list[int]:
        for seeker in range(self.count):
            asking = seeker
            while asking >= 0:
                asking = self._ask(asking)
        return self.held

    def _open_group(self, seeker: int) -> list[int]:
        """The edges of the best group that is not crossed out; empty when both rounds are over."""
        group = self.group[seeker]
        if group:
            return group
        begin = self.next_edge[seeker]
        if begin == self.start[seeker + 1]:
            if self.round[seeker] or begin == self.start[seeker]:
                return group
            self.round[seeker], begin = 1, self.start[seeker]
        end = self.next_edge[seeker] = self.group_end[begin]
        group = self.group[seeker] = list(range(begin, end))
        return group

    def _ask(self, seeker: int) -> int:
        """Lets a seeker ask until it has a seat or nobody left; returns who lost a seat to it, or -1."""
        while group := self._open_group(seeker):
            edge = group[0]
            if len(group) > 1:
                edge = next((each for each in group if self.room[self.provider[each]]), edge)
            provider = self.provider[edge]
            number = self.number[edge] - self.round[seeker] * self.count
            if self.room[provider]:
                self.room[provider] -= 1
                self._seat(seeker, edge, number)
                return -1
            ousted = self._precarious(provider) if self.loose[provider] else -1
            if ousted < 0 and number < -self._least_wanted(provider):
                ousted = -heappop(self.seats[provider]) % self.count
                self.group[ousted].remove(self.held[ousted])
            if ousted >= 0:
                self.held[ousted] = -1
                self._seat(seeker, edge, number)
                return ousted
            group.remove(edge)
        return -1

    def _seat(self, seeker: int, edge: int, number: int) -> None:
        self.held[seeker] = edge
        provider = self.provider[edge]
        heappush(self.seats[provider], -number)
        if len(self.group[seeker]) > 1 and not self.round[seeker]:
            heappush(self.loose[provider], seeker)

    def _precarious(self, provider: int) -> int:
        """The first by lot who is seated here in its first round while an equal choice of its has room, or -1.

        Room never comes back, so whoever is passed over here is not precarious again while it keeps the seat; and
        nobody loses a seat otherwise before all loose seats have been looked at.
        """
        loose = self.loose[provider]
        while loose:
            seeker = heappop(loose)
            held = self.held[seeker]
            if any(self.room[self.provider[each]] for each in self.group[seeker] if each != held):
                return seeker
        return -1

    def _least_wanted(self, provider: int) -> int:
        seats = self.seats[provider]
        while not self._still_seated(-seats[0], provider):
            heappop(seats)
        return seats[0]

    def _still_seated(self, number: int, provider: int) -> bool:
        seeker = number % self.count
        held = self.held[seeker]
        if held < 0 or self.provider[held] != provider:
            return False
        return self.number[held] - self.round[seeker] * self.count == number
