"""Tables that people bring and take away: CSV and Excel in, CSV and Excel out."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from fastapi import Response, UploadFile
from python_calamine import CalamineError, CalamineWorkbook

from app.core.cells import FORMULA_STARTS
from app.core.cells import Table as Table
from app.core.errors import DomainError
from app.core.settings import settings

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNPACKED_LIMIT = 200 * 1024 * 1024
ROW_LIMIT = 50_000


class FileTooLarge(DomainError):
    status = 413


class FileNotUtf8(DomainError):
    status = 422


class FileUnreadable(DomainError):
    status = 422


class FileEmpty(DomainError):
    status = 422


class WrongColumns(DomainError):
    """`missing` and `unknown` name the columns; a misspelt name shows in both."""

    status = 422


async def read_upload(upload: UploadFile) -> tuple[str, bytes]:
    """Name and content; refused beyond the installation's limit."""
    limit = settings().upload_limit_mb * 1024 * 1024
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(limit_mb=settings().upload_limit_mb)
    return upload.filename or "", content


def read_table(name: str, content: bytes) -> Table:
    """The first sheet of an Excel file, or a UTF-8 CSV.

    Refusals: FileUnreadable, FileNotUtf8, FileEmpty, FileTooLarge.
    """
    cells = _sheet(content) if name.lower().endswith((".xlsx", ".xls")) else _csv(content)
    if not cells or not any(cell.strip() for cell in cells[0]):
        raise FileEmpty(name=name)
    if len(cells) > ROW_LIMIT:
        raise FileTooLarge(limit_mb=settings().upload_limit_mb)
    header = [cell.strip() for cell in cells[0]]
    width = len(header)
    return Table(header, [(row + [""] * width)[:width] for row in cells[1:]])


def require_columns(table: Table, required: Iterable[str], optional: Iterable[str] = ()) -> None:
    """Refuse a table whose header lacks a required column or has one that nobody knows."""
    required = list(required)
    missing = [column for column in required if column not in table.header]
    unknown = [column for column in table.header if column not in {*required, *optional}]
    if missing or unknown:
        raise WrongColumns(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")


def write_table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, xlsx: bool) -> bytes:
    """The table as .xlsx or UTF-8 .csv; text that a spreadsheet would run as a formula stays text."""
    return _write_sheet(header, rows) if xlsx else _write_csv(header, rows)


def table_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, xlsx: bool) -> Response:
    """A download named `name`.xlsx or .csv."""
    kind, media = ("xlsx", XLSX) if xlsx else ("csv", "text/csv; charset=utf-8")
    return download(f"{name}.{kind}", write_table(header, rows, xlsx=xlsx), media)


def download(filename: str, content: bytes, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


def _sheet(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                raise FileTooLarge(limit_mb=settings().upload_limit_mb)
    except zipfile.BadZipFile:
        pass  # the older .xls is no archive; the reader below decides
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise FileUnreadable() from None
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: Any) -> str:
    """Excel keeps 3 as 3.0; people mean 3."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileNotUtf8() from None
    if "\x00" in text:
        raise FileUnreadable()
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        raise FileUnreadable() from None


def _write_sheet(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write_string(number, column, str(cell))
        sheet.autofit()
    return out.getvalue()


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if cell is None else _inert(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
