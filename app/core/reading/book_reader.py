"""The one table of a workbook; part of the process of `reader.py`."""

import io
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import xlrd
from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from app.core.reading.measure import Refused, check_reach
from app.core.reading.table_rows import Found, Lines, Place, letters_of, table
from app.core.reading.workbook import Sheet, check_unpacked, sheets_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DIGITS = 15  # as many as a spreadsheet keeps, and shows, of a number
NAMED = 5  # sheets in a refusal
VALUES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def read(content: bytes, limits: SimpleNamespace) -> Lines:
    """Refusals: those of `foreign.REFUSALS`."""
    return _read_old(content, limits) if content.startswith(OLE) else _read_new(content, limits)


def _read_new(content: bytes, limits: SimpleNamespace) -> Lines:
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


def _read_old(content: bytes, limits: SimpleNamespace) -> Lines:
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
    yield from table(sheet.name, texts, lost | joined | faults, limits)


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
