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
    _, n_kinds, n_groups, n_flags = needs[:4]
    _, o_kinds, o_groups, o_flags = offers[:4]
    suits, levels, compatible, dimensions = frame
    word_start, terms, word_weights = words
    if forward:
        my_kinds, my_groups, my_flags, kinds, groups, flags = n_kinds, n_groups, n_flags, o_kinds, o_groups, o_flags
        my_start, mine, my_value = needs[-3:]
    else:
        my_kinds, my_groups, my_flags, kinds, groups, flags = o_kinds, o_groups, o_flags, n_kinds, n_groups, n_flags
        my_start, mine, my_value = offers[-3:]
    size = len(shard_rows)
    shares, wanted, kin = np.zeros(size), np.zeros(dimensions), np.zeros(len(levels), np.uint64)
    akin, others, found = np.empty(size, np.uint32), np.empty(size, np.uint32), np.zeros(8)
    gate = np.empty(size, np.uint8)
    for s in places:
        subject = np.uint32(chosen[s])
        add_shares(word_start[subject], word_start[subject + 1], terms, word_weights, postings, shares)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = my_value[item]
        fitting = suiting(suits[0 if forward else 1], compatible, my_groups[subject], kin)
        me = (subject, my_groups[subject], my_kinds[subject], my_flags[subject])
        best = (rows[s], points[s], values[s] if len(values) else values[:0, 0])
        seen = (shares, wanted, kin, levels, weights, found)
        if forward:
            open_offers(subject, fitting, needs, offers, gate)
        else:
            open_needs(subject, fitting, offers, needs, gate)
        close, far = split(gate, my_kinds[subject], kinds, akin, others)
        count = weigh(forward, me, akin[:close], shard_rows, needs, offers, seen, best, counts[s])
        left = promising(me, others[:far], shares, kinds, groups, flags, kin, levels, weights, points[s], count)
        counts[s] = weigh(forward, me, others[:left], shard_rows, needs, offers, seen, best, count)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = 0.0


@compiled
def open_offers(need, fitting, needs, offers, gate):
    """Fills `gate`: 1 for every offer within reach that no filter of bits, prices or dates shuts out."""
    _, _, n_groups, _, n_qualified, n_budget, n_length, n_starts, n_ends = needs[:9]
    o_reach, _, o_groups, o_flags, o_qualified, o_price, o_kind, o_opens, o_closes = offers[:9]
    reach, groups, asked = needs[0][need], n_groups[need], n_qualified[need]
    starts, ends, most = n_starts[need], n_ends[need], 11 * 12 * n_budget[need]
    months = np.int64(n_length[need] if n_length[need] > 0 else 12)
    for row in range(len(gate)):
        price = 10 * o_price[row] * (months if o_kind[row] == YEARLY_PRICE else 12)
        gate[row] = (
            (o_reach[row] & reach != 0)
            & ((o_groups[row] & fitting != 0) | (o_groups[row] == 0) | (groups == 0))
            & ((price <= most) | (o_kind[row] == NOT_COMPARABLE) | (most <= 0))
            & (o_opens[row] <= ends)
            & (o_closes[row] >= starts)
            & (asked & ~o_qualified[row] == 0)
            & (o_flags[row] & BARRED == 0)
        )


@compiled
def open_needs(offer, fitting, offers, needs, gate):
    """The mirror of `open_offers`: 1 for every need."""
    o_reach, _, o_groups, o_flags, o_qualified, o_price, o_kind, o_opens, o_closes = offers[:9]
    n_reach, _, n_groups, _, n_qualified, n_budget, n_length, n_starts, n_ends = needs[:9]
    reach, groups, held = o_reach[offer], o_groups[offer], o_qualified[offer]
    price, opens, closes = 10 * o_price[offer], o_opens[offer], o_closes[offer]
    yearly, priced = o_kind[offer] == YEARLY_PRICE, o_kind[offer] != NOT_COMPARABLE
    in_order = o_flags[offer] & BARRED == 0
    for row in range(len(gate)):
        months = np.int64(n_length[row]) if yearly and n_length[row] > 0 else 12
        most = 11 * 12 * n_budget[row]
        gate[row] = (
            (n_reach[row] & reach != 0)
            & ((n_groups[row] & fitting != 0) | (n_groups[row] == 0) | (groups == 0))
            & ((price * months <= most) | (not priced) | (most <= 0))
            & (opens <= n_ends[row])
            & (closes >= n_starts[row])
            & (n_qualified[row] & ~held == 0)
            & in_order
        )


@compiled
def split(gate, my_kinds, kinds, akin, others):
    """Fills `akin` with the open rows that have a parent category in common with the subject, `others` with the rest
    of them; how many of each. Without branches: what they decide cannot be foreseen."""
    close, far = 0, 0
    for row in range(len(gate)):
        related = kinds[row] & my_kinds != 0
        akin[close] = row
        close += gate[row] & related
        others[far] = row
        far += gate[row] & ~related
    return close, far


@compiled
def promising(me, others, shares, kinds, groups, flags, kin, levels, weights, points, count):
    """Keeps of `others`, which have at most a top-level category in common with the subject, those that would come
    among the best were all that is not looked at here perfect; how many they are."""
    _, my_groups, my_kinds, my_flags = me
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
def weigh(forward, me, candidates, shard_rows, needs, offers, seen, best, count):
    """Scores the candidates and admits them among the `best`; how many these are then."""
    # Columns are taken out of their tuples once: inside the loop every access would count references.
    # fmt: off
    (_, _, n_groups, n_flags, n_qualified, n_budget, n_length, n_starts, n_ends, n_months, n_people, n_places,
     n_named_start, n_named, n_about_start, n_about, n_about_value) = needs
    (_, _, o_groups, o_flags, _, o_price, o_kind, o_opens, o_closes, o_months, o_amount, o_rating,
     o_place_start, o_place, o_named_start, o_named, o_about_start, o_about, o_about_value) = offers
    # fmt: on
    subject, my_groups, my_kinds, _ = me
    shares, wanted, kin, levels, weights, found = seen
    rows, points, values = best
    if forward:
        groups, start, about, about_value = o_groups, o_about_start, o_about, o_about_value
    else:
        groups, start, about, about_value = n_groups, n_about_start, n_about, n_about_value
    top, rest = len(rows), weights[4:].sum()
    for candidate in range(len(candidates)):
        other = candidates[candidate]
        i, j = (subject, other) if forward else (other, subject)
        near = nearness(n_places, i, o_place, o_place_start[j], o_place_start[j + 1])
        located = n_flags[i] & o_flags[j] & LOCATED != 0
        if located and near == 0.0:
            continue
        worded = n_flags[i] & o_flags[j] & WORDED != 0
        grouped = my_groups != 0 and groups[other] != 0
        known = my_kinds != 0 and start[other + 1] > start[other]
        text = np.sqrt(min(1.0, shares[other]))
        category = min(1.0, closeness(wanted, about, about_value, start[other], start[other + 1]))
        population = kindest(kin, levels, groups[other])
        # A bound on what the pair can reach, as a product: a quotient costs as much as all four criteria.
        total = rest + weights[0] * worded + weights[1] * known + weights[2] * grouped + weights[3] * located
        weighed = rest + weights[0] * worded * text + weights[1] * known * category
        weighed += weights[2] * grouped * population + weights[3] * located * near
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
        found[3] = near if located else np.nan
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
