"""One table out of a file that people bring, a workbook or columns of text: told by its content, not by its name.
Part of the process of `reader.py`, which is gone after one file: what reads workbooks is loaded for them alone.

Out: what `table_rows` says.
"""

import codecs
import csv
import io
import re
import sys
import unicodedata
from importlib import import_module
from types import SimpleNamespace

from app.core.reading.measure import Refused
from app.core.reading.table_rows import Lines, table

WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # the two of an archive, and an .xls
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",\t;"


def read(content: bytes, limits: SimpleNamespace) -> Lines:
    """Refusals: those of `foreign.REFUSALS`."""
    if content.startswith(WORKBOOKS):
        lines: Lines = import_module("app.core.reading.book_reader").read(content, limits)
        return lines
    return _read_text(content, limits)


def _read_text(content: bytes, limits: SimpleNamespace) -> Lines:
    text = _decoded(content)
    if "\x00" in text:
        raise Refused("FileUnreadable")
    if kind := _other_kind(text):
        raise Refused("FileOfOtherKind", reason=kind)
    csv.field_size_limit(sys.maxsize)  # how long a cell may be, `Measure` says
    yield from table("", csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), {}, limits)


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
