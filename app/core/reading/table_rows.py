"""The header of a table and the rows below it, from the cells of a list or a sheet; part of the process of `reader.py`.

Out: [sheet, number of the header's row, header, faults], and for every row below it [cells, faults]. A fault is
[column, code, facts] of a cell that must not be read as empty or passed over.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from app.core.reading.measure import Measure

TITLE_ROWS = 10  # above a header stand a title, a date, who fills it in
SHOWN = 40  # characters of a cell in a refusal
STRAYS = 5  # cells without a heading that are told of one row
Place = tuple[int, int]
Fault = tuple[str, dict[str, Any]]
Found = dict[Place, Fault]
Lines = Iterator[list[Any]]


def table(sheet: str, rows: Iterable[list[str]], faults: Found, limits: SimpleNamespace) -> Lines:
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


def letters_of(number: int) -> str:
    """1 is A, 27 AA."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
