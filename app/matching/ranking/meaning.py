"""What texts mean, as a model of sentences reads them: vectors of small integers, and how close two of them are.

The vectors come with the records, from wherever they were computed (`app/matching/sentences.py`); a record without
one is compared by its words alone. Products are of whole numbers, so that every engine finds the same.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 192
LENGTH = 256  # of every vector: a component of 8 bits reaches half of it
CLOSE = 0.25  # a sentence so close have nine in ten fitting offers, and one in ten of the others
NOT_MEANT = b""
SENTENCE_END = re.compile(r"(?<=[。！？；!?;\n])")

Vector = NDArray[np.int8]


def text_of(parts: Iterable[str]) -> str:
    """The parts of a record as the one text that is read."""
    return "。".join(part for part in parts if part)


def sentences(parts: Iterable[str]) -> list[str]:
    """The sentences of a record, in their order; a title is one."""
    return [said for part in parts for sentence in SENTENCE_END.split(part) if (said := sentence.strip())]


def vector_at(vectors: bytes, place: int) -> bytes:
    """One of several that were kept together; empty where there are not so many."""
    return vectors[place * DIMENSIONS : (place + 1) * DIMENSIONS]


def whole(vectors: bytes) -> bytes:
    """The vector of a whole text; those of its sentences follow it."""
    return vector_at(vectors, 0)


def closest(meaning: bytes, vectors: bytes, said: Sequence[str], above: float) -> str | None:
    """The sentence of all `said` by a text of these `vectors` that is closest to another's meaning, if closer than
    `above`."""
    own = stacked([vectors])[1:].astype(np.int64)
    if not meaning or not said or len(own) != len(said):
        return None
    products = own @ vector(meaning).astype(np.int64)
    best = int(products.argmax())
    return said[best] if closeness(products[best]) > above else None


def vector(meaning: bytes) -> Vector:
    """All zero where none is known."""
    return np.frombuffer(meaning or bytes(DIMENSIONS), dtype=np.int8)


def stacked(meanings: Sequence[bytes]) -> Vector:
    """One row each."""
    return np.frombuffer(b"".join(m or bytes(DIMENSIONS) for m in meanings), dtype=np.int8).reshape(-1, DIMENSIONS)


def product(one: bytes, other: bytes) -> int:
    return int(vector(one).astype(np.int64) @ vector(other).astype(np.int64))


def closeness(products: Any) -> Any:
    """The cosine of two vectors from their product, 0 where it is below."""
    return np.maximum(products, 0) / LENGTH**2


def blended(share: Any, closeness: Any) -> Any:
    """The share of a need's best possible score that words reach, and above it the square of how close the texts are in
    meaning, both before the root is taken: no text is worth less for being read by the model, too."""
    return share + closeness * closeness
