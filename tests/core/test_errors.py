"""What is wrong with a file is told by its causes, not once for every row."""

from app.core.errors import LISTED, RowRefused, RowsRefused
from app.core.problems import problem_of
from app.core.reading.cells import AmountUnreadable, FieldBlank


def test_one_cause_is_one_line_with_its_rows() -> None:
    faults = [RowRefused(row, "预算（元）", AmountUnreadable(value=f"{row}千")) for row in (3, 7, 9, 12)]
    faults.insert(1, RowRefused(3, "需求名称", FieldBlank(field="需求名称")))
    amount, blank = problem_of(RowsRefused(faults)).rows
    assert (amount.column, amount.row, amount.rows, amount.more) == ("预算（元）", 3, [3, 7, 9, 12], 0)
    assert amount.messages["zh"].startswith("“3千、7千、9千…”不是有效金额")
    assert (blank.rows, blank.facts) == ([3], {"field": "需求名称"})
    assert faults[0].error.facts == {"value": "3千"}


def test_the_first_hundred_rows_and_reasons_are_listed_and_how_many_more() -> None:
    rows = problem_of(RowsRefused([RowRefused(row, "a", FieldBlank(field="a")) for row in range(2, 300)]))
    assert (len(rows.rows[0].rows), rows.rows[0].more, rows.more) == (LISTED, 198, 0)
    columns = problem_of(RowsRefused([RowRefused(2, f"c{n}", FieldBlank(field="a")) for n in range(298)]))
    assert (len(columns.rows), columns.more, columns.facts) == (LISTED, 198, {"count": 298})
