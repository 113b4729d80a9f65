"""Tables as files, written row by row and never held whole; part of the process of `writer.py`, too.

What a spreadsheet would run stays text.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_pixel_width

from app.core.reading.cells import exact, inert

Write = Callable[[BinaryIO, Sequence[str], Iterable[Sequence[Any]]], None]
# Pixels: the widest a column may be, what stands beside its text, and the widest character. No text of more characters
# than `ENOUGH` is narrower than the widest column.
WIDEST, BESIDE, WIDE, ENOUGH = 1790, 7, 13, 600


def write_sheet(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As .xlsx, its columns as wide as their texts."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, widths = book.add_worksheet(), [0] * len(header)
        bold = book.add_format({"bold": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, exact(title), bold)
            widths[column] = _wider(0, title)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    text = exact(str(cell))
                    sheet.write_string(number, column, text)
                    widths[column] = _wider(widths[column], text)
        for column, width in enumerate(widths):
            sheet.set_column_pixels(column, column, min(width + BESIDE, WIDEST))


def _wider(width: int, text: str) -> int:
    """The width of a column that holds this text, too."""
    if width >= WIDEST or len(text) * WIDE <= width:
        return width
    return max(width, *(int(xl_pixel_width(line[:ENOUGH])) for line in text.split("\n")))


def write_list(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As .csv in UTF-8, with the mark by which spreadsheets know it."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    for row in chain([header], rows):
        writer.writerow(["" if cell is None else inert(str(cell)) for cell in row])
    text.detach()


def writing(*, xlsx: bool) -> Write:
    return write_sheet if xlsx else write_list
