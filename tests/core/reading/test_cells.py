"""Reading what people write into lists."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import StaleVersion
from app.core.reading.cells import Cells, bare, exact, inert, joined, named, text_faults, written
from app.core.reading.files import ColumnTwice, Table, WrongColumns, read_table, require_columns, write_table
from app.core.texts import prose
from tests.core.reading.in_process import here


def cell(text: str) -> Cells:
    return Cells(5, {"cell": text})


def faults(cells: Cells) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.error.code) for fault in cells.faults]


@pytest.mark.parametrize(
    "text",
    [
        "2018-07-01",
        "2018/7/1",
        "2018.7.1",
        "2018年7月1日",
        " ２０１８-07-01",
        "2018-07-01 00:00:00",
        "2018/7/1 0:00",
        "2018-7-1 00:00",
        "2018-07-01T00:00:00",
        "20180701",
        "２０１８年７月１日",
        "2018年 7月 1日",
        "2018-07-01\u200b",
    ],
)
def test_a_day_is_read_in_the_forms_that_people_write(text: str) -> None:
    assert cell(text).day("cell") == date(2018, 7, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2018-02-30",
        "2018-13-01",
        "2018701",
        "201871",
        "20180732",
        "46447",
        "2018年7月",
        "二〇一八年七月一日",
        "18-07-01",
        "07/01/2018",
        "七月",
        "2018-07-01 10:00:00",
    ],
)
def test_a_day_that_cannot_be_read_is_noted(text: str) -> None:
    cells = cell(text)
    assert (cells.day("cell"), faults(cells)) == (None, [(5, "cell", "DayUnreadable")])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("60000", "60000"),
        ("60,000.50", "60000.50"),
        ("１２００", "1200"),
        ("-5", "-5"),
        ("0.01", "0.01"),
        ("1,234,567", "1234567"),
        ("¥12,000.00", "12000.00"),
        ("￥5", "5"),
        ("12000元", "12000"),
        ("人民币12000元整", "12000"),
        ("6万", "60000"),
        ("1.2 万元", "12000"),
        ("2.644999万元", "26449.99"),
        ("124599.99999999999", "124600"),
        ("3702.2999999999997", "3702.3"),
        ("1\u200b2\u00a0000\ufeff".replace("\u00a0", ""), "12000"),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: str) -> None:
    assert cell(text).amount("cell") == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "1.005",
        "6千",
        "1e5",
        "1.2E+04",
        "12,34",
        "1234,567",
        "NaN",
        "1.23456789万",
        "¥",
        "万",
        "3333.33333333333",
        "5-6",
        "1234567890123",
    ],
)
def test_an_amount_that_cannot_be_read_is_noted(text: str) -> None:
    cells = cell(text)
    assert (cells.amount("cell"), faults(cells)) == (None, [(5, "cell", "AmountUnreadable")])


@pytest.mark.parametrize(
    ("text", "number"),
    [("120.00", 120), ("1,200", 1200), ("１２０", 120), ("119.99999999999999", 120), ("\u200e120", 120), ("-3", -3)],
)
def test_a_whole_number_is_read_however_programs_write_it(text: str, number: int) -> None:
    assert cell(text).whole("cell") == number


@pytest.mark.parametrize("text", ["1.5", "十", "1e3", "12345678901", "120人"])
def test_a_whole_number_that_cannot_be_read_is_noted(text: str) -> None:
    cells = cell(text)
    assert (cells.whole("cell"), faults(cells)) == (None, [(5, "cell", "NumberUnreadable")])


def test_blank_cells_and_absent_columns_hold_nothing() -> None:
    cells = cell(" ")
    assert [cells.text(c) for c in ("cell", "other")] == ["", ""]
    assert [cells.whole("cell"), cells.amount("cell"), cells.day("cell"), cells.codes("cell")] == [None, None, None, []]
    assert (cells.faults, "other" in cells) == ([], False)


def test_codes_are_read_each_once_in_order() -> None:
    assert cell("P04；Ｐ0401; P04;、P05，\u200bP06").codes("cell") == ["P04", "P0401", "P05", "P06"]


def test_what_a_check_refuses_is_noted_with_its_column() -> None:
    def check(number: int) -> None:
        raise StaleVersion(given=number, current=2)

    cells = cell("1")
    cells.check("cell", check, 1)
    assert faults(cells) == [(5, "cell", "StaleVersion")]


def test_headings_are_turned_back_into_columns_and_others_are_left() -> None:
    assert named(Table(["名称", "price"], [["a", "1"]]), {"title": "名称"}) == Table(["title", "price"], [["a", "1"]])


@pytest.mark.parametrize(
    "heading", ["预算（元）", "预算(元)", " 预算 （元） ", "Budget_CNY", "budget_cny\u200b", "BUDGET (CNY)"]
)
def test_a_heading_is_known_whatever_its_width_blanks_and_capitals(heading: str) -> None:
    table = named(Table([heading], [["千"]]), {"budget_cny": "预算（元）"}, {"budget_cny": "Budget (CNY)"})
    assert table.header == ["budget_cny"]
    (cells,) = table.lines()
    assert cells.amount("budget_cny") is None
    assert [fault.column for fault in cells.faults] == [heading]


def test_missing_columns_are_called_as_the_others_of_the_file() -> None:
    zh, en = {"id": "编号", "title": "名称"}, {"id": "Number", "title": "Title"}
    for header, missing in ((["编号"], "名称"), (["Number"], "Title"), (["id"], "title")):
        with pytest.raises(WrongColumns) as refused:
            require_columns(named(Table(header, []), zh, en), ["id", "title"])
        assert refused.value.facts["missing"] == missing


@pytest.mark.parametrize("again", ["title", "名称", " title ", "Ｔitle"])
def test_a_column_that_stands_twice_is_refused(again: str) -> None:
    with pytest.raises(ColumnTwice):
        require_columns(named(Table(["title", again], []), {"title": "名称"}), ["title"])


@given(st.text("0123456789.,-¥万元 千e", max_size=12))
def test_an_amount_is_read_exactly_or_refused(text: str) -> None:
    cells = cell(text)
    amount = cells.amount("cell")
    digits = "".join(filter(str.isdigit, text)).lstrip("0")
    assert amount is None or "".join(filter(str.isdigit, str(amount))).strip("0") == digits.strip("0")
    assert (amount is None) == bool(cells.faults or not text.strip())


def test_a_text_longer_than_its_limit_is_named() -> None:
    found = text_faults({"title": "餐餐餐", "note": "餐"}, {"title": 2, "note": 2, "other": 2})
    assert [(field, fault.facts) for field, fault in found] == [("title", {"field": "title", "limit": 2})]


@pytest.mark.parametrize(("amount", "text"), [("60000.00", "60000"), ("0.50", "0.50"), ("-3.00", "-3")])
def test_an_amount_is_written_as_people_write_it(amount: str, text: str) -> None:
    assert written(Decimal(amount)) == text


STARTS = "=+-@\t\r\n＝＋－＠"


@given(st.text(f"{STARTS}abc'1餐. ", max_size=6).map(prose))
@here()
def test_text_survives_a_spreadsheet_in_both_forms(text: str) -> None:
    for kind in ("csv", "xlsx"):
        back = read_table(f"x.{kind}", write_table([text or "a", "end"], [[text, "."]], xlsx=kind == "xlsx"))
        assert (back.header[0], back.rows[0][0]) == (text or "a", text)


@given(st.text(f"{STARTS}abc'1.", max_size=6))
def test_no_cell_of_a_list_of_commas_starts_like_a_formula_but_a_number(text: str) -> None:
    written = write_table([text], [[text]], xlsx=False).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(written, newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(tuple(STARTS)) and not -1e6 <= number(cell) < 0] == []
    assert [bare(cell) for cell in cells] == [text, text]


def number(text: str) -> float:
    return float(text) if text.isascii() and text.replace(".", "").lstrip("-").isdigit() else 0


@given(st.text(f"{STARTS}abc'1.", max_size=6))
def test_every_mark_that_is_put_before_a_text_is_taken_off_again(text: str) -> None:
    assert (bare(inert(text)), bare(exact(text))) == (text, text)


@pytest.mark.parametrize("text", ["-5", "-5.50", "-0", "-1e-05", "5", "餐", "5-"])
def test_numbers_and_harmless_text_carry_no_mark(text: str) -> None:
    assert (inert(text), exact(text)) == (text, text)


@pytest.mark.parametrize("text", ["-无", "-5+5", "=1", "+86 871", "-007", "－5", "@SUM(A1)", "- 5"])
def test_text_that_a_spreadsheet_might_run_carries_a_mark_in_a_list_of_commas_only(text: str) -> None:
    assert (inert(text), exact(text)) == (f"'{text}", text)


def test_an_amount_below_zero_is_read_back_from_a_list_of_commas() -> None:
    back = read_table("x.csv", write_table(["cell"], [["-5"], ["－5.50"]], xlsx=False))
    assert [Cells(n, record).amount("cell") for n, record in back.records()] == [Decimal(-5), Decimal("-5.50")]


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_written_is_read_back(amount: Decimal) -> None:
    assert cell(written(amount) or "").amount("cell") == amount


@given(st.lists(st.text("餐;；\\ a", max_size=5).map(str.strip).filter(bool), max_size=4))
def test_words_come_back_from_one_cell_whatever_stands_in_them(words: list[str]) -> None:
    assert cell(joined(words)).words("cell") == words
