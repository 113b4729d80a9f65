"""A stable allocation: each seeker gets at most one provider, each provider at most its quota.

Ties and short lists are allowed, so stable means weakly stable: no seeker and provider who both accept each
other would both strictly gain by leaving the proposal. Among the weakly stable allocations a large one is
wanted; finding the largest is NP-hard, and the method here, proposals with a second round and precarious
places, never finds less than two thirds of it: Király, "Linear Time Local Approximation Algorithm for
Maximum Stable Marriage", Algorithms 6(3), 2013, 471-484, with a provider of quota q as q places.

Where neither wishes nor the method decide, lots do: they follow from a seed that is published beforehand.
"""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import DomainError

Preferences = Mapping[str, Sequence[Sequence[str]]]


class PreferenceRepeated(DomainError):
    """One party stands twice on a list; which rank was meant cannot be guessed."""

    status = 422


class PreferenceUnknown(DomainError):
    """A list names a party that does not take part."""

    status = 422


class QuotaBelowZero(DomainError):
    """A provider cannot take fewer than none."""

    status = 422


@dataclass(frozen=True, slots=True)
class Allocation:
    """`pairs` (seeker, provider) by seeker; `unmatched` seekers and `unused` providers, each with its reason:
    `no_mutual_choice` (nobody on the list listed them too), `places_taken` (by equally or more wanted ones),
    `chosen_elsewhere` (all who wanted this provider got one they like as well or better), `no_places`."""

    pairs: tuple[tuple[str, str], ...]
    unmatched: Mapping[str, str]
    unused: Mapping[str, str]
    seed: str


def lot(seed: str, id: str) -> str:
    """The lot an id draws: SHA-256 of seed and id, so that anyone can draw it again."""
    return hashlib.sha256(f"{seed}\n{id}".encode()).hexdigest()


def _ranks(lists: Preferences, others: Preferences) -> dict[str, dict[str, int]]:
    ranks: dict[str, dict[str, int]] = {}
    for owner, groups in lists.items():
        ranks[owner] = {}
        for rank, group in enumerate(groups):
            for named in group:
                if named not in others:
                    raise PreferenceUnknown(owner=owner, named=named)
                if named in ranks[owner]:
                    raise PreferenceRepeated(owner=owner, named=named)
                ranks[owner][named] = rank
    return ranks


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


class _Market:
    def __init__(self, seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str) -> None:
        wishes, self.ranks = _ranks(seekers, providers), _ranks(providers, seekers)
        self.quotas = {provider: quotas.get(provider, 1) for provider in providers}
        for provider, quota in self.quotas.items():
            if quota < 0:
                raise QuotaBelowZero(provider=provider, quota=quota)
        self.lots = {id: lot(seed, id) for id in (*seekers, *providers)}
        self.held: dict[str, set[str]] = {provider: set() for provider in providers}
        self.mutual = {
            seeker: [
                sorted((p for p in group if self._accepts(p, seeker)), key=self.lots.__getitem__) for group in groups
            ]
            for seeker, groups in seekers.items()
        }
        self.seekers = {id: _Seeker(id, groups) for id, groups in self.mutual.items()}
        self.wished = wishes

    def _accepts(self, provider: str, seeker: str) -> bool:
        return seeker in self.ranks[provider] and self.quotas[provider] > 0

    def _has_room(self, provider: str) -> bool:
        return len(self.held[provider]) < self.quotas[provider]

    def _with_room(self, seeker: _Seeker) -> Iterator[str]:
        return (provider for provider in seeker.open[0] if self._has_room(provider))

    def _is_precarious(self, seeker: _Seeker) -> bool:
        """In the first round, and another provider the seeker likes as well still has room."""
        return seeker.round == 0 and any(provider != seeker.held_by for provider in self._with_room(seeker))

    def _standing(self, provider: str, seeker: str) -> tuple[int, int, str]:
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
        worst = max(incumbents, key=lambda id: self._standing(provider, id))
        if self._standing(provider, seeker.id) < self._standing(provider, worst):
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

    def reason_unmatched(self, seeker: str) -> str:
        return "places_taken" if any(self.mutual[seeker]) else "no_mutual_choice"

    def reason_unused(self, provider: str) -> str:
        if not self.quotas[provider]:
            return "no_places"
        wanted = any(provider in self.wished[seeker] for seeker in self.ranks[provider])
        return "chosen_elsewhere" if wanted else "no_mutual_choice"


def allocate(seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str) -> Allocation:
    """Propose who goes with whom.

    Lists are tie groups, best first; whoever is not listed is not acceptable. A provider without a quota has
    one place. The order in which lists are handed over does not matter. Refuses PreferenceRepeated,
    PreferenceUnknown, QuotaBelowZero.
    """
    market = _Market(seekers, providers, quotas, seed)
    market.settle()
    matched = {id: seeker.held_by for id, seeker in market.seekers.items() if seeker.held_by is not None}
    return Allocation(
        pairs=tuple(sorted(matched.items())),
        unmatched={id: market.reason_unmatched(id) for id in sorted(seekers) if id not in matched},
        unused={id: market.reason_unused(id) for id in sorted(providers) if not market.held[id]},
        seed=seed,
    )
