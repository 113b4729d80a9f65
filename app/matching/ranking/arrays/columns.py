"""One side of the market as a struct of arrays, a row a record: what a ranking reads are numbers only.

Money is in whole fen, dates in days since 1970, text and category weights in single precision. What is not
stated has a value of its own (0, NaN, -1 or the ends of time) that the criteria take as "not comparable".
"""

from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import date
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError
from app.matching.ranking import criteria, meaning
from app.matching.ranking.filters import ages_apart
from app.matching.ranking.profiles import NeedProfile, OfferProfile
from app.matching.ranking.records import Population

BITS = 64
LEVELS = (2, 4, 6, 9, 12)  # digits of an area code at each level, province to community
ALL_BITS = (1 << BITS) - 1
STREETS = (1 << BITS // 2) - 1  # the bits of a reach that stand for streets
ANYWHERE = 1 << BITS - 1  # the bit of a reach that stands for no district in particular
DISTRICTS = ALL_BITS ^ STREETS ^ ANYWHERE
EARLIEST, LATEST = np.iinfo(np.int32).min, np.iinfo(np.int32).max
EPOCH = date(1970, 1, 1).toordinal()
NOT_COMPARABLE, WHOLE_PRICE, YEARLY_PRICE, UNIT_PRICE = 0, 1, 2, 3  # kinds of price
UNKNOWN, UNLIMITED = -1, -2  # capacities
WORDED, LOCATED, IN_TURNS, IN_RECTIFICATION, INACTIVE, MEANT = 1, 2, 4, 8, 16, 32  # flags of a row

Array = NDArray[Any]


class TooManyGroups(DomainError):
    """Target groups are the bits of one 64-bit column."""

    status = 503


class NeedColumns(NamedTuple):
    """`reach` see `reach_of`; `kinds` one bit for each parent category it is about; `places` the numbers of the areas
    a community lies in, -1 below its code; `length` in months, 0 when unknown; `named` the numbers of the
    qualifications asked for and `qualified` their bits. Compressed columns: row i lies at start[i]:start[i+1]."""

    reach: NDArray[np.uint64]
    kinds: NDArray[np.uint64]
    groups: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    qualified: NDArray[np.uint64]
    budget: NDArray[np.int64]
    length: NDArray[np.int16]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    months: NDArray[np.uint16]
    people: NDArray[np.int32]
    places: NDArray[np.int32]
    named_start: NDArray[np.int32]
    named: NDArray[np.int32]
    about_start: NDArray[np.int32]
    about: NDArray[np.uint16]
    about_value: NDArray[np.float32]


class OfferColumns(NamedTuple):
    """`reach` the bits of all areas covered and `ANYWHERE`; `kinds` of the parent categories it is about; `place` the
    numbers of the areas covered; `rating` 0..1 or NaN; `named` the numbers of the qualifications held, `qualified`
    their bits."""

    reach: NDArray[np.uint64]
    kinds: NDArray[np.uint64]
    groups: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    qualified: NDArray[np.uint64]
    price: NDArray[np.int64]
    kind: NDArray[np.int8]
    opens: NDArray[np.int32]
    closes: NDArray[np.int32]
    months: NDArray[np.uint16]
    amount: NDArray[np.int32]
    rating: NDArray[np.float64]
    place_start: NDArray[np.int32]
    place: NDArray[np.int32]
    named_start: NDArray[np.int32]
    named: NDArray[np.int32]
    about_start: NDArray[np.int32]
    about: NDArray[np.uint16]
    about_value: NDArray[np.float32]


Columns = TypeVar("Columns", NeedColumns, OfferColumns)
RAGGED = {"place": "place_start", "named": "named_start", "about": "about_start", "about_value": "about_start"}


class Frame:
    """What both sides of one market are numbered by. Numbers are only ever added, so older arrays stay true.

    A signature has `dimensions`, of which those in `kinds` are the parents of leaves.
    `spelled` has the word of each number; it only grows, since the collector of garbage looks through a list that is
    made anew, and a city has some hundred thousand words.
    `kinship` of groups (asked for × served) and its different `levels`, highest first; `suits` the same as bits, for
    needs that look for offers and for offers that look for needs; `compatible` the groups whose ages meet.
    """

    NUMBERED = ("words", "areas", "tops", "qualifications")

    def __init__(self, groups: Sequence[Population], dimensions: int, kinds: range) -> None:
        self.words: dict[str, int] = {}
        self.spelled: list[str] = []
        self.areas: dict[str, int] = {}
        self.tops: dict[str, int] = {}
        self.qualifications: dict[str, int] = {}
        self.dimensions, self.kinds = dimensions, kinds
        self.populations = tuple(groups)
        if len(groups) > BITS:
            raise TooManyGroups(groups=len(groups), most=BITS)
        self.groups = {group.code: bit for bit, group in enumerate(groups)}
        self.kinship = np.array([[criteria.kinship(a.code, b.code)[0] for b in groups] for a in groups]).reshape(
            len(groups), len(groups)
        )
        self.levels = np.unique(self.kinship[self.kinship > 0])[::-1].copy()
        self.suits = np.stack([_suiting(self.kinship, self.levels), _suiting(self.kinship.T, self.levels)])
        self.compatible = np.array(
            [sum(1 << bit for bit, b in enumerate(groups) if not ages_apart(a, b)) for a in groups], dtype=np.uint64
        )

    @property
    def bits_tell_qualifications_apart(self) -> bool:
        """No two share a bit yet."""
        return len(self.qualifications) <= BITS


def _suiting(kinship: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Per group and level of kinship, highest first, the bits of the groups that are akin to it at least so much."""
    akin = kinship[:, None, :] >= levels[None, :, None]
    return np.array(
        [[sum(1 << bit for bit in np.flatnonzero(row).tolist()) for row in rows] for rows in akin], dtype=np.uint64
    ).reshape(len(kinship), len(levels))


def _number(known: dict[str, int], key: str, spelled: list[str] | None = None) -> int:
    if (number := known.get(key)) is None:
        with _numbering:  # edits are made ready beside rankings: no two words may get one number
            number = known.setdefault(key, len(known))
            if spelled is not None and number == len(spelled):
                spelled.append(key)
    return number


_numbering = Lock()


def reach_of(code: str) -> int:
    """One bit for the district an area lies in, or `ANYWHERE`, and one for its street, or those of all streets. Areas
    may share a bit, neighbours hardly ever do. Only records that have a bit of each sort in
    common can have to do with each other: most rows need not be looked at."""
    _, _, district, street, _ = LEVELS
    half = BITS // 2
    where = 1 << half + int(code[:district]) % (half - 1) if len(code) >= district else ANYWHERE
    return where | (1 << int(code[:street]) % half if len(code) >= street else STREETS)


def days(day: date | None, missing: int) -> int:
    return missing if day is None else day.toordinal() - EPOCH


def month_bits(months: frozenset[int] | None) -> int:
    return sum(1 << (month - 1) for month in months or ())


class Words(NamedTuple):
    """Term numbers and weights of every row, in compressed form; terms ascend within a row."""

    start: NDArray[np.int64]
    terms: NDArray[np.int32]
    weights: NDArray[np.float32]


class Tops(NamedTuple):
    """Numbers of the top-level categories of every row, the likeliest first, in compressed form."""

    start: NDArray[np.int32]
    tops: NDArray[np.uint8]


def need_columns(profiles: Sequence[NeedProfile], frame: Frame) -> NeedColumns:
    records = [profile.record for profile in profiles]
    about = [profile.signature for profile in profiles]
    named = [[_number(frame.qualifications, word) for word in sorted(set(r.qualifications))] for r in records]
    return NeedColumns(
        reach=_bits([reach_of(r.area) for r in records]),
        kinds=_bits([_kind_bits(row, frame) for row in about]),
        groups=_group_bits(profiles, frame),
        qualified=_qualified(named),
        budget=np.array([criteria.fen(r.budget) for r in records], dtype=np.int64),
        length=np.array([p.length or 0 for p in profiles], dtype=np.int16),
        starts=np.array([days(r.starts_on, EARLIEST) for r in records], dtype=np.int32),
        ends=np.array([days(r.ends_on, LATEST) for r in records], dtype=np.int32),
        months=np.array([month_bits(p.months) for p in profiles], dtype=np.uint16),
        people=np.array([max(0, r.beneficiaries or 0) for r in records], dtype=np.int32),
        flags=np.array([_need_flags(p) for p in profiles], dtype=np.uint8),
        places=np.array([_lies_in(r.area, frame) for r in records], dtype=np.int32).reshape(-1, len(LEVELS)),
        named_start=_starts(named, np.int32),
        named=_flat(named, np.int32),
        about_start=_starts(about, np.int32),
        about=_flat([list(row) for row in about], np.uint16),
        about_value=_flat([list(row.values()) for row in about], np.float32),
    )


def offer_columns(profiles: Sequence[OfferProfile], frame: Frame) -> OfferColumns:
    records = [profile.record for profile in profiles]
    about = [profile.signature for profile in profiles]
    places = [[_number(frame.areas, prefix) for prefix in profile.coverage] for profile in profiles]
    named = [[_number(frame.qualifications, word) for word in sorted(set(r.qualifications))] for r in records]
    prices = [price_of(profile) for profile in profiles]
    return OfferColumns(
        reach=_bits([_reach(p.coverage) for p in profiles]),
        kinds=_bits([_kind_bits(row, frame) for row in about]),
        groups=_group_bits(profiles, frame),
        qualified=_qualified(named),
        price=np.array([amount for amount, _ in prices], dtype=np.int64),
        kind=np.array([kind for _, kind in prices], dtype=np.int8),
        opens=np.array([days(r.available_from, EARLIEST) for r in records], dtype=np.int32),
        closes=np.array([days(r.available_until, LATEST) for r in records], dtype=np.int32),
        months=np.array([month_bits(p.months) for p in profiles], dtype=np.uint16),
        amount=np.array([_room(p) for p in profiles], dtype=np.int32),
        rating=np.array([_grade(p) for p in profiles], dtype=np.float64),
        flags=np.array([_offer_flags(p) for p in profiles], dtype=np.uint8),
        place_start=_starts(places, np.int32),
        place=_flat(places, np.int32),
        named_start=_starts(named, np.int32),
        named=_flat(named, np.int32),
        about_start=_starts(about, np.int32),
        about=_flat([list(row) for row in about], np.uint16),
        about_value=_flat([list(row.values()) for row in about], np.float32),
    )


def words_of(profiles: Sequence[NeedProfile] | Sequence[OfferProfile], frame: Frame) -> Words:
    rows = [
        sorted((_number(frame.words, term, frame.spelled), weight) for term, weight in p.words.items())
        for p in profiles
    ]
    return Words(
        start=_starts(rows, np.int64),
        terms=_flat([[term for term, _ in row] for row in rows], np.int32),
        weights=_flat([[weight for _, weight in row] for row in rows], np.float32),
    )


def tops_of(profiles: Sequence[NeedProfile] | Sequence[OfferProfile], frame: Frame) -> Tops:
    """A record of which nothing is known belongs to the top-level category of no name."""
    rows = [[_number(frame.tops, top) for top in profile.tops or ("",)] for profile in profiles]
    return Tops(_starts(rows, np.int32), _flat(rows, np.uint8))


def take(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """The given rows, in the given order."""
    found = {}
    for name, column in columns._asdict().items():
        if name in RAGGED:
            found[name] = column[ragged_rows(getattr(columns, RAGGED[name]), rows)]
        elif name in RAGGED.values():
            found[name] = ragged_start(column, rows)
        else:
            found[name] = column[rows]
    return type(columns)(**found)


def ragged_start(start: Array, rows: NDArray[np.int64]) -> Array:
    """Where each of the taken rows begins."""
    lengths = (start[1:] - start[:-1])[rows]
    return np.concatenate([[0], np.cumsum(lengths)]).astype(start.dtype)


def ragged_rows(start: Array, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of the items of the taken rows, in order."""
    begins, lengths = start[:-1][rows].astype(np.int64), (start[1:] - start[:-1])[rows].astype(np.int64)
    shift = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(shift + np.arange(lengths.sum()))


def _bits(values: Iterable[int]) -> NDArray[np.uint64]:
    return np.array(list(values), dtype=np.uint64)


def _qualified(named: Sequence[Sequence[int]]) -> NDArray[np.uint64]:
    """Bits that those asked for and those held have in common at least where the qualifications are the same."""
    return _bits([sum({1 << (number % BITS) for number in row}) for row in named])


def _kind_bits(about: Mapping[int, float], frame: Frame) -> int:
    """Not 0 for whoever is about anything; two records without a common bit have at most the top level in common.
    Of whom only the top level is known may be of any kind below it."""
    bits = sum({1 << (dimension % BITS) for dimension in about if dimension in frame.kinds})
    return bits or (ALL_BITS if about else 0)


def _group_bits(profiles: Sequence[NeedProfile] | Sequence[OfferProfile], frame: Frame) -> NDArray[np.uint64]:
    return _bits([sum(1 << frame.groups[group.code] for group in profile.populations) for profile in profiles])


def _lies_in(area: str, frame: Frame) -> list[int]:
    return [_number(frame.areas, area[:size]) if len(area) >= size else -1 for size in LEVELS]


def meet(reach: Any, other: Any) -> Any:
    """Whether two reaches, or each of a column and another, have a bit of a district and one of a street in common."""
    both, streets = reach & other, np.uint64(STREETS)
    return (both & streets != 0) & (both & ~streets != 0)


def _reach(coverage: Sequence[str]) -> int:
    """All bits for whoever covers more than a district; `ANYWHERE` is for needs that name no district."""
    reach = ANYWHERE
    for area in coverage or ("",):
        mine = reach_of(area)
        reach |= ALL_BITS if mine & ANYWHERE else mine
    return reach


def price_of(offer: OfferProfile) -> tuple[int, int]:
    """The price in fen and what it is a price of."""
    yearly = offer.record.price_unit.strip() in criteria.PER_YEAR
    if criteria.has_unit_price(offer):
        return criteria.fen(offer.record.price), UNIT_PRICE
    if not criteria.has_whole_price(offer):
        return 0, NOT_COMPARABLE
    return criteria.fen(offer.record.price), YEARLY_PRICE if yearly else WHOLE_PRICE


def _room(offer: OfferProfile) -> int:
    if offer.capacity is None:
        return UNKNOWN
    return UNLIMITED if offer.capacity.amount is None else offer.capacity.amount


def _grade(offer: OfferProfile) -> float:
    value = criteria.rating_value(offer)
    return float("nan") if value is None else value


def meanings_of(profiles: Sequence[NeedProfile] | Sequence[OfferProfile]) -> meaning.Vector:
    """The vectors of every row, all zero where none is known; `MEANT` says which."""
    return meaning.stacked([profile.meaning for profile in profiles])


def _need_flags(need: NeedProfile) -> int:
    return bool(need.words) * WORDED | bool(need.meaning) * MEANT | bool(need.record.area) * LOCATED


def _offer_flags(offer: OfferProfile) -> int:
    in_turns = offer.capacity is not None and offer.capacity.in_turns
    return (
        bool(offer.words) * WORDED
        | bool(offer.meaning) * MEANT
        | bool(offer.coverage) * LOCATED
        | in_turns * IN_TURNS
        | offer.record.rectification * IN_RECTIFICATION
        | (not offer.record.active) * INACTIVE
    )


def _starts(rows: Sequence[Sized], dtype: type) -> Array:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(dtype)


def _flat(rows: Sequence[Sequence[float]], dtype: type) -> Array:
    return np.array([item for row in rows for item in row], dtype=dtype)
