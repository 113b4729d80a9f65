"""Small markets of every kind, and stability and the largest allocation from their definitions, slowly."""

from itertools import product

from hypothesis import strategies as st

Lists = dict[str, list[list[str]]]
Market = tuple[Lists, Lists, dict[str, int]]


@st.composite
def markets(draw: st.DrawFn, seekers: int = 5, providers: int = 4) -> Market:
    """Short lists with ties on both sides, not always mutual, quotas 0 to 3."""
    asking = [f"s{number}" for number in range(draw(st.integers(1, seekers)))]
    giving = [f"p{number}" for number in range(draw(st.integers(1, providers)))]

    def lists(owners: list[str], named: list[str]) -> Lists:
        made: Lists = {}
        for owner in owners:
            order = draw(st.permutations(named))[: draw(st.integers(0, len(named)))]
            groups: list[list[str]] = []
            for id in order:
                if groups and draw(st.booleans()):
                    groups[-1].append(id)
                else:
                    groups.append([id])
            made[owner] = groups
        return made

    return lists(asking, giving), lists(giving, asking), {id: draw(st.integers(0, 3)) for id in giving}


def rank_in(groups: list[list[str]], id: str) -> int | None:
    return next((rank for rank, group in enumerate(groups) if id in group), None)


def is_stable(market: Market, matched: dict[str, str | None]) -> bool:
    """Weak stability from its definition, written down a second time and slowly."""
    seekers, providers, quotas = market
    for provider, groups in providers.items():
        seated = [seeker for seeker, got in matched.items() if got == provider]
        if len(seated) > quotas[provider]:
            return False
        for seeker, wishes in seekers.items():
            wish, regard = rank_in(wishes, provider), rank_in(groups, seeker)
            if matched[seeker] == provider and (wish is None or regard is None):
                return False
            if wish is None or regard is None:
                continue
            own = matched[seeker]
            gains = own is None or wish < (rank_in(wishes, own) or 0)
            regards = [rank_in(groups, other) or 0 for other in seated]
            if gains and (len(seated) < quotas[provider] or any(regard < other for other in regards)):
                return False
    return True


def every_matching(market: Market) -> list[dict[str, str | None]]:
    seekers, _, _ = market
    choices = [[None, *(id for group in wishes for id in group)] for wishes in seekers.values()]
    return [dict(zip(seekers, chosen, strict=True)) for chosen in product(*choices)]


def size_of(matched: dict[str, str | None]) -> int:
    return sum(got is not None for got in matched.values())


def largest_stable(market: Market) -> int:
    return max(size_of(matched) for matched in every_matching(market) if is_stable(market, matched))
