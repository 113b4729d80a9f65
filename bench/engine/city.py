"""A synthetic city of any size, the same for the same seed, straight in the columns of the engine.

Proportions of a large Chinese city: 15 top-level categories, 165 below them and 3,575 leaves; 16 districts, 215
streets and 6,000 communities; 24 target groups, 30 qualifications; words by Zipf's law, half of them of the
service itself; one offer in seven covers the whole city, nearly half a district, the rest a few streets. One record
in seven speaks of two top-level categories.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays.columns import (
    ALL_BITS,
    ANYWHERE,
    BITS,
    EARLIEST,
    LATEST,
    LOCATED,
    NOT_COMPARABLE,
    WHOLE_PRICE,
    WORDED,
    YEARLY_PRICE,
    Frame,
    NeedColumns,
    OfferColumns,
    Tops,
    Words,
    reach_of,
)
from app.matching.ranking.arrays.snapshot import Snapshot, Table, snapshot_of
from app.matching.ranking.categories import LEVELS as CLOSENESS
from app.matching.ranking.records import Population

TOPS, MIDDLES, LEAVES = 15, 165, 3_575
DISTRICTS, STREETS, COMMUNITIES = 16, 215, 6_000
GROUPS, QUALIFICATIONS = 24, 30
WORDS, OWN_WORDS = 60_000, 400  # the vocabulary; the part of it that a leaf speaks of most
NEED_DRAWS, OFFER_DRAWS = 82, 118  # leave about 70 and 97 different words
CITY_WIDE, BY_DISTRICT = 0.15, 0.60
TWO_TOPS = 0.15
KINDS = (NOT_COMPARABLE, WHOLE_PRICE, YEARLY_PRICE)
SEED = 20180607

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class City:
    """Both sides and what an SQL peer needs beside the columns: the tree of areas and of categories."""

    frame: Frame
    needs: Table[NeedColumns]
    offers: Table[OfferColumns]

    def snapshot(self) -> Snapshot[OfferColumns]:
        return snapshot_of(self.offers, self.frame)


def city(needs: int, offers: int, seed: int = SEED) -> City:
    """`needs` × `offers` records of one city."""
    draw = np.random.default_rng(seed)
    frame = Frame(_populations(), LEAVES + MIDDLES + TOPS, range(LEAVES, LEAVES + MIDDLES))
    frame.areas = {f"{number:07d}": number for number in range(1 + DISTRICTS + STREETS + COMMUNITIES)}
    frame.qualifications = {f"Q{number:02d}": number for number in range(QUALIFICATIONS)}
    frame.tops = {f"{number:02d}": number for number in range(TOPS)}
    places = _Places(draw)
    return City(frame, _needs(draw, needs, places), _offers(draw, offers, places))


def _populations() -> list[Population]:
    groups = [f"P{number:02d}" for number in range(1, 13)] + [f"P{number:02d}01" for number in range(1, 13)]
    ages = [(0, 13), (14, 18), None, (60, None), None, None, None, (18, 60), None, None, None, None]
    return [Population(code, code, code, (), *(ages[int(code[1:3]) - 1] or (None, None))) for code in groups]


class _Places:
    """Numbers of the areas: 0 the city, then districts, streets, communities; each lies in one above it."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.district_of = np.concatenate([np.arange(DISTRICTS), draw.integers(0, DISTRICTS, STREETS - DISTRICTS)])
        districts = [f"5301{1 + district:02d}" for district in range(DISTRICTS)]
        streets = [f"{districts[district]}{street:03d}" for street, district in enumerate(self.district_of.tolist())]
        self.district_reach = np.array([reach_of(code) for code in districts], dtype=np.uint64)
        self.street_reach = np.array([reach_of(code) for code in streets], dtype=np.uint64)
        self.street_of = np.concatenate([np.arange(STREETS), draw.integers(0, STREETS, COMMUNITIES - STREETS)])

    def above(self, communities: Ints) -> NDArray[np.int32]:
        """Province (none), city, district, street and community of each."""
        streets = self.street_of[communities]
        levels = (
            np.full(len(communities), -1),
            np.zeros(len(communities)),
            1 + self.district_of[streets],
            1 + DISTRICTS + streets,
            1 + DISTRICTS + STREETS + communities,
        )
        return np.stack(levels, axis=1).astype(np.int32)


def _bit(numbers: Ints) -> NDArray[np.uint64]:
    return np.uint64(1) << numbers.astype(np.uint64)


def _words(draw: np.random.Generator, leaves: Ints, draws: int, *, shares: bool) -> Words:
    """Half of the words of the leaf's own field, half of the whole language, both by Zipf's law."""
    count = len(leaves)
    field = np.minimum((OWN_WORDS * draw.random((count, draws // 2)) ** 3).astype(np.int64), OWN_WORDS - 1)
    own = (leaves[:, None] * 131 + field * 149) % WORDS
    common = np.minimum((WORDS * draw.random((count, draws - draws // 2)) ** 4).astype(np.int64), WORDS - 1)
    terms = np.sort(np.concatenate([own, common], axis=1), axis=1)
    different = np.concatenate([np.ones((count, 1), bool), terms[:, 1:] != terms[:, :-1]], axis=1)
    start = np.concatenate([[0], np.cumsum(different.sum(axis=1))])
    flat = terms[different].astype(np.int32)
    weights = 0.2 + 0.8 * draw.random(len(flat))
    if shares:
        owner = np.repeat(np.arange(count), np.diff(start))
        weights = weights / np.bincount(owner, weights=weights, minlength=count)[owner]
    return Words(start.astype(np.int64), flat, weights.astype(np.float32))


@dataclass(frozen=True)
class _About:
    start: NDArray[np.int32]
    nodes: NDArray[np.uint16]
    values: NDArray[np.float32]
    kinds: NDArray[np.uint64]
    tops: Tops


def _about(draw: np.random.Generator, leaves: Ints) -> _About:
    """A likeliest leaf, a second of the same kind and, for some, a third of another top-level category."""
    count = len(leaves)
    near = np.minimum(leaves + 1 + draw.integers(0, 20, count), LEAVES - 1)
    far = draw.integers(0, LEAVES, count)
    two = draw.random(count) < TWO_TOPS
    shares = np.stack([np.full(count, 0.7), np.full(count, 0.3), np.where(two, 0.4, 0.0)], axis=1)
    shares = shares / shares.sum(axis=1, keepdims=True)
    chosen = np.stack([leaves, near, far], axis=1)
    rows = [_signature(row, share) for row, share in zip(chosen.tolist(), shares.tolist(), strict=True)]
    tops = [_tops(row, share) for row, share in zip(chosen.tolist(), shares.tolist(), strict=True)]
    return _About(
        np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32),
        np.array([node for row in rows for node in row], dtype=np.uint16),
        np.array([value for row in rows for value in row.values()], dtype=np.float32),
        np.array([_kinds(row) for row in rows], dtype=np.uint64),
        Tops(
            np.concatenate([[0], np.cumsum([len(row) for row in tops])]).astype(np.int32),
            np.array([top for row in tops for top in row], dtype=np.uint8),
        ),
    )


def middle_of(leaf: int) -> int:
    return leaf * MIDDLES // LEAVES


def top_of(leaf: int) -> int:
    return middle_of(leaf) * TOPS // MIDDLES


def _signature(leaves: list[int], shares: list[float]) -> dict[int, float]:
    found: dict[int, float] = {}
    for leaf, share in zip(leaves, shares, strict=True):
        nodes = (leaf, LEAVES + middle_of(leaf), LEAVES + MIDDLES + top_of(leaf))
        for node, weight in zip(nodes, CLOSENESS.values(), strict=True):
            if share:
                found[node] = found.get(node, 0.0) + share * weight
    return {node: float(np.sqrt(found[node])) for node in sorted(found)}


def _kinds(signature: dict[int, float]) -> int:
    return sum({1 << (node % BITS) for node in signature if LEAVES <= node < LEAVES + MIDDLES})


def _tops(leaves: list[int], shares: list[float]) -> list[int]:
    return list(dict.fromkeys(top_of(leaf) for leaf, share in zip(leaves, shares, strict=True) if share))


def _leaves(draw: np.random.Generator, count: int) -> Ints:
    return np.minimum((LEAVES * draw.random(count)).astype(np.int64), LEAVES - 1)


def _groups(draw: np.random.Generator, count: int) -> NDArray[np.uint64]:
    one, two = _bit(draw.integers(0, GROUPS, count)), _bit(draw.integers(0, GROUPS, count))
    return np.where(draw.random(count) < 0.3, one | two, one)


def _months(draw: np.random.Generator, count: int) -> NDArray[np.uint16]:
    season = np.uint16(0b11) << draw.integers(0, 11, count).astype(np.uint16)
    return np.where(draw.random(count) < 0.3, season, 0).astype(np.uint16)


def _ids(letter: str, count: int) -> NDArray[np.str_]:
    return np.array([f"{letter}{number:07d}" for number in range(count)])


def _needs(draw: np.random.Generator, count: int, places: _Places) -> Table[NeedColumns]:
    leaves = _leaves(draw, count)
    about, inside = _about(draw, leaves), places.above(draw.integers(0, COMMUNITIES, count))
    begins = draw.integers(17_700, 18_000, count).astype(np.int32)
    length = draw.integers(2, 13, count)
    asks = draw.random(count) < 0.2
    asked = draw.integers(0, QUALIFICATIONS, count)
    columns = NeedColumns(
        reach=places.street_reach[inside[:, 3] - 1 - DISTRICTS],
        kinds=about.kinds,
        groups=_groups(draw, count),
        qualified=np.where(asks, _bit(asked), 0).astype(np.uint64),
        budget=(draw.integers(40, 800, count) * 10_000).astype(np.int64),
        length=length.astype(np.int16),
        starts=begins,
        ends=(begins + 30 * length).astype(np.int32),
        months=_months(draw, count),
        people=draw.integers(10, 400, count).astype(np.int32),
        flags=np.full(count, WORDED | LOCATED, dtype=np.uint8),
        places=inside,
        named_start=np.concatenate([[0], np.cumsum(asks)]).astype(np.int32),
        named=asked[asks].astype(np.int32),
        about_start=about.start,
        about=about.nodes,
        about_value=about.values,
    )
    return Table(_ids("N", count), columns, _words(draw, leaves, NEED_DRAWS, shares=True), about.tops)


def _offers(draw: np.random.Generator, count: int, places: _Places) -> Table[OfferColumns]:
    leaves = _leaves(draw, count)
    about, covered = _about(draw, leaves), _coverage(draw, count, places)
    opens = np.where(draw.random(count) < 0.5, draw.integers(17_500, 17_900, count), EARLIEST)
    closes = np.where(opens == EARLIEST, LATEST, opens + draw.integers(90, 720, count))
    held = draw.random((count, QUALIFICATIONS)) < 0.6
    columns = OfferColumns(
        reach=covered[0],
        kinds=about.kinds,
        groups=_groups(draw, count),
        qualified=(held * (np.uint64(1) << np.arange(QUALIFICATIONS, dtype=np.uint64))).sum(axis=1).astype(np.uint64),
        price=(draw.integers(20, 900, count) * 10_000).astype(np.int64),
        kind=draw.choice(np.array(KINDS, dtype=np.int8), count, p=[0.3, 0.4, 0.3]),
        opens=opens.astype(np.int32),
        closes=closes.astype(np.int32),
        months=_months(draw, count),
        amount=np.where(draw.random(count) < 0.7, draw.integers(10, 500, count), -1).astype(np.int32),
        rating=np.where(draw.random(count) < 0.5, draw.integers(1, 6, count) / 5, np.nan),
        flags=np.full(count, WORDED | LOCATED, dtype=np.uint8),
        place_start=covered[1],
        place=covered[2],
        named_start=np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int32),
        named=np.nonzero(held)[1].astype(np.int32),
        about_start=about.start,
        about=about.nodes,
        about_value=about.values,
    )
    return Table(_ids("O", count), columns, _words(draw, leaves, OFFER_DRAWS, shares=False), about.tops)


def _coverage(draw: np.random.Generator, count: int, places: _Places) -> tuple[Any, Any, Any]:
    """Reach bits, and the numbers of the areas covered in compressed form."""
    kind, district = draw.random(count), draw.integers(0, DISTRICTS, count)
    streets = draw.integers(0, STREETS, (count, 4))
    several = draw.integers(1, 5, count)
    reach, covered = np.zeros(count, dtype=np.uint64), []
    for row in range(count):
        if kind[row] < CITY_WIDE:
            reach[row], mine = np.uint64(ALL_BITS), [0]
        elif kind[row] < BY_DISTRICT:
            reach[row], mine = places.district_reach[district[row]] | np.uint64(ANYWHERE), [int(1 + district[row])]
        else:
            chosen = np.unique(streets[row, : several[row]])
            reach[row] = np.bitwise_or.reduce(places.street_reach[chosen]) | np.uint64(ANYWHERE)
            mine = [int(1 + DISTRICTS + street) for street in chosen]
        covered.append(mine)
    start = np.concatenate([[0], np.cumsum([len(mine) for mine in covered])]).astype(np.int32)
    return reach, start, np.array([place for mine in covered for place in mine], dtype=np.int32)
