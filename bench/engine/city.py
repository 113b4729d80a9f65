"""A synthetic city of any size, the same for the same seed, straight in the columns of the engine.

Whatever a record says of categories, groups of people, money, numbers and times it has from a record of the shipped
season that is drawn for it, so all that is as frequent as there. Two thirds of its words are of that record, the others
of another one of the same top-level category: as many as there, and as common. Where it is is drawn anew: 16
districts, 215 streets and 6,000 communities, as in a large Chinese city. An offer reaches as many areas of the same
level as the one it has the rest from.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking.arrays.columns import (
    ALL_BITS,
    ANYWHERE,
    Columns,
    Frame,
    NeedColumns,
    OfferColumns,
    Words,
    reach_of,
)
from app.matching.ranking.arrays.snapshot import Snapshot, Table, snapshot_of, taken, words_at
from app.matching.ranking.prepared import need_table, new_frame, offer_table
from app.matching.ranking.profiles import Reader
from bench.engine.market import season_market
from bench.season import SEASON

DISTRICTS, STREETS, COMMUNITIES = 16, 215, 6_000
IN_CITY, IN_DISTRICT = 4, 6  # digits of the codes of these; longer ones are of streets
OWN_WORDS = 2 / 3  # of a record's words; the rest is another's
HUNDRED = 10_000  # yuan, in fen
SEED = 20180607

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class City:
    """Both sides and what they are numbered by; the district (0: none) of each area."""

    frame: Frame
    needs: Table[NeedColumns]
    offers: Table[OfferColumns]
    districts: Ints

    def snapshot(self) -> Snapshot[OfferColumns]:
        return snapshot_of(self.offers, self.frame)


def city(needs: int, offers: int, seed: int = SEED) -> City:
    """`needs` × `offers` records of one city."""
    draw = np.random.default_rng(seed)
    season, places = _season(), _Places(draw)
    frame = Frame(season.frame.populations, season.frame.dimensions, season.frame.kinds)
    frame.words, frame.tops = season.frame.words, season.frame.tops
    frame.areas = {f"{number:07d}": number for number in range(1 + DISTRICTS + STREETS + COMMUNITIES)}
    return City(
        frame, _needs(draw, season.needs, needs, places), _offers(draw, season, offers, places), places.districts()
    )


class _Season(NamedTuple):
    frame: Frame
    needs: Table[NeedColumns]
    offers: Table[OfferColumns]


@cache
def _season() -> _Season:
    """What the city is made of: the season's records, as the platform reads them."""
    market = season_market(SEASON)
    reader = Reader(market.reference)
    frame, known = new_frame(reader), reader.statistics(market.needs, market.offers)
    return _Season(
        frame, need_table(market.needs, reader, known, frame), offer_table(market.offers, reader, known, frame)
    )


class _Places:
    """Numbers of the areas: 0 the city, then districts, streets, communities; each lies in one above it. `reach` of
    each but the communities."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.district_of = np.concatenate([np.arange(DISTRICTS), draw.integers(0, DISTRICTS, STREETS - DISTRICTS)])
        districts = [f"5301{1 + district:02d}" for district in range(DISTRICTS)]
        streets = [f"{districts[district]}{street:03d}" for street, district in enumerate(self.district_of.tolist())]
        self.reach = np.array([ALL_BITS, *map(reach_of, districts), *map(reach_of, streets)], dtype=np.uint64)
        self.street_of = np.concatenate([np.arange(STREETS), draw.integers(0, STREETS, COMMUNITIES - STREETS)])

    def districts(self) -> Ints:
        """Of every area, 0 of the city."""
        streets = 1 + self.district_of
        return np.concatenate([[0], 1 + np.arange(DISTRICTS), streets, streets[self.street_of]])

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


def _needs(draw: np.random.Generator, season: Table[NeedColumns], count: int, places: _Places) -> Table[NeedColumns]:
    made, inside = _made(draw, season, "N", count), places.above(draw.integers(0, COMMUNITIES, count))
    columns = made.columns._replace(
        reach=places.reach[inside[:, 3]],
        places=inside,
        budget=_about(draw, made.columns.budget, 0.6, 1.6) // HUNDRED * HUNDRED,
        people=_about(draw, made.columns.people, 0.5, 2.0),
    )
    words = made.words
    owner = np.repeat(np.arange(count), np.diff(words.start))
    whole = np.bincount(owner, weights=words.weights, minlength=count)
    shares = words._replace(weights=(words.weights / whole[owner]).astype(np.float32))
    return replace(made, columns=columns, words=shares)


def _offers(draw: np.random.Generator, season: _Season, count: int, places: _Places) -> Table[OfferColumns]:
    made = _made(draw, season.offers, "O", count)
    columns, digits = made.columns, np.array([len(code) for code in season.frame.areas])[made.columns.place]
    district, street = draw.integers(0, DISTRICTS, len(digits)), draw.integers(0, STREETS, len(digits))
    covered = np.where(digits <= IN_CITY, 0, np.where(digits == IN_DISTRICT, 1 + district, 1 + DISTRICTS + street))
    owned = np.repeat(np.arange(count), np.diff(columns.place_start))
    reach = np.full(count, ANYWHERE, dtype=np.uint64)
    np.bitwise_or.at(reach, owned, places.reach[covered])
    return replace(
        made,
        columns=columns._replace(
            reach=reach,
            place=covered.astype(np.int32),
            price=_about(draw, columns.price, 0.7, 1.4),
            amount=np.where(columns.amount > 0, _about(draw, columns.amount, 0.5, 2.0), columns.amount),
        ),
    )


def _about(draw: np.random.Generator, values: NDArray[Any], least: float, most: float) -> NDArray[Any]:
    return (values * draw.uniform(least, most, len(values))).astype(values.dtype)


def _made(draw: np.random.Generator, season: Table[Columns], letter: str, count: int) -> Table[Columns]:
    """Records of the season, drawn with the words of others among theirs."""
    rows = draw.integers(0, len(season), count)
    top = season.tops.tops[season.tops.start[:-1]].astype(np.int64)
    by_top, sizes = np.argsort(top, kind="stable"), np.bincount(top)
    among = np.cumsum(sizes) - sizes
    others = by_top[among[top[rows]] + (draw.random(count) * sizes[top[rows]]).astype(np.int64)]
    made = taken(season, rows)
    ids = np.array([f"{letter}{number:07d}" for number in range(count)])
    return replace(made, ids=ids, words=_mixed(draw, made.words, words_at(season.words, others)))


def _mixed(draw: np.random.Generator, own: Words, lent: Words) -> Words:
    """Some words of both, row by row; a word of both counts as the row's own."""
    kept = draw.random(len(own.terms)) < OWN_WORDS, draw.random(len(lent.terms)) >= OWN_WORDS
    owners = [np.repeat(np.arange(len(words.start) - 1), np.diff(words.start)) for words in (own, lent)]
    owner = np.concatenate([owners[0][kept[0]], owners[1][kept[1]]])
    terms = np.concatenate([own.terms[kept[0]], lent.terms[kept[1]]])
    weights = np.concatenate([own.weights[kept[0]], lent.weights[kept[1]]])
    _, first = np.unique(owner * (1 + int(terms.max())) + terms, return_index=True)
    start = np.concatenate([[0], np.cumsum(np.bincount(owner[first], minlength=len(own.start) - 1))])
    return Words(start.astype(np.int64), terms[first], weights[first])
