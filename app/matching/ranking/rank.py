"""Ranks offers for a need and needs for an offer, and says why: one explanation row per criterion.

All sums are made in whole ten-thousandths, so the contributions of the rows add up to the score exactly.
One pair has one score in both directions as long as both pools share their term statistics.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from app.matching.ranking import criteria
from app.matching.ranking.arrays import vectors
from app.matching.ranking.criteria import Facts, Measure
from app.matching.ranking.filters import FILTERS, first_failing
from app.matching.ranking.points import contributions, millionths
from app.matching.ranking.prepared import Found, Prepared, PreparedNeeds, PreparedOffers, see_needs, see_offers
from app.matching.ranking.profiles import NeedProfile, OfferProfile
from app.matching.ranking.records import CRITERIA, DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from app.matching.ranking.robustness import Robustness, robustness

UNIT = Decimal("0.0001")
NEAREST = 20  # of the excluded, the most alike are shown


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
    robustness: Robustness


@dataclass(frozen=True, slots=True)
class Placing:
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
class Relaxed:
    """What leaving this single filter out would bring: how many more, and the best of them with its place."""

    filter: str
    admitted: int
    best: Placing


class Absence(NamedTuple):
    """`reason`: a filter's code, `below_top`, `listed`, or `unknown` for an id that was not among the prepared."""

    id: str
    reason: str
    facts: Facts = {}  # noqa: RUF012
    placing: Placing | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """`rows` are the explained top; `below` the rest of those admitted; `excluded` the nearest misses, by likeness,
    of `excluded_count`; `relaxed` by what each would bring; `absence` answers for the id that was asked about."""

    subject: str
    rows: tuple[Ranked, ...]
    below: tuple[Placing, ...]
    excluded: tuple[Excluded, ...]
    excluded_count: int
    relaxed: tuple[Relaxed, ...]
    absence: Absence | None = None


def rank(
    need: NeedRecord,
    offers: PreparedOffers,
    weights: Weights = DEFAULT_WEIGHTS,
    top: int = 20,
    without: Collection[str] = (),
    about: str | None = None,
) -> Ranking:
    """The offers for one need, best first; scores 0..1 with four decimals, `top` of them explained.

    `without` names filters to leave out (what if?); `about` an offer whose absence is to be explained.
    """
    profile = offers.reader.need(need, offers.statistics)
    return _Sight(
        offers, see_offers(profile, offers), weights, without, lambda id: (profile, offers.profile(id))
    ).ranking(need.id, top, about)


def rank_for_offer(
    offer: OfferRecord,
    needs: PreparedNeeds,
    weights: Weights = DEFAULT_WEIGHTS,
    top: int = 20,
    without: Collection[str] = (),
    about: str | None = None,
) -> Ranking:
    """The needs for one offer, best first: the same pair scores seen from the other side."""
    profile = needs.reader.offer(offer, needs.statistics)
    found = see_needs(profile, needs)
    sight = _Sight(needs, found, weights, without, lambda id: (needs.profile(id), profile))
    return sight.ranking(offer.id, top, about)


class _Sight:
    """A prepared side as seen from one subject, put in order."""

    def __init__(
        self,
        side: Prepared[Any, Any, Any],
        found: Found,
        weights: Weights,
        without: Collection[str],
        pair: Callable[[str], tuple[NeedProfile, OfferProfile]],
    ) -> None:
        self.side, self.found, self.pair = side, found, pair
        self.filters = [(code, fails) for code, fails in FILTERS if code not in without]
        kept = sum(vectors.BIT_OF[code] for code, _ in self.filters)
        self.failed = found.failed & np.uint8(kept)
        self.weights = np.array(millionths(weights), dtype=np.int64)
        self.points = vectors.points(found.values, self.weights)
        admitted = np.flatnonzero(self.failed == 0)
        self.order = admitted[np.argsort(-self.points[admitted], kind="stable")]
        self.sorted_points = np.sort(self.points[admitted])

    def ranking(self, subject: str, top: int, about: str | None) -> Ranking:
        shown = self.order[:top]
        shares = self.weights.tolist()
        sure = robustness(self.found.values[:, self.order], self.weights, top)
        return Ranking(
            subject=subject,
            rows=tuple(self._ranked(row, shares, firm) for row, firm in zip(shown.tolist(), sure, strict=True)),
            below=tuple(self._placing(row) for row in self.order[top:].tolist()),
            excluded=self._excluded(),
            excluded_count=int(np.count_nonzero(self.failed)),
            relaxed=self._relaxed(),
            absence=None if about is None else self._absence(about, set(shown.tolist())),
        )

    def _id(self, row: int) -> str:
        return str(self.side.snapshot.table.ids[self.found.rows[row]])

    def _placing(self, row: int) -> Placing:
        points = int(self.points[row])
        better = len(self.sorted_points) - int(np.searchsorted(self.sorted_points, points, side="right"))
        return Placing(self._id(row), better + 1, points * UNIT)

    def _ranked(self, row: int, shares: list[int], firm: Robustness) -> Ranked:
        placing = self._placing(row)
        return Ranked(placing.id, placing.place, placing.score, self._explain(row, shares), firm)

    def _explain(self, row: int, shares: list[int]) -> tuple[Explanation, ...]:
        need, offer = self.pair(self._id(row))
        values = [None if np.isnan(value) else float(value) for value in self.found.values[:, row]]
        measures = [
            measure._replace(value=value) for measure, value in zip(criteria.measure(need, offer), values, strict=True)
        ]
        parts, total = contributions(measures, shares)
        entries = zip(CRITERIA, measures, shares, parts, strict=True)
        return tuple(_row(name, measure, share, total, part) for name, measure, share, part in entries)

    def _excluded(self) -> tuple[Excluded, ...]:
        out = np.flatnonzero(self.failed)
        text, category = np.nan_to_num(self.found.values[:2, out])
        likeness = np.rint(5_000 * (text + category)).astype(np.int64)
        nearest = np.argsort(-likeness, kind="stable")[:NEAREST].tolist()
        return tuple(self._shut_out(int(out[place]), int(likeness[place]) * UNIT) for place in nearest)

    def _shut_out(self, row: int, likeness: Decimal) -> Excluded:
        id = self._id(row)
        failed = first_failing(*self.pair(id), self.filters)
        assert failed is not None, "arrays and records must agree on who is shut out"
        return Excluded(id, likeness, failed.filter, failed.facts)

    def _relaxed(self) -> tuple[Relaxed, ...]:
        found = []
        for code, _ in self.filters:
            gained = np.flatnonzero(self.failed == vectors.BIT_OF[code])
            if len(gained):
                best = int(gained[np.argmax(self.points[gained])])
                found.append(Relaxed(code, len(gained), self._placing(best)))
        return tuple(sorted(found, key=lambda each: -each.best.score))

    def _absence(self, id: str, shown: set[int]) -> Absence:
        row = self.side.row_of(id)
        if row is None:
            return Absence(id, "unknown")
        if self.failed[row]:
            shut_out = self._shut_out(row, Decimal(0))
            return Absence(id, shut_out.filter, shut_out.facts)
        return Absence(id, "listed" if row in shown else "below_top", {}, self._placing(row))


def _row(name: str, measure: Measure, share: int, total: int, part: int) -> Explanation:
    if measure.value is None:
        return Explanation(name, None, Decimal(0), Decimal(0), measure.code, measure.facts)
    weight = (Decimal(share) / total).quantize(UNIT) if total else Decimal(0)
    value = round(measure.value * 10_000) * UNIT
    return Explanation(name, value, weight, part * UNIT, measure.code, measure.facts)


def tie_groups(ranking: Ranking, step: Decimal = Decimal("0.01")) -> tuple[tuple[str, ...], ...]:
    """A preference list derived from a ranking: all admitted, best first, scores of one `step` tied."""
    placings = [*((row.id, row.score) for row in ranking.rows), *((row.id, row.score) for row in ranking.below)]
    return tuple(tuple(id for id, _ in tied) for _, tied in groupby(placings, key=lambda row: row[1] // step))
