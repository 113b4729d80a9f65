"""The sheets of an XLSForm, and what pyxform has against them; part of the process of `reader.py`.

The sheets are read here and not by pyxform, whose reader trips over formats that spreadsheet programs open, and takes
61 empty rows or 21 empty columns for the end.

Out: [sheet, row] and [sheet_header, headings]; ["fault", [sheet, row, column, code, facts]] of a cell that must not be
read as empty; ["objection" or "stumble", why] of pyxform.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from python_calamine import CalamineWorkbook
from pyxform.constants import SUPPORTED_SHEET_NAMES
from pyxform.errors import PyXFormError
from pyxform.survey import Survey
from pyxform.xls2xform import convert

from app.core.reading.book_reader import OLE, cells_of, check_compound, errors_of, text_of
from app.core.reading.measure import TWICE, Measure
from app.core.reading.workbook import Sheet, check_unpacked, sheets_of

MESSAGE = 2_000  # characters of what pyxform says
REFERENCE = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")  # pyxform objects to spaces in it
READ = ("survey", "choices", "settings")


def read(content: bytes, limits: SimpleNamespace) -> Iterator[list[Any]]:
    """Refusals: those of `foreign.REFUSALS`."""
    check_compound(content)
    sheets = _old_sheets(content) if content.startswith(OLE) else _sheets(content, limits)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    form: dict[str, Any] = {"sheet_names": book.sheet_names}
    for sheet in sheets:
        name = sheet.name.lower() if sheet.name.lower() in SUPPORTED_SHEET_NAMES else "survey"
        form[name], form[f"{name}_header"], faults = _rows(book, sheet, limits)
        yield from (["fault", [name, *fault]] for fault in faults)
    for name in ("survey_header", "choices_header", *READ):
        yield from ([name, row] for row in form.get(name, []))
    yield from _judged(form)


def _sheets(content: bytes, limits: SimpleNamespace) -> list[Sheet]:
    """Those that a form may have, or else the first one that people see."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_unpacked(archive, len(content), limits)
        sheets = list(sheets_of(archive, limits, lambda name, _visible: name.lower() in SUPPORTED_SHEET_NAMES))
        return sheets or list(sheets_of(archive, limits))[:1]


def _old_sheets(content: bytes) -> list[Sheet]:
    """The same of an .xls, which is no archive."""
    names = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    chosen = [name for name in names if name.lower() in SUPPORTED_SHEET_NAMES] or names[:1]
    return [Sheet(name, faults=errors_of(content, name)) for name in chosen]


def _rows(
    book: CalamineWorkbook, sheet: Sheet, limits: SimpleNamespace
) -> tuple[list[Any], list[Any], list[list[Any]]]:
    """Every row below the first, as what stands under its headings; the headings; the cells that hold no value."""
    measure, (first, *rows) = Measure(limits), cells_of(book.get_sheet_by_name(sheet.name), limits) or [[]]
    headings = _once([" ".join(text_of(cell).split()) for cell in first])
    found = []
    for row in rows:
        texts = [text_of(cell).replace("\xa0", " ").strip() for cell in row]
        measure.add(texts)
        cells = {heading: text for heading, text in zip(headings, texts, strict=True) if heading and text}
        found.append({heading: _spelt(heading, text) for heading, text in cells.items()})
    while found and not found[-1]:
        found.pop()
    faults = [
        [row, headings[column - 1], code, facts]
        for (row, column), (code, facts) in sorted(sheet.faults.items())
        if column <= len(headings) and headings[column - 1]
    ]
    return found, [{heading: None for heading in headings if heading}], faults


def _once(headings: list[str]) -> list[str]:
    """A heading that comes again is marked, so that it can be refused by its name."""
    seen: set[str] = set()
    once = []
    for number, heading in enumerate(headings):
        once.append(f"{heading}{TWICE}{number}" if heading and heading in seen else heading)
        seen.add(heading)
    return once


def _spelt(heading: str, text: str) -> str:
    """References and types as pyxform wants them written."""
    text = REFERENCE.sub(r"${\1}", text)
    if heading.lower() != "type" or not text.split():
        return text
    command, *named = text.split()
    return re.sub("^select multiple(?! from )", "select_multiple", " ".join([command.lower(), *named]))


def _judged(form: dict[str, Any]) -> Iterator[list[Any]]:
    Survey.to_xml = _xml
    try:
        convert(xlsform=form, validate=False)
    except PyXFormError as error:
        yield ["objection", str(error)[:MESSAGE]]
    except MemoryError:
        raise
    except Exception as error:  # on some broken sheets pyxform stumbles before it can object
        yield ["stumble", f"{type(error).__name__}: {error}"[:MESSAGE]]


def _xml(survey: Any, **_wanted: Any) -> str:
    """pyxform's own would go through a file."""
    written: str = survey.xml().toxml()
    return written
