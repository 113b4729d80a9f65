"""The batch kernel: many subjects against one shard, compiled by numba. Only `batch` loads this module, and only
where numba is installed; what it computes is defined by `criteria`, `filters` and `points`, and `vectors` does the
same without it.

Per subject: pick the blocks of rows within reach, add up the postings of words and of signatures in them, test the
filters of bits, prices and dates, bound what each open row can reach, score the most hopeful and then whoever can still
come among the best. Text, category and group of people bound a pair, which settles nine of ten. What is computed of
each row has no branches, and whole columns are worked through at a time: on values that cannot be foreseen a branch
costs more than the arithmetic it saves. Sums run in the order of the scalar reference in double precision and the final
points are whole numbers, so all engines agree to the last digit.
"""

import numpy as np

from app.matching.compiling import borrowing
from app.matching.ranking import meaning
from app.matching.ranking.arrays import columns
from app.matching.ranking.arrays.columns import (
    IN_RECTIFICATION,
    INACTIVE,
    LOCATED,
    MEANT,
    NOT_COMPARABLE,
    WORDED,
    YEARLY_PRICE,
    NeedColumns,
    OfferColumns,
)
from app.matching.ranking.arrays.snapshot import NO_CUTS
from app.matching.ranking.compiled.best import (
    AT_A_TIME,
    CRITERIA,
    HALF,
    ROW_BITS,
    absent,
    least,
    note,
    recall,
    settle,
    worst,
)
from app.matching.ranking.compiled.pair import (
    affordable,
    holds_all,
    kindest,
    nearness,
    room,
    suiting,
    time_shared,
    whole_price,
)
from app.matching.ranking.meaning import DIMENSIONS, LENGTH

BARRED = IN_RECTIFICATION | INACTIVE
meet, blended = borrowing(columns.meet), borrowing(meaning.blended)
MENDED = 1e-7
BIN_BITS, BINS = 5, 320  # of points, 32 a bin


def rank(
    forward, positions, chosen, words, shard, meanings, needs, offers, frame, weights, rows, points, values, counts
):
    """The best of one shard for the subjects at `positions` in `chosen`, joined to the best found so far.

    `forward`: the subjects are needs and the shard holds offers; otherwise the other way round. `words` of the
    subjects in compressed form; `shard`: its rows, blocks, postings and nodes; `meanings`: the vectors of the subjects
    and of all others; `frame`: see `Frame`. `rows`, `points` (subjects × top) and `counts` are written to, `values`
    (× 8) too unless it is empty.
    """
    (shard_rows, (block_reach, _), _, _), (suits, levels, compatible, told_apart) = shard, frame
    size, top = len(shard_rows), rows.shape[1]
    best = np.empty((4, top + AT_A_TIME), np.int64)  # keys and columns of `found`, and room to sort both
    scratch = (np.empty((CRITERIA, top + size)), np.empty(top + size), np.empty(top + size), best)
    picked = (np.empty(size, np.uint8), np.empty(size), np.empty(BINS, np.int64), np.empty(size, np.uint32))
    subject = (np.zeros(size), np.zeros(size), np.zeros(len(levels), np.uint64))
    spans, met = np.empty((len(block_reach), 2), np.int64), np.empty(top, np.int64)
    asked = (positions, chosen, words, weights, suits[0 if forward else 1], levels, compatible, told_apart)
    noted = (rows, points, values, counts)
    fill(forward, asked, shard, meanings, needs, offers, noted, (scratch, picked, subject, spans, met))


@borrowing
def fill(forward, asked, shard, meanings, needs, offers, noted, ready):
    """What `rank` does, in the arrays that it made ready."""
    positions, chosen, (word_start, terms, word_weights), weights, suits, levels, compatible, told_apart = asked
    shard_rows, (block_reach, block_start), postings, nodes = shard
    # Handed over as plain tuples: taking named ones apart at the door costs a tenth of a single ranking.
    needs, offers = NeedColumns(*needs), OfferColumns(*offers)
    if forward:
        my_reach, my_kinds, my_groups, my_flags = needs.reach, needs.kinds, needs.groups, needs.flags
        my_start, mine, my_value = needs.about_start, needs.about, needs.about_value
        kinds, groups, flags = offers.kinds, offers.groups, offers.flags
    else:
        my_reach, my_kinds, my_groups, my_flags = offers.reach, offers.kinds, offers.groups, offers.flags
        my_start, mine, my_value = offers.about_start, offers.about, offers.about_value
        kinds, groups, flags = needs.kinds, needs.groups, needs.flags
    scratch, (gate, hope, tally, others), (shares, closeness, kin), spans, met = ready
    found, _, _, best = scratch
    top, counts = len(met), noted[3]
    seen = (shares, closeness, kin, levels, told_apart, weights)
    for s in positions:
        subject = np.uint32(chosen[s])
        reached = spans[: within(my_reach[subject], block_reach, spans)]
        for span in range(len(reached)):
            begin, end = block_start[reached[span, 0]], block_start[reached[span, 1]]
            shares[begin:end], closeness[begin:end] = 0.0, 0.0
        add_shares(word_start[subject], word_start[subject + 1], terms, word_weights, postings, reached, shares)
        add_shares(my_start[subject], my_start[subject + 1], mine, my_value, nodes, reached, closeness)
        fitting = suiting(suits, compatible, my_groups[subject], kin)
        me = (subject, my_groups[subject], my_kinds[subject], my_flags[subject])
        tally[:] = 0
        for span in range(len(reached)):
            begin, end = block_start[reached[span, 0]], block_start[reached[span, 1]]
            open_rows(forward, subject, fitting, needs, offers, begin, end, gate)
            if my_flags[subject] & MEANT:
                blend(meanings[0], subject, gate, begin, end, shard_rows, meanings[1], shares)
            hope_for(me, begin, end, gate, (groups, kinds, flags), seen, hope, tally)
        count = recall(noted, s, found, best, met)
        before, used, above, below = met[:count], count, hopeful(tally, top), np.inf
        for _ in range(2):  # the most hopeful first: few of the others then come among the best
            lowest, opened = max(0.0, above, np.float64(least(best, top, count))), 0
            for span in range(len(reached)):
                begin, end = block_start[reached[span, 0]], block_start[reached[span, 1]]
                opened = gather(hope, begin, end, lowest, below, others, opened)
            some = others[:opened]
            count, used = weigh(forward, me, some, shard_rows, needs, offers, seen, scratch, before, count, used)
            above, below = 0.0, above
        counts[s] = note(noted, s, count, found, best)


@borrowing
def within(reach, block_reach, spans):
    """Fills `spans` with the blocks that hold rows within reach, from one block up to another; how many spans."""
    count, inside = 0, False
    for block in range(len(block_reach)):
        reached = meet(block_reach[block], reach)
        if reached and not inside:
            spans[count, 0] = block
            count += 1
        if reached:
            spans[count - 1, 1] = block + 1
        inside = reached
    return count


@borrowing
def open_rows(forward, subject, fitting, needs, offers, begin, end, gate):
    if forward:
        open_offers(subject, fitting, needs, offers, begin, end, gate)
    else:
        open_needs(subject, fitting, offers, needs, begin, end, gate)


@borrowing
def open_offers(need, fitting, needs, offers, begin, end, gate):
    """Fills `gate` between two rows: 1 for every offer within reach that no filter of bits, prices or dates shuts
    out."""
    o_reach, o_groups, o_flags, o_qualified = offers.reach, offers.groups, offers.flags, offers.qualified
    o_price, o_kind, o_opens, o_closes = offers.price, offers.kind, offers.opens, offers.closes
    reach, groups, asked = needs.reach[need], needs.groups[need], needs.qualified[need]
    starts, ends, most = needs.starts[need], needs.ends[need], 11 * 12 * needs.budget[need]
    months = np.int64(needs.length[need] if needs.length[need] > 0 else 12)
    for row in range(np.uint64(begin), np.uint64(end)):
        price = 10 * o_price[row] * (months if o_kind[row] == YEARLY_PRICE else 12)
        gate[row] = (
            meet(o_reach[row], reach)
            & ((o_groups[row] & fitting != 0) | (o_groups[row] == 0) | (groups == 0))
            & ((price <= most) | (o_kind[row] == NOT_COMPARABLE) | (most <= 0))
            & (o_opens[row] <= ends)
            & (o_closes[row] >= starts)
            & (asked & ~o_qualified[row] == 0)
            & (o_flags[row] & BARRED == 0)
        )


@borrowing
def open_needs(offer, fitting, offers, needs, begin, end, gate):
    """The mirror of `open_offers`: 1 for every need."""
    n_reach, n_groups, n_qualified, n_budget = needs.reach, needs.groups, needs.qualified, needs.budget
    n_length, n_starts, n_ends = needs.length, needs.starts, needs.ends
    reach, groups, held = offers.reach[offer], offers.groups[offer], offers.qualified[offer]
    price, opens, closes = 10 * offers.price[offer], offers.opens[offer], offers.closes[offer]
    yearly, priced = offers.kind[offer] == YEARLY_PRICE, offers.kind[offer] != NOT_COMPARABLE
    in_order = offers.flags[offer] & BARRED == 0
    for row in range(np.uint64(begin), np.uint64(end)):
        months = np.int64(n_length[row]) if yearly and n_length[row] > 0 else 12
        most = 11 * 12 * n_budget[row]
        gate[row] = (
            meet(n_reach[row], reach)
            & ((n_groups[row] & fitting != 0) | (n_groups[row] == 0) | (groups == 0))
            & ((price * months <= most) | (not priced) | (most <= 0))
            & (opens <= n_ends[row])
            & (closes >= n_starts[row])
            & (n_qualified[row] & ~held == 0)
            & in_order
        )


@borrowing
def blend(mine, subject, gate, begin, end, shard_rows, meanings, shares):
    """Adds to the shares that words reach what the texts of the subject and of the open rows mean."""
    for row in range(np.uint64(begin), np.uint64(end)):
        if gate[row]:
            other, product = shard_rows[row], np.int32(0)
            for dimension in range(DIMENSIONS):
                product += np.int32(mine[subject, dimension]) * np.int32(meanings[other, dimension])
            shares[row] = blended(shares[row], max(0.0, product / LENGTH**2))


@borrowing
def hope_for(me, begin, end, gate, theirs, seen, hope, tally):
    """Fills `hope` between two rows: the points of an open row were all that is not looked at here perfect, and -1 for
    who is shut out. Adds to `tally` how many have how much, those who are shut out first."""
    (_, my_groups, my_kinds, my_flags), (groups, kinds, flags) = me, theirs
    shares, closeness, kin, levels, _, weights = seen
    rest = weights[3:].sum()
    hope[begin:end] = 0.0
    for level in range(len(levels) - 1, -1, -1):  # level by level, so that whole columns are worked through
        value, akin = levels[level], kin[level]
        for row in range(np.uint64(begin), np.uint64(end)):
            hope[row] = value if groups[row] & akin != 0 else hope[row]
    for row in range(np.uint64(begin), np.uint64(end)):
        text = weights[0] * (flags[row] & my_flags & WORDED != 0)
        category = weights[1] * ((kinds[row] != 0) & (my_kinds != 0))
        population = weights[2] * ((groups[row] != 0) & (my_groups != 0))
        weighed = text * np.sqrt(min(1.0, shares[row])) + category * min(1.0, closeness[row]) + population * hope[row]
        points = 10_000.0 * (weighed + rest) / max(1.0, text + category + population + rest)
        hope[row] = points if gate[row] else -1.0
    for row in range(np.uint64(begin), np.uint64(end)):
        tally[(np.int64(hope[row]) >> BIN_BITS) + 1] += 1


@borrowing
def hopeful(tally, top):
    """The hope that as many rows as are wanted have, or some more."""
    found = 0
    for place in range(BINS - 1, 0, -1):
        found += tally[place]
        if found >= top:
            return np.float64((place - 1) << BIN_BITS)
    return 0.0


@borrowing
def gather(hope, begin, end, lowest, below, rows, count):
    """Adds the rows between two whose hope is at least `lowest` and below `below` to `rows`, of which `count` are
    filled; how many are then."""
    for row in range(np.uint64(begin), np.uint64(end)):
        rows[count] = row
        count += (hope[row] >= lowest) & (hope[row] < below)
    return count


@borrowing
def weigh(forward, me, candidates, shard_rows, needs, offers, seen, scratch, met, count, used):
    """Scores the candidates and admits them among the best; how many these are then, and how many columns of
    `found` are in use."""
    found, total, score, best = scratch
    told_apart, weights = seen[-2:]
    top = best.shape[1] - AT_A_TIME
    kept = look(forward, me, candidates, needs, offers, seen, found, used)
    consider(forward, me[0], candidates[:kept], needs, offers, found, used)
    score_all(found, used, kept, weights, total, score)
    n_qualified, n_named, n_named_start = needs.qualified, needs.named, needs.named_start
    o_named, o_named_start = offers.named, offers.named_start
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
                told_apart
                or n_qualified[i] == 0
                or holds_all(
                    n_named, n_named_start[i], n_named_start[i + 1], o_named, o_named_start[j], o_named_start[j + 1]
                )
            )
        )
        if more == best.shape[1]:
            count = settle(best, top, more)
            more, enough = count, worst(best, top, count)
    return settle(best, top, more), used + kept


@borrowing
def look(forward, me, candidates, needs, offers, seen, found, used):
    """Fills the first four rows of `found` from column `used` on, and keeps of the candidates those in reach; how many
    they are."""
    # Columns are taken out of their tuples once: inside the loop every access would count references.
    n_flags, n_places = needs.flags, needs.places
    o_flags, o_place, o_place_start = offers.flags, offers.place, offers.place_start
    groups, kinds = (offers.groups, offers.kinds) if forward else (needs.groups, needs.kinds)
    (subject, my_groups, my_kinds, _), (shares, closeness, kin, levels, _, _) = me, seen
    kept = 0
    for candidate in range(len(candidates)):
        other = candidates[candidate]
        i, j = (subject, other) if forward else (other, subject)
        near = nearness(n_places, i, o_place, o_place_start[j], o_place_start[j + 1])
        flags = n_flags[i] & o_flags[j]
        located = flags & LOCATED != 0
        text, category = np.sqrt(min(1.0, shares[other])), min(1.0, closeness[other])
        population = kindest(kin, levels, groups[other])
        candidates[kept] = other
        found[0, used + kept] = text if flags & WORDED != 0 else np.nan
        found[1, used + kept] = category if (my_kinds != 0) & (kinds[other] != 0) else np.nan
        found[2, used + kept] = population if (my_groups != 0) & (groups[other] != 0) else np.nan
        found[3, used + kept] = near if located else np.nan
        kept += (near > 0.0) | (not located)
    return kept


@borrowing
def consider(forward, subject, candidates, needs, offers, found, used):
    """Fills the other four rows of `found` from column `used` on."""
    n_budget, n_length, n_starts, n_ends = needs.budget, needs.length, needs.starts, needs.ends
    n_months, n_people, o_months, o_amount = needs.months, needs.people, offers.months, offers.amount
    o_flags, o_price, o_kind, o_rating = offers.flags, offers.price, offers.kind, offers.rating
    o_opens, o_closes = offers.opens, offers.closes
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


@borrowing
def score_all(found, used, count, weights, total, score):
    """Fills `score` with the points of so many columns of `found` from `used` on; `total` is scratch.

    A share of points is n / total, cut off, where n and total are whole numbers and total is at most a million: unless
    it is whole it is a millionth off any whole number, so `MENDED` gives back what is lost by multiplying with
    1 / total and takes none too far.
    """
    total[:count], score[:count] = 0.0, 0.0
    for criterion in range(CRITERIA):
        values, weight = found[criterion, used : used + count], weights[criterion]
        for column in range(count):
            total[column] += 0.0 if np.isnan(values[column]) else weight
    for column in range(count):
        total[column] = 1.0 / total[column]
    for criterion in range(CRITERIA):
        values, weight = found[criterion, used : used + count], weights[criterion]
        for column in range(count):
            whole = np.rint(values[column] * 10_000.0)
            part = np.floor(weight * whole * total[column] + MENDED)
            score[column] += 0.0 if np.isnan(part) else part


@borrowing
def add_shares(begin, end, terms, weights, postings, spans, shares):
    """Adds to `shares` how much of the need's best possible text score each row of the blocks in `spans` reaches; what
    the other rows get is not all of theirs."""
    start, local, post_weights, cut, cuts = postings
    for item in range(begin, end):
        term = terms[item]
        if term + 1 >= len(start):
            continue
        weight = np.float64(weights[item])
        if cut[term] == NO_CUTS:
            add_share(start[term], start[term + 1], local, post_weights, weight, shares)
        else:
            for span in range(len(spans)):
                begins, ends = cuts[cut[term], spans[span, 0]], cuts[cut[term], spans[span, 1]]
                add_share(begins, ends, local, post_weights, weight, shares)


@borrowing
def add_share(begin, end, local, weights, weight, shares):
    for posting in range(np.uint64(begin), np.uint64(end)):  # unsigned: no index counts from the end
        shares[local[posting]] += weights[posting] * weight
