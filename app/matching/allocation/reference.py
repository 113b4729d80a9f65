"""Király's method on names and lists, as one would carry it out by hand: slow, and the measure of what is fast.

Algorithm and proof: Király, "Linear Time Local Approximation Algorithm for Maximum Stable Marriage", Algorithms 6(3),
2013, 471-484, with a provider of quota q as q places. Seekers ask in the order of their lots, each the best provider
that it has not crossed out, one with room first; whoever loses a seat asks next. Two rules find places for more of
them than asking alone: a seat is precarious while an equally liked provider has room, and gives way to anybody;
and whoever has come to the end of its list goes through it once more, now before its equals.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from app.matching.allocation.market import Preferences, lot


class _Seeker:
    """`round` 0 and 1 are the two passes through the list; after that the seeker stays without."""

    def __init__(self, id: str, wishes: Sequence[Sequence[str]]) -> None:
        self.id, self.wishes = id, [list(group) for group in wishes if group]
        self.round = 0
        self.open = [list(group) for group in self.wishes]
        self.held_by: str | None = None

    def cross_out(self, provider: str) -> None:
        self.open[0].remove(provider)
        if not self.open[0]:
            self.open.pop(0)
        if not self.open and self.round == 0:
            self.round, self.open = 1, [list(group) for group in self.wishes]


class _Book:
    def __init__(self, seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str) -> None:
        self.quotas = {provider: quotas.get(provider, 1) for provider in providers}
        self.ranks = {
            provider: {seeker: rank for rank, group in enumerate(groups) for seeker in group}
            for provider, groups in providers.items()
        }
        self.lots = {id: lot(seed, id) for id in (*seekers, *providers)}
        self.held: dict[str, set[str]] = {provider: set() for provider in providers}
        self.seekers = {
            id: _Seeker(id, [sorted(self._mutual(id, group), key=self.lots.__getitem__) for group in groups])
            for id, groups in seekers.items()
        }

    def _mutual(self, seeker: str, group: Sequence[str]) -> list[str]:
        return [provider for provider in group if seeker in self.ranks[provider] and self.quotas[provider] > 0]

    def _has_room(self, provider: str) -> bool:
        return len(self.held[provider]) < self.quotas[provider]

    def _with_room(self, seeker: _Seeker) -> Iterator[str]:
        return (provider for provider in seeker.open[0] if self._has_room(provider))

    def _is_precarious(self, seeker: _Seeker) -> bool:
        """In the first round, and another provider the seeker likes as well still has room."""
        return seeker.round == 0 and any(provider != seeker.held_by for provider in self._with_room(seeker))

    def _regard(self, provider: str, seeker: str) -> tuple[int, int, str]:
        """Lower is more wanted: the provider's rank; within a tie second round before first, then the lot."""
        return self.ranks[provider][seeker], -self.seekers[seeker].round, self.lots[seeker]

    def propose(self, seeker: _Seeker) -> _Seeker | None:
        """Lets `seeker` ask its best open provider; returns whoever is without a place after it."""
        provider = next(self._with_room(seeker), seeker.open[0][0])
        if self._has_room(provider):
            return self._seat(seeker, provider)
        incumbents = sorted(self.held[provider], key=self.lots.__getitem__)
        for incumbent in incumbents:
            if self._is_precarious(self.seekers[incumbent]):
                return self._seat(seeker, provider, instead_of=incumbent)
        worst = max(incumbents, key=lambda id: self._regard(provider, id))
        if self._regard(provider, seeker.id) < self._regard(provider, worst):
            self.seekers[worst].cross_out(provider)
            return self._seat(seeker, provider, instead_of=worst)
        seeker.cross_out(provider)
        return seeker

    def _seat(self, seeker: _Seeker, provider: str, instead_of: str | None = None) -> _Seeker | None:
        self.held[provider].add(seeker.id)
        seeker.held_by = provider
        if instead_of is None:
            return None
        self.held[provider].discard(instead_of)
        self.seekers[instead_of].held_by = None
        return self.seekers[instead_of]

    def settle(self) -> None:
        waiting = deque(sorted(self.seekers.values(), key=lambda seeker: self.lots[seeker.id]))
        while waiting:
            asking: _Seeker | None = waiting.popleft()
            while asking is not None and asking.open:
                asking = self.propose(asking)


def by_the_book(
    seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str
) -> tuple[tuple[str, str], ...]:
    """The pairs (seeker, provider) by seeker, for lists that name nobody twice and no strangers."""
    book = _Book(seekers, providers, quotas, seed)
    book.settle()
    return tuple(sorted((id, seeker.held_by) for id, seeker in book.seekers.items() if seeker.held_by is not None))
