"""The sheets of an XLSForm are read whole, whatever gaps and formats they have."""

from typing import Any

import pytest

from app.core.reading.foreign import FORMS, FileOfOtherKind, read_lines
from tests.core.reading.in_process import lines_here
from tests.core.reading.test_table_reader import altered, workbook

HEADER = ["type", "name", "label"]


def read(content: bytes) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for part, line in lines_here("xlsform", content, FORMS):
        found.setdefault(part, []).append(line)
    return found


@pytest.mark.parametrize("gap", [1, 59, 60, 61, 200])
def test_a_question_behind_a_gap_is_not_lost(gap: int) -> None:
    rows = [HEADER, ["text", "a", "一"], *[[] for _ in range(gap)], ["text", "b", "二"]]
    survey = read(workbook({"survey": rows}))["survey"]
    assert [row.get("name") for row in survey] == ["a", *[None] * gap, "b"]


@pytest.mark.parametrize("gap", [1, 20, 21, 30])
def test_a_column_behind_a_gap_is_not_lost(gap: int) -> None:
    rows = [[*HEADER, *[None] * gap, "required"], ["text", "a", "一", *[None] * gap, "yes"]]
    assert read(workbook({"survey": rows}))["survey"] == [
        {"type": "text", "name": "a", "label": "一", "required": "yes"}
    ]


def test_formats_that_spreadsheet_programs_forgive_do_not_stop_the_reader() -> None:
    content = workbook({"survey": [HEADER, ["text", "a", "一"]]})
    for wrong in ('<xf pivotButton="maybe" ', '<xf applyFont="x" numFmtId="many" '):
        broken = altered(content, "xl/styles.xml", lambda text, wrong=wrong: text.replace("<xf ", wrong))
        assert [row["name"] for row in read(broken)["survey"]] == ["a"]


def test_an_error_in_a_form_is_told_with_its_cell() -> None:
    content = workbook({"survey": [HEADER, ["text", "a", "#REF!"]]})
    assert read(content)["fault"] == [["survey", 2, "label", "CellInError", {"value": "#REF!"}]]


def test_a_locked_workbook_is_called_locked() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileOfOtherKind):
        list(read_lines("xlsform", content, FORMS))
