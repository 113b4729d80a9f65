"""Ranks offers for a need and needs for an offer, and says why: one explanation row per criterion.

All sums are made in whole ten-thousandths, so the contributions of the rows add up to the score exactly.
One pair has one score in both directions as long as both pools share their term statistics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from app.matching import criteria
from app.matching.criteria import Facts, Measure
from app.matching.filters import FILTERS, Filter, first_failing
from app.matching.pool import Pool
from app.matching.profiles import NeedProfile, OfferProfile
from app.matching.records import CRITERIA, DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from app.matching.text import closeness

UNIT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One criterion of one pair. `value` None: not comparable, and `weight` is then 0.
    `weight` is the share after the others took over what could not be compared."""

    criterion: str
    value: Decimal | None
    weight: Decimal
    contribution: Decimal
    code: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Ranked:
    """Equal scores share a `place`; the next place counts everyone before it (1, 2, 2, 4)."""

    id: str
    place: int
    score: Decimal
    explanation: tuple[Explanation, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    id: str
    place: int
    score: Decimal


@dataclass(frozen=True, slots=True)
class Excluded:
    """Shut out by the first failing filter. `likeness`, the mean of text and category, tells near misses apart."""

    id: str
    likeness: Decimal
    filter: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Ranking:
    """`rows` are the explained top; `below` the rest of those admitted; `excluded` by likeness, best first."""

    subject: str
    rows: tuple[Ranked, ...]
    below: tuple[Standing, ...]
    excluded: tuple[Excluded, ...]


class Absence(NamedTuple):
    """`reason`: a filter's code, `below_top`, or `unknown` for an id that was not in the pool."""

    reason: str
    facts: Facts


class _Pair(NamedTuple):
    id: str
    need: NeedProfile
    offer: OfferProfile
    share: float
    affinity: float


def _contributions(measures: Sequence[Measure], shares: Sequence[int]) -> tuple[list[int], int]:
    """Ten-thousandths per criterion, and the weight that could be compared (in millionths)."""
    values = [0 if measure.value is None else round(measure.value * 10_000) for measure in measures]
    total = sum([share for share, measure in zip(shares, measures, strict=True) if measure.value is not None])
    if not total:
        return [0] * len(values), 0
    return [(2 * share * value + total) // (2 * total) for share, value in zip(shares, values, strict=True)], total


def _score(pair: _Pair, shares: Sequence[int]) -> int:
    measures = criteria.measure(pair.need, pair.offer, pair.share, pair.affinity)
    return sum(_contributions(measures, shares)[0])


def _likeness(pair: _Pair) -> Decimal:
    return round(5_000 * (closeness(pair.share) + min(1.0, pair.affinity))) * UNIT


def _explain(pair: _Pair, shares: Sequence[int]) -> tuple[Explanation, ...]:
    measures = criteria.measure(pair.need, pair.offer, pair.share, pair.affinity)
    measures[0] = measures[0]._replace(facts=criteria.words_shared(pair.need, pair.offer))
    contributions, total = _contributions(measures, shares)
    entries = zip(CRITERIA, measures, shares, contributions, strict=True)
    return tuple(_row(name, measure, share, total, points) for name, measure, share, points in entries)


def _row(name: str, measure: Measure, share: int, total: int, points: int) -> Explanation:
    if measure.value is None:
        return Explanation(name, None, Decimal(0), Decimal(0), measure.code, measure.facts)
    weight = (Decimal(share) / total).quantize(UNIT) if total else Decimal(0)
    value = round(measure.value * 10_000) * UNIT
    return Explanation(name, value, weight, points * UNIT, measure.code, measure.facts)


def _millionths(weights: Weights) -> list[int]:
    return [int(share.scaleb(6)) for share in weights.shares().values()]


def _standings(scored: Sequence[tuple[int, _Pair]]) -> list[tuple[int, int, _Pair]]:
    """(place, score, pair), best first, equal scores by id."""
    ordered = sorted(scored, key=lambda entry: (-entry[0], entry[1].id))
    standings, place = [], 0
    for position, (score, pair) in enumerate(ordered, start=1):
        if position == 1 or score != ordered[position - 2][0]:
            place = position
        standings.append((place, score, pair))
    return standings


def _ranking(
    subject: str,
    pairs: Sequence[_Pair],
    weights: Weights,
    top: int,
    filters: Sequence[tuple[str, Filter]],
) -> Ranking:
    shares = _millionths(weights)
    admitted: list[tuple[int, _Pair]] = []
    excluded: list[Excluded] = []
    for pair in pairs:
        if failed := first_failing(pair.need, pair.offer, filters):
            excluded.append(Excluded(pair.id, _likeness(pair), failed.filter, failed.facts))
        else:
            admitted.append((_score(pair, shares), pair))
    standings = _standings(admitted)
    return Ranking(
        subject=subject,
        rows=tuple(Ranked(p.id, place, s * UNIT, _explain(p, shares)) for place, s, p in standings[:top]),
        below=tuple(Standing(p.id, place, s * UNIT) for place, s, p in standings[top:]),
        excluded=tuple(sorted(excluded, key=lambda row: (-row.likeness, row.id))),
    )


def rank(
    need: NeedRecord,
    offers: Pool[OfferProfile],
    weights: Weights = DEFAULT_WEIGHTS,
    top: int = 20,
    filters: Sequence[tuple[str, Filter]] = FILTERS,
) -> Ranking:
    """The offers for one need, best first; scores 0..1 with four decimals, `top` of them explained.

    Leaving one of the published `filters` out answers "which filter could be relaxed?".
    """
    profile = offers.reader.need(need, offers.statistics)
    found = zip(
        offers.ids, offers.profiles, offers.shares(profile.words), offers.affinities(profile.signature), strict=True
    )
    pairs = [_Pair(id, profile, offer, float(share), float(near)) for id, offer, share, near in found]
    return _ranking(need.id, pairs, weights, top, filters)


def rank_for_offer(
    offer: OfferRecord,
    needs: Pool[NeedProfile],
    weights: Weights = DEFAULT_WEIGHTS,
    top: int = 20,
    filters: Sequence[tuple[str, Filter]] = FILTERS,
) -> Ranking:
    """The needs for one offer, best first: the same pair scores seen from the other side."""
    profile = needs.reader.offer(offer, needs.statistics)
    found = zip(
        needs.ids, needs.profiles, needs.shares(profile.words), needs.affinities(profile.signature), strict=True
    )
    pairs = [_Pair(id, need, profile, float(share), float(near)) for id, need, share, near in found]
    return _ranking(offer.id, pairs, weights, top, filters)


def why_absent(ranking: Ranking, id: str) -> Absence | None:
    """Why `id` is not among the explained rows; None when it is among them."""
    if any(row.id == id for row in ranking.rows):
        return None
    for excluded in ranking.excluded:
        if excluded.id == id:
            return Absence(excluded.filter, excluded.facts)
    for standing in ranking.below:
        if standing.id == id:
            return Absence("below_top", {"place": standing.place, "score": standing.score})
    return Absence("unknown", {})


def tie_groups(ranking: Ranking, step: Decimal = Decimal("0.01")) -> tuple[tuple[str, ...], ...]:
    """A preference list derived from a ranking: all admitted, best first, scores of one `step` tied."""
    standings = [*((row.id, row.score) for row in ranking.rows), *((row.id, row.score) for row in ranking.below)]
    return tuple(tuple(id for id, _ in tied) for _, tied in groupby(standings, key=lambda row: row[1] // step))
