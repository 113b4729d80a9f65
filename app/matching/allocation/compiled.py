"""The allocation of `places` compiled: the same pairs, for what has to be solved thousands of times over.

Needs numba and is imported by name only where numba is present; without it everything works, slower.
"""

import numpy as np

from app.matching.allocation.market import Market, Numbers
from app.matching.compiling import compiled


def settle(market: Market) -> Numbers:
    """The edge each seeker ends up with, -1 for none; the same as `places.settle`."""
    edges: Numbers = (
        _in_order(market.start, market.provider, market.regard, market.quota)
        if _without_equal_wishes(market.start, market.wish)
        else _with_equal_wishes(market.start, market.provider, market.wish, market.regard, market.quota)
    )
    return edges


@compiled
def _rise(heap, key, where, base, at):
    """Moves the seeker at place `at` of a heap (largest key first) up to where it belongs."""
    seeker = heap[base + at]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[base + above]
        if key[other] >= key[seeker]:
            break
        heap[base + at] = other
        where[other] = at
        at = above
    heap[base + at] = seeker
    where[seeker] = at


@compiled
def _sink(heap, key, where, base, at, size):
    """Moves the seeker at place `at` of a heap of `size` down to where it belongs."""
    seeker = heap[base + at]
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[base + below + 1]] > key[heap[base + below]]:
            below += 1
        other = heap[base + below]
        if key[other] <= key[seeker]:
            break
        heap[base + at] = other
        where[other] = at
        at = below
    heap[base + at] = seeker
    where[seeker] = at


@compiled
def _take_out(heap, key, where, base, seeker, size):
    """Removes a seeker from a heap of `size`."""
    at = where[seeker]
    where[seeker] = -1
    last = heap[base + size - 1]
    if last != seeker:
        heap[base + at] = last
        where[last] = at
        _rise(heap, key, where, base, at)
        _sink(heap, key, where, base, where[last], size - 1)


@compiled
def _another_has_room(provider, crossed, taken, quota, begin, end, held):
    for edge in range(begin, end):
        if edge != held and not crossed[edge] and taken[provider[edge]] < quota[provider[edge]]:
            return True
    return False


@compiled
def _choice(provider, crossed, taken, quota, begin, end):
    """Of a tie group the first edge whose provider has room, else the first that is not crossed out."""
    first = -1
    for edge in range(begin, end):
        if not crossed[edge]:
            if taken[provider[edge]] < quota[provider[edge]]:
                return edge
            if first < 0:
                first = edge
    return first


@compiled
def _without_equal_wishes(start, wish):
    """Counts equal neighbours, then takes back those that are of two seekers."""
    equal = 0
    for edge in range(1, len(wish)):
        equal += wish[edge] == wish[edge - 1]
    for seeker in range(len(start) - 1):
        first = start[seeker]
        if 0 < first < start[seeker + 1]:
            equal -= wish[first] == wish[first - 1]
    return equal == 0


@compiled
def _bases(provider, quota):
    """Where the seats of each provider begin: as many as it has places, but no more than it was chosen."""
    base = np.zeros(len(quota) + 1, np.int64)
    for edge in range(len(provider)):
        base[provider[edge] + 1] += 1
    for giver in range(len(quota)):
        base[giver + 1] = base[giver] + min(base[giver + 1], quota[giver])
    return base


@compiled
def _push(seats, low, size, number):
    """Adds a number to a heap of `size`, largest first."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if seats[low + above] >= number:
            break
        seats[low + at] = seats[low + above]
        at = above
    seats[low + at] = number


@compiled
def _replace(seats, low, size, number):
    """Puts a number in the place of the largest of a heap of `size`."""
    at = 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and seats[low + below + 1] > seats[low + below]:
            below += 1
        if seats[low + below] <= number:
            break
        seats[low + at] = seats[low + below]
        at = below
    seats[low + at] = number


@compiled
def _in_order(start, provider, regard, quota):
    """No seeker likes two alike, so no seat is precarious; a number is rank and round, and below them the seeker."""
    count, base = len(start) - 1, _bases(provider, quota)
    mask, bits = 1, 1
    while mask < count:
        mask, bits = 2 * mask + 1, bits + 1
    seats, taken = np.empty(base[-1], np.int64), np.zeros(len(quota), np.int64)
    held, second = np.full(count, -1, np.int64), np.zeros(count, np.bool_)
    for first in range(count):
        seeker, edge = first, start[first]
        while True:
            if edge == start[seeker + 1]:
                if second[seeker] or edge == start[seeker]:
                    break
                second[seeker], edge = True, start[seeker]
            giver = provider[edge]
            low, size = base[giver], taken[giver]
            number = ((2 * regard[edge] + 1 - second[seeker]) << bits) | seeker
            if size < base[giver + 1] - low:
                _push(seats, low, size, number)
                taken[giver], held[seeker] = size + 1, edge
                break
            worst = seats[low]
            if number > worst:
                edge += 1
                continue
            _replace(seats, low, size, number)
            held[seeker], seeker = edge, worst & mask
            held[seeker], edge = -1, held[seeker] + 1
    return held


@compiled
def _next_group(start, wish, begin, end, left, second, crossed, seeker):
    """Turns to the seeker's next tie group, in the second round once more to the first; false when both are over."""
    at = end[seeker]
    if at == start[seeker + 1]:
        if second[seeker] or at == start[seeker]:
            return False
        second[seeker], at = True, start[seeker]
        crossed[at : start[seeker + 1]] = False
    begin[seeker] = at
    while at < start[seeker + 1] and wish[at] == wish[begin[seeker]]:
        at += 1
    end[seeker], left[seeker] = at, at - begin[seeker]
    return True


@compiled
def _with_equal_wishes(start, provider, wish, regard, quota):
    """Per provider two heaps of seekers that know their places in them: by number, and loose seats by lot."""
    count, base = len(start) - 1, _bases(provider, quota)
    seats, loose = np.empty(base[-1], np.int64), np.empty(base[-1], np.int64)
    seat_at, loose_at = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    taken, slack = np.zeros(len(quota), np.int64), np.zeros(len(quota), np.int64)
    number, early = np.zeros(count, np.int64), -np.arange(count)
    begin, end, left = start[:-1].copy(), start[:-1].copy(), np.zeros(count, np.int64)
    second, crossed = np.zeros(count, np.bool_), np.zeros(len(provider), np.bool_)
    held = np.full(count, -1, np.int64)
    for first in range(count):
        seeker = first
        while seeker >= 0:
            if left[seeker] == 0 and not _next_group(start, wish, begin, end, left, second, crossed, seeker):
                break
            edge = _choice(provider, crossed, taken, quota, begin[seeker], end[seeker])
            giver = provider[edge]
            low, mine = base[giver], (2 * regard[edge] + 1 - second[seeker]) * count + seeker
            ousted = -1
            if taken[giver] == quota[giver]:
                while slack[giver] > 0 and ousted < 0:
                    other = loose[low]
                    _take_out(loose, early, loose_at, low, other, slack[giver])
                    slack[giver] -= 1
                    if _another_has_room(provider, crossed, taken, quota, begin[other], end[other], held[other]):
                        ousted = other
                if ousted < 0 and mine > number[seats[low]]:
                    crossed[edge] = True
                    left[seeker] -= 1
                    continue
                if ousted < 0:
                    ousted = seats[low]
                    crossed[held[ousted]] = True
                    left[ousted] -= 1
                _take_out(seats, number, seat_at, low, ousted, taken[giver])
                taken[giver] -= 1
                held[ousted] = -1
            number[seeker], held[seeker] = mine, edge
            seats[low + taken[giver]] = seeker
            _rise(seats, number, seat_at, low, taken[giver])
            taken[giver] += 1
            if left[seeker] > 1 and not second[seeker]:
                loose[low + slack[giver]] = seeker
                _rise(loose, early, loose_at, low, slack[giver])
                slack[giver] += 1
            seeker = ousted
    return held
