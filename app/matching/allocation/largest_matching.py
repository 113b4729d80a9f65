"""How many could be matched at most, by augmenting paths: the certificate's own way to its bound.

Hopcroft and Karp, "An n^5/2 algorithm for maximum matchings in bipartite graphs", SIAM J. Comput. 2(4), 1973, 225-231,
with a provider of quota q as q places. Shares no code with the allocation.
"""

from collections.abc import Iterable, Mapping, Sequence


def most_matched(
    chosen: Mapping[str, Sequence[str]], quotas: Mapping[str, int], begin: Iterable[tuple[str, str]] = ()
) -> int:
    """The size of a largest matching of seekers with the providers `chosen`; without a quota one place.

    `begin`: pairs to start from; those that fit neither the choices nor the quotas are left out.
    """
    search = _Search(chosen, quotas)
    for seeker, provider in begin:
        search.take(seeker, provider)
    for seeker in chosen:
        any(search.take(seeker, provider) for provider in chosen[seeker])
    while search.finds_layers():
        for seeker in [each for each in chosen if each not in search.got]:
            search.augment(seeker)
    return len(search.got)


class _Search:
    """Layers alternate: seekers without a place, providers they chose, seekers seated there, and so on."""

    def __init__(self, chosen: Mapping[str, Sequence[str]], quotas: Mapping[str, int]) -> None:
        self.chosen = chosen
        self.room = {provider: quotas.get(provider, 1) for own in chosen.values() for provider in own}
        self.seated: dict[str, dict[str, None]] = {provider: {} for provider in self.room}
        self.got: dict[str, str] = {}
        self.layer: dict[str, int] = {}
        self.untried: dict[str, list[str]] = {}
        self.waiting: dict[str, list[str]] = {}

    def take(self, seeker: str, provider: str) -> bool:
        """Seats a seeker who has no seat yet, if it chose this provider and there is room."""
        if seeker in self.got or provider not in self.chosen.get(seeker, ()) or self.room[provider] < 1:
            return False
        self.room[provider] -= 1
        self.seated[provider][seeker] = None
        self.got[seeker] = provider
        return True

    def finds_layers(self) -> bool:
        """Layers up to the first free place; false when no path of choices leads to one."""
        seekers = [seeker for seeker in self.chosen if seeker not in self.got]
        self.layer, self.untried, self.waiting = {}, {}, {}
        depth, found = 0, False
        while seekers and not found:
            depth += 1
            reached = {p: None for seeker in seekers for p in self.chosen[seeker] if p not in self.layer}
            self.layer.update(dict.fromkeys(reached, depth))
            for seeker in seekers:
                self.untried[seeker] = [p for p in self.chosen[seeker] if self.layer[p] == depth]
            self.waiting.update((provider, list(self.seated[provider])) for provider in reached)
            seekers = [seeker for provider in reached for seeker in self.waiting[provider]]
            found = any(self.room[provider] > 0 for provider in reached)
        return found

    def augment(self, seeker: str) -> None:
        """Finds a seeker a place, if the layers lead to one: everyone on the way moves on by one."""
        path, way = [seeker], list[str]()
        while path:
            untried = self.untried.get(path[-1])
            if not untried:
                path.pop()
                del way[-1:]
            elif self.room[untried[-1]] > 0:
                self._move(path, [*way, untried[-1]])
                return
            elif self.waiting[untried[-1]]:
                way.append(untried[-1])
                path.append(self.waiting[untried[-1]].pop())
            else:
                untried.pop()

    def _move(self, seekers: Sequence[str], providers: Sequence[str]) -> None:
        for seeker, provider in zip(seekers, providers, strict=True):
            if seeker in self.got:
                del self.seated[self.got[seeker]][seeker]
            self.seated[provider][seeker] = None
            self.got[seeker] = provider
        self.room[providers[-1]] -= 1
