"""What runs in the process that reads one foreign file: it imports nothing of the platform, writes nothing, holds no
connection, and may fail in any way it likes. `foreign.py` starts it, says its limits, and hears its answer.

In: one line of JSON {path, kind, limits}, then the file. Out: lines of JSON, a list each, and at the end the verdict,
an object: `{}` or `{"refused": code, "facts": {…}}`. Where no verdict comes, the process died of the file.
"""

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import IO, Any

MB = 1024 * 1024
CHUNK = 256 * 1024
MESSAGE = 2_000  # characters of what pyxform says
FIGURE = 60  # characters of a number
NOT_NEEDED = ("numpy", "lxml")  # openpyxl would load them for nothing
SWELLING_FROM = 10 * MB  # below, nothing is said about how much smaller a file was packed
FILLED = re.compile(  # a cell of a sheet that holds something: its column and its row
    rb"""<(?:\w{1,20}:)?c\s(?:[^<>]{0,200}?\s)?r=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]{0,200}(?<!/)>(?!</)"""
)
SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s[^<>]*")
LINK = re.compile(rb"<(?:\w{1,20}:)?Relationship\s[^<>]*")
Lines = Iterator[list[Any]]


class Refused(Exception):
    """Carries the name of a refusal of `foreign.py` and its facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Reads what `source` holds and tells `sink`; whatever goes wrong is a refusal."""
    asked = json.loads(source.readline())
    sys.path[:] = asked["path"]
    limits = SimpleNamespace(**asked["limits"])
    csv.field_size_limit(sys.maxsize)  # how long a cell may be, `Measure` says
    read, needs = READERS[asked["kind"]]
    for module in NOT_NEEDED:
        sys.modules[module] = None  # type: ignore[assignment]
    for module in needs:
        import_module(module)
    _confine(limits)
    verdict: dict[str, Any] = {}
    try:
        for line in read(source.read(), limits):
            sink.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    except Refused as refused:
        verdict = {"refused": refused.code, "facts": refused.facts}
    except MemoryError:
        verdict = {"refused": "FileTooHeavy", "facts": {"limit_mb": limits.memory_mb}}
    except BaseException:  # a panic of the Excel reader is no Exception
        verdict = {"refused": "FileUnreadable", "facts": {}}
    sink.write(json.dumps(verdict).encode() + b"\n")
    sink.flush()


def _confine(limits: SimpleNamespace) -> None:
    """From here on: so much memory, so much time, not a byte into any file, no child, no dump."""
    if sys.platform == "linux":  # elsewhere the system does not bound it
        with open("/proc/self/statm") as kept:
            used = int(kept.read().split()[0]) * resource.getpagesize()
        _bound(resource.RLIMIT_AS, used + limits.memory_mb * MB)
    _bound(resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1)  # first the signal that says why
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        _bound(what, 0)


def _bound(what: int, soft: int, hard: int | None = None) -> None:
    """As far as the process is not bound more narrowly already."""
    allowed = resource.getrlimit(what)[1]
    wanted = soft if hard is None else hard
    most = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    resource.setrlimit(what, (min(soft, most), most))


class Measure:
    """What has been read so far, refused where it grows beyond the limits."""

    def __init__(self, limits: SimpleNamespace) -> None:
        self.limits, self.rows, self.filled, self.text = limits, 0, 0, 0

    def add(self, row: list[str]) -> None:
        self.rows += 1
        self.filled += sum(map(bool, row))
        text, longest = sum(map(len, row)), max(map(len, row), default=0)
        self.text += text
        check_reach(self.limits, self.rows, len(row))
        if longest > self.limits.cell_text:
            raise Refused("FileCellTooLong", row=self.rows, found=longest, limit=self.limits.cell_text)
        if text > self.limits.row_text:
            raise Refused("FileRowTooLong", row=self.rows, found=text, limit=self.limits.row_text)
        if self.filled > self.limits.cells:
            raise Refused("FileTooManyCells", limit=self.limits.cells)
        if self.text > self.limits.text:
            raise Refused("FileTextTooLong", limit=self.limits.text)


def check_reach(limits: SimpleNamespace, rows: int, columns: int) -> None:
    """Refuse a table whose last row or column that holds something lies too far out."""
    if rows > limits.rows + 1:  # and the header
        raise Refused("FileTooManyRows", found=rows - 1, limit=limits.rows)
    if columns > limits.columns:
        raise Refused("FileTooManyColumns", found=columns, limit=limits.columns)
    if rows * columns > limits.area:
        raise Refused("FileTooManyCells", limit=limits.area)


def table(rows: Iterable[list[str]], limits: SimpleNamespace) -> Lines:
    """The rows in the width of the first, whose texts are trimmed."""
    measure, width = Measure(limits), None
    for row in rows:
        measure.add(row)
        if width is None:
            row = [cell.strip() for cell in row]
            width = len(row)
        yield (row + [""] * width)[:width]


def read_csv(content: bytes, limits: SimpleNamespace) -> Lines:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("FileNotUtf8") from None
    if "\x00" in text:
        raise Refused("FileUnreadable")
    yield from table(csv.reader(io.StringIO(text, newline="")), limits)


def read_sheet(content: bytes, limits: SimpleNamespace) -> Lines:
    """The first sheet of an Excel file. The older .xls is no archive: what it claims meets the limit of memory."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_unpacked(archive, len(content), limits)
            check_first_sheet(archive, limits)
    book = sys.modules["python_calamine"].CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_index(0)
    if sheet.end is not None:
        check_reach(limits, sheet.end[0] + 1, sheet.end[1] + 1)
    found = sheet.to_python(skip_empty_area=False)
    yield from table(([_text(cell) for cell in row] for row in found), limits)


def _text(cell: Any) -> str:
    """Excel keeps 3 as 3.0; people mean 3."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def check_unpacked(archive: zipfile.ZipFile, packed: int, limits: SimpleNamespace) -> None:
    """Unpack everything once and keep nothing: an archive's own list of sizes may lie."""
    entries = archive.infolist()
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


def check_first_sheet(archive: zipfile.ZipFile, limits: SimpleNamespace) -> None:
    """How far its cells reach, before the Excel reader makes room for all that could stand between them."""
    name = _first_sheet(archive)
    if name is None:
        return
    rows = columns = 1
    with archive.open(name) as part:
        text = b""
        while chunk := part.read(CHUNK):
            text += chunk
            for column, row in FILLED.findall(text):
                rows, columns = max(rows, int(row)), max(columns, _number(column))
            check_reach(limits, rows, columns)
            text = text[max(text.rfind(b"<"), len(text) - CHUNK) :]  # a cell may stand across two chunks


def _first_sheet(archive: zipfile.ZipFile) -> str | None:
    """Where a workbook keeps its first sheet; None where it does not say so in the usual way."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    sheet = SHEET.search(archive.read("xl/workbook.xml"))
    named = sheet and re.search(rb'\s\w{1,20}:id="([^"]*)"', sheet[0])
    for link in LINK.findall(archive.read("xl/_rels/workbook.xml.rels")):
        target = re.search(rb'\sTarget="([^"]*)"', link)
        if named and target and b' Id="%s"' % named[1] in link:
            name = posixpath.normpath(posixpath.join("/xl", target[1].decode())).lstrip("/")
            return name if name in names else None
    return None


def _number(column: bytes) -> int:
    """A is 1, Z 26, AA 27, XFD 16384."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def read_xlsform(content: bytes, limits: SimpleNamespace) -> Lines:
    """What pyxform reads, as [sheet, row], and, where it has something against it, ["objection" or "stumble", why]."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_unpacked(archive, len(content), limits)
    errors, backends = sys.modules["pyxform.errors"], sys.modules["pyxform.xls2json_backends"]
    try:
        book = backends.get_xlsform(content, file_type=".xlsx")
    except errors.PyXFormError:
        raise Refused("FileUnreadable") from None
    measure = Measure(limits)
    for name in ("survey_header", "survey", "choices", "settings"):
        measure.rows = 0
        for row in getattr(book, name) or []:
            measure.add([text for text in row.values() if text])
            yield [name, row]
    sys.modules["pyxform.survey"].Survey.to_xml = _xml
    try:
        sys.modules["pyxform.xls2xform"].convert(xlsform=content, file_type=".xlsx", validate=False)
    except errors.PyXFormError as error:
        yield ["objection", str(error)[:MESSAGE]]
    except MemoryError:
        raise
    except Exception as error:  # on some broken sheets pyxform stumbles before it can object
        yield ["stumble", f"{type(error).__name__}: {error}"[:MESSAGE]]


def _xml(survey: Any, **_wanted: Any) -> str:
    """pyxform's own would go through a file."""
    written: str = survey.xml().toxml()
    return written


def check_json(content: bytes, limits: SimpleNamespace) -> Lines:
    """Nothing but the verdict: whoever asked has the text, and may read it now."""
    text = content.decode("utf-8-sig", errors="strict")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_int=_figure, parse_float=_figure, parse_constant=_none)
    except json.JSONDecodeError as error:
        raise Refused("FileUnreadable", line=error.lineno) from None
    except RecursionError:
        raise Refused("FileTooDeep", limit=limits.depth) from None
    level, depth, values = [found], 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if depth > limits.depth:
            raise Refused("FileTooDeep", limit=limits.depth)
        if values > limits.cells:
            raise Refused("FileTooManyCells", limit=limits.cells)
        level = [part for whole in level if isinstance(whole, dict | list) for part in _parts(whole)]
    json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair cannot be written down
    yield from ()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that stands twice one reader takes the first and another the last."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise Refused("FileUnreadable")
    return entries


def _figure(text: str) -> float:
    if len(text) > FIGURE:
        raise Refused("FileUnreadable")
    return 0.0


def _none(_constant: str) -> None:
    """NaN and infinities are no JSON."""
    raise Refused("FileUnreadable")


def _parts(whole: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return whole.values() if isinstance(whole, dict) else whole


READERS: dict[str, tuple[Callable[[bytes, SimpleNamespace], Lines], tuple[str, ...]]] = {
    "csv": (read_csv, ()),
    "sheet": (read_sheet, ("python_calamine",)),
    "xlsform": (read_xlsform, ("pyxform.errors", "pyxform.xls2json_backends", "pyxform.survey", "pyxform.xls2xform")),
    "json": (check_json, ()),
}

if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
