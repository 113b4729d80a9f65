"""The batch kernel: many subjects against one shard, compiled by numba. Only `batch` loads this module, and only
where numba is installed; what it computes is defined by `criteria`, `filters` and `points`, and `vectors` does the
same without it.

Per subject: add up the postings, look at the reach bits of every row, test the filters of those within reach,
score those admitted, keep the best. Sums run in the order of the scalar reference in double precision and the final
points are whole numbers, so all engines agree to the last digit. A quick estimate saves the exact division where a
pair cannot come among the best.
"""

import numpy as np
from numba import njit

from app.matching.columns import (
    EARLIEST,
    IN_RECTIFICATION,
    IN_TURNS,
    INACTIVE,
    LATEST,
    LOCATED,
    NOT_COMPARABLE,
    UNKNOWN,
    UNLIMITED,
    WORDED,
    YEARLY_PRICE,
)
from app.matching.criteria import IN_TURNS_AT_LEAST
from app.matching.vectors import NEAR

BARRED = IN_RECTIFICATION | INACTIVE
LEVELS = len(NEAR)
ROUNDING = 5  # ten-thousandths: eight roundings of a half, and one to spare
NEAREST = NEAR
compiled = njit(cache=True, nogil=True, inline="never")
inlined = njit(cache=True, nogil=True, inline="always")


@inlined
def _nearness(needs, i, offers, j):
    near = 0.0
    for item in range(offers.place_start[j], offers.place_start[j + 1]):
        place = offers.place[item]
        for level in range(LEVELS):
            if needs.places[i, level] == place and NEAREST[level] > near:
                near = NEAREST[level]
    return near


@inlined
def _qualified(needs, i, offers, j):
    if needs.qualified[i] & ~offers.qualified[j]:
        return False
    for asked in range(needs.named_start[i], needs.named_start[i + 1]):
        held = False
        for item in range(offers.named_start[j], offers.named_start[j + 1]):
            held |= needs.named[asked] == offers.named[item]
        if not held:
            return False
    return True


@inlined
def _whole_price(needs, i, offers, j):
    months = 12
    if offers.kind[j] == YEARLY_PRICE and needs.length[i] > 0:
        months = needs.length[i]
    return offers.price[j] * months


@inlined
def _admitted(needs, i, offers, j, near, fitting):
    if offers.flags[j] & BARRED:
        return False
    if offers.opens[j] > needs.ends[i] or offers.closes[j] < needs.starts[i]:
        return False
    if near == 0.0 and needs.flags[i] & LOCATED and offers.flags[j] & LOCATED:
        return False
    money = 12 * needs.budget[i]
    if money > 0 and offers.kind[j] != NOT_COMPARABLE and 10 * _whole_price(needs, i, offers, j) > 11 * money:
        return False
    return _qualified(needs, i, offers, j)


@inlined
def _apart(mine, others, fitting):
    return mine != 0 and others != 0 and others & fitting == 0


@inlined
def _time(needs, i, offers, j):
    value = np.nan
    if needs.length[i] > 0 and (offers.opens[j] != EARLIEST or offers.closes[j] != LATEST):
        starts, ends = np.int64(needs.starts[i]), np.int64(needs.ends[i])
        shared = min(ends, np.int64(offers.closes[j])) - max(starts, np.int64(offers.opens[j])) + 1
        value = max(0.0, shared / (ends - starts + 1))
    if needs.months[i] and offers.months[j]:
        fewer = min(_count(needs.months[i]), _count(offers.months[j]))
        months = _count(needs.months[i] & offers.months[j]) / fewer
        if np.isnan(value) or months < value:
            value = months
    return value


@inlined
def _count(bits):
    found = 0
    for bit in range(12):
        found += (bits >> bit) & 1
    return found


@inlined
def _capacity(needs, i, offers, j):
    amount, people = offers.amount[j], needs.people[i]
    if amount == UNKNOWN or people == 0:
        return np.nan
    if amount == UNLIMITED:
        return 1.0
    share = min(1.0, amount / people)
    return max(IN_TURNS_AT_LEAST, share) if offers.flags[j] & IN_TURNS else share


@inlined
def _budget(needs, i, offers, j):
    money = 12 * needs.budget[i]
    if money <= 0 or offers.kind[j] == NOT_COMPARABLE:
        return np.nan
    price = _whole_price(needs, i, offers, j)
    return 1.0 if price <= money else max(0.0, 3.0 - 2.0 * (price / money))


@inlined
def _population(kin, others):
    """`kin`: per group of the other side, how well it suits the subject's best; NaN where either names none."""
    value, bit = 0.0, 0
    while others:
        if others & np.uint64(1) and kin[bit] > value:
            value = kin[bit]
        others >>= np.uint64(1)
        bit += 1
    return value


@inlined
def _about(wanted, about_start, about, about_value, row):
    total = 0.0
    for item in range(about_start[row], about_start[row + 1]):
        total += wanted[about[item]] * np.float64(about_value[item])
    return total


@inlined
def _admit(rows, points, values, s, count, top, row, score, found):
    """Put a row in its place among the best of subject `s`; the number of the best after it."""
    for place in range(count):
        if rows[s, place] == row:
            return count
    place = count if count < top else top - 1
    while place > 0 and (points[s, place - 1] < score or (points[s, place - 1] == score and rows[s, place - 1] > row)):
        rows[s, place] = rows[s, place - 1]
        points[s, place] = points[s, place - 1]
        if len(values):
            values[s, place] = values[s, place - 1]
        place -= 1
    rows[s, place] = row
    points[s, place] = score
    if len(values):
        for criterion in range(8):
            values[s, place, criterion] = found[criterion]
    return min(count + 1, top)


@compiled
def rank_offers(places, chosen, needs, words, shard_rows, offers, postings, frame, weights, rows, points, values, counts):
    """The best offers of one shard for the needs at `places` of `chosen`, joined to the best found so far.

    `words` of the needs and `postings` of the shard in compressed form; `frame` (kinship, compatible, dimensions);
    `rows`, `points` (places × top) and `counts` are written to, `values` (× 8) too unless it is empty.
    """
    kinship, compatible, dimensions = frame
    word_start, terms, word_weights = words
    post_start, post_local, post_weights = postings
    size, top = len(shard_rows), rows.shape[1]
    shares, wanted, kin = np.zeros(size), np.zeros(dimensions), np.zeros(len(kinship))
    found = np.zeros(8)
    near_by = np.empty(size, np.int32)
    for s in places:
        i = chosen[s]
        shares[:] = 0.0
        for item in range(word_start[i], word_start[i + 1]):
            term = terms[item]
            if term + 1 < len(post_start):
                asked = np.float64(word_weights[item])
                for posting in range(post_start[term], post_start[term + 1]):
                    shares[post_local[posting]] += post_weights[posting] * asked
        for item in range(needs.about_start[i], needs.about_start[i + 1]):
            wanted[needs.about[item]] = needs.about_value[item]
        fitting = _suiting(kinship, compatible, needs.groups[i], kin, True)
        reached, mask = 0, needs.reach[i]
        for j in range(size):
            near_by[reached] = j
            reached += (offers.reach[j] & mask) != 0
        for candidate in range(reached):
            j = near_by[candidate]
            near = _nearness(needs, i, offers, j)
            if _apart(needs.groups[i], offers.groups[j], fitting) or not _admitted(needs, i, offers, j, near, fitting):
                continue
            _values(needs, i, offers, j, shares[j], wanted, True, near, kin, found)
            counts[s] = _score(found, weights, rows, points, values, s, counts[s], top, shard_rows[j])
        for item in range(needs.about_start[i], needs.about_start[i + 1]):
            wanted[needs.about[item]] = 0.0


@compiled
def rank_needs(places, chosen, offers, words, shard_rows, needs, postings, frame, weights, rows, points, values, counts):
    """The mirror of `rank_offers`: the best needs of one shard for the offers at `places` of `chosen`."""
    kinship, compatible, dimensions = frame
    word_start, terms, word_weights = words
    post_start, post_local, post_weights = postings
    size, top = len(shard_rows), rows.shape[1]
    shares, wanted, kin = np.zeros(size), np.zeros(dimensions), np.zeros(len(kinship))
    found = np.zeros(8)
    near_by = np.empty(size, np.int32)
    for s in places:
        j = chosen[s]
        shares[:] = 0.0
        for item in range(word_start[j], word_start[j + 1]):
            term = terms[item]
            if term + 1 < len(post_start):
                given = np.float64(word_weights[item])
                for posting in range(post_start[term], post_start[term + 1]):
                    shares[post_local[posting]] += given * post_weights[posting]
        for item in range(offers.about_start[j], offers.about_start[j + 1]):
            wanted[offers.about[item]] = offers.about_value[item]
        fitting = _suiting(kinship, compatible, offers.groups[j], kin, False)
        reached, mask = 0, offers.reach[j]
        for i in range(size):
            near_by[reached] = i
            reached += (needs.reach[i] & mask) != 0
        for candidate in range(reached):
            i = near_by[candidate]
            near = _nearness(needs, i, offers, j)
            if _apart(offers.groups[j], needs.groups[i], fitting) or not _admitted(needs, i, offers, j, near, fitting):
                continue
            _values(needs, i, offers, j, shares[i], wanted, False, near, kin, found)
            counts[s] = _score(found, weights, rows, points, values, s, counts[s], top, shard_rows[i])
        for item in range(offers.about_start[j], offers.about_start[j + 1]):
            wanted[offers.about[item]] = 0.0


@inlined
def _suiting(kinship, compatible, groups, kin, of_need):
    """Fills `kin` for the subject's groups; the groups of the other side whose ages go together with any of them."""
    fitting = np.uint64(0)
    kin[:] = 0.0
    for group in range(len(kin)):
        if groups >> np.uint64(group) & np.uint64(1):
            fitting |= compatible[group]
            for other in range(len(kin)):
                value = kinship[group, other] if of_need else kinship[other, group]
                kin[other] = max(kin[other], value)
    return fitting


@inlined
def _values(needs, i, offers, j, share, wanted, forward, near, kin, found):
    """The eight values of a pair in the order of CRITERIA; `wanted` is the subject's signature, spread out."""
    worded = needs.flags[i] & offers.flags[j] & WORDED
    found[0] = np.sqrt(min(1.0, share)) if worded else np.nan
    known = needs.about_start[i + 1] > needs.about_start[i] and offers.about_start[j + 1] > offers.about_start[j]
    found[1] = np.nan
    if known and forward:
        found[1] = min(1.0, _about(wanted, offers.about_start, offers.about, offers.about_value, j))
    elif known:
        found[1] = min(1.0, _about(wanted, needs.about_start, needs.about, needs.about_value, i))
    others = offers.groups[j] if forward else needs.groups[i]
    found[2] = _population(kin, others) if needs.groups[i] != 0 and offers.groups[j] != 0 else np.nan
    found[3] = near if needs.flags[i] & LOCATED and offers.flags[j] & LOCATED else np.nan
    found[4] = _budget(needs, i, offers, j)
    found[5] = _time(needs, i, offers, j)
    found[6] = _capacity(needs, i, offers, j)
    found[7] = offers.rating[j]


@inlined
def _score(found, weights, rows, points, values, s, count, top, row):
    """Counts a pair's points and admits it among the best; the number of the best after it."""
    total = np.int64(0)
    sum_ = 0.0
    for criterion in range(8):
        if not np.isnan(found[criterion]):
            total += weights[criterion]
            sum_ += weights[criterion] * found[criterion]
    if total == 0:
        score = 0
    else:
        if count == top and 10_000.0 * sum_ / total + ROUNDING < points[s, top - 1]:
            return count
        score = 0
        for criterion in range(8):
            if not np.isnan(found[criterion]):
                whole = np.int64(np.rint(found[criterion] * 10_000.0))
                score += (2 * weights[criterion] * whole + total) // (2 * total)
    if count == top and (points[s, top - 1] > score or (points[s, top - 1] == score and rows[s, top - 1] < row)):
        return count
    return _admit(rows, points, values, s, count, top, row, score, found)
