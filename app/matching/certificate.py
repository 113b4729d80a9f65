"""Checks a proposed allocation without trusting how it was made, and writes down why nobody can object.

Shares no code with the allocation. For every pair that chose each other, the certificate gives the reason
why it does not block; a pair blocks when both would strictly gain by leaving the proposal for each other
(weak stability with ties: Irving, Manlove and Scott, "The Hospitals/Residents problem with ties", 2000).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Lists = Mapping[str, Sequence[Sequence[str]]]
UNRANKED = -1


def _place(groups: Sequence[Sequence[str]], id: str) -> int:
    """Rank from 1; UNRANKED when the list does not name `id`."""
    return next((place for place, group in enumerate(groups, start=1) if id in group), UNRANKED)


def _faults(
    seekers: Lists, providers: Lists, quotas: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """What a proposal may never do: seat someone twice, overfill, or join two who did not choose each other."""
    faults: list[dict[str, Any]] = []
    seats: dict[str, int] = defaultdict(int)
    holders: dict[str, int] = defaultdict(int)
    for seeker, provider in pairs:
        holders[seeker] += 1
        seats[provider] += 1
        if _place(seekers.get(seeker, ()), provider) == UNRANKED:
            faults.append({"fault": "not_chosen_by_seeker", "seeker": seeker, "provider": provider})
        if _place(providers.get(provider, ()), seeker) == UNRANKED:
            faults.append({"fault": "not_chosen_by_provider", "seeker": seeker, "provider": provider})
    for seeker, count in sorted(holders.items()):
        if count > 1:
            faults.append({"fault": "seated_twice", "seeker": seeker, "seats": count})
    for provider, taken in sorted(seats.items()):
        if taken > quotas.get(provider, 1):
            faults.append({"fault": "quota_exceeded", "provider": provider, "taken": taken})
    return faults


def _row(
    seeker: str,
    provider: str,
    own: tuple[str, int] | None,
    wish: int,
    seated: Sequence[tuple[str, int]],
    quota: int,
    rank: int,
) -> dict[str, Any]:
    """One declared pair. `own` is what the seeker got and its rank; `seated` whom the provider got, with ranks."""
    row: dict[str, Any] = {"seeker": seeker, "provider": provider, "seeker_rank": wish, "provider_rank": rank}
    if own is not None and own[0] == provider:
        return row | {"reason": "together"}
    if own is not None and own[1] <= wish:
        reason = "seeker_prefers_own" if own[1] < wish else "seeker_indifferent"
        return row | {"reason": reason, "own": own[0], "own_rank": own[1]}
    if quota == 0:
        return row | {"reason": "provider_without_places"}
    if len(seated) < quota:
        return row | {"reason": "blocks", "because": "free_place"}
    last, last_rank = max(seated, key=lambda entry: (entry[1], entry[0]))
    if rank < last_rank:
        return row | {"reason": "blocks", "because": "preferred_to", "instead_of": last, "last_rank": last_rank}
    reason = "provider_prefers_seated" if last_rank < rank else "provider_indifferent"
    return row | {"reason": reason, "last_rank": last_rank}


def certify(
    seekers: Lists, providers: Lists, quotas: Mapping[str, int], pairs: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The certificate, ready for JSON: `stable`, `capacities`, `faults`, `pairs` with reasons, `blocking`.

    Lists are tie groups, best first; ranks count groups from 1; a provider without a quota has one place.
    `stable` is true only when there is neither a fault nor a blocking pair.
    """
    proposed = sorted(pairs)
    faults = _faults(seekers, providers, quotas, proposed)
    own = {seeker: (provider, _place(seekers.get(seeker, ()), provider)) for seeker, provider in proposed}
    seated: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for seeker, provider in proposed:
        seated[provider].append((seeker, _place(providers.get(provider, ()), seeker)))
    ranks = {
        provider: {id: place for place, group in enumerate(groups, start=1) for id in group}
        for provider, groups in providers.items()
    }
    rows = [
        _row(
            seeker, provider, own.get(seeker), wish, seated[provider], quotas.get(provider, 1), ranks[provider][seeker]
        )
        for seeker in sorted(seekers)
        for wish, group in enumerate(seekers[seeker], start=1)
        for provider in sorted(group)
        if seeker in ranks.get(provider, {})
    ]
    blocking = [row for row in rows if row["reason"] == "blocks"]
    return {
        "stable": not faults and not blocking,
        "capacities": [
            {"provider": id, "quota": quotas.get(id, 1), "taken": len(seated[id])} for id in sorted(providers)
        ],
        "faults": faults,
        "pairs": rows,
        "blocking": blocking,
    }
