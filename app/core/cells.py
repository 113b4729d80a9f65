"""Reading the lists that people fill in: text, whole numbers, amounts, days and codes, each fault with its column."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core import bounds, texts
from app.core.errors import DomainError, RowRefused

WHOLE = re.compile(r"-?[0-9]{1,9}")
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?: 00:00:00)?")
# What a spreadsheet may take for the beginning of a formula; in East Asian editions the wide forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BELOW_ZERO = re.compile(r"-(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Table:
    """A header and text rows of its width. Row numbers for people start at 2: the header is row 1."""

    header: list[str]
    rows: list[list[str]]

    def records(self) -> list[tuple[int, dict[str, str]]]:
        """(row number, column → text) of every row that is not blank."""
        return [
            (number, dict(zip(self.header, row, strict=True)))
            for number, row in enumerate(self.rows, 2)
            if any(cell.strip() for cell in row)
        ]


class FieldBlank(DomainError):
    status = 422


class TextTooLong(DomainError):
    status = 422


class CellInError(DomainError):
    """An error of the spreadsheet stands in the cell, such as #N/A."""

    status = 422


class FormulaUncomputed(DomainError):
    """A formula whose result the file does not hold."""

    status = 422


class CellsMerged(DomainError):
    """Whether the value of joined cells holds for each of their rows, or once for all, only people can say."""

    status = 422


class DigitsLost(DomainError):
    """A number of more digits than a spreadsheet keeps: the last ones are wrong already."""

    status = 422


class CellBeyondHeader(DomainError):
    """Text in a column that has no heading."""

    status = 422


class NumberUnreadable(DomainError):
    status = 422


class AmountUnreadable(DomainError):
    """Not a number, or with more than two decimals."""

    status = 422


class DayUnreadable(DomainError):
    status = 422


class DayInFuture(DomainError):
    status = 422


class ColumnDenied(DomainError):
    """A column that only others may fill in."""

    status = 422


class RowDoubled(DomainError):
    """The same thing stands in an earlier row of the file."""

    status = 422


class RefKnown(DomainError):
    """The same owner's list already has this number."""


class RefTaken(DomainError):
    """Somebody else's entry of the same list has this number."""


@dataclass
class Imported:
    """What a list brought: how many entries were added, changed, or found as they stood."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Cells:
    """One row of a list. A cell that cannot be read is noted in `faults` and read as blank, so that all are shown."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self.number = number
        self.faults: list[RowRefused] = []
        self._cells = dict.fromkeys(cells, "")
        for column, cell in cells.items():
            with self._noting(column):
                self._cells[column] = texts.prose(cell.strip())

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def refuse(self, column: str, error: DomainError) -> None:
        self.faults.append(RowRefused(self.number, column, error))

    def check(self, column: str, check: Callable[..., object], *facts: object) -> None:
        """Note what `check` refuses of `facts`, if it does."""
        with self._noting(column):
            check(*facts)

    def text(self, column: str) -> str:
        return self._cells.get(column, "")

    def line(self, column: str) -> str:
        """A text in which a line break is a fault."""
        with self._noting(column):
            return texts.line(self.text(column))
        return ""

    def whole(self, column: str) -> int | None:
        text = self._number(column)
        if text and not WHOLE.fullmatch(text):
            self.refuse(column, NumberUnreadable(value=text))
            return None
        return int(text) if text else None

    def amount(self, column: str) -> Decimal | None:
        """A number with at most two decimals; commas between thousands are allowed."""
        text = self._number(column)
        if text and not AMOUNT.fullmatch(text):
            self.refuse(column, AmountUnreadable(value=text))
            return None
        return Decimal(text) if text else None

    def day(self, column: str) -> date | None:
        """2018-07-01, 2018/7/1, 2018.7.1 or 2018年7月1日."""
        text = unicodedata.normalize("NFKC", self.text(column))
        if not text:
            return None
        with self._noting(column):
            return bounds.day(_day(text))
        return None

    def codes(self, column: str) -> list[str]:
        """Codes written one after another with semicolons; each once, in order."""
        text = unicodedata.normalize("NFKC", self.text(column))
        return sorted({code.strip() for code in text.split(";") if code.strip()})

    def words(self, column: str) -> list[str]:
        """What stands between semicolons, Chinese or Latin, as it was written."""
        return [word.strip() for word in self.text(column).replace("；", ";").split(";") if word.strip()]

    @contextmanager
    def _noting(self, column: str) -> Iterator[None]:
        try:
            yield
        except DomainError as error:
            self.refuse(column, error)

    def _number(self, column: str) -> str:
        text = unicodedata.normalize("NFKC", self.text(column))
        return re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text)


def inert(text: str) -> str:
    """The text behind a mark where a spreadsheet would run it as a formula; a number below zero stays a number."""
    return f"'{text}" if _is_formula(text) or bare(text) != text else text


def bare(cell: str) -> str:
    """What `inert` or `exact` was given."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def exact(text: str) -> str:
    """As it goes into a cell that holds text, where nothing runs: marked only where `bare` would take a mark off."""
    return f"'{text}" if bare(text) != text else text


def _is_formula(text: str) -> bool:
    return text.startswith(FORMULA_STARTS) and not BELOW_ZERO.fullmatch(text)


def _day(text: str) -> date:
    if found := DAY.fullmatch(text):
        with suppress(ValueError):  # 2018-02-30 has the form of a day
            return date(*map(int, found.groups()))
    raise DayUnreadable(value=text)


def named(table: Table, headings: Mapping[str, str]) -> Table:
    """The table with the headings that people read (`headings[column]`) turned back into column names."""
    columns = {heading: column for column, heading in headings.items()}
    return Table([columns.get(heading, heading) for heading in table.header], table.rows)


def text_faults(values: Mapping[str, Any], limits: Mapping[str, int]) -> list[tuple[str, DomainError]]:
    """(field, fault) of every text that is longer than its limit allows."""
    return [
        (field, TextTooLong(field=field, limit=limit))
        for field, limit in limits.items()
        if len(values.get(field) or "") > limit
    ]


def written(amount: Decimal | None) -> str | None:
    """An amount as people write it in a list: without decimals where there are none."""
    if amount is None:
        return None
    return str(int(amount)) if amount == int(amount) else str(amount)
