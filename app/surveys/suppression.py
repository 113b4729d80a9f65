"""Small cells in anything public: counts under five are hidden, and enough others that nobody can work them out.

Hidden first (primary): every count below 5. Then (complementary), as long as a hidden count follows from the
published ones: the smallest shown count on one of its lines is hidden as well. A count follows exactly when its
unit vector lies in the row space of the published sums over hidden cells, which a null space decides for any
layout of sums. And a line whose hidden counts add up to less than 5 would still give away that they are small,
so it hides one more. Source: Hundepool et al., Statistical Disclosure Control, 2012, ch. 4.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

SMALL = 5
Cell = TypeVar("Cell", bound=Hashable)


def hidden_cells(counts: Mapping[Cell, int], lines: Iterable[Sequence[Cell]], smallest: int = SMALL) -> set[Cell]:
    """The cells to hide. `lines`: the groups of cells whose sum is published or can be worked out.

    A line that ends up wholly hidden and below `smallest` cannot be protected by hiding cells: its sum must not
    be published (the caller hides sums below `smallest` too). Ties fall to the cell that comes first in `counts`.
    """
    order = {cell: position for position, cell in enumerate(counts)}
    sums = [list(line) for line in lines]
    hidden = {cell for cell, count in counts.items() if count < smallest}
    while True:
        plain = [line for line in sums if _gives_away(line, counts, hidden, smallest)]
        more = _companions(plain, counts, hidden, order)
        if not more:
            given_away = _recoverable(sums, hidden)
            tangled = [line for line in sums if not given_away.isdisjoint(line)]
            more = _companions(tangled, counts, hidden, order)[:1]
        if not more:
            return hidden
        hidden.update(more)


def _gives_away(line: list[Cell], counts: Mapping[Cell, int], hidden: set[Cell], smallest: int) -> bool:
    """Alone on its line a hidden count is the difference; and small in sum means small each."""
    own = [cell for cell in line if cell in hidden]
    return len(own) == 1 or (len(own) > 1 and sum(counts[cell] for cell in own) < smallest)


def _companions(
    lines: list[list[Cell]], counts: Mapping[Cell, int], hidden: set[Cell], order: Mapping[Cell, int]
) -> list[Cell]:
    """The smallest shown cell of each line, unless one chosen before lies on it already."""
    chosen: list[Cell] = []
    for line in lines:
        shown = [cell for cell in line if cell not in hidden]
        if shown and not any(cell in chosen for cell in line):
            chosen.append(min(shown, key=lambda cell: (counts[cell], order[cell])))
    return chosen


def _recoverable(lines: list[list[Cell]], hidden: set[Cell]) -> set[Cell]:
    """The hidden cells whose value the sums of the lines determine."""
    touched = list(dict.fromkeys(cell for line in lines for cell in line if cell in hidden))
    if not touched:
        return set()
    at = {cell: position for position, cell in enumerate(touched)}
    sums = np.zeros((len(lines), len(touched)))
    for row, line in enumerate(lines):
        for cell in line:
            if cell in at:
                sums[row, at[cell]] = 1.0
    _, sizes, directions = np.linalg.svd(sums)
    rank = int((sizes > 1e-9).sum())
    freedom = np.abs(directions[rank:]).max(axis=0, initial=0.0)
    return {cell for cell, position in at.items() if freedom[position] < 1e-9}
