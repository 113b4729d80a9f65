"""One reader for all tables: what is unambiguous is taken, the rest named by row and column, nothing cut off."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError, RowsRefused
from app.core.reading.files import Table, read_table
from app.core.reading.foreign import FileNotUtf8, FileOfOtherKind, FileUnreadable, SheetsSeveral
from app.core.reading.measure import Refused
from tests.attack.evil_workbooks import biff_of, compound
from tests.core.reading.in_process import here

HEADER = ["id", "title", "budget"]
Sheets = dict[str, list[list[Any]]]


def workbook(sheets: Sheets, change: Callable[[Any], None] = lambda book: None) -> bytes:
    """A workbook of these sheets; `change` may do to it what openpyxl can."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def altered(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with the text of one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def refused(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(RowsRefused) as refusal:
        read_table("x", content)
    return [(fault.row, fault.column, fault.error.code) for fault in refusal.value.rows]


def formula(value: str) -> bytes:
    """A workbook with a formula whose result is written like this."""
    content = workbook({"s": [HEADER, ["1", "a", 7]]})
    was = re.compile(r'<c r="C2"[^>]*>.*?</c>')
    return altered(content, "xl/worksheets/sheet1.xml", lambda sheet: was.sub(f'<c r="C2"{value}</c>', sheet))


def test_text_beyond_the_header_is_named_and_not_cut_off() -> None:
    assert refused("id,title\n1,送餐,每周两次\n".encode()) == [(2, "C", "CellBeyondHeader")]
    beside = workbook({"s": [HEADER, ["1", "a", 7, None, "请核实"]]})
    assert refused(beside) == [(2, "E", "CellBeyondHeader")]


def test_empty_cells_beyond_the_header_and_empty_headings_are_fine() -> None:
    assert read_table("x", b"id,title,,\n1,a,,\n2,b,,,,\n3\n") == Table(
        ["id", "title"], [["1", "a"], ["2", "b"], ["3", ""]]
    )


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_columns_may_be_divided_by_semicolons_and_tabs(mark: str) -> None:
    text = mark.join(["id", "title"]) + "\n" + mark.join(["1", "a"]) + "\n"
    assert read_table("x.csv", text.encode()) == Table(["id", "title"], [["1", "a"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.txt", ""])
def test_chinese_lists_are_read_in_every_encoding_that_chinese_programs_write(encoding: str, name: str) -> None:
    text = "编号,需求名称\n1,老年助餐点（城东），“持证上岗”——𠮷\n".replace("，", "、")
    assert read_table(name, text.encode(encoding)) == Table(
        ["编号", "需求名称"], [["1", "老年助餐点（城东）、“持证上岗”——𠮷"]]
    )


@pytest.mark.parametrize(
    "content",
    [
        "編號,需求名稱,說明\n".encode("big5"),
        "naïve,café,Müller\n".encode("latin-1"),
        "编号,名称,说明\n1,餐".encode()[:-1],
        "编号,名称,说明\n1,餐".encode().replace("名".encode(), b"\xe5\x90"),
    ],
)
def test_what_only_looks_like_chinese_is_not_guessed(content: bytes) -> None:
    with pytest.raises(FileNotUtf8):
        read_table("x.csv", content)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5, codec="gb2312"), min_size=1))
@here()
def test_chinese_in_gb18030_is_read_right_or_refused_where_it_may_be_damaged_utf8(text: str) -> None:
    content = f"编号,{text}\n1,{text}\n".encode("gb18030")
    with suppress(Refused):
        assert read_table("x.csv", content) == Table(["编号", text], [["1", text]])


@pytest.mark.parametrize("text", ["开办老年助餐点", "课后托管，每周三次", "残疾人康复", "楼道堆物", "嗟来之食"])
def test_everyday_chinese_is_read_from_gb18030(text: str) -> None:
    content = f"编号,{text}\n1,{text}\n".encode("gb18030")
    assert read_table("x.csv", content) == Table(["编号", text], [["1", text]])


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.xlsm", "x.et", "x.xls"])
def test_a_workbook_is_known_by_its_content(name: str) -> None:
    assert read_table(name, workbook({"s": [HEADER, ["1", "a", 7]]})).rows == [["1", "a", "7"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xef\xbb\xbf <HTML><table><tr><td>1</td></tr></table>", "html"),
        (b'<?xml version="1.0"?><Workbook/>', "xml"),
        (b"%PDF-1.7", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "document"),
    ],
)
def test_other_kinds_of_files_are_refused_by_what_they_are(content: bytes, reason: str) -> None:
    with pytest.raises(FileOfOtherKind) as refusal:
        read_table("x.xls", content)
    assert refusal.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (124599.99999999999, "124600"),
        (3702.2999999999997, "3702.3"),
        (5.999999999999999, "6"),
        (119.99999999999999, "120"),
        (0.1 + 0.2, "0.3"),
        (10000 / 3, "3333.33333333333"),
        (0.00001, "0.00001"),
        (530114003004, "530114003004"),
        (True, "TRUE"),
    ],
)
def test_a_number_is_read_as_a_spreadsheet_shows_it(number: float, shown: str) -> None:
    assert read_table("x", workbook({"s": [HEADER, ["1", "a", number]]})).rows == [["1", "a", shown]]


@given(st.decimals(-(10**12), 10**12, places=2, allow_nan=False))
@here()
def test_every_amount_comes_back_from_a_spreadsheet_as_it_was_written(amount: Any) -> None:
    (row,) = read_table("x", workbook({"s": [HEADER, ["1", "a", float(amount)]]})).rows
    assert float(row[2]) == float(amount)
    assert len(row[2].partition(".")[2]) <= 2


@pytest.mark.parametrize(
    ("number", "format", "shown"),
    [
        (7, "000", "007"),
        (10101, "000000", "010101"),
        (-7, "000", "-007"),
        (0.8, "0%", "80%"),
        (0.125, "0.00%", "12.5%"),
        (12000, "0.00", "12000"),
        (12000, "#,##0", "12000"),
        ("x", "000", "x"),
    ],
)
def test_a_format_that_makes_other_text_of_a_number_is_read(number: Any, format: str, shown: str) -> None:
    def formatted(book: Any) -> None:
        book["s"]["B2"].number_format = format

    assert read_table("x", workbook({"s": [HEADER, ["1", number, 7]]}, formatted)).rows == [["1", shown, "7"]]


def test_digits_that_a_spreadsheet_has_lost_are_named() -> None:
    assert refused(workbook({"s": [HEADER, ["1", "a", 530114199001011234.0]]})) == [(2, "budget", "DigitsLost")]
    text = workbook({"s": [HEADER, ["1", "a", "530114199001011234"]]})
    assert read_table("x", text).rows == [["1", "a", "530114199001011234"]]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
def test_an_error_in_a_cell_is_a_fault_of_that_cell(error: str) -> None:
    assert refused(workbook({"s": [HEADER, [], ["1", error, error]]})) == [
        (3, "title", "CellInError"),
        (3, "budget", "CellInError"),
    ]


def test_an_error_in_an_old_workbook_is_a_fault_of_that_cell() -> None:
    texts = [(0, 0, b"id"), (0, 1, b"title"), (1, 0, b"1")]
    cells = [(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text) for row, column, text in texts]
    error = 0x205, struct.pack("<HHHBB", 1, 1, 0, 0x2A, 1)
    assert refused(compound(biff_of([*cells, error]))) == [(2, "title", "CellInError")]


@pytest.mark.parametrize(
    "value", ["><f>6000*2</f>", "><f>6000*2</f><v/>", '><f t="shared" si="0"/><v></v>', "> <f>1</f>"]
)
def test_a_formula_without_its_result_is_a_fault_of_that_cell(value: str) -> None:
    assert refused(formula(value)) == [(2, "budget", "FormulaUncomputed")]


@pytest.mark.parametrize(
    ("value", "read"), [("><f>6000*2</f><v>12000</v>", "12000"), (' t="str"><f>A1&amp;""</f><v></v>', "")]
)
def test_a_formula_with_its_result_is_its_result(value: str, read: str) -> None:
    assert read_table("x", formula(value)).rows == [["1", "a", read]]


def test_cells_are_found_where_they_do_not_say_where_they_stand() -> None:
    content = workbook({"s": [HEADER, ["1", "#N/A", 7]]})
    bare = altered(content, "xl/worksheets/sheet1.xml", lambda sheet: re.sub(r' r="[A-Z]*[0-9]+"', "", sheet))
    assert refused(bare) == [(2, "title", "CellInError")]


def test_faults_are_found_wherever_a_large_sheet_is_cut_into_pieces() -> None:
    rows = [[str(n), "名" * 50, n] for n in range(2, 3000)]
    wrong = {500, 1500, 2999}
    content = workbook({"s": [HEADER, *([a, "#REF!" if int(a) in wrong else b, c] for a, b, c in rows)]})
    assert refused(content) == [(n, "title", "CellInError") for n in sorted(wrong)]


def test_merged_cells_below_the_header_are_refused() -> None:
    def merge(book: Any) -> None:
        book["s"].merge_cells("C2:C3")
        book["s"].merge_cells("B5:B6")  # nothing stands in it

    assert refused(workbook({"s": [HEADER, ["1", "a", 7], ["2", "b"], ["3", "c", 1]]}, merge)) == [
        (2, "budget", "CellsMerged")
    ]


def test_a_title_above_the_header_is_passed_over_and_rows_keep_their_numbers() -> None:
    def merge(book: Any) -> None:
        book["s"].merge_cells("A1:C1")

    table = read_table("x", workbook({"s": [["需求汇总表"], [], HEADER, ["1", "a", 7], [], ["2", "b", 8]]}, merge))
    assert table.header == HEADER
    assert [number for number, _ in table.records()] == [4, 6]


def test_a_table_may_stand_anywhere_in_its_sheet_and_have_gaps() -> None:
    rows = [[], [], [None, None, *HEADER], [None, None, "1", "a", 7], *[[] for _ in range(70)], [None, None, "2", "b"]]
    table = read_table("x", workbook({"s": rows}))
    assert (table.header, [number for number, _ in table.records()]) == (HEADER, [4, 75])


def test_hidden_sheets_are_not_read() -> None:
    def hide(book: Any) -> None:
        book["旧"].sheet_state = "hidden"
        book["更旧"].sheet_state = "veryHidden"

    rows = [HEADER, ["1", "a", 7]]
    content = workbook({"旧": [HEADER, ["0", "z", 1]], "更旧": [HEADER, ["9", "y", 1]], "需求&说明": rows}, hide)
    assert read_table("x", content).rows == [["1", "a", "7"]]


def test_instructions_beside_the_table_are_no_table() -> None:
    assert read_table("x", workbook({"填写说明": [["请填第二张表"]], "s": [HEADER, ["1", "a", 7]]})).header == HEADER


def test_two_sheets_with_tables_are_named() -> None:
    with pytest.raises(SheetsSeveral) as refusal:
        read_table("x", workbook({"第一批": [HEADER, ["1", "a", 7]], "第二批": [HEADER, ["2", "b", 8]]}))
    assert refusal.value.facts == {"sheets": "第一批、第二批", "count": 2}


def test_a_sheet_that_breaks_off_is_not_passed_over_for_another() -> None:
    content = workbook({"一": [HEADER, ["1", "a", 7]], "二": [HEADER, ["2", "b", 8]]})
    with pytest.raises(FileUnreadable):
        read_table("x", altered(content, "xl/worksheets/sheet1.xml", lambda sheet: sheet[: len(sheet) // 2]))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/styles.xml", lambda text: text.replace("<xf ", '<xf pivotButton="maybe" ')),
        ("xl/styles.xml", lambda text: text.replace("<color ", '<color rgb="nonsense" ')),
        ("docProps/core.xml", lambda text: re.sub(r">\d{4}-[^<]*<", ">yesterday<", text)),
    ],
)
def test_formats_that_spreadsheet_programs_forgive_are_forgiven(part: str, change: Callable[[str], str]) -> None:
    assert read_table("x", altered(workbook({"s": [HEADER, ["1", "a", 7]]}), part, change)).rows == [["1", "a", "7"]]


@pytest.mark.parametrize("date_1904", [True, False])
def test_days_are_the_same_in_both_calendars_of_excel(date_1904: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": date_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_datetime(1, 1, date(2027, 3, 1), book.add_format({"num_format": "yyyy/m/d"}))
    assert read_table("x", out.getvalue()).rows == [["", "2027-03-01", ""]]


@given(st.binary(max_size=300) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@here()
def test_whatever_bytes_come_are_read_or_refused(content: bytes) -> None:
    try:
        table = read_table("x", content)
    except DomainError:
        return
    except Exception as error:  # what the reader's process catches
        assert type(error).__name__ in {"Refused", "BadZipFile", "Error", "CalamineError", "ZipError"}
    else:
        assert {len(row) for row in table.rows} <= {len(table.header)}
