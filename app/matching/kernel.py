"""The batch kernel: many subjects against one shard, compiled by numba. Only `batch` loads this module, and only
where numba is installed; what it computes is defined by `criteria`, `filters` and `points`, and `vectors` does the
same without it.

Per subject: add up the postings, look at the reach bits of every row, test the filters of those within reach,
score those that can still come among the best, keep these. Four criteria bound what a pair can reach, which settles
most. Sums run in the order of the scalar reference in double precision and the final points are whole numbers, so all
engines agree to the last digit.
"""

import numpy as np
from numba import njit

from app.matching.categories import TOP_SHARE
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
CATEGORY_AT_MOST = TOP_SHARE + 1e-6  # single precision
ROUNDING = 5  # ten-thousandths: eight roundings of a half, and one to spare
compiled = njit(cache=True, nogil=True)


@compiled
def rank(
    forward, places, chosen, words, shard_rows, needs, offers, postings, frame, weights, rows, points, values, counts
):
    """The best of one shard for the subjects at `places` of `chosen`, joined to the best found so far.

    `forward`: the subjects are needs and the shard holds offers; otherwise the other way round. `words` of the
    subjects and `postings` of the shard in compressed form; `frame`: see `Frame`. `rows`, `points`
    (subjects × top) and `counts` are written to, `values` (× 8) too unless it is empty.
    """
    n_reach, n_kinds, n_groups, n_flags = needs[:4]
    o_reach, o_kinds, o_groups, o_flags = offers[:4]
    suits, levels, compatible, dimensions = frame
    word_start, terms, word_weights = words
    if forward:
        my_reach, my_kinds, my_groups, my_flags = n_reach, n_kinds, n_groups, n_flags
        reach, kinds, groups, flags = o_reach, o_kinds, o_groups, o_flags
        my_start, mine, my_value = needs[-3:]
    else:
        my_reach, my_kinds, my_groups, my_flags = o_reach, o_kinds, o_groups, o_flags
        reach, kinds, groups, flags = n_reach, n_kinds, n_groups, n_flags
        my_start, mine, my_value = offers[-3:]
    size = len(shard_rows)
    shares, near, wanted, kin = np.zeros(size), np.zeros(size), np.zeros(dimensions), np.zeros(len(levels), np.uint64)
    akin, others, found = np.empty(size, np.uint32), np.empty(size, np.uint32), np.zeros(8)
    for s in places:
        subject = np.uint32(chosen[s])
        add_shares(word_start[subject], word_start[subject + 1], terms, word_weights, postings, shares)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = my_value[item]
        fitting = suiting(suits[0 if forward else 1], compatible, my_groups[subject], kin)
        me = (subject, my_groups[subject], my_kinds[subject], my_flags[subject], fitting)
        best = (rows[s], points[s], values[s] if len(values) else values[:0, 0])
        seen = (shares, near, wanted, kin, levels, weights, found)
        close, far = split(my_reach[subject], my_kinds[subject], reach, kinds, akin, others)
        close = admitted(forward, me, akin[:close], near, needs, offers)
        count = weigh(forward, me, akin[:close], shard_rows, needs, offers, seen, best, counts[s])
        left = promising(me, others[:far], shares, kinds, groups, flags, kin, levels, weights, points[s], count)
        left = admitted(forward, me, others[:left], near, needs, offers)
        counts[s] = weigh(forward, me, others[:left], shard_rows, needs, offers, seen, best, count)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = 0.0


@compiled
def split(my_reach, my_kinds, reach, kinds, akin, others):
    """Fills `akin` with the rows within reach that have a parent category in common with the subject, `others` with
    the rest of those within reach; how many of each. Without branches: what they decide cannot be foreseen."""
    close, far = 0, 0
    for row in range(len(reach)):
        within, related = reach[row] & my_reach != 0, kinds[row] & my_kinds != 0
        akin[close] = row
        close += within & related
        others[far] = row
        far += within & ~related
    return close, far


@compiled
def promising(me, others, shares, kinds, groups, flags, kin, levels, weights, points, count):
    """Keeps of `others`, which have at most a top-level category in common with the subject, those that would come
    among the best were all that is not looked at here perfect; how many they are."""
    _, my_groups, my_kinds, my_flags, _ = me
    enough = points[-1] - ROUNDING if count == len(points) else -ROUNDING
    rest, kept = weights[3:].sum(), 0
    for candidate in range(len(others)):
        row = others[candidate]
        text = weights[0] * (flags[row] & my_flags & WORDED != 0)
        category = weights[1] * ((kinds[row] != 0) & (my_kinds != 0))
        population = weights[2] * ((groups[row] != 0) & (my_groups != 0))
        weighed = text * np.sqrt(min(1.0, shares[row])) + category * CATEGORY_AT_MOST
        weighed += population * kindest(kin, levels, groups[row])
        others[kept] = row
        kept += 10_000.0 * (weighed + rest) >= enough * (text + category + population + rest)
    return kept


@compiled
def admitted(forward, me, candidates, near, needs, offers):
    """Keeps of the candidates those that no filter shuts out (but for qualifications that share a bit), and how near
    each is; how many they are."""
    # fmt: off
    (_, _, n_groups, n_flags, n_qualified, n_budget, n_length, n_starts, n_ends, _, _, n_places,
     _, _, _, _, _) = needs
    (_, _, o_groups, o_flags, o_qualified, o_price, o_kind, o_opens, o_closes, _, _, _,
     o_place_start, o_place, _, _, _, _, _) = offers
    # fmt: on
    subject, my_groups, _, _, fitting = me
    groups = o_groups if forward else n_groups
    open_ = 0
    for candidate in range(len(candidates)):  # without branches, as in `split`
        other = candidates[candidate]
        i, j = (subject, other) if forward else (other, subject)
        money, price = 12 * n_budget[i], whole_price(o_price[j], o_kind[j], n_length[i])
        near[open_] = nearness(n_places, i, o_place, o_place_start[j], o_place_start[j + 1])
        candidates[open_] = other
        open_ += not (
            (o_flags[j] & BARRED != 0)
            | (o_opens[j] > n_ends[i])
            | (o_closes[j] < n_starts[i])
            | ((my_groups != 0) & (groups[other] != 0) & (groups[other] & fitting == 0))
            | ((money > 0) & (o_kind[j] != NOT_COMPARABLE) & (10 * price > 11 * money))
            | (n_qualified[i] & ~o_qualified[j] != 0)
            | ((n_flags[i] & o_flags[j] & LOCATED != 0) & (near[open_] == 0.0))
        )
    return open_


@compiled
def weigh(forward, me, candidates, shard_rows, needs, offers, seen, best, count):
    """Scores the candidates and admits them among the `best`; how many these are then."""
    # Columns are taken out of their tuples once: inside the loop every access would count references.
    # fmt: off
    (_, _, n_groups, n_flags, n_qualified, n_budget, n_length, n_starts, n_ends, n_months, n_people, _,
     n_named_start, n_named, n_about_start, n_about, n_about_value) = needs
    (_, _, o_groups, o_flags, _, o_price, o_kind, o_opens, o_closes, o_months, o_amount, o_rating,
     _, _, o_named_start, o_named, o_about_start, o_about, o_about_value) = offers
    # fmt: on
    subject, my_groups, my_kinds, _, _ = me
    shares, near, wanted, kin, levels, weights, found = seen
    rows, points, values = best
    if forward:
        groups, start, about, about_value = o_groups, o_about_start, o_about, o_about_value
    else:
        groups, start, about, about_value = n_groups, n_about_start, n_about, n_about_value
    top, rest = len(rows), weights[4:].sum()
    for candidate in range(len(candidates)):
        other = candidates[candidate]
        i, j = (subject, other) if forward else (other, subject)
        located = n_flags[i] & o_flags[j] & LOCATED != 0
        worded = n_flags[i] & o_flags[j] & WORDED != 0
        grouped = my_groups != 0 and groups[other] != 0
        known = my_kinds != 0 and start[other + 1] > start[other]
        text = np.sqrt(min(1.0, shares[other]))
        category = min(1.0, closeness(wanted, about, about_value, start[other], start[other + 1]))
        population = kindest(kin, levels, groups[other])
        # A bound on what the pair can reach, as a product: a quotient costs as much as all four criteria.
        total = rest + weights[0] * worded + weights[1] * known + weights[2] * grouped + weights[3] * located
        weighed = rest + weights[0] * worded * text + weights[1] * known * category
        weighed += weights[2] * grouped * population + weights[3] * located * near[candidate]
        enough = points[top - 1] if count == top else -1
        if 10_000.0 * weighed < (enough - ROUNDING) * total:
            continue
        if n_qualified[i] and not holds_all(
            n_named, n_named_start[i], n_named_start[i + 1], o_named, o_named_start[j], o_named_start[j + 1]
        ):
            continue
        found[0] = text if worded else np.nan
        found[1] = category if known else np.nan
        found[2] = population if grouped else np.nan
        found[3] = near[candidate] if located else np.nan
        price = whole_price(o_price[j], o_kind[j], n_length[i])
        found[4] = affordable(price, 12 * n_budget[i], o_kind[j])
        found[5] = time_shared(n_starts[i], n_ends[i], n_length[i], n_months[i], o_opens[j], o_closes[j], o_months[j])
        found[6] = room(n_people[i], o_amount[j], o_flags[j])
        found[7] = o_rating[j]
        if can_reach(found, weights, enough):
            count = admit(rows, points, values, count, shard_rows[other], score_of(found, weights), found)
    return count


@compiled
def add_shares(begin, end, terms, weights, postings, shares):
    """Fills `shares`: how much of the need's best possible text score each row of the shard reaches."""
    start, local, post_weights = postings
    shares[:] = 0.0
    for item in range(begin, end):
        term = terms[item]
        if term + 1 < len(start):
            weight = np.float64(weights[item])
            for posting in range(start[term], start[term + 1]):
                shares[local[posting]] += post_weights[posting] * weight


@compiled
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


@compiled
def nearness(places, i, covered, begin, end):
    near = 0.0
    for item in range(begin, end):
        place = covered[item]
        for level in range(LEVELS):
            near = max(near, NEAR[level] if places[i, level] == place else 0.0)
    return near


@compiled
def holds_all(asked, begin, end, held, held_begin, held_end):
    for wish in range(begin, end):
        holds = False
        for item in range(held_begin, held_end):
            holds |= asked[wish] == held[item]
        if not holds:
            return False
    return True


@compiled
def whole_price(price, kind, length):
    """In twelfths of a fen, for the need's whole period."""
    return price * (length if kind == YEARLY_PRICE and length > 0 else 12)


@compiled
def affordable(price, money, kind):
    if money <= 0 or kind == NOT_COMPARABLE:
        return np.nan
    return 1.0 if price <= money else max(0.0, 3.0 - 2.0 * (price / money))


@compiled
def closeness(wanted, about, values, begin, end):
    total = 0.0
    for item in range(begin, end):
        total += wanted[about[item]] * np.float64(values[item])
    return total


@compiled
def kindest(kin, levels, others):
    value = 0.0
    for level in range(len(levels) - 1, -1, -1):
        value = levels[level] if others & kin[level] else value
    return value


@compiled
def time_shared(starts, ends, length, months, opens, closes, offered):
    value = np.nan
    if length > 0 and (opens != EARLIEST or closes != LATEST):
        shared = min(np.int64(ends), np.int64(closes)) - max(np.int64(starts), np.int64(opens)) + 1
        value = max(0.0, shared / (np.int64(ends) - np.int64(starts) + 1))
    if months and offered:
        share = bits(np.int64(months & offered)) / min(bits(np.int64(months)), bits(np.int64(offered)))
        if np.isnan(value) or share < value:
            value = share
    return value


@compiled
def bits(months):
    """How many of the sixteen bits are set."""
    pairs = months - ((months >> 1) & 0x5555)
    fours = (pairs & 0x3333) + ((pairs >> 2) & 0x3333)
    return (((fours + (fours >> 4)) & 0x0F0F) * 0x0101 >> 8) & 0x1F


@compiled
def room(people, amount, flags):
    if amount == UNKNOWN or people == 0:
        return np.nan
    if amount == UNLIMITED:
        return 1.0
    share = min(1.0, amount / people)
    return max(IN_TURNS_AT_LEAST, share) if flags & IN_TURNS else share


@compiled
def can_reach(found, weights, enough):
    total, weighed = 0.0, 0.0
    for criterion in range(8):
        known = not np.isnan(found[criterion])
        total += weights[criterion] if known else 0.0
        weighed += weights[criterion] * found[criterion] if known else 0.0
    return 10_000.0 * weighed >= (enough - ROUNDING) * total


@compiled
def score_of(found, weights):
    """The points of a pair."""
    total = 0.0
    for criterion in range(8):
        total += 0.0 if np.isnan(found[criterion]) else weights[criterion]
    if total == 0.0:
        return 0
    score = 0.0
    for criterion in range(8):  # whole numbers below 2^53, so the quotients are exact enough for their floors
        known = not np.isnan(found[criterion])
        whole = np.rint(found[criterion] * 10_000.0) if known else 0.0
        score += np.floor((2.0 * weights[criterion] * whole + total) / (2.0 * total)) if known else 0.0
    return np.int64(score)


@compiled
def admit(rows, points, values, count, row, score, found):
    """Puts a row in its place among the best, if it belongs there; the number of the best after it."""
    top = len(rows)
    for place in range(count):
        if rows[place] == row:
            return count
    place = count
    while place > 0 and (points[place - 1] < score or (points[place - 1] == score and rows[place - 1] > row)):
        place -= 1
    if place == top:
        return count
    for later in range(min(count, top - 1), place, -1):
        rows[later], points[later] = rows[later - 1], points[later - 1]
        if len(values):
            values[later] = values[later - 1]
    rows[place], points[place] = row, score
    if len(values):
        values[place] = found
    return min(count + 1, top)
