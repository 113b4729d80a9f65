"""The batch kernel: many subjects against one shard, compiled by numba. Only `batch` loads this module, and only
where numba is installed; what it computes is defined by `criteria`, `filters` and `points`, and `vectors` does the
same without it.

Per subject: pick the blocks of rows within reach, add up the postings in them, test the filters of bits, prices and
dates, score the rows that can still come among the best, keep these. Four criteria bound what a pair can reach, which
settles most. What is computed of each candidate has no branches, and whole columns are worked through at a time: on
values that cannot be foreseen a branch costs more than the arithmetic it saves. Sums run in the order of the scalar
reference in double precision and the final points are whole numbers, so all engines agree to the last digit.
"""

import numpy as np

from app.matching.categories import TOP_SHARE
from app.matching.columns import IN_RECTIFICATION, INACTIVE, LOCATED, NOT_COMPARABLE, WORDED, YEARLY_PRICE
from app.matching.machine import compiled
from app.matching.pair_nb import (
    affordable,
    closeness,
    holds_all,
    kindest,
    nearness,
    room,
    suiting,
    time_shared,
    whole_price,
)
from app.matching.snapshot import NO_CUTS

BARRED = IN_RECTIFICATION | INACTIVE
CRITERIA = 8
AT_A_TIME = 64  # candidates that are put in order together
CATEGORY_AT_MOST = TOP_SHARE + 1e-6  # single precision
ROUNDING = 5  # ten-thousandths: eight roundings of a half, and one to spare
HALF, ROW_BITS = 32, np.int64(0xFFFFFFFF)  # a key: above, the points; below, all bits less the row


@compiled
def rank(forward, places, chosen, words, shard, needs, offers, frame, weights, rows, points, values, counts):
    """The best of one shard for the subjects at `places` of `chosen`, joined to the best found so far.

    `forward`: the subjects are needs and the shard holds offers; otherwise the other way round. `words` of the
    subjects in compressed form; `shard`: its rows, blocks and postings; `frame`: see `Frame`. `rows`, `points`
    (subjects × top) and `counts` are written to, `values` (× 8) too unless it is empty.
    """
    n_reach, n_kinds, n_groups, n_flags = needs[:4]
    o_reach, o_kinds, o_groups, o_flags = offers[:4]
    shard_rows, (block_reach, block_start), postings = shard
    suits, levels, compatible, dimensions = frame
    word_start, terms, word_weights = words
    if forward:
        my_reach, my_kinds, my_groups, my_flags = n_reach, n_kinds, n_groups, n_flags
        kinds, groups, flags = o_kinds, o_groups, o_flags
        my_start, mine, my_value = needs[-3:]
    else:
        my_reach, my_kinds, my_groups, my_flags = o_reach, o_kinds, o_groups, o_flags
        kinds, groups, flags = n_kinds, n_groups, n_flags
        my_start, mine, my_value = offers[-3:]
    size, top = len(shard_rows), rows.shape[1]
    shares, wanted, kin = np.zeros(size), np.zeros(dimensions, np.float32), np.zeros(len(levels), np.uint64)
    akin, others, gate = np.empty(size, np.uint32), np.empty(size, np.uint32), np.empty(size, np.uint8)
    spans = np.empty((len(block_reach), 2), np.int64)
    best = np.empty((4, top + AT_A_TIME), np.int64)  # keys and columns of `found`, and room to sort both
    found, total, score = np.empty((CRITERIA, top + size)), np.empty(top + size), np.empty(top + size)
    scratch = (found, total, score, best)
    for s in places:
        subject = np.uint32(chosen[s])
        reached = within(my_reach[subject], block_reach, spans)
        add_shares(word_start[subject], word_start[subject + 1], terms, word_weights, postings, reached, shares)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = my_value[item]
        fitting = suiting(suits[0 if forward else 1], compatible, my_groups[subject], kin)
        opened = 0
        for begin, end in reached:
            if forward:
                open_offers(subject, fitting, needs, offers, block_start[begin], block_start[end], gate)
            else:
                open_needs(subject, fitting, offers, needs, block_start[begin], block_start[end], gate)
            opened = gather(gate, block_start[begin], block_start[end], others, opened)
        me = (subject, my_groups[subject], my_kinds[subject], my_flags[subject])
        seen = (shares, wanted, kin, levels, weights)
        met = recall(rows[s], points[s], values[s] if len(values) else values[:0, 0], counts[s], found, best)
        count = len(met)
        close, far = split(others[:opened], my_kinds[subject], kinds, akin)
        count, used = weigh(forward, me, akin[:close], shard_rows, needs, offers, seen, scratch, met, count, count)
        left = promising(me, others[:far], shares, kinds, groups, flags, kin, levels, weights, least(best, top, count))
        count, used = weigh(forward, me, others[:left], shard_rows, needs, offers, seen, scratch, met, count, used)
        counts[s] = note(rows[s], points[s], values[s] if len(values) else values[:0, 0], count, found, best)
        for item in range(my_start[subject], my_start[subject + 1]):
            wanted[mine[item]] = 0.0


@compiled
def within(reach, block_reach, spans):
    """The blocks that hold rows within reach, as spans from one block up to another."""
    count, inside = 0, False
    for block in range(len(block_reach)):
        reached = block_reach[block] & reach != 0
        if reached and not inside:
            spans[count, 0] = block
            count += 1
        if reached:
            spans[count - 1, 1] = block + 1
        inside = reached
    return spans[:count]


@compiled
def open_offers(need, fitting, needs, offers, begin, end, gate):
    """Fills `gate` between two rows: 1 for every offer within reach that no filter of bits, prices or dates shuts
    out."""
    _, _, n_groups, _, n_qualified, n_budget, n_length, n_starts, n_ends = needs[:9]
    o_reach, _, o_groups, o_flags, o_qualified, o_price, o_kind, o_opens, o_closes = offers[:9]
    reach, groups, asked = needs[0][need], n_groups[need], n_qualified[need]
    starts, ends, most = n_starts[need], n_ends[need], 11 * 12 * n_budget[need]
    months = np.int64(n_length[need] if n_length[need] > 0 else 12)
    for row in range(np.uint64(begin), np.uint64(end)):
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
def open_needs(offer, fitting, offers, needs, begin, end, gate):
    """The mirror of `open_offers`: 1 for every need."""
    o_reach, _, o_groups, o_flags, o_qualified, o_price, o_kind, o_opens, o_closes = offers[:9]
    n_reach, _, n_groups, _, n_qualified, n_budget, n_length, n_starts, n_ends = needs[:9]
    reach, groups, held = o_reach[offer], o_groups[offer], o_qualified[offer]
    price, opens, closes = 10 * o_price[offer], o_opens[offer], o_closes[offer]
    yearly, priced = o_kind[offer] == YEARLY_PRICE, o_kind[offer] != NOT_COMPARABLE
    in_order = o_flags[offer] & BARRED == 0
    for row in range(np.uint64(begin), np.uint64(end)):
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
def gather(gate, begin, end, rows, count):
    """Adds the open rows between two to `rows`, of which `count` are filled; how many are then."""
    for row in range(np.uint64(begin), np.uint64(end)):
        rows[count] = row
        count += gate[row]
    return count


@compiled
def split(others, my_kinds, kinds, akin):
    """Moves those that have a parent category in common with the subject from `others` to `akin`; how many are in
    each then."""
    close, far = 0, 0
    for candidate in range(len(others)):
        row = others[candidate]
        related = kinds[row] & my_kinds != 0
        akin[close] = row
        close += related
        others[far] = row
        far += not related
    return close, far


@compiled
def promising(me, others, shares, kinds, groups, flags, kin, levels, weights, enough):
    """Keeps of `others`, which have at most a top-level category in common with the subject, those that would come
    among the best were all that is not looked at here perfect; how many they are."""
    _, my_groups, my_kinds, my_flags = me
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
def weigh(forward, me, candidates, shard_rows, needs, offers, seen, scratch, met, count, used):
    """Scores the candidates and admits them among the best; how many these are then, and how many columns of
    `found` are in use."""
    found, total, score, best = scratch
    top = best.shape[1] - AT_A_TIME
    kept = look(forward, me, candidates, needs, offers, seen, least(best, top, count), found, used)
    consider(forward, me[0], candidates[:kept], needs, offers, found, used)
    score_all(found, used, kept, seen[-1], total, score)
    _, _, _, _, n_qualified = needs[:5]
    n_named_start, n_named = needs[-5:-3]
    o_named_start, o_named = offers[-5:-3]
    more, enough = count, worst(best, top, count)
    for candidate in range(kept):
        other = candidates[candidate]
        i, j = (me[0], other) if forward else (other, me[0])
        key = np.int64(score[candidate]) << HALF | (ROW_BITS - shard_rows[other])
        best[0, more], best[1, more] = key, used + candidate
        more += (
            (key > enough)
            & (len(met) == 0 or absent(key, met))
            & (
                n_qualified[i] == 0
                or holds_all(
                    n_named, n_named_start[i], n_named_start[i + 1], o_named, o_named_start[j], o_named_start[j + 1]
                )
            )
        )
        if more == best.shape[1]:
            count = settle(best, top, more)
            more, enough = count, worst(best, top, count)
    return settle(best, top, more), used + kept


@compiled
def look(forward, me, candidates, needs, offers, seen, enough, found, used):
    """Fills the first four rows of `found` from column `used` on, and keeps of the candidates those in reach that
    these four let come among the best; how many they are."""
    # Columns are taken out of their tuples once: inside the loop every access would count references.
    _, _, n_groups, n_flags, _, _, _, _, _, _, _, n_places, _, _, n_about_start, n_about, n_about_value = needs
    _, _, o_groups, o_flags = offers[:4]
    o_place_start, o_place, _, _, o_about_start, o_about, o_about_value = offers[-7:]
    subject, my_groups, my_kinds, _ = me
    shares, wanted, kin, levels, weights = seen
    if forward:
        groups, start, about, about_value = o_groups, o_about_start, o_about, o_about_value
    else:
        groups, start, about, about_value = n_groups, n_about_start, n_about, n_about_value
    rest, kept = weights[4:].sum(), 0
    for candidate in range(len(candidates)):
        other = candidates[candidate]
        i, j = (subject, other) if forward else (other, subject)
        near = nearness(n_places, i, o_place, o_place_start[j], o_place_start[j + 1])
        flags = n_flags[i] & o_flags[j]
        worded, located = flags & WORDED != 0, flags & LOCATED != 0
        grouped = (my_groups != 0) & (groups[other] != 0)
        known = (my_kinds != 0) & (start[other + 1] > start[other])
        text = np.sqrt(min(1.0, shares[other]))
        category = min(1.0, closeness(wanted, about, about_value, start[other], start[other + 1]))
        population = kindest(kin, levels, groups[other])
        # A bound on what the pair can reach, as a product: a quotient costs as much as all four criteria.
        total = rest + weights[0] * worded + weights[1] * known + weights[2] * grouped + weights[3] * located
        weighed = rest + weights[0] * worded * text + weights[1] * known * category
        weighed += weights[2] * grouped * population + weights[3] * located * near
        candidates[kept] = other
        found[0, used + kept] = text if worded else np.nan
        found[1, used + kept] = category if known else np.nan
        found[2, used + kept] = population if grouped else np.nan
        found[3, used + kept] = near if located else np.nan
        kept += (10_000.0 * weighed >= enough * total) & ((near > 0.0) | (not located))
    return kept


@compiled
def consider(forward, subject, candidates, needs, offers, found, used):
    """Fills the other four rows of `found` from column `used` on."""
    _, _, _, _, _, n_budget, n_length, n_starts, n_ends, n_months, n_people = needs[:11]
    _, _, _, o_flags, _, o_price, o_kind, o_opens, o_closes, o_months, o_amount, o_rating = offers[:12]
    for candidate in range(len(candidates)):
        other, column = candidates[candidate], used + candidate
        i, j = (subject, other) if forward else (other, subject)
        price = whole_price(o_price[j], o_kind[j], n_length[i])
        found[4, column] = affordable(price, 12 * n_budget[i], o_kind[j])
        found[5, column] = time_shared(
            n_starts[i], n_ends[i], n_length[i], n_months[i], o_opens[j], o_closes[j], o_months[j]
        )
        found[6, column] = room(n_people[i], o_amount[j], o_flags[j])
        found[7, column] = o_rating[j]


@compiled
def score_all(found, used, count, weights, total, score):
    """Fills `score` with the points of so many columns of `found` from `used` on; `total` is scratch."""
    total[:count], score[:count] = 0.0, 0.0
    for criterion in range(CRITERIA):
        values, weight = found[criterion, used : used + count], weights[criterion]
        for column in range(count):
            total[column] += 0.0 if np.isnan(values[column]) else weight
    for criterion in range(CRITERIA):  # whole numbers below 2^53, so the quotients are exact enough for their floors
        values, weight = found[criterion, used : used + count], weights[criterion]
        for column in range(count):
            whole = np.rint(values[column] * 10_000.0)
            part = np.floor((2.0 * weight * whole + total[column]) / (2.0 * total[column]))
            score[column] += 0.0 if np.isnan(part) else part


@compiled
def add_shares(begin, end, terms, weights, postings, spans, shares):
    """Fills `shares`: how much of the need's best possible text score each row of the blocks in `spans` reaches."""
    start, local, post_weights, cut, cuts = postings
    shares[:] = 0.0
    for item in range(begin, end):
        term = terms[item]
        if term + 1 >= len(start):
            continue
        weight = np.float64(weights[item])
        if cut[term] == NO_CUTS:
            add_share(start[term], start[term + 1], local, post_weights, weight, shares)
        else:
            for first, last in spans:
                add_share(cuts[cut[term], first], cuts[cut[term], last], local, post_weights, weight, shares)


@compiled
def add_share(begin, end, local, weights, weight, shares):
    for posting in range(np.uint64(begin), np.uint64(end)):  # unsigned: no index counts from the end
        shares[local[posting]] += weights[posting] * weight


@compiled
def least(best, top, count):
    """The points below which nobody comes among the best."""
    return (worst(best, top, count) >> HALF) - ROUNDING


@compiled
def worst(best, top, count):
    """The key that whoever comes among the best has to exceed."""
    return best[0, top - 1] if count == top else np.int64(0)


@compiled
def recall(rows, points, values, count, found, best):
    """The best found in other shards, in the first columns of `found`; their keys."""
    for place in range(count):
        best[0, place] = np.int64(points[place]) << HALF | (ROW_BITS - rows[place])
        best[1, place] = place
        if len(values):
            found[:, place] = values[place]
    return best[0, :count].copy()


@compiled
def absent(key, met):
    found = False
    for each in met:
        found |= each == key
    return not found


@compiled
def settle(best, top, count):
    """Puts so many keys in order, highest first, each where the number of higher ones says; how many of them are
    among the best. Counting is quicker here than sorting: it has no branches."""
    keys, columns, sorted_keys, sorted_columns = best[0], best[1], best[2], best[3]
    for one in range(count):
        key, higher = keys[one], 0
        for other in range(count):
            higher += keys[other] > key
        sorted_keys[higher], sorted_columns[higher] = key, columns[one]
    count = min(count, top)
    keys[:count], columns[:count] = sorted_keys[:count], sorted_columns[:count]
    return count


@compiled
def note(rows, points, values, count, found, best):
    """Writes the best down; how many they are."""
    for place in range(count):
        key = best[0, place]
        rows[place], points[place] = ROW_BITS - (key & ROW_BITS), key >> HALF
        if len(values):
            values[place] = found[:, best[1, place]]
    return count
