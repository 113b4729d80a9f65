"""Which services a record is about: a distribution over the leaves of the taxonomy.

What hurried users enter is blank, coarse or wrong in four rows of ten, so the entered code is a prior and
the text is the evidence (Bayes): a code fits as far as nothing in the text speaks for another.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.text import Lexicon, Statistics, Terms

Floats = NDArray[np.float64]

PARENT_TIMES, TOP_TIMES = 0.3, 0.1  # how much of a leaf's description is its parents'
ENTERED_SHARE = 0.15  # prior weight of the entered code; the rest is spread over all leaves
FULL_EVIDENCE = 3.0  # what one telling word of a label amounts to; a text that says less speaks that much lower
DOUBT = 0.1  # likelihood left to a leaf of which the text says nothing
SHARPNESS = 2  # independent hints that one matching term stands for
LEVELS = {6: 0.5, 4: 0.3, 2: 0.2}  # same leaf, same parent, same top: shares of closeness
KIND = 4  # digits of a parent's code
TOP_SHARE = LEVELS[2]  # the closeness of two records that have no parent in common is never above it
MOST_LEAVES = 10  # a record is taken to be about no more services than this
IN_TOP = 0.1  # share of a distribution that makes a record belong to a top-level category

Signature = Mapping[int, float]


class Hint(NamedTuple):
    """What a term says: how rare it is among the leaves, and how much of each leaf's description it is."""

    rarity: float
    places: list[tuple[int, float]]

    def weight(self, times: float) -> float:
        return times / (times + 1) * self.rarity


class Leaves:
    """The taxonomy prepared for reading texts. A leaf is a code without codes below it."""

    def __init__(self, lexicon: Lexicon) -> None:
        categories = sorted(lexicon.reference.categories, key=lambda c: c.code)
        parents = {c.code[:-2] for c in categories}
        self.codes = tuple(c.code for c in categories if c.code not in parents)
        described = {c.code: lexicon.terms(" ".join((c.label_zh, *c.synonyms))) for c in categories}
        texts = [self._description(code, described) for code in self.codes]
        self._hints = self._index(texts, Statistics.of(texts))
        nodes = [(size, node) for size in LEVELS for node in sorted({code[:size] for code in self.codes})]
        self._places = {node: place for place, node in enumerate(nodes)}

    @property
    def dimensions(self) -> int:
        """One for every leaf, every parent and every top."""
        return len(self._places)

    @staticmethod
    def _description(code: str, described: Mapping[str, Terms]) -> Terms:
        total: dict[str, float] = defaultdict(float)
        for part, times in ((code, 1.0), (code[:-2], PARENT_TIMES), (code[:-4], TOP_TIMES)):
            for term, weight in described.get(part, {}).items():
                total[term] += times * weight
        return total

    def _index(self, texts: Sequence[Terms], statistics: Statistics) -> dict[str, Hint]:
        hints = {term: Hint(statistics.rarity(term), []) for terms in texts for term in terms}
        for place, terms in enumerate(texts):
            weights = {term: hints[term].weight(times) for term, times in sorted(terms.items())}
            length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
            for term, weight in weights.items():
                hints[term].places.append((place, weight / length))
        return hints

    @property
    def kinds(self) -> range:
        """The dimensions of the parents."""
        places = [place for (size, _), place in self._places.items() if size == KIND]
        return range(min(places, default=0), max(places, default=-1) + 1)

    def evidence(self, terms: Terms) -> Floats:
        """How strongly a text speaks for each leaf, 0..1; all zero when it speaks for none."""
        found = [0.0] * len(self.codes)  # a list: single items of an array are slow
        for term, times in sorted(terms.items()):
            if hint := self._hints.get(term):
                said = hint.weight(times)
                for place, weight in hint.places:
                    found[place] += weight * said
        return np.array(found) / max(max(found), FULL_EVIDENCE)

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

    def signature(self, about: Floats | None) -> Signature:
        """Sparse: dimension → value. Its product with another's is the closeness 0..1 of the two distributions.

        At each level the Hellinger affinity Σ√(p·q), weighed by LEVELS: same leaf 1, same parent 0.5, same top 0.2.
        Only the likeliest MOST_LEAVES leaves count; values are single precision, as the arrays keep them.
        """
        found: dict[tuple[int, str], float] = defaultdict(float)
        for code, share in self._likeliest_leaves(about):
            for size in LEVELS:
                found[size, code[:size]] += share
        values = {self._places[node]: math.sqrt(LEVELS[node[0]] * share) for node, share in found.items()}
        return {place: float(np.float32(values[place])) for place in sorted(values)}

    def _likeliest_leaves(self, about: Floats | None) -> list[tuple[str, float]]:
        if about is None:
            return []
        best = np.argsort(-about, kind="stable")[:MOST_LEAVES]
        shares = about[best] / about[best].sum()
        return [(self.codes[leaf], float(share)) for leaf, share in zip(best, shares, strict=True) if share > 0]

    def tops(self, about: Floats | None, codes: Iterable[str]) -> tuple[str, ...]:
        """The top-level categories a record belongs to, the likeliest first; those of its entered codes always."""
        shares: dict[str, float] = defaultdict(float)
        for code, share in self._likeliest_leaves(about):
            shares[code[:2]] += share
        inferred = [top for top in sorted(shares, key=lambda top: (-shares[top], top)) if shares[top] >= IN_TOP]
        return tuple(dict.fromkeys([*inferred, *(code[:2] for code in codes if (2, code[:2]) in self._places)]))

    def likeliest(self, signature: Signature) -> str | None:
        """The leaf that a record is most about; of equals the first. None for a record that is about nothing."""
        leaves = {place: value for place, value in signature.items() if place < len(self.codes)}
        return self.codes[max(leaves, key=lambda place: leaves[place])] if leaves else None
