"""A record made ready for comparison once: words weighed, free text parsed, codes shortened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from app.matching.ranking.categories import Leaves, Signature
from app.matching.ranking.meaning import whole
from app.matching.ranking.records import (
    Capacity,
    NeedRecord,
    OfferRecord,
    Population,
    Reference,
    area_prefix,
    parse_capacity,
    parse_months,
)
from app.matching.ranking.text import Lexicon, Statistics, Terms, answered, asked


@dataclass(frozen=True, slots=True, eq=False)
class NeedProfile:
    """`words` sum to 1; `meaning` is the vector of the whole text, or empty; `category` is what it is clearly about, if
    anything, `codes` the known ones of those that were entered; `tops` are the top-level categories it belongs to, the
    likeliest first; `months` are the calendar months the need runs in; `length` is its period in months."""

    record: NeedRecord
    words: Terms
    meaning: bytes
    category: str | None
    codes: tuple[str, ...]
    signature: Signature
    tops: tuple[str, ...]
    populations: tuple[Population, ...]
    months: frozenset[int] | None
    length: int | None


@dataclass(frozen=True, slots=True, eq=False)
class OfferProfile:
    record: OfferRecord
    words: Terms
    meaning: bytes
    category: str | None
    codes: tuple[str, ...]
    signature: Signature
    tops: tuple[str, ...]
    populations: tuple[Population, ...]
    coverage: tuple[str, ...]
    months: frozenset[int] | None
    capacity: Capacity | None


class Said(NamedTuple):
    """What a record's text and codes say, which takes most of the time of reading it."""

    words: Terms
    meaning: bytes
    signature: Signature
    tops: tuple[str, ...]


def months_between(starts_on: date | None, ends_on: date | None) -> int | None:
    """Whole months from the first day to the last, at least 1; None when a date is missing or they are swapped."""
    if starts_on is None or ends_on is None or ends_on < starts_on:
        return None
    return max(1, round((ends_on - starts_on).days / 30.44))


def calendar_months(starts_on: date | None, ends_on: date | None) -> frozenset[int] | None:
    """The months of the year in which at least one day of the period lies."""
    if starts_on is None or ends_on is None or ends_on < starts_on:
        return None
    begun = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month + 1
    return frozenset((starts_on.month - 1 + step) % 12 + 1 for step in range(min(12, begun)))


def single(words: Terms) -> Terms:
    """The weights in single precision, as the arrays of a market keep them, so that every engine adds the same."""
    return dict(zip(words, np.array(list(words.values()), dtype=np.float32).tolist(), strict=True))


def known_populations(codes: tuple[str, ...], reference: Reference) -> tuple[Population, ...]:
    found = (reference.population(code) for code in sorted(set(codes)))
    return tuple(population for population in found if population is not None)


class Reader:
    """Turns records into profiles, with one taxonomy and, per prepared side, one set of term statistics. `alike` see
    `Lexicon`."""

    def __init__(self, reference: Reference, alike: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.reference = reference
        self.lexicon = Lexicon(reference, alike)
        self.leaves = Leaves(self.lexicon)

    def need(self, need: NeedRecord, statistics: Statistics) -> NeedProfile:
        terms = self.lexicon.need_terms(need)
        return self.need_that_says(need, self._said(need, terms, asked(terms, statistics)))

    def need_that_says(self, need: NeedRecord, said: Said) -> NeedProfile:
        """The profile of a need whose text was read before."""
        return NeedProfile(
            record=need,
            words=said.words,
            meaning=said.meaning,
            category=self.leaves.clear(said.signature),
            codes=self.leaves.known(need.category_codes),
            signature=said.signature,
            tops=said.tops,
            populations=known_populations(need.population_codes, self.reference),
            months=calendar_months(need.starts_on, need.ends_on) or parse_months(need.schedule),
            length=months_between(need.starts_on, need.ends_on),
        )

    def offer(self, offer: OfferRecord, statistics: Statistics) -> OfferProfile:
        terms = self.lexicon.offer_terms(offer)
        return self.offer_that_says(offer, self._said(offer, terms, answered(terms, statistics)))

    def offer_that_says(self, offer: OfferRecord, said: Said) -> OfferProfile:
        """The profile of an offer whose text was read before."""
        return OfferProfile(
            record=offer,
            words=said.words,
            meaning=said.meaning,
            category=self.leaves.clear(said.signature),
            codes=self.leaves.known(offer.category_codes),
            signature=said.signature,
            tops=said.tops,
            populations=known_populations(offer.population_codes, self.reference),
            coverage=tuple(sorted({area_prefix(code) for code in offer.coverage if code})),
            months=parse_months(offer.schedule),
            capacity=parse_capacity(offer.capacity),
        )

    def _said(self, record: NeedRecord | OfferRecord, terms: Terms, words: Terms) -> Said:
        meaning = whole(record.meaning)
        about = self.leaves.infer(terms, record.category_codes, meaning)
        tops = self.leaves.tops(about, record.category_codes)
        return Said(single(words), meaning, self.leaves.signature(about), tops)

    def statistics(self, needs: tuple[NeedRecord, ...], offers: tuple[OfferRecord, ...]) -> Statistics:
        """Term statistics of a market, to be frozen for a round and shared by both directions."""
        texts = [self.lexicon.need_terms(need) for need in needs]
        return Statistics.of([*texts, *(self.lexicon.offer_terms(offer) for offer in offers)])
