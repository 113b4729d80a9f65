"""The best that one subject has met so far, for the kernel: numbers that order them, and where their values stand.

A key has the points above and below all bits less the row, so that of two with the same points the earlier row is
higher. `best` holds the keys and the columns of `found` in which their values stand, and room to sort both.
"""

import numpy as np

from app.matching.compiling import borrowing

CRITERIA = 8
AT_A_TIME = 64  # candidates that are put in order together
ROUNDING = 5  # ten-thousandths: eight values rounded by a half, and one to spare
HALF, ROW_BITS = 32, np.int64(0xFFFFFFFF)


@borrowing
def least(best, top, count):
    """The points below which nobody comes among the best."""
    return (worst(best, top, count) >> HALF) - ROUNDING


@borrowing
def worst(best, top, count):
    """The key that whoever comes among the best has to exceed."""
    return best[0, top - 1] if count == top else np.int64(0)


@borrowing
def recall(noted, s, found, best, met):
    """Puts the best found in other shards into the first columns of `found` and their keys into `met`; how many."""
    rows, points, values, counts = noted
    for place in range(counts[s]):
        met[place] = np.int64(points[s, place]) << HALF | (ROW_BITS - rows[s, place])
        best[0, place], best[1, place] = met[place], place
        if len(values):
            for criterion in range(CRITERIA):
                found[criterion, place] = values[s, place, criterion]
    return counts[s]


@borrowing
def absent(key, met):
    """Whether it was not met in another shard; all are looked at, since a search that stops has branches."""
    found = False
    for each in met:
        found |= each == key
    return not found


@borrowing
def settle(best, top, count):
    """Puts so many keys in order, highest first, each where the number of higher ones says; how many of them are
    among the best. Counting is quicker here than sorting: it has no branches."""
    keys, columns, sorted_keys, sorted_columns = best[0], best[1], best[2], best[3]
    for one in range(count):
        key, higher = keys[one], 0
        for other in range(count):
            higher += keys[other] > key
        sorted_keys[higher], sorted_columns[higher] = key, columns[one]
    for place in range(min(count, top)):
        keys[place], columns[place] = sorted_keys[place], sorted_columns[place]
    return min(count, top)


@borrowing
def note(noted, s, count, found, best):
    """Writes the best down; how many they are."""
    rows, points, values, _ = noted
    for place in range(count):
        key = best[0, place]
        rows[s, place], points[s, place] = ROW_BITS - (key & ROW_BITS), key >> HALF
        if len(values):
            for criterion in range(CRITERIA):
                values[s, place, criterion] = found[criterion, best[1, place]]
    return count
