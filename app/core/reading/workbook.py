"""What a workbook's own archive says of its sheets; part of the process of `reader.py`.

The Excel reader gives an error and an uncomputed formula as an empty cell, and makes room for all that could stand
between two cells; both are looked for here before it reads a sheet.
"""

import html
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from app.core.reading.measure import Refused
from app.core.reading.table_rows import Fault, Place

MB = 1024 * 1024
CHUNK = 256 * 1024
SWELLING_FROM = 10 * MB  # below, nothing is said about how much smaller a file was packed
PREFIX = rb"(?:\w{1,20}:)?"
ROOT = re.compile(rb"<(\w{1,20}:)?worksheet[\s>]")
ENDED = re.compile(rb"</" + PREFIX + rb"worksheet\s*>|<" + PREFIX + rb"worksheet[^<>]*/>")
PLACED = re.compile(rb"<" + PREFIX + rb"(row|c)(\s[^<>]*)?>")
ROW = re.compile(rb"""\sr=["']([0-9]{1,7})["']""")
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
KIND = re.compile(rb"""\st=["'](\w{1,10})["']""")
FORMULA = re.compile(rb"\s*<" + PREFIX + rb"f[\s/>]")
VALUE = re.compile(rb"<" + PREFIX + rb"v(?:\s[^<>]*)?(?:/>|>([^<]*)<)")
SHEET = re.compile(rb"<" + PREFIX + rb"sheet\s[^<>]*")
LINK = re.compile(rb"<" + PREFIX + rb"Relationship\s[^<>]*")
OTHER_KINDS = {"xl/workbook.bin": "binary", "content.xml": "opendocument", "word/document.xml": "document"}
NUMBER_FORMAT = re.compile(rb"<" + PREFIX + rb"numFmt\s[^<>]*")
CELL_FORMATS = re.compile(rb"<" + PREFIX + rb"cellXfs[\s>](.*?)</" + PREFIX + rb"cellXfs>", re.DOTALL)
CELL_FORMAT = re.compile(rb"<" + PREFIX + rb"xf(?=[\s/>])[^<>]*")
STYLE = re.compile(rb"""\ss=["']([0-9]{1,6})["']""")
KEPT = re.compile(r"0{2,20}|0(\.0{1,10})?%")  # formats that make other text of a number: 007 of 7, 80% of 0.8
BUILT_IN = {"9": "0%", "10": "0.00%"}


def check_unpacked(archive: zipfile.ZipFile, packed: int, limits: SimpleNamespace) -> None:
    """Unpack everything once and keep nothing: an archive's own list of sizes may lie, and name one body many times."""
    entries = archive.infolist()
    if len({entry.header_offset for entry in entries}) < len(entries):
        raise Refused("FileUnreadable")
    if len(entries) > limits.parts:
        raise Refused("FileTooManyParts", found=len(entries), limit=limits.parts)
    most = min(limits.unpacked_mb * MB, max(SWELLING_FROM, limits.ratio * packed))
    unpacked = 0
    for entry in entries:
        with archive.open(entry) as part:
            while chunk := part.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > most:
                    raise Refused("FileUnpacksTooLarge", limit_mb=most // MB)


@dataclass
class Sheet:
    """A sheet of a workbook, its rows and columns counted from 1; `faults`: the cells that hold no value of theirs."""

    name: str
    row: int = 0
    column: int = 0
    filled: int = 0
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    faults: dict[Place, Fault] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)  # those that `KEPT` knows
    styles: dict[bytes, str] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        return len(self.rows) > 1 and len(self.columns) > 1

    def go_to(self, tag: bytes, attributes: bytes) -> None:
        """Where a row or a cell stands: where it says, or else behind the one before."""
        if tag == b"row":
            row = ROW.search(attributes)
            self.row, self.column = int(row[1]) if row else self.row + 1, 0
        elif place := PLACE.search(attributes):
            self.row, self.column = int(place[2]), number_of(place[1])
        else:
            self.column += 1


def is_seen(_name: str, is_visible: bool) -> bool:
    return is_visible


def sheets_of(
    archive: zipfile.ZipFile, limits: SimpleNamespace, wanted: Callable[[str, bool], bool] = is_seen
) -> Iterator[Sheet]:
    """The sheets with cells that are wanted by name and by whether people see them, in order.

    Refusals: FileOfOtherKind, FileTooManyCells, FileUnreadable.
    """
    names = {name.lower(): name for name in archive.namelist()}
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names.keys():
        raise _no_workbook(names.keys())
    links = [_attributes(link) for link in LINK.findall(archive.read(names["xl/_rels/workbook.xml.rels"]))]
    parts = {link.get("Id", ""): link for link in links if link.get("Type", "").endswith("/worksheet")}
    styles = _formats(archive.read(names["xl/styles.xml"])) if "xl/styles.xml" in names else {}
    for text in SHEET.findall(archive.read(names["xl/workbook.xml"])):
        sheet = _attributes(text)
        link = parts.get(next((value for name, value in sheet.items() if name.endswith(":id")), ""))
        if link is None or not wanted(sheet.get("name", ""), sheet.get("state", "visible") == "visible"):
            continue
        part = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/").lower()
        if part not in names:
            raise Refused("FileUnreadable")
        yield _scanned(archive, names[part], Sheet(sheet.get("name", ""), styles=styles), limits)


def _formats(styles: bytes) -> dict[bytes, str]:
    """The formats that cells name by their place among `cellXfs`, where they make other text of a number."""
    named = dict(BUILT_IN)
    for number in map(_attributes, NUMBER_FORMAT.findall(styles)):
        named[number.get("numFmtId", "")] = number.get("formatCode", "")
    cells = CELL_FORMATS.search(styles)
    found = enumerate(_attributes(each) for each in CELL_FORMAT.findall(cells[1] if cells else b""))
    formats = {b"%d" % place: named.get(each.get("numFmtId", ""), "") for place, each in found}
    return {place: format for place, format in formats.items() if KEPT.fullmatch(format)}


def _no_workbook(names: Any) -> Refused:
    kind = next((kind for part, kind in OTHER_KINDS.items() if part in names), None)
    return Refused("FileOfOtherKind", reason=kind) if kind else Refused("FileUnreadable")


def _attributes(tag: bytes) -> dict[str, str]:
    found = re.findall(rb"""\s([\w:.]{1,60})\s?=\s?(?:"([^"]*)"|'([^']*)')""", tag)
    return {name.decode(): html.unescape((one or other).decode()) for name, one, other in found}


def _scanned(archive: zipfile.ZipFile, part: str, sheet: Sheet, limits: SimpleNamespace) -> Sheet:
    with archive.open(part) as source:
        text = source.read(CHUNK)
        prefix = ROOT.search(text)
        end = b"</" + ((prefix and prefix[1]) or b"") + b"c>"
        while chunk := source.read(CHUNK):
            whole = text.rfind(end) + len(end)  # a cell may stand across two chunks
            if whole >= len(end) or len(text) > CHUNK:
                _scan(text[:whole], end, sheet)
                text = text[whole:]
            if sheet.filled > limits.cells:
                raise Refused("FileTooManyCells", limit=limits.cells)
            text += chunk
    _scan(text, end, sheet)
    if ENDED.search(text) is None:
        raise Refused("FileUnreadable")
    return sheet


def _scan(text: bytes, end: bytes, sheet: Sheet) -> None:
    for found in PLACED.finditer(text):
        tag, attributes = found[1], found[2] or b""
        sheet.go_to(tag, attributes)
        if tag == b"row" or attributes.endswith(b"/") or text.startswith(b"</", found.end()):
            continue
        sheet.filled += 1
        sheet.rows.add(sheet.row)
        sheet.columns.add(sheet.column)
        if sheet.styles and (style := STYLE.search(attributes)) and style[1] in sheet.styles:
            sheet.formats[sheet.row, sheet.column] = sheet.styles[style[1]]
        kind = KIND.search(attributes)
        is_formula = FORMULA.match(text, found.end()) is not None
        if is_formula or (kind and kind[1] == b"e"):
            cell = text[found.end() : text.find(end, found.end())]
            if fault := _fault(kind[1] if kind else b"n", VALUE.search(cell)):
                sheet.faults[sheet.row, sheet.column] = fault


def _fault(kind: bytes, value: re.Match[bytes] | None) -> Fault | None:
    if kind == b"e":
        return "CellInError", {"value": (value[1] or b"").decode() if value else ""}
    is_computed = value is not None and (value[1] or kind == b"str")  # a text may be empty
    return None if is_computed else ("FormulaUncomputed", {})


def number_of(column: bytes) -> int:
    """A is 1, Z 26, AA 27, XFD 16384."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
