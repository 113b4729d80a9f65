"""Tables in and out: what spreadsheets do to text is undone, what attackers put in stays text."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.core.reading.files import FileEmpty, Table, WrongColumns, read_table, require_columns, write_table
from app.core.reading.foreign import FileNotUtf8, FileTooManyRows, FileUnpacksTooLarge, FileUnreadable
from tests.core.reading.in_process import here

CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


def test_a_csv_with_a_byte_order_mark_is_read_like_one_without() -> None:
    plain = "编号,名称\r\nN001,助餐点\r\n".encode()
    assert read_table("x.csv", b"\xef\xbb\xbf" + plain) == read_table("x.csv", plain)
    assert read_table("x.csv", plain).records() == [(2, {"编号": "N001", "名称": "助餐点"})]


def test_short_rows_are_filled_and_blank_rows_passed_over() -> None:
    assert read_table("x.csv", b"a,b\n1\n,\n2,3\n").records() == [(2, {"a": "1", "b": ""}), (4, {"a": "2", "b": "3"})]


def test_whole_numbers_of_excel_come_back_without_a_point() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["serial", "amount"])
    book.active.append([12, 3.5])
    book.save(out)
    assert read_table("x.xlsx", out.getvalue()).rows == [["12", "3.5"]]


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("x.csv", "編號,需求名稱,說明\n".encode("big5"), FileNotUtf8),
        ("x.csv", b"", FileEmpty),
        ("x.csv", b" , \n , \n", FileEmpty),
        ("x.csv", b"a\x00b\n", FileUnreadable),
        ("x.xlsx", b"PK\x03\x04 no archive", FileUnreadable),
        ("x.csv", b"a\n" + b"1\n" * 50_001, FileTooManyRows),
    ],
)
def test_an_unusable_file_is_refused_by_what_is_wrong_with_it(
    name: str, content: bytes, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        read_table(name, content)


def test_an_archive_that_unpacks_beyond_measure_is_refused_unopened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    with pytest.raises(FileUnpacksTooLarge):
        read_table("bomb.xlsx", out.getvalue())


def test_missing_and_unknown_columns_are_both_named() -> None:
    with pytest.raises(WrongColumns) as refused:
        require_columns(Table(["id", "titel"], []), ["id", "title"], ["note"])
    assert refused.value.facts == {"missing": "title", "unknown": "titel"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
@here()
def test_what_is_written_to_excel_is_text_and_reads_back(rows: list[tuple[str, str]]) -> None:
    content = write_table(["a", "b"], rows, xlsx=True)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [row for _, row in read_table("x.xlsx", content).records()] == [
        {"a": a, "b": b} for a, b in rows if a.strip() or b.strip()
    ]
