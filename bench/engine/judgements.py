"""Graded judgements as a file: which offers a reader of both texts finds suitable for a need."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import DomainError, RowsRefused
from app.core.reading.cells import Cells, Table
from app.core.reading.files import read_table

COLUMNS = ("need_id", "offer_id", "relevance")
HIGHEST = 3
Grades = dict[str, dict[str, int]]


class JudgementsRefused(RowsRefused):
    """A file of judgements with faults: all of them are listed, and nothing is measured by it."""


class JudgementsMissing(DomainError):
    """There is no such file, or it may not be read."""

    status = 404


class JudgementColumnsMissing(DomainError):
    status = 422


class NeedUnjudgeable(DomainError):
    """The season has no need of this number."""

    status = 422


class OfferUnjudgeable(DomainError):
    """The season has no offer of this number."""

    status = 422


class RelevanceOutOfRange(DomainError):
    status = 422


class JudgedTwice(DomainError):
    """One pair has one grade (of its own split)."""

    status = 422


@dataclass(frozen=True)
class Judgements:
    """Need → offer → grade 0..3. `splits`: the same by the file's column `split`, in the order of their names;
    empty without that column."""

    grades: Grades
    splits: dict[str, Grades]


def read_judgements(path: Path, needs: Collection[str], offers: Collection[str]) -> Judgements:
    """The judgements of a CSV (or Excel) file; columns beside those known are passed over.

    Refusals: JudgementsMissing, JudgementColumnsMissing, FileEmpty, FileNotUtf8, FileUnreadable, and
    JudgementsRefused with every fault of every line.
    """
    return judgements_of(table_at(path), needs, offers)


def table_at(path: Path) -> Table:
    """Refusals: JudgementsMissing, FileEmpty, FileNotUtf8, FileUnreadable."""
    try:
        content = path.read_bytes()
    except OSError:
        raise JudgementsMissing(file=str(path)) from None
    return read_table(path.name, content)


def judgements_of(table: Table, needs: Collection[str], offers: Collection[str]) -> Judgements:
    """What a table of judgements says of these needs and offers."""
    if missing := [column for column in COLUMNS if column not in table.header]:
        raise JudgementColumnsMissing(missing=", ".join(missing), found=", ".join(table.header))
    lines = [(Cells(number, cells), cells.get("split", "").strip()) for number, cells in table.records()]
    grades: Grades = {}
    splits: dict[str, Grades] = {}
    judged: dict[tuple[str, str], int] = {}
    for cells, split in lines:
        pair = (cells.text("need_id"), cells.text("offer_id"))
        grade = _grade(cells, needs, offers)
        if (first := judged.setdefault(pair, cells.number)) != cells.number:
            cells.refuse("offer_id", JudgedTwice(first=first))
        grades.setdefault(pair[0], {})[pair[1]] = grade
        if split:
            splits.setdefault(split, {}).setdefault(pair[0], {})[pair[1]] = grade
    if faults := [fault for cells, _ in lines for fault in cells.faults]:
        raise JudgementsRefused(faults)
    return Judgements(grades, dict(sorted(splits.items())))


def _grade(cells: Cells, needs: Collection[str], offers: Collection[str]) -> int:
    """The grade of one line, its faults noted."""
    if (need := cells.text("need_id")) not in needs:
        cells.refuse("need_id", NeedUnjudgeable(need=need))
    if (offer := cells.text("offer_id")) not in offers:
        cells.refuse("offer_id", OfferUnjudgeable(offer=offer))
    written = cells.text("relevance")
    if written not in {str(grade) for grade in range(HIGHEST + 1)}:
        cells.refuse("relevance", RelevanceOutOfRange(value=written))
        return 0
    return int(written)
