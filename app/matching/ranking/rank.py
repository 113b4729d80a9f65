"""Ranks offers for a need and needs for an offer, and says why: one explanation row per criterion.

All sums are made in whole ten-thousandths, so the contributions of the rows add up to the score exactly.
One pair has one score in both directions as long as both pools share their term statistics.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby, starmap
from typing import Any, NamedTuple

import numpy as np

from app.matching.ranking import criteria
from app.matching.ranking.arrays import vectors
from app.matching.ranking.criteria import Facts, Measure
from app.matching.ranking.filters import FILTERS, first_failing
from app.matching.ranking.fit import Fit, codes_help, doubts, rule_for, vagueness
from app.matching.ranking.layered import Layered
from app.matching.ranking.points import contributions, millionths
from app.matching.ranking.prepared import Found, PreparedNeeds, PreparedOffers
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
    """What leaving this single filter out would bring: how many more, and the best of them with its place.
    `is_doubtful`: that one probably does not fit either."""

    filter: str
    admitted: int
    best: Placing
    is_doubtful: bool


class Absence(NamedTuple):
    """`reason`: a filter's code, `below_top`, `listed`, or `unknown` for an id that was not among the prepared."""

    id: str
    reason: str
    facts: Facts = {}  # noqa: RUF012
    placing: Placing | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """`rows` are the explained top of those `admitted`; `excluded` the nearest misses, by likeness,
    of `excluded_count`; `relaxed` by what each would bring; `absence` answers for the id that was asked about. `fit`
    says whether the best place probably does not fit at all."""

    subject: str
    fit: Fit
    rows: tuple[Ranked, ...]
    admitted: int
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
    return sight_of_offers(need, offers, weights, without).ranking(offers.records, top, about)


def rank_for_offer(
    offer: OfferRecord,
    needs: PreparedNeeds,
    weights: Weights = DEFAULT_WEIGHTS,
    top: int = 20,
    without: Collection[str] = (),
    about: str | None = None,
) -> Ranking:
    """The needs for one offer, best first: the same pair scores seen from the other side."""
    return sight_of_needs(offer, needs, weights, without).ranking(needs.records, top, about)


def sight_of_offers(
    need: NeedRecord,
    offers: PreparedOffers | Layered[PreparedOffers],
    weights: Weights = DEFAULT_WEIGHTS,
    without: Collection[str] = (),
) -> "Sight":
    """The offers as seen from one need: what `rank` can say before it knows the records it speaks of."""
    profile = offers.reader.need(need, offers.statistics)
    return Sight(profile, offers, offers.see(profile), weights, without, lambda offer: (profile, offer))


def sight_of_needs(
    offer: OfferRecord,
    needs: PreparedNeeds | Layered[PreparedNeeds],
    weights: Weights = DEFAULT_WEIGHTS,
    without: Collection[str] = (),
) -> "Sight":
    """The needs as seen from one offer."""
    profile = needs.reader.offer(offer, needs.statistics)
    return Sight(profile, needs, needs.see(profile), weights, without, lambda need: (need, profile))


class Sight:
    """A prepared side as seen from one subject, put in order. A `place` is one in what was found."""

    records: Mapping[str, Any]

    def __init__(
        self,
        subject: NeedProfile | OfferProfile,
        side: PreparedNeeds | PreparedOffers | Layered[Any],
        found: Found,
        weights: Weights,
        without: Collection[str],
        pair: Callable[[Any], tuple[NeedProfile, OfferProfile]],
    ) -> None:
        self.subject, self.side, self.found, self.pair = subject, side, found, pair
        self.filters = [(code, fails) for code, fails in FILTERS if code not in without]
        kept = sum(vectors.BIT_OF[code] for code, _ in self.filters)
        self.failed = found.failed & np.uint8(kept)
        self.weights = np.array(millionths(weights), dtype=np.int64)
        self.points = vectors.points(found.values, self.weights)
        admitted = np.flatnonzero(self.failed == 0)
        worst = -self.points[admitted].astype(np.int16)  # short numbers are put in order digit by digit
        self.order = admitted[np.argsort(worst, kind="stable")]
        self.sorted_points = self.points[self.order][::-1]
        self.vague: dict[str, Decimal] = {}  # by need

    def spoken_of(self, top: int = 20, about: str | None = None) -> list[str]:
        """The ids of those whose records `ranking` needs or whose names are told."""
        placed = {int(place) for place in (*self.order[:top], *self._nearest[0], *self._best_of_relaxed().values())}
        asked = [] if about is None or self.side.row_of(about) is None else [about]
        return [*map(self._id, sorted(placed)), *asked]

    def ranking(self, records: Mapping[str, Any], top: int = 20, about: str | None = None) -> Ranking:
        """The ranking; `records` of at least those `spoken_of`."""
        self.records = records
        shown = self.order[:top]
        shares, relaxed = self.weights.tolist(), self._relaxed()
        sure = robustness(self.found.values[:, self.order], self.weights, top)
        return Ranking(
            subject=self.subject.record.id,
            fit=self._fit(relaxed),
            rows=tuple(self._ranked(place, shares, firm) for place, firm in zip(shown.tolist(), sure, strict=True)),
            admitted=len(self.order),
            excluded=tuple(starmap(self._shut_out, zip(*self._nearest, strict=True))),
            excluded_count=int(np.count_nonzero(self.failed)),
            relaxed=relaxed,
            absence=None if about is None else self._absence(about, set(shown.tolist())),
        )

    def placings(self) -> list[Placing]:
        """All admitted, best first."""
        return [self._placing(place) for place in self.order.tolist()]

    def _id(self, place: int) -> str:
        return self.side.id_at(int(self.found.rows[place]))

    def _pair(self, place: int) -> tuple[NeedProfile, OfferProfile]:
        return self.pair(self.side.profile(self.records[self._id(place)]))

    def _placing(self, place: int) -> Placing:
        points = int(self.points[place])
        better = len(self.sorted_points) - int(np.searchsorted(self.sorted_points, points, side="right"))
        return Placing(self._id(place), better + 1, points * UNIT)

    def _ranked(self, place: int, shares: list[int], firm: Robustness) -> Ranked:
        placing = self._placing(place)
        return Ranked(placing.id, placing.place, placing.score, self._explain(place, shares), firm)

    def _measures(self, place: int) -> list[Measure]:
        """What the criteria say, with the values that the place was found by."""
        values = [None if np.isnan(value) else float(value) for value in self.found.values[:, place]]
        said = criteria.measure(*self._pair(place))
        return [measure._replace(value=value) for measure, value in zip(said, values, strict=True)]

    def _doubts(self, place: int) -> tuple[str, ...]:
        need, offer = self._pair(place)
        if need.record.id not in self.vague:
            self.vague[need.record.id] = vagueness(need, self.side.reader)
        return doubts(self._measures(place), rule_for(need, offer), self.vague[need.record.id])

    def _fit(self, relaxed: Iterable[Relaxed]) -> Fit:
        reasons = self._doubts(int(self.order[0])) if len(self.order) else ("nobody",)
        if not reasons:
            return Fit()
        helps = {
            "codes": codes_help(self.subject, self.side.reader.leaves.codes),
            "filters": any(each.best.place == 1 and not each.is_doubtful for each in relaxed),
        }
        return Fit(reasons, tuple(code for code in helps if helps[code]))

    def _explain(self, place: int, shares: list[int]) -> tuple[Explanation, ...]:
        measures = self._measures(place)
        parts, total = contributions(measures, shares)
        entries = zip(CRITERIA, measures, shares, parts, strict=True)
        return tuple(_row(name, measure, share, total, part) for name, measure, share, part in entries)

    @cached_property
    def _nearest(self) -> tuple[list[int], list[int]]:
        """Those shut out that are most alike, and how much."""
        out = np.flatnonzero(self.failed)
        text, category = np.nan_to_num(self.found.values[:2, out])
        likeness = np.rint(5_000 * (text + category)).astype(np.int64)
        if len(out) > NEAREST:
            close = likeness >= np.partition(likeness, -NEAREST)[-NEAREST]
            out, likeness = out[close], likeness[close]
        nearest = np.argsort(-likeness, kind="stable")[:NEAREST]
        return out[nearest].tolist(), likeness[nearest].tolist()

    def _shut_out(self, place: int, likeness: int) -> Excluded:
        failed = first_failing(*self._pair(place), self.filters)
        assert failed is not None, "arrays and records must agree on who is shut out"
        return Excluded(self._id(place), likeness * UNIT, failed.filter, failed.facts)

    def _best_of_relaxed(self) -> dict[str, int]:
        """Filter → the best of those that it alone shuts out."""
        alone = {code: np.flatnonzero(self.failed == vectors.BIT_OF[code]) for code, _ in self.filters}
        return {code: int(gained[np.argmax(self.points[gained])]) for code, gained in alone.items() if len(gained)}

    def _relaxed(self) -> tuple[Relaxed, ...]:
        found = []
        for code, best in self._best_of_relaxed().items():
            gained = int(np.count_nonzero(self.failed == vectors.BIT_OF[code]))
            found.append(Relaxed(code, gained, self._placing(best), bool(self._doubts(best))))
        return tuple(sorted(found, key=lambda each: -each.best.score))

    def _absence(self, id: str, shown: set[int]) -> Absence:
        row = self.side.row_of(id)
        if row is None:
            return Absence(id, "unknown")
        place = int(np.flatnonzero(self.found.rows == row)[0])
        if self.failed[place]:
            shut_out = self._shut_out(place, 0)
            return Absence(id, shut_out.filter, shut_out.facts)
        return Absence(id, "listed" if place in shown else "below_top", {}, self._placing(place))


def _row(name: str, measure: Measure, share: int, total: int, part: int) -> Explanation:
    if measure.value is None:
        return Explanation(name, None, Decimal(0), Decimal(0), measure.code, measure.facts)
    weight = (Decimal(share) / total).quantize(UNIT) if total else Decimal(0)
    value = round(measure.value * 10_000) * UNIT
    return Explanation(name, value, weight, part * UNIT, measure.code, measure.facts)


def tie_groups(placings: Iterable[Placing], step: Decimal = Decimal("0.01")) -> tuple[tuple[str, ...], ...]:
    """A preference list derived from all admitted, best first: scores of one `step` are tied."""
    return tuple(tuple(each.id for each in tied) for _, tied in groupby(placings, key=lambda p: p.score // step))
