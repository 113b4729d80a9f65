"""A stable allocation: each seeker gets at most one provider, each provider at most its quota.

Ties and short lists are allowed, so stable means weakly stable: no seeker and provider who both accept each
other would both strictly gain by leaving the proposal. Among the weakly stable allocations a large one is
wanted; finding the largest is NP-hard. Király's method never finds less than two thirds of it (see
`reference`); where people who hang together by their wishes are few, the largest is then sought exactly.

Where neither wishes nor the method decide, lots do: they follow from a seed that is published beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from app.matching.allocation.exact import largest
from app.matching.allocation.market import Market, Preferences, flatten, settle

# From so many mutual pairs on, loading the compiled form takes less time than it saves.
COMPILED_FROM = 3_000_000


@dataclass(frozen=True, slots=True)
class Allocation:
    """`pairs` (seeker, provider) by seeker; `unmatched` seekers and `unused` providers, each with its reason:
    `no_mutual_choice` (nobody on the list listed them too), `places_taken` (by equally or more wanted ones),
    `chosen_elsewhere` (all who wanted this provider got one they like as well or better), `no_places`."""

    pairs: tuple[tuple[str, str], ...]
    unmatched: Mapping[str, str]
    unused: Mapping[str, str]
    seed: str


def allocate(seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], seed: str) -> Allocation:
    """Propose who goes with whom.

    Lists are tie groups, best first; whoever is not listed is not acceptable. A provider without a quota has
    one place. The order in which lists are handed over does not matter. Refuses PreferenceRepeated,
    PreferenceUnknown, QuotaBelowZero.
    """
    market = flatten(seekers, providers, quotas, seed)
    edges = largest(market, _settled(market)).edges
    got = {market.seekers[s]: market.providers[market.provider[e]] for s, e in enumerate(edges) if e >= 0}
    return Allocation(
        pairs=tuple(sorted(got.items())),
        unmatched=_reasons_unmatched(market, got),
        unused=_reasons_unused(market, set(got.values())),
        seed=seed,
    )


def _settled(market: Market) -> list[int]:
    if len(market.provider) < COMPILED_FROM or find_spec("numba") is None:
        return settle(market)
    compiled: list[int] = import_module("app.matching.allocation.compiled").settle(market).tolist()
    return compiled


def _reasons_unmatched(market: Market, got: Mapping[str, str]) -> dict[str, str]:
    chosen = np.diff(market.start) > 0
    reasons = {
        seeker: "places_taken" if both else "no_mutual_choice"
        for seeker, both in zip(market.seekers, chosen.tolist(), strict=True)
        if seeker not in got
    }
    return dict(sorted(reasons.items()))


def _reasons_unused(market: Market, used: set[str]) -> dict[str, str]:
    chosen = np.bincount(market.provider, minlength=len(market.providers))
    reasons = {}
    for provider, quota, count in zip(market.providers, market.quota.tolist(), chosen.tolist(), strict=True):
        if provider not in used:
            reasons[provider] = "no_places" if not quota else "chosen_elsewhere" if count else "no_mutual_choice"
    return dict(sorted(reasons.items()))
