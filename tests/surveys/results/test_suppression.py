import itertools

from hypothesis import assume, given
from hypothesis import strategies as st

from app.surveys.results.suppression import SMALL, System, hidden_counts

Grid = list[list[int]]


def line(*counts: int, total: bool = True) -> set[int]:
    """Which of `counts`, published beside their sum (or not), are hidden."""
    system = System()
    own = [system.count(count) for count in counts]
    for at in own:
        system.publish(at)
    if total:
        whole = system.count(sum(counts))
        system.known.add(whole)
        system.adds_up(own, whole)
    return hidden_counts(system)


def grid(rows: Grid) -> set[tuple[int, int]]:
    """Which cells (row, column) of a table are hidden whose row and column sums are known."""
    system, at = System(), {}
    for r, row in enumerate(rows):
        for c, count in enumerate(row):
            at[r, c] = system.count(count)
            system.publish(at[r, c])
    for axis, length in ((0, len(rows)), (1, len(rows[0]))):
        for place in range(length):
            own = [number for cell, number in at.items() if cell[axis] == place]
            whole = system.count(sum(system.values[number] for number in own))
            system.known.add(whole)
            system.adds_up(own, whole)
    hidden = hidden_counts(system)
    return {cell for cell, number in at.items() if number in hidden}


def test_a_table_of_large_counts_hides_nothing() -> None:
    assert grid([[10, 20], [30, 40]]) == set()


def test_one_small_count_takes_the_smallest_of_its_line_with_it() -> None:
    assert line(20, 8, 3) == {1, 2}


def test_without_a_known_sum_only_small_counts_are_hidden() -> None:
    assert line(20, 8, 3, total=False) == {2}


def test_hidden_counts_that_are_small_together_take_one_more() -> None:
    assert line(1, 2, 9, 30) == {0, 1, 2}


def test_hidden_counts_that_may_be_five_each_take_nothing_with_them() -> None:
    assert line(4, 3, 9, 30) == {0, 1}


def test_in_a_grid_a_small_cell_needs_three_companions() -> None:
    assert grid([[3, 10, 20], [30, 40, 50], [12, 60, 70]]) == {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_a_part_of_a_count_is_not_narrowed_down_by_its_bound() -> None:
    """12 + 4 = 16: twelve of the twelve who answered, sixteen in all; so the four who are left are given away."""
    system = System()
    here, there, whole, n = (system.count(count) for count in (12, 4, 16, 12))
    system.known |= {whole, n}
    for at in (here, there):
        system.publish(at)
    system.adds_up([here, there], whole)
    system.at_most(here, n)
    assert hidden_counts(system) == {here, there}


PAIRS = st.integers(0, 12).flatmap(lambda a: st.integers(max(0, 2 * SMALL - a), 12).map(lambda b: [a, b]))


@given(st.lists(PAIRS, min_size=2, max_size=3))
def test_every_small_cell_of_a_grid_may_be_five_as_far_as_anybody_can_tell(rows: Grid) -> None:
    assume(all(sum(own) >= 2 * SMALL for own in zip(*rows, strict=True)))
    hidden = grid(rows)
    small = {(r, c) for r, row in enumerate(rows) for c, count in enumerate(row) if count < SMALL}
    assert small <= hidden
    reached = {cell: 0 for cell in small}
    for filled in _fillings(rows, sorted(hidden)):
        reached = {cell: max(most, filled[cell]) for cell, most in reached.items()}
    assert all(most >= SMALL for most in reached.values())


def _fillings(rows: Grid, hidden: list[tuple[int, int]]) -> list[dict[tuple[int, int], int]]:
    """Every way to fill two columns that keeps the sums and what is shown: a row's first cell decides its second."""
    choices = [range(sum(row) + 1) if {(r, 0), (r, 1)} <= set(hidden) else (row[0],) for r, row in enumerate(rows)]
    total = sum(row[0] for row in rows)
    return [
        {(r, c): first if c == 0 else sum(rows[r]) - first for r, first in enumerate(firsts) for c in (0, 1)}
        for firsts in itertools.product(*choices)
        if sum(firsts) == total
    ]
