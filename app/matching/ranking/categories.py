"""Which services a record is about: a distribution over the leaves of the taxonomy.

What hurried users enter is blank, coarse or wrong in four rows of ten, so the entered code is a prior and
the text is the evidence (Bayes): a code fits as far as nothing in the text speaks for another. What neither text nor
code speaks for is not known, and is not shared out among what they do speak for.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.meaning import LENGTH, NOT_MEANT, closeness, stacked, vector, whole
from app.matching.ranking.text import Lexicon, Statistics, Terms

Floats = NDArray[np.float64]

PARENT_TIMES, TOP_TIMES = 0.3, 0.1  # how much of a leaf's description is its parents'
ENTERED_SHARE = 0.15  # prior weight of the entered code; the rest is spread over all leaves
UNKNOWN = 0.1  # prior weight of what is not known: a code on which the text is silent is right in six of ten then
FULL_EVIDENCE = 3.0  # what one telling word of a label amounts to; a text that says less speaks that much lower
CLOSE_AT_ALL = 0.15  # closeness in meaning from which on a text speaks for a leaf; 1 where both mean the same
DOUBT = 0.1  # likelihood left to a leaf of which the text says nothing
SHARPNESS = 2  # independent hints that one matching term stands for
LEVELS = {6: 0.5, 4: 0.3, 2: 0.2}  # same leaf, same parent, same top: shares of closeness
KIND = 4  # digits of a parent's code
TOP_SHARE = LEVELS[2]  # the closeness of two records that have no parent in common is never above it
MOST_NODES = 10  # a record is taken to be about no more services than this, and no more kinds of them
LEAST_SHARE = 0.01  # what is less likely than this is not what a record is about
CLEAR = 0.5  # share from which on a category is what a record is said to be about
IN_TOP = 0.1  # share of what is known that makes a record belong to a top-level category

Signature = Mapping[int, float]


class Hint(NamedTuple):
    """What a term says: how rare it is among the leaves, and how much of each leaf's description it is."""

    rarity: float
    places: list[tuple[int, float]]

    def weight(self, times: float) -> float:
        return times / (times + 1) * self.rarity


def _apart_from_each_other(meanings: Sequence[bytes]) -> NDArray[np.int64]:
    """The vectors of all leaves without what is common to all, which tells none from another; zero unless every leaf
    has one. In whole numbers, so that every machine finds the same."""
    vectors = stacked(meanings if all(meanings) else [NOT_MEANT] * len(meanings)).astype(np.int64)
    own = len(vectors) * vectors - vectors.sum(axis=0)
    lengths = np.sqrt(np.maximum(1, (own * own).sum(axis=1, keepdims=True)))
    apart: NDArray[np.int64] = np.rint(LENGTH * own / lengths).astype(np.int64)
    return apart


class Leaves:
    """The taxonomy prepared for reading texts. A leaf is a code without codes below it."""

    def __init__(self, lexicon: Lexicon) -> None:
        categories = sorted(lexicon.reference.categories, key=lambda c: c.code)
        parents = {c.code[:-2] for c in categories}
        self.codes = tuple(c.code for c in categories if c.code not in parents)
        described = {c.code: lexicon.terms(" ".join((c.label_zh, *c.synonyms))) for c in categories}
        texts = [self._description(code, described) for code in self.codes]
        self._hints = self._index(texts, Statistics.of(texts))
        self._meant = _apart_from_each_other([whole(c.meaning) for c in categories if c.code not in parents])
        self._nodes = {size: sorted({code[:size] for code in self.codes}) for size in LEVELS}
        every = [(size, node) for size, nodes in self._nodes.items() for node in nodes]
        self._every = tuple(every)
        self._places = {node: place for place, node in enumerate(every)}
        self._node_of = {
            size: np.array([nodes.index(code[:size]) for code in self.codes], dtype=np.int64)
            for size, nodes in self._nodes.items()
        }

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

    def evidence(self, terms: Terms, meaning: bytes = b"") -> Floats:
        """How strongly a text speaks for each leaf, by its words and by what it means, 0..1; all zero when it speaks
        for none."""
        found = [0.0] * len(self.codes)  # a list: single items of an array are slow
        for term, times in sorted(terms.items()):
            if hint := self._hints.get(term):
                said = hint.weight(times)
                for place, weight in hint.places:
                    found[place] += weight * said
        by_words = np.array(found) / max([*found, FULL_EVIDENCE])
        return np.minimum(1.0, by_words + self._meant_by(meaning)) if meaning else by_words

    def _meant_by(self, meaning: bytes) -> Floats:
        close = closeness(self._meant @ vector(meaning).astype(np.int64))
        return np.asarray(np.clip((close - CLOSE_AT_ALL) / (1 - CLOSE_AT_ALL), 0.0, 1.0))

    def said(self, terms: Terms, code: str) -> dict[str, float]:
        """What of a text speaks for one leaf: the terms, and how strongly each does."""
        leaf = self.codes.index(code)
        known = ((term, times, self._hints[term]) for term, times in sorted(terms.items()) if term in self._hints)
        described = ((term, hint.weight(times), dict(hint.places)) for term, times, hint in known)
        return {term: weight * leaves[leaf] for term, weight, leaves in described if leaf in leaves}

    def entered(self, codes: Iterable[str]) -> Floats:
        """The entered codes as a distribution: a coarse code is spread over its leaves; unknown codes say nothing."""
        rows = [
            np.array([leaf.startswith(code) for leaf in self.codes], dtype=float) for code in sorted(set(codes)) if code
        ]
        known = [row / row.sum() for row in rows if row.any()]
        return np.mean(known, axis=0) if known else np.zeros(len(self.codes))

    def known(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of the codes that this taxonomy has."""
        return tuple(code for code in dict.fromkeys(codes) if (len(code), code) in self._places)

    def infer(self, terms: Terms, codes: Iterable[str], meaning: bytes = b"") -> Floats | None:
        """What the record is about: shares of the leaves that text or codes speak for, and what they leave of 1 is not
        known. None when neither says anything."""
        evidence, entered = self.evidence(terms, meaning), self.entered(codes)
        spoken_for = (evidence > 0) | (entered > 0)
        if not spoken_for.any():
            return None
        prior = (1 - ENTERED_SHARE) / len(self.codes) + ENTERED_SHARE * entered
        joint = np.where(spoken_for, (evidence + DOUBT) ** SHARPNESS * prior, 0.0)
        return np.asarray(joint / (joint.sum() + DOUBT**SHARPNESS * UNKNOWN))

    def signature(self, about: Floats | None) -> Signature:
        """Sparse: dimension → value. Its product with another's is the closeness 0..1 of the two distributions.

        At each level the Hellinger affinity Σ√(p·q), weighed by LEVELS: same leaf 1, same parent 0.5, same top 0.2,
        times how sure both are. Values are single precision, as the arrays keep them.
        """
        values: dict[int, float] = {}
        for size, nodes in ({} if about is None else self._likely(about)).items():
            values |= {self._places[size, node]: math.sqrt(LEVELS[size] * share) for node, share in nodes.items()}
        return {place: float(np.float32(values[place])) for place in sorted(values)}

    def _likely(self, about: Floats) -> dict[int, dict[str, float]]:
        """By level, the top first, what the record may be about and how likely: a leaf only where its parent is likely,
        so that records without a likely parent in common have at most a top in common."""
        found: dict[int, dict[str, float]] = {}
        above: Mapping[str, float] = {"": 1.0}
        for size in sorted(LEVELS):
            found[size] = {node: share for node, share in self._best(about, size) if node[:-2] in above}
            above = found[size]
        return found

    def _shares(self, about: Floats, size: int) -> Floats:
        """Of every node of a level."""
        return np.bincount(self._node_of[size], weights=about, minlength=len(self._nodes[size])).astype(np.float64)

    def _best(self, about: Floats, size: int) -> list[tuple[str, float]]:
        """The likeliest nodes of a level. Of equals either all are among them or none: the order of codes says nothing
        about what a record is about."""
        shares = self._shares(about, size)
        best = np.argsort(-shares, kind="stable")[: MOST_NODES + 1]
        edge = float(shares[best[MOST_NODES]]) if len(best) > MOST_NODES else 0.0
        found = ((self._nodes[size][node], float(shares[node])) for node in best[:MOST_NODES].tolist())
        return [(node, share) for node, share in found if share > edge and share >= LEAST_SHARE]

    def tops(self, about: Floats | None, codes: Iterable[str]) -> tuple[str, ...]:
        """The top-level categories a record belongs to, the likeliest first; those of its entered codes always."""
        inferred: list[str] = []
        if about is not None:
            shares = self._shares(about, 2)
            order = np.argsort(-shares, kind="stable").tolist()
            inferred = [self._nodes[2][top] for top in order if shares[top] >= IN_TOP * about.sum()]
        return tuple(dict.fromkeys([*inferred, *(code[:2] for code in codes if (2, code[:2]) in self._places)]))

    def clear(self, signature: Signature) -> str | None:
        """The narrowest category that a record is more likely about than not: a leaf, its parent or its top. None where
        there is no such: the likeliest of many unlikely ones is not named to anybody."""
        for size, level in LEVELS.items():
            shares = {self._every[place]: value**2 / level for place, value in sorted(signature.items())}
            likeliest = max((node for node in shares if node[0] == size), key=lambda node: shares[node], default=None)
            if likeliest and shares[likeliest] >= CLEAR:
                return likeliest[1]
        return None
