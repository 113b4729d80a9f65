"""Which needs of a city are searched among which offers, for peers that know nothing of categories and places.

A need is searched in all categories that it may belong to, as the platform does by default. Needs of the same
categories make a block with the offers of these; `within_reach` the needs must be of one district, too, and the offers
reach it: then a peer is given just the rows that the engine reads.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays.columns import Tops, meet
from bench.engine.city import City

Ints = NDArray[np.int64]
DISTRICT = 2  # the level of a need's areas


class Block(NamedTuple):
    """Rows of both sides, ascending."""

    needs: Ints
    offers: Ints


def blocks(made: City, within_reach: bool) -> Iterator[Block]:
    """Every need stands in one of them."""
    asked, given = masks(made.needs.tops), masks(made.offers.tops)
    district = made.needs.columns.places[:, DISTRICT] if within_reach else np.zeros(len(made.needs), np.int64)
    kinds, of = np.unique(np.stack([asked, district], axis=1), axis=0, return_inverse=True)
    order = np.argsort(of, kind="stable")
    for (mask, _), needs in zip(kinds, np.split(order, np.cumsum(np.bincount(of))[:-1]), strict=True):
        offers = np.flatnonzero(given & mask)
        if within_reach:
            reach = np.bitwise_or.reduce(made.needs.columns.reach[needs])
            offers = offers[meet(made.offers.columns.reach[offers], reach)]
        yield Block(needs, offers)


def masks(tops: Tops) -> Ints:
    """A bit for each top-level category of a record."""
    found: Ints = np.bitwise_or.reduceat(np.int64(1) << tops.tops.astype(np.int64), tops.start[:-1])
    return found
