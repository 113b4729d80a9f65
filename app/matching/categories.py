"""Which services a record is about: a distribution over the leaves of the taxonomy.

What hurried users enter is blank, coarse or wrong in four rows of ten, so the entered code is a prior and
the text is the evidence (Bayes): a code fits as far as nothing in the text speaks for another.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.matching.text import Lexicon, Statistics, Terms

Floats = NDArray[np.float64]

PARENT_TIMES, TOP_TIMES = 0.3, 0.1  # how much of a leaf's description is its parents'
ENTERED_SHARE = 0.15  # prior weight of the entered code; the rest is spread over all leaves
DOUBT = 0.05  # likelihood left to a leaf of which the text says nothing
SHARPNESS = 3  # independent hints that one matching term stands for
LEVELS = {6: 0.5, 4: 0.3, 2: 0.2}  # same leaf, same parent, same top: shares of closeness


def _damped(times: float, statistics: Statistics, term: str) -> float:
    return times / (times + 1) * statistics.rarity(term)


class Leaves:
    """The taxonomy prepared for reading texts. A leaf is a code without codes below it."""

    def __init__(self, lexicon: Lexicon) -> None:
        categories = sorted(lexicon.reference.categories, key=lambda c: c.code)
        parents = {c.code[:-2] for c in categories}
        self.codes = tuple(c.code for c in categories if c.code not in parents)
        described = {c.code: lexicon.terms(" ".join((c.label_zh, *c.synonyms))) for c in categories}
        texts = [self._description(code, described) for code in self.codes]
        self._statistics = Statistics.of(texts)
        self._hints = self._index(texts)
        self._groups = {size: self._grouping(size) for size in LEVELS}

    @staticmethod
    def _description(code: str, described: Mapping[str, Terms]) -> Terms:
        total: dict[str, float] = defaultdict(float)
        for part, times in ((code, 1.0), (code[:-2], PARENT_TIMES), (code[:-4], TOP_TIMES)):
            for term, weight in described.get(part, {}).items():
                total[term] += times * weight
        return total

    def _index(self, texts: Sequence[Terms]) -> dict[str, list[tuple[int, float]]]:
        hints: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, terms in enumerate(texts):
            weights = {t: _damped(times, self._statistics, t) for t, times in sorted(terms.items())}
            length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
            for term, weight in weights.items():
                hints[term].append((place, weight / length))
        return hints

    def _grouping(self, size: int) -> Floats:
        groups = sorted({code[:size] for code in self.codes})
        inside = [[code[:size] == group for group in groups] for code in self.codes]
        return np.array(inside, dtype=float).reshape(len(self.codes), len(groups))

    def evidence(self, terms: Terms) -> Floats:
        """How strongly a text speaks for each leaf, 0..1; all zero when it speaks for none."""
        found = np.zeros(len(self.codes))
        for term, times in sorted(terms.items()):
            for place, weight in self._hints.get(term, ()):
                found[place] += weight * _damped(times, self._statistics, term)
        return found / found.max() if found.any() else found

    def entered(self, codes: Iterable[str]) -> Floats:
        """The entered codes as a distribution: a coarse code is spread over its leaves; unknown codes say nothing."""
        rows = [
            np.array([leaf.startswith(code) for leaf in self.codes], dtype=float) for code in sorted(set(codes)) if code
        ]
        known = [row / row.sum() for row in rows if row.any()]
        return np.mean(known, axis=0) if known else np.zeros(len(self.codes))

    def infer(self, terms: Terms, codes: Iterable[str]) -> Floats | None:
        """What the record is about, summing to 1; None when neither text nor code says anything."""
        evidence, entered = self.evidence(terms), self.entered(codes)
        if not evidence.any() and not entered.any():
            return None
        likelihood = (evidence + DOUBT) ** SHARPNESS
        prior = (1 - ENTERED_SHARE) / len(self.codes) + ENTERED_SHARE * entered
        joint = likelihood * prior
        return np.asarray(joint / joint.sum())

    def signature(self, about: Floats | None) -> Floats:
        """A vector whose product with another's is the closeness 0..1 of the two distributions.

        At each level the Hellinger affinity Σ√(p·q), weighed by LEVELS: same leaf 1, same parent 0.5, same top 0.2.
        """
        if about is None:
            return np.zeros(sum(group.shape[1] for group in self._groups.values()))
        parts = [math.sqrt(share) * np.sqrt(about @ self._groups[size]) for size, share in LEVELS.items()]
        return np.concatenate(parts)

    def likeliest(self, about: Floats | None) -> str | None:
        return None if about is None else self.codes[int(np.argmax(about))]
