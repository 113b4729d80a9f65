"""Checks a proposed allocation without trusting how it was made, and writes down why nobody can object.

Shares no code with the allocation. For every pair that chose each other, the certificate gives the reason
why it does not block; a pair blocks when both would strictly gain by leaving the proposal for each other
(weak stability with ties: Irving, Manlove and Scott, "The Hospitals/Residents problem with ties", 2000).
It also says how many could be matched at most if nobody minded whom they get.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.matching.allocation.largest_matching import most_matched

Lists = Mapping[str, Sequence[Sequence[str]]]
Ranks = Mapping[str, Mapping[str, int]]


def certify(
    seekers: Lists, providers: Lists, quotas: Mapping[str, int], pairs: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The certificate, ready for JSON: `stable`, `size`, `capacities`, `faults`, `pairs` with reasons, `blocking`.

    Lists are tie groups, best first; ranks count groups from 1; a provider without a quota has one place.
    `stable` is true only when there is neither a fault nor a blocking pair. `size`: how many are `matched`, and
    `at_most` how many any allocation could match. The work grows with the length of the lists.
    """
    proposed = sorted(pairs)
    wishes, regards = _ranks(seekers), _ranks(providers)
    faults = _faults(wishes, regards, quotas, proposed)
    rows = _rows(wishes, regards, quotas, proposed)
    blocking = [row for row in rows if row["reason"] == "blocks"]
    taken = Counter(provider for _, provider in proposed)
    return {
        "stable": not faults and not blocking,
        "size": {"matched": len(proposed), "at_most": _at_most(rows, quotas, proposed)},
        "capacities": [{"provider": id, "quota": quotas.get(id, 1), "taken": taken[id]} for id in sorted(providers)],
        "faults": faults,
        "pairs": rows,
        "blocking": blocking,
    }


def _ranks(lists: Lists) -> dict[str, dict[str, int]]:
    """Whom each list names and at which rank, from 1."""
    return {
        owner: {id: rank for rank, group in enumerate(groups, start=1) for id in group}
        for owner, groups in lists.items()
    }


def _faults(
    wishes: Ranks, regards: Ranks, quotas: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """What a proposal may never do: seat someone twice, overfill, or join two who did not choose each other."""
    faults: list[dict[str, Any]] = []
    for seeker, provider in pairs:
        if provider not in wishes.get(seeker, {}):
            faults.append({"fault": "not_chosen_by_seeker", "seeker": seeker, "provider": provider})
        if seeker not in regards.get(provider, {}):
            faults.append({"fault": "not_chosen_by_provider", "seeker": seeker, "provider": provider})
    for seeker, count in sorted(Counter(seeker for seeker, _ in pairs).items()):
        if count > 1:
            faults.append({"fault": "seated_twice", "seeker": seeker, "seats": count})
    for provider, count in sorted(Counter(provider for _, provider in pairs).items()):
        if count > quotas.get(provider, 1):
            faults.append({"fault": "quota_exceeded", "provider": provider, "taken": count})
    return faults


def _rows(
    wishes: Ranks, regards: Ranks, quotas: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Every pair that chose each other, with its reason; by seeker, then by the seeker's rank."""
    own = {seeker: (provider, wishes.get(seeker, {}).get(provider, 0)) for seeker, provider in pairs}
    seated: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for seeker, provider in pairs:
        seated[provider].append((regards.get(provider, {}).get(seeker, 0), seeker))
    last = {provider: (len(seats), *max(seats)) for provider, seats in seated.items()}
    return [
        _row(
            {"seeker": seeker, "provider": provider, "seeker_rank": wish, "provider_rank": regards[provider][seeker]},
            own.get(seeker),
            last.get(provider, (0, 0, "")),
            quotas.get(provider, 1),
        )
        for seeker in sorted(wishes)
        for wish, provider in sorted((wish, provider) for provider, wish in wishes[seeker].items())
        if seeker in regards.get(provider, {})
    ]


def _row(row: dict[str, Any], own: tuple[str, int] | None, last: tuple[int, int, str], quota: int) -> dict[str, Any]:
    """One declared pair. `own`: what the seeker got and its rank; `last`: how many the provider got, and the least
    wanted of them, by rank and name."""
    taken, last_rank, last_name = last
    if own is not None and own[0] == row["provider"]:
        return row | {"reason": "together"}
    if own is not None and own[1] <= row["seeker_rank"]:
        reason = "seeker_prefers_own" if own[1] < row["seeker_rank"] else "seeker_indifferent"
        return row | {"reason": reason, "own": own[0], "own_rank": own[1]}
    if quota == 0:
        return row | {"reason": "provider_without_places"}
    if taken < quota:
        return row | {"reason": "blocks", "because": "free_place"}
    if row["provider_rank"] < last_rank:
        return row | {"reason": "blocks", "because": "preferred_to", "instead_of": last_name, "last_rank": last_rank}
    reason = "provider_prefers_seated" if last_rank < row["provider_rank"] else "provider_indifferent"
    return row | {"reason": reason, "last_rank": last_rank}


def _at_most(rows: Sequence[Mapping[str, Any]], quotas: Mapping[str, int], pairs: Sequence[tuple[str, str]]) -> int:
    chosen: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        chosen[row["seeker"]].append(row["provider"])
    return most_matched(chosen, quotas, pairs)
