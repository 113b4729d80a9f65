"""One side of the market, prepared once so that ranking against it tokenises nothing.

Inside: postings per term (positions and weights) and one matrix of category signatures. A faster engine can
take these arrays over without changing who calls it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.matching.profiles import NeedProfile, OfferProfile, Reader
from app.matching.records import NeedRecord, OfferRecord
from app.matching.text import Statistics, Terms

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Profile = TypeVar("Profile", NeedProfile, OfferProfile)


class Pool(Generic[Profile]):
    """Profiles in the order of their ids, whatever order the records came in."""

    def __init__(self, profiles: Iterable[Profile], reader: Reader, statistics: Statistics) -> None:
        self.reader, self.statistics = reader, statistics
        self.profiles: tuple[Profile, ...] = tuple(sorted(profiles, key=lambda p: p.record.id))
        self.ids = tuple(profile.record.id for profile in self.profiles)
        self._postings = _postings([profile.words for profile in self.profiles])
        width = reader.leaves.signature(None)
        self._signatures = np.array([p.signature for p in self.profiles]).reshape(len(self.ids), len(width))

    def shares(self, words: Terms) -> Floats:
        """Per profile, the share of the need's best possible text score; terms are added in a fixed order."""
        total = np.zeros(len(self.ids))
        for term in sorted(words):
            if term in self._postings:
                places, weights = self._postings[term]
                total[places] += weights * words[term]
        return total

    def affinities(self, signature: Floats) -> Floats:
        """Per profile, the closeness of what it is about; summed row by row, so a row never depends on others."""
        return np.asarray((self._signatures * signature).sum(axis=1))


def _postings(rows: Sequence[Terms]) -> dict[str, tuple[Integers, Floats]]:
    gathered: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, words in enumerate(rows):
        for term, weight in words.items():
            gathered[term].append((place, weight))
    return {term: _columns(entries) for term, entries in gathered.items()}


def _columns(entries: list[tuple[int, float]]) -> tuple[Integers, Floats]:
    places, weights = zip(*entries, strict=True)
    return np.array(places, dtype=np.int64), np.array(weights)


def pool_of_offers(
    offers: Iterable[OfferRecord], reader: Reader, statistics: Statistics | None = None
) -> Pool[OfferProfile]:
    """Without given `statistics` the offers' own texts say how rare a term is."""
    records = tuple(offers)
    known = statistics or reader.statistics((), records)
    return Pool((reader.offer(record, known) for record in records), reader, known)


def pool_of_needs(
    needs: Iterable[NeedRecord], reader: Reader, statistics: Statistics | None = None
) -> Pool[NeedProfile]:
    """Without given `statistics` the needs' own texts say how rare a term is."""
    records = tuple(needs)
    known = statistics or reader.statistics(records, ())
    return Pool((reader.need(record, known) for record in records), reader, known)
