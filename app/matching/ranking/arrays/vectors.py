"""The criteria and filters of `criteria` and `filters` on whole columns: one need against many offers, or one
offer against many needs. Either side may be a single row; the arrays do the rest (broadcasting).

Every sum runs in the order of the scalar reference, in double precision, so that both give the same whole points.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.matching.ranking import criteria, meaning
from app.matching.ranking.arrays.columns import (
    BITS,
    EARLIEST,
    IN_RECTIFICATION,
    IN_TURNS,
    INACTIVE,
    LATEST,
    LEVELS,
    LOCATED,
    NOT_COMPARABLE,
    UNIT_PRICE,
    UNKNOWN,
    UNLIMITED,
    WORDED,
    YEARLY_PRICE,
    Frame,
    NeedColumns,
    OfferColumns,
    Words,
)
from app.matching.ranking.arrays.snapshot import Postings
from app.matching.ranking.filters import FILTERS
from app.matching.ranking.meaning import Vector
from app.matching.ranking.records import CRITERIA

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
BIT_OF = {code: 1 << number for number, (code, _) in enumerate(FILTERS)}
IN_CACHE = 2_048  # vectors that are multiplied together
NEAR = np.array([criteria.NEARNESS[size] for size in LEVELS])


class Seen(NamedTuple):
    """`values` 8 × n, NaN where not comparable; `failed` the bits of all failing filters, by `BIT_OF`."""

    values: Floats
    failed: NDArray[np.uint8]


def shares(postings: Postings, words: Words, size: int) -> Floats:
    """How much of the need's best possible text score each row of the shard reaches, or, of signatures, how close it is
    to what the subject is about; `words` of a single row."""
    known = words.terms < len(postings.start) - 1
    begins, ends = (postings.start[words.terms[known] + after].tolist() for after in (0, 1))
    asked = words.weights[known].astype(np.float64)
    held = [(slice(begin, end), times) for begin, end, times in zip(begins, ends, asked, strict=True) if end > begin]
    if not held:
        return np.zeros(size)
    rows = np.concatenate([postings.local[items] for items, _ in held])
    parts = np.concatenate([postings.weights[items] * times for items, times in held])
    return np.asarray(np.bincount(rows, weights=parts, minlength=size), dtype=np.float64)


def meant(share: Floats, mine: Vector, theirs: Vector) -> Floats:
    """The shares that words reach, and what the texts mean; `mine` is the only vector of a subject, `theirs` has one
    for each share."""
    if not mine.any():
        return share
    products = np.empty(len(share), dtype=np.float32)  # whole numbers below 2^24: no sum of them is rounded
    own = mine[0].astype(np.float32)
    for begin in range(0, len(share), IN_CACHE):
        part = slice(begin, begin + IN_CACHE)
        products[part] = theirs[part].astype(np.float32) @ own
    return np.asarray(meaning.blended(share, meaning.closeness(products.astype(np.float64))))


def nearness(need: NeedColumns, offer: OfferColumns, areas: int) -> Floats:
    """By the narrowest area covered in which the community lies; 0 when none is."""
    near = np.zeros(max(len(need.places), len(offer.place_start) - 1))
    if len(need.places) == 1:
        by_area = np.zeros(areas)
        inside = need.places[0] >= 0
        by_area[need.places[0][inside]] = NEAR[inside]
        owner = np.repeat(np.arange(len(near)), np.diff(offer.place_start))
        np.maximum.at(near, owner, by_area[offer.place])
        return near
    covered = np.isin(need.places, offer.place)
    return np.asarray((covered * NEAR).max(axis=1))


def pair_values(
    frame: Frame, need: NeedColumns, offer: OfferColumns, share: Floats, affinity: Floats, near: Floats
) -> Floats:
    """All eight criteria, in the order of `CRITERIA`: 8 × n."""
    rows = (
        _text(need, offer, share),
        _category(need, offer, affinity),
        _population(frame, need, offer),
        np.where((need.flags & LOCATED != 0) & (offer.flags & LOCATED != 0), near, np.nan),
        _budget(need, offer),
        _time(need, offer),
        _capacity(need, offer),
        offer.rating,
    )
    return np.array([np.broadcast_to(row, share.shape) for row in rows]).reshape(len(CRITERIA), len(share))


def _text(need: NeedColumns, offer: OfferColumns, share: Floats) -> Floats:
    both = (need.flags & WORDED != 0) & (offer.flags & WORDED != 0)
    return np.where(both, np.sqrt(np.minimum(1.0, share)), np.nan)


def _category(need: NeedColumns, offer: OfferColumns, affinity: Floats) -> Floats:
    both = (np.diff(need.about_start) > 0) & (np.diff(offer.about_start) > 0)
    return np.where(both, np.minimum(1.0, affinity), np.nan)


def _population(frame: Frame, need: NeedColumns, offer: OfferColumns) -> Floats:
    """The kinships are few different numbers: for each, the groups that reach it are one mask."""
    forward = len(need.groups) == 1
    subject, others = (need.groups[0], offer.groups) if forward else (offer.groups[0], need.groups)
    kin = np.bitwise_or.reduce(frame.suits[0 if forward else 1][_groups(subject)], axis=0)
    value = np.zeros(len(others))
    for level, mask in zip(frame.levels[::-1], kin[::-1], strict=True):
        value = np.where(others & mask, level, value)
    return np.where((others == 0) | (subject == 0), np.nan, value)


def _groups(bits: np.uint64) -> list[int]:
    return [bit for bit in range(BITS) if int(bits) >> bit & 1]


def whole_prices(need: NeedColumns, offer: OfferColumns) -> Integers:
    """Twelfths of a fen for the need's whole period (0 where not comparable)."""
    months = np.where(need.length > 0, need.length, 12)
    return np.asarray(offer.price * np.where(offer.kind == YEARLY_PRICE, months, 12))


def _budget(need: NeedColumns, offer: OfferColumns) -> Floats:
    money, price = 12 * need.budget, whole_prices(need, offer)
    over = np.maximum(0.0, 3 - 2 * (price / np.maximum(money, 1)))
    told = (offer.kind != NOT_COMPARABLE) & ((offer.kind != UNIT_PRICE) | (price > money))
    comparable = (money > 0) & told
    return np.where(comparable, np.where(price <= money, 1.0, over), np.nan)


def _time(need: NeedColumns, offer: OfferColumns) -> Floats:
    starts, ends = need.starts.astype(np.int64), need.ends.astype(np.int64)
    shared = np.minimum(ends, offer.closes) - np.maximum(starts, offer.opens) + 1
    days = np.maximum(0.0, shared / np.maximum(1, ends - starts + 1))
    dated = (need.length > 0) & ((offer.opens != EARLIEST) | (offer.closes != LATEST))
    fewer = np.minimum(np.bitwise_count(need.months), np.bitwise_count(offer.months))
    months = np.bitwise_count(need.months & offer.months) / np.maximum(fewer, 1)
    return np.fmin(np.where(dated, days, np.nan), np.where(fewer > 0, months, np.nan))


def _capacity(need: NeedColumns, offer: OfferColumns) -> Floats:
    share = np.minimum(1.0, offer.amount / np.maximum(need.people, 1))
    in_turns = np.maximum(criteria.IN_TURNS_AT_LEAST, share)
    value = np.where(offer.flags & IN_TURNS != 0, in_turns, share)
    limited = np.where(offer.amount == UNLIMITED, 1.0, value)
    return np.where((offer.amount == UNKNOWN) | (need.people == 0), np.nan, limited)


def failing(frame: Frame, need: NeedColumns, offer: OfferColumns, near: Floats) -> NDArray[np.uint8]:
    """Every filter each pair fails, as bits: the lowest is the first of the published order."""
    money, price = 12 * need.budget, whole_prices(need, offer)
    tests = {
        "coverage": (need.flags & LOCATED != 0) & (offer.flags & LOCATED != 0) & (near == 0),
        "population": _apart(frame, need, offer),
        "budget": (money > 0) & (offer.kind != NOT_COMPARABLE) & (10 * price > 11 * money),
        "dates": (offer.opens > need.ends) | (offer.closes < need.starts),
        "qualifications": _unqualified(need, offer, len(near)),
        "rectification": offer.flags & IN_RECTIFICATION != 0,
        "inactive": offer.flags & INACTIVE != 0,
    }
    bits = np.zeros(len(near), dtype=np.uint8)
    for code, fails in tests.items():
        bits |= np.where(fails, np.uint8(BIT_OF[code]), np.uint8(0))
    return bits


def _apart(frame: Frame, need: NeedColumns, offer: OfferColumns) -> NDArray[np.bool_]:
    subject, others = (need.groups, offer.groups) if len(need.groups) == 1 else (offer.groups, need.groups)
    fitting = np.bitwise_or.reduce(frame.compatible[_groups(subject[0])])
    return np.asarray((subject[0] != 0) & (others != 0) & (others & fitting == 0))


def _unqualified(need: NeedColumns, offer: OfferColumns, size: int) -> NDArray[np.bool_]:
    """Bits first; where all asked for are there, the numbers decide, since two may share a bit."""
    lacking = np.broadcast_to(need.qualified & ~offer.qualified != 0, size).copy()
    for row in np.flatnonzero(~lacking & np.broadcast_to(need.qualified != 0, size)).tolist():
        asked, held = (_named(side, row if len(side.named_start) > 2 else 0) for side in (need, offer))
        lacking[row] = not set(asked) <= set(held)
    return lacking


def _named(side: NeedColumns | OfferColumns, row: int) -> list[int]:
    found: list[int] = side.named[side.named_start[row] : side.named_start[row + 1]].tolist()
    return found


def seen(frame: Frame, need: NeedColumns, offer: OfferColumns, share: Floats, affinity: Floats) -> Seen:
    """A single need against offers, or needs against a single offer: how far their texts go together and what they are
    about (`shares` of words and of signatures), and what the columns say."""
    if not len(share):
        return Seen(np.zeros((len(CRITERIA), 0)), np.zeros(0, dtype=np.uint8))
    near = nearness(need, offer, len(frame.areas))
    return Seen(pair_values(frame, need, offer, share, affinity, near), failing(frame, need, offer, near))


def points(values: Floats, weights: Integers) -> Integers:
    """The scores in ten-thousandths, from 8 × n values and eight weights in millionths.

    Whole numbers in double precision, a criterion at a time so that they stay in the cache: products stay below 2^53,
    and a quotient of two such numbers is whole or at least a millionth away from it, so none is rounded up.
    """
    told = [~np.isnan(row) for row in values]
    total = np.maximum(1.0, sum(share * row for share, row in zip(weights.tolist(), told, strict=True)))
    score = np.zeros(values.shape[1])
    for share, row, known in zip(weights.tolist(), values, told, strict=True):
        score += np.floor(share * np.rint(np.where(known, row, 0.0) * 10_000) / total)
    return score.astype(np.int64)
