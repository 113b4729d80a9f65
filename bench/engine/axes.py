"""Makes the axes onto which the sentence model's vectors are projected: `python -m bench.engine.axes`.

They are the principal components of what the labels and synonyms of the season's taxonomy mean; no need, no offer and
no judgement is looked at. New axes make other vectors: count the number at the end of `MODEL` on.
"""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.meaning import DIMENSIONS, text_of
from app.matching.sentences import AXES, PACKAGE
from bench.engine.market import season_market
from bench.season import SEASON


def axes_of(vectors: NDArray[Any]) -> NDArray[np.float16]:
    """The axes, a row for each dimension of the model, and below them where on each the mean lies."""
    mean = vectors.mean(axis=0)
    axes = np.linalg.svd(vectors - mean, full_matrices=False)[2][:DIMENSIONS].T
    return np.vstack([axes, mean @ axes]).astype(np.float16)


if __name__ == "__main__":
    labels = [text_of(category.parts) for category in season_market(SEASON).reference.categories]
    np.save(AXES, axes_of(import_module(PACKAGE).USE().encode(labels)))
