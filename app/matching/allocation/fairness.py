"""Who came away with what: matched share and mean rank on both sides, for small against large, and by area.

Taken from the certificate of an allocation, as it was proposed, before anybody answered. The size of an organisation
is the number of places it put into the round: every party knows that figure of itself and can check it, whereas
registers know staff of some only. Small means no more places than the median organisation of the round.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low
from typing import Any

# A share of fewer members says more about chance than about the round.
FEW = 5
SHARE, RANK = Decimal("0.001"), Decimal("0.01")
SMALL, LARGE = "small", "large"
DISTRICT, STREET = 6, 9  # digits of an area code


@dataclass(frozen=True)
class Provider:
    """An offer in a round: the party that makes it, and how many needs it can serve."""

    party: str
    places: int


@dataclass(frozen=True)
class Tally:
    """Members of a group: how many, how many had a mutual choice at all, how many were matched.

    `share` = matched / members. `places` and `taken` count partners; `mean_rank` is the mean rank, from 1, that
    members gave to the partners they got. None where there is nothing to divide by. `few`: too few to compare.
    """

    group: str
    members: int
    mutual: int
    matched: int
    places: int
    taken: int
    share: Decimal | None
    mean_rank: Decimal | None
    few: bool


@dataclass(frozen=True)
class Fairness:
    """`small_up_to`: organisations with at most so many places count as small."""

    needs: Tally
    offers: Tally
    by_district: tuple[Tally, ...]
    by_street: tuple[Tally, ...]
    by_size: tuple[Tally, ...]
    small_up_to: int


def fairness(
    needs: Mapping[str, str], offers: Mapping[str, Provider], reasons: Sequence[Mapping[str, Any]]
) -> Fairness:
    """The report of an allocation.

    `needs`: key → area code of 12 digits; `offers`: key → provider; `reasons`: the rows `pairs` of the certificate.
    """
    asked, answered = _ranks(reasons, "seeker"), _ranks(reasons, "provider")
    one_each, places = dict.fromkeys(needs, 1), {key: offer.places for key, offer in offers.items()}
    sizes = _sizes(offers.values())
    small_up_to = median_low(sizes.values()) if sizes else 0
    size_of = {key: SMALL if sizes[offer.party] <= small_up_to else LARGE for key, offer in offers.items()}
    return Fairness(
        needs=_tally("", needs, one_each, asked),
        offers=_tally("", offers, places, answered),
        by_district=_by({key: area[:DISTRICT] for key, area in needs.items()}, one_each, asked),
        by_street=_by({key: area[:STREET] for key, area in needs.items()}, one_each, asked),
        by_size=_by(size_of, places, answered),
        small_up_to=small_up_to,
    )


def _sizes(offers: Collection[Provider]) -> dict[str, int]:
    """Organisation → all the places it put into the round."""
    sizes: dict[str, int] = defaultdict(int)
    for offer in offers:
        sizes[offer.party] += offer.places
    return sizes


def _ranks(reasons: Sequence[Mapping[str, Any]], side: str) -> dict[str, list[int]]:
    """Whoever had a mutual choice → the ranks it gave to the partners it got."""
    ranks: dict[str, list[int]] = {}
    for row in reasons:
        own = ranks.setdefault(row[side], [])
        if row["reason"] == "together":
            own.append(row[f"{side}_rank"])
    return ranks


def _by(
    group_of: Mapping[str, str], places: Mapping[str, int], ranks: Mapping[str, Sequence[int]]
) -> tuple[Tally, ...]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, group in group_of.items():
        groups[group].append(key)
    return tuple(_tally(group, groups[group], places, ranks) for group in sorted(groups))


def _tally(group: str, keys: Collection[str], places: Mapping[str, int], ranks: Mapping[str, Sequence[int]]) -> Tally:
    given = [rank for key in keys for rank in ranks.get(key, ())]
    matched = sum(bool(ranks.get(key)) for key in keys)
    return Tally(
        group=group,
        members=len(keys),
        mutual=sum(key in ranks for key in keys),
        matched=matched,
        places=sum(places[key] for key in keys),
        taken=len(given),
        share=(Decimal(matched) / len(keys)).quantize(SHARE) if keys else None,
        mean_rank=(Decimal(sum(given)) / len(given)).quantize(RANK) if given else None,
        few=len(keys) < FEW,
    )
