import itertools

from hypothesis import assume, given
from hypothesis import strategies as st

from app.surveys.suppression import SMALL, hidden_cells

Cell = tuple[int, int]


def grid(rows: list[list[int]]) -> tuple[dict[Cell, int], list[list[Cell]]]:
    cells = {(r, c): count for r, row in enumerate(rows) for c, count in enumerate(row)}
    across = [[cell for cell in cells if cell[0] == r] for r in range(len(rows))]
    down = [[cell for cell in cells if cell[1] == c] for c in range(len(rows[0]))]
    return cells, [*across, *down]


def test_a_table_of_large_counts_hides_nothing() -> None:
    assert hidden_cells(*grid([[10, 20], [30, 40]])) == set()


def test_one_small_cell_takes_the_smallest_of_its_line_with_it() -> None:
    assert hidden_cells({"a": 20, "b": 8, "c": 3}, [["a", "b", "c"]]) == {"b", "c"}


def test_without_a_published_sum_only_small_cells_are_hidden() -> None:
    assert hidden_cells({"a": 20, "b": 8, "c": 3}, []) == {"c"}


def test_hidden_counts_that_are_small_together_take_one_more() -> None:
    assert hidden_cells({"a": 1, "b": 2, "c": 9, "d": 30}, [["a", "b", "c", "d"]]) == {"a", "b", "c"}


def test_ties_fall_to_the_first() -> None:
    assert hidden_cells({"a": 9, "b": 9, "c": 3}, [["a", "b", "c"]]) == {"a", "c"}


def test_in_a_grid_a_small_cell_needs_three_companions() -> None:
    assert hidden_cells(*grid([[3, 10, 20], [30, 40, 50], [12, 60, 70]])) == {(0, 0), (0, 1), (2, 0), (2, 1)}


def solutions(cells: dict[Cell, int], lines: list[list[Cell]], hidden: set[Cell]) -> list[dict[Cell, int]]:
    """Every way to fill the hidden cells (with whole numbers from 0) that agrees with all published sums."""
    order = sorted(hidden)
    top = {cell: min(sum(cells[c] for c in line if c in hidden) for line in lines if cell in line) for cell in order}
    sums = [([c for c in line if c in hidden], sum(cells[c] for c in line if c in hidden)) for line in lines]
    return [
        filled
        for values in itertools.product(*(range(top[cell] + 1) for cell in order))
        if all(sum((filled := dict(zip(order, values, strict=True)))[c] for c in own) == total for own, total in sums)
    ]


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_hidden_cell_of_a_shown_grid_can_be_worked_out(rows: list[list[int]]) -> None:
    cells, lines = grid(rows)
    assume(all(sum(cells[cell] for cell in line) >= SMALL for line in lines))  # smaller sums are not published
    hidden = hidden_cells(cells, lines)
    assert {cell for cell, count in cells.items() if count < SMALL} <= hidden
    if hidden == set(cells) or not hidden:
        return
    found = solutions(cells, lines, hidden)
    for cell in hidden:
        assert len({filled[cell] for filled in found}) > 1


def test_a_hidden_cell_that_only_bridges_two_others_groups_is_found_out() -> None:
    small = {(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)}
    cells, lines = grid([[4 if (r, c) in small else 50 + 4 * r + c for c in range(4)] for r in range(4)])
    assert hidden_cells(cells, lines) > small
