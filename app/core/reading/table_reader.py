"""One table out of a file that people bring, a workbook or columns of text: told by its content, not by its name.
Part of the process of `reader.py`.

Out: [sheet, number of the header's row, header, faults], and for every row below it [cells, faults]. A fault is
[column, code, facts] of a cell that must not be read as empty or passed over.
"""

import codecs
import csv
import io
import itertools
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import xlrd
from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from app.core.reading.measure import Measure, Refused, check_reach, check_unpacked
from app.core.reading.workbook import Place, Sheet, letters_of, sheets_of

ZIP, OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",\t;"
TITLE_ROWS = 10  # above a header stand a title, a date, who fills it in
DIGITS = 15  # as many as a spreadsheet keeps, and shows, of a number
SHOWN = 40  # characters of a cell in a refusal
NAMED = 5  # sheets in a refusal
STRAYS = 5  # cells without a heading that are told of one row
VALUES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
Lines = Iterator[list[Any]]
Fault = tuple[str, dict[str, Any]]
Found = dict[Place, Fault]


def read(content: bytes, limits: SimpleNamespace) -> Lines:
    """Refusals: those of `foreign.REFUSALS`."""
    if content.startswith(ZIP):
        return _read_workbook(content, limits)
    if content.startswith(OLE):
        return _read_old_workbook(content, limits)
    return _read_text(content, limits)


def _read_text(content: bytes, limits: SimpleNamespace) -> Lines:
    text = _decoded(content)
    if "\x00" in text:
        raise Refused("FileUnreadable")
    if kind := _other_kind(text):
        raise Refused("FileOfOtherKind", reason=kind)
    csv.field_size_limit(sys.maxsize)  # how long a cell may be, `Measure` says
    yield from _table("", csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), {}, limits)


def _other_kind(text: str) -> str | None:
    start = text.lstrip()[:1024].lower()
    if start.startswith("%pdf-"):
        return "pdf"
    if start.startswith("<"):
        return "html" if "<html" in start or "<table" in start else "xml"
    return None


def _delimiter(text: str) -> str:
    """What divides the first line that is divided at all."""
    found = re.search(f"[{DELIMITERS}]", text)
    line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0] if found else ""
    return max(DELIMITERS, key=line.count)


def _decoded(content: bytes) -> str:
    """The text in UTF-8, or with its mark in UTF-16, or as Chinese editions of Windows write it (GB 18030)."""
    marked = next((encoding for mark, encoding in BOMS if content.startswith(mark)), None)
    try:
        return content.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if b"\x00" in content and not marked:
            raise Refused("FileUnreadable") from None
        if marked or error.reason == "unexpected end of data" or _is_damaged_utf8(content):
            raise Refused("FileNotUtf8") from None
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        raise Refused("FileNotUtf8") from None
    if not _is_chinese(text):
        raise Refused("FileNotUtf8")
    return text


def _is_damaged_utf8(content: bytes) -> bool:
    """Cut off, say: more letters of three bytes make sense in UTF-8 than not; in GB 18030 all letters have two."""
    text = content.decode("utf-8", "replace")
    return sum(character > "\u07ff" for character in text) > 2 * text.count("\ufffd")


def _is_chinese(text: str) -> bool:
    """Whether it is written in everyday characters. Nearly every row of bytes is something in GB 18030: what another
    encoding wrote comes out as characters that nobody uses."""
    foreign = [character for character in text if character > "\x7f"]
    everyday = sum(len(character.encode("gb2312", "ignore")) > 0 for character in foreign)
    return everyday * 10 >= len(foreign) * 7 and not any(unicodedata.category(c) in {"Co", "Cn"} for c in foreign)


def _read_workbook(content: bytes, limits: SimpleNamespace) -> Lines:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_unpacked(archive, len(content), limits)
        sheet = _chosen(sheets_of(archive, limits))
    if sheet is None:
        return
    check_reach(limits, max(sheet.rows), max(sheet.columns))
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet.name)
    yield from _sheet_table(found, sheet.faults, sheet.formats, limits)


def check_compound(content: bytes) -> None:
    """Refuse what is no workbook in the form of one: a locked one, an old document. Refusal: FileOfOtherKind."""
    for stream, kind in (("EncryptedPackage", "encrypted"), ("WordDocument", "document")):
        if content.startswith(OLE) and stream.encode("utf-16-le") in content:
            raise Refused("FileOfOtherKind", reason=kind)


def _read_old_workbook(content: bytes, limits: SimpleNamespace) -> Lines:
    """An .xls is no archive: what it claims meets the limit of memory."""
    check_compound(content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    found = _chosen(_measured(book.get_sheet_by_name(name)) for name in visible)
    if found is not None:
        yield from _sheet_table(book.get_sheet_by_name(found.name), errors_of(content, found.name), {}, limits)


def _measured(sheet: CalamineSheet) -> Sheet:
    measured = Sheet(sheet.name)
    if sheet.end is not None and sheet.start is not None:
        measured.rows = {sheet.start[0], sheet.end[0]}
        measured.columns = {sheet.start[1], sheet.end[1]}
    return measured


def errors_of(content: bytes, name: str) -> Found:
    """The cells of an .xls that hold errors, which the Excel reader gives as empty ones."""
    book = xlrd.open_workbook(file_contents=content, on_demand=True, logfile=io.StringIO())
    sheet = book.sheet_by_name(name)
    return {
        (row + 1, column + 1): ("CellInError", {"value": VALUES.get(sheet.cell_value(row, column), "#")})
        for row in range(sheet.nrows)
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    }


def _chosen(sheets: Iterable[Sheet]) -> Sheet | None:
    """The one sheet that holds a table; where none does, the first that holds anything. Refusal: SheetsSeveral."""
    filled = [sheet for sheet in sheets if sheet.rows]
    tables = [sheet.name for sheet in filled if sheet.is_table]
    if len(tables) > 1:
        raise Refused("SheetsSeveral", sheets="、".join(tables[:NAMED]), count=len(tables))
    return max(filled, key=lambda sheet: (sheet.is_table, len(sheet.columns) > 1), default=None)


def cells_of(sheet: CalamineSheet, limits: SimpleNamespace) -> list[list[Any]]:
    """The cells of a sheet from its first on."""
    if sheet.end is None:
        return []
    check_reach(limits, sheet.end[0] + 1, sheet.end[1] + 1)
    return sheet.to_python(skip_empty_area=False)


def _sheet_table(sheet: CalamineSheet, faults: Found, formats: dict[Place, str], limits: SimpleNamespace) -> Lines:
    found = cells_of(sheet, limits)
    lost: Found = {
        (r, c): ("DigitsLost", {"value": text_of(cell)})
        for r, row in enumerate(found, 1)
        for c, cell in enumerate(row, 1)
        if isinstance(cell, float) and abs(cell) >= 10**DIGITS
    }
    joined: Found = {
        (top + 1, left + 1): ("CellsMerged", {"range": _range(top, left, bottom, right)})
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if found[top : top + 1] and any(found[top][left : left + 1])
    }
    texts = [[text_of(cell) for cell in row] for row in found]
    for (r, c), format in formats.items():
        if r <= len(found) and c <= len(found[r - 1]):
            texts[r - 1][c - 1] = _formatted(found[r - 1][c - 1], format)
    yield from _table(sheet.name, texts, lost | joined | faults, limits)


def _range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{letters_of(left + 1)}{top + 1}:{letters_of(right + 1)}{bottom + 1}"


def text_of(cell: Any) -> str:
    """What a spreadsheet shows: 3 of 3.0, 124600 of 124599.99999999999."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.{DIGITS}g}'):f}"
    return str(cell)


def _formatted(cell: Any, format: str) -> str:
    """A number under a format of `workbook.KEPT`: with its zeros, or as per cent."""
    if not isinstance(cell, float):
        return text_of(cell)
    if format.endswith("%"):
        return f"{(Decimal(text_of(cell)) * 100).normalize():f}%"
    width = len(format) + (cell < 0)
    return f"{int(cell):0{width}d}" if cell.is_integer() else text_of(cell)


def _table(sheet: str, rows: Iterable[list[str]], faults: Found, limits: SimpleNamespace) -> Lines:
    """The header and the rows below it, in the columns that have a heading."""
    measure = Measure(limits)
    above: list[list[str]] = []
    rows = iter(rows)
    for row in rows:
        measure.add(row)
        above.append(row)
        if _filled(row) > 1 or (any(map(_filled, above)) and len(above) > TITLE_ROWS):
            break
    at = next((i for i, row in enumerate(above) if _filled(row) > 1), None)
    if at is None:
        at = next((i for i, row in enumerate(above) if _filled(row)), None)
    if at is None:
        return
    headings = [cell.strip() for cell in above[at]]
    columns = [i for i, heading in enumerate(headings) if heading]
    known = _by_row(faults, at + 1)
    yield [sheet, at + 1, [headings[i] for i in columns], _faults(above[at], headings, known.get(at + 1, {}))]
    for number, row in enumerate(itertools.chain(above[at + 1 :], _measured_rows(rows, measure)), at + 2):
        cells = [row[i] if i < len(row) else "" for i in columns]
        yield [cells, _faults(row, headings, known.get(number, {}))]


def _filled(row: list[str]) -> int:
    return sum(not cell.isspace() for cell in row if cell)


def _measured_rows(rows: Iterable[list[str]], measure: Measure) -> Iterator[list[str]]:
    for row in rows:
        measure.add(row)
        yield row


def _by_row(faults: Found, header: int) -> dict[int, dict[int, Fault]]:
    """The faults by row and column. Headings may be joined with their neighbours, not with what stands below."""
    known: dict[int, dict[int, Fault]] = {}
    for (row, column), (code, facts) in faults.items():
        if row != header or code != "CellsMerged" or not re.search(rf"[A-Z]{row}$", facts["range"]):
            known.setdefault(row, {})[column] = code, facts
    return known


def _faults(row: list[str], headings: list[str], known: dict[int, Fault]) -> list[list[Any]]:
    """Of one row: [column, code, facts] of what cannot be read, and of text in columns without a heading."""
    found = {column: list(fault) for column, fault in known.items()}
    if len(row) > len(headings) or "" in headings:
        strays = (
            (column, cell.strip()[:SHOWN])
            for column, cell in enumerate(row, 1)
            if cell.strip() and not (headings[column - 1 : column] or [""])[0]
        )
        found |= {c: ["CellBeyondHeader", {"value": text}] for c, text in itertools.islice(strays, STRAYS)}
    return [[_heading(column, headings), *fault] for column, fault in sorted(found.items())]


def _heading(column: int, headings: list[str]) -> str:
    return (headings[column - 1 : column] or [""])[0] or letters_of(column)
