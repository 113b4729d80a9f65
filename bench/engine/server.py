"""The order that a tuned search server would give the same records, as a baseline for the engine.

BM25 over weighted fields (Robertson and Zaragoza 2009, section 3.6): words of title and text, words of the labels and
synonyms of the entered categories, and a synonym filter made of the taxonomy's names. Who serves the very groups of
people asked for is boosted, and half as much who serves groups akin to them. The numbers were chosen by trying out
values of each on the judgements of the half `tune` alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Population
from app.matching.ranking.text import Lexicon, Names, normalize
from bench.engine.market import SeasonMarket

Record = NeedRecord | OfferRecord
OFFER_TITLE, NEED_TITLE, LABELS, SYNONYMS, NAMED = 1.5, 1.0, 0.25, 0.25, 0.5  # beside 1 for a word of the text
SATURATION, GROUP_BOOST, AKIN = 0.6, 2.0, 0.5  # k1 of BM25, whose b was best at 0
FAMILY = 3  # characters that the codes of kindred groups have in common


class Server:
    """An index of the market's offers."""

    def __init__(self, market: SeasonMarket) -> None:
        self._lexicon = Lexicon(market.reference)
        self._categories = {category.code: category for category in market.reference.categories}
        entries: tuple[Category | Population, ...] = (*market.reference.categories, *market.reference.populations)
        spelled = [(entry.code, [normalize(name) for name in (entry.label_zh, *entry.synonyms)]) for entry in entries]
        self._names = Names((f"#{code}", names) for code, names in spelled)
        self._numbers: dict[str, int] = {}
        self.offers = sorted(market.offers, key=lambda offer: offer.id)
        times = self._matrix(self.offers, OFFER_TITLE)
        holding = np.bincount(times.indices, minlength=times.shape[1])
        self._rarity = np.log(1 + (len(self.offers) - holding + 0.5) / (holding + 0.5))
        times.data = times.data / (times.data + SATURATION) * self._rarity[times.indices]
        self._answered = times

    def orders(self, needs: Sequence[NeedRecord]) -> dict[str, list[str]]:
        """All offers for each need, best first; equal ones by id."""
        asked = self._matrix(needs, NEED_TITLE)[:, : self._answered.shape[1]]
        alike = np.array([[_kinship(need, offer) for offer in self.offers] for need in needs])
        scores = (asked @ self._answered.T).toarray() * (1 + GROUP_BOOST * alike)
        best = np.argsort(-scores.round(12), axis=1, kind="stable")
        return {need.id: [self.offers[place].id for place in row] for need, row in zip(needs, best, strict=True)}

    def _matrix(self, records: Sequence[Record], title: float) -> csr_matrix:
        """Per record how often it says each term, weighed by field."""
        said = [self._terms(record, title) for record in records]
        columns = [self._numbers.setdefault(term, len(self._numbers)) for terms in said for term in terms]
        start = np.cumsum([0, *map(len, said)])
        values = [times for terms in said for times in terms.values()]
        return csr_matrix((values, columns, start), shape=(len(said), len(self._numbers)))

    def _terms(self, record: Record, title: float) -> dict[str, float]:
        texts = [record.description, *([record.requirements] if isinstance(record, NeedRecord) else [])]
        entered = [self._categories[code] for code in record.category_codes if code in self._categories]
        above = dict.fromkeys(each.code[:end] for each in entered for end in range(2, len(each.code) + 1, 2))
        labels = [self._categories[code].label_zh for code in above]
        found = defaultdict[str, float](float)
        for parts, weight in (
            ([record.title], title),
            (texts, 1.0),
            (labels, LABELS),
            ([name for each in entered for name in each.synonyms], SYNONYMS),
        ):
            for word in self._words(parts):
                found[word] += weight
        for name in self._names.held_by(normalize("。".join([record.title, *texts]))):
            found[name] += NAMED
        return found

    def _words(self, parts: Iterable[str]) -> list[str]:
        return [word for part in parts for word in self._lexicon.words(normalize(part))]


def _kinship(need: NeedRecord, offer: OfferRecord) -> float:
    asked, served = set(need.population_codes), set(offer.population_codes)
    if asked & served:
        return 1.0
    return AKIN if {code[:FAMILY] for code in asked} & {code[:FAMILY] for code in served} else 0.0
