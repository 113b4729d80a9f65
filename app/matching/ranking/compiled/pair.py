"""What one need and one offer have in common, criterion by criterion, for the kernel: `criteria` compiled by numba and
without branches. A value that cannot be told is not a number.
"""

import numpy as np

from app.matching.compiling import borrowing
from app.matching.ranking.arrays.columns import (
    EARLIEST,
    IN_TURNS,
    LATEST,
    NOT_COMPARABLE,
    UNIT_PRICE,
    UNKNOWN,
    UNLIMITED,
    YEARLY_PRICE,
)
from app.matching.ranking.arrays.vectors import NEAR
from app.matching.ranking.criteria import IN_TURNS_AT_LEAST

LEVELS = len(NEAR)


@borrowing
def suiting(suits, compatible, groups, kin):
    """Fills `kin`, by level of kinship the groups that suit the subject at least so well; returns the groups whose
    ages go together with any of the subject's."""
    fitting = np.uint64(0)
    kin[:] = np.uint64(0)
    for group in range(len(compatible)):
        if groups >> np.uint64(group) & np.uint64(1):
            fitting |= compatible[group]
            for level in range(len(kin)):
                kin[level] |= suits[group, level]
    return fitting


@borrowing
def nearness(places, i, covered, begin, end):
    near = 0.0
    for item in range(begin, end):
        place = covered[item]
        for level in range(LEVELS):
            near = max(near, NEAR[level] if places[i, level] == place else 0.0)
    return near


@borrowing
def holds_all(asked, begin, end, held, held_begin, held_end):
    for wish in range(begin, end):
        holds = False
        for item in range(held_begin, held_end):
            holds |= asked[wish] == held[item]
        if not holds:
            return False
    return True


@borrowing
def whole_price(price, kind, length):
    """In twelfths of a fen, for the need's whole period."""
    return price * (length if kind == YEARLY_PRICE and length > 0 else 12)


@borrowing
def affordable(price, money, kind):
    share = min(1.0, max(0.0, 3.0 - 2.0 * (price / max(1, money))))
    untold = (kind == NOT_COMPARABLE) | ((kind == UNIT_PRICE) & (price <= money))
    return np.nan if (money <= 0) | untold else share


@borrowing
def kindest(kin, levels, others):
    value = 0.0
    for level in range(len(levels) - 1, -1, -1):
        value = levels[level] if others & kin[level] else value
    return value


@borrowing
def time_shared(starts, ends, length, months, opens, closes, offered):
    both = min(np.int64(ends), np.int64(closes)) - max(np.int64(starts), np.int64(opens)) + 1
    asked = np.int64(ends) - np.int64(starts) + 1
    days = max(0.0, both / max(np.int64(1), asked))
    fewest = min(bits(np.int64(months)), bits(np.int64(offered)))
    season = bits(np.int64(months & offered)) / max(np.int64(1), np.int64(fewest))
    dated, seasonal = (length > 0) & ((opens != EARLIEST) | (closes != LATEST)), fewest > 0
    value = min(days if dated else 1.0, season if seasonal else 1.0)
    return value if dated | seasonal else np.nan


@borrowing
def bits(months):
    """How many of the sixteen bits are set."""
    pairs = months - ((months >> 1) & 0x5555)
    fours = (pairs & 0x3333) + ((pairs >> 2) & 0x3333)
    return (((fours + (fours >> 4)) & 0x0F0F) * 0x0101 >> 8) & 0x1F


@borrowing
def room(people, amount, flags):
    share = min(1.0, amount / max(1, people))
    share = max(IN_TURNS_AT_LEAST, share) if flags & IN_TURNS else share
    share = 1.0 if amount == UNLIMITED else share
    return np.nan if (amount == UNKNOWN) | (people == 0) else share
