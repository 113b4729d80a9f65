"""Reading the lists that people fill in: text, whole numbers, amounts, days and codes, each fault with its column."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from typing import Any

from app.core import bounds, texts
from app.core.errors import DomainError, RowRefused

WHOLE = re.compile(r"(-?[0-9]{1,9})(?:\.0+)?")
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
ARTEFACT = re.compile(r"-?(?=[0-9.]{17,40}$)[0-9]{1,15}\.[0-9]+")  # more digits than a spreadsheet shows
DIGITS = Context(prec=15)
MONEY = re.compile(r"(?:人民币|RMB|CNY)?\s*¥?\s*([-0-9.,]+)\s*(万)?元?整?", re.IGNORECASE)
DAY = re.compile(
    r"(?:([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2}))(?:[ T]0{1,2}:00(?::00)?)?"
)
SEMICOLONS = re.compile(r"(?:\\.|[^;；\\]|\\$)+", re.DOTALL)  # what stands between them, where none is behind a \\
SPACED = re.compile(r"\s*([-/.年月日])\s*")
# What a spreadsheet may take for the beginning of a formula; in East Asian editions the wide forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BELOW_ZERO = re.compile(r"-(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Table:
    """A header and text rows of its width. Row numbers for people start at 2: the header is row 1."""

    header: list[str]
    rows: list[list[str]]
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # columns as the file calls them

    def records(self) -> list[tuple[int, dict[str, str]]]:
        """(row number, column → text) of every row that is not blank."""
        return [
            (number, dict(zip(self.header, row, strict=True)))
            for number, row in enumerate(self.rows, 2)
            if any(cell.strip() for cell in row)
        ]

    def lines(self) -> list["Cells"]:
        return [Cells(number, cells, self.titles) for number, cells in self.records()]


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


class RowDoubled(DomainError):
    """The same thing stands in an earlier row of the file."""

    status = 422


class Cells:
    """One row of a list. A cell that cannot be read is noted in `faults` and read as blank, so that all are shown."""

    def __init__(self, number: int, cells: Mapping[str, str], titles: Mapping[str, str] | None = None) -> None:
        self.number, self._titles = number, titles or {}
        self.faults: list[RowRefused] = []
        self._cells = dict.fromkeys(cells, "")
        for column, cell in cells.items():
            with self._noting(column):
                self._cells[column] = texts.prose(cell.strip())

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def refuse(self, column: str, error: DomainError) -> None:
        """The column, and a fact that names it, are told as the file calls it."""
        title = self._titles.get(column, column)
        error.facts |= {fact: title for fact in ("field", "column") if fact in error.facts}
        self.faults.append(RowRefused(self.number, title, error))

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

    def name(self, column: str) -> str:
        """A text that is held against a name: without what nobody sees."""
        return texts.UNSEEN.sub("", self.text(column))

    def code(self, column: str) -> str:
        return texts.folded(self.text(column))

    def whole(self, column: str) -> int | None:
        """A whole number; commas between thousands and decimals that are nought are allowed."""
        text = self.code(column)
        found = WHOLE.fullmatch(_plain(text))
        if text and not found:
            self.refuse(column, NumberUnreadable(value=self.text(column)))
        return int(found[1]) if found else None

    def amount(self, column: str) -> Decimal | None:
        """Yuan with at most two decimals: 12000, 12,000.00, ¥12000, 12000元, 1.2万元."""
        text = self.code(column)
        amount = _amount(text)
        if text and amount is None:
            self.refuse(column, AmountUnreadable(value=self.text(column)))
        return amount

    def day(self, column: str) -> date | None:
        """2018-07-01, 2018/7/1, 2018.7.1, 20180701 or 2018年7月1日, at midnight if a time is given."""
        text = self.code(column)
        if not text:
            return None
        with self._noting(column):
            return bounds.day(_day(text))
        return None

    def codes(self, column: str) -> list[str]:
        """Codes written one after another with semicolons, commas or blanks; each once, in order."""
        return sorted({code for code in re.split(r"[;,、\s]+", self.code(column)) if code})

    def words(self, column: str) -> list[str]:
        """What stands between semicolons, Chinese or Latin, as it was written; `joined` is the way back."""
        pieces = [re.sub(r"\\([;；\\])", r"\1", piece).strip() for piece in SEMICOLONS.findall(self.text(column))]
        return [piece for piece in pieces if piece]

    @contextmanager
    def _noting(self, column: str) -> Iterator[None]:
        try:
            yield
        except DomainError as error:
            self.refuse(column, error)


def joined(words: Iterable[str]) -> str:
    """Words as one cell, their own semicolons behind a backslash."""
    return ";".join(re.sub(r"([;；\\])", r"\\\1", word) for word in words)


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


def _plain(number: str) -> str:
    """Without commas between thousands, and with no more digits than a spreadsheet shows."""
    plain = number.replace(",", "") if THOUSANDS.fullmatch(number) else number
    return f"{DIGITS.create_decimal(plain).normalize():f}" if ARTEFACT.fullmatch(plain) else plain


def _amount(text: str) -> Decimal | None:
    found = MONEY.fullmatch(text)
    number = _plain(found[1]) if found else ""
    if not found or not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", number):
        return None
    amount = Decimal(number) * (10_000 if found[2] else 1)
    return amount if AMOUNT.fullmatch(f"{amount.normalize():f}") else None


def _day(text: str) -> date:
    if found := DAY.fullmatch(SPACED.sub(r"\1", text)):
        with suppress(ValueError):  # 2018-02-30 has the form of a day
            return date(*(int(part) for part in found.groups() if part))
    raise DayUnreadable(value=text)


def named(table: Table, *languages: Mapping[str, str]) -> Table:
    """The table with the headings that people read (`heading[column]`, in one of these languages) turned back into
    column names. Columns that it lacks are called as in the language of the others."""
    columns = {_likened(column): column for headings in languages for column in headings}
    columns |= {_likened(heading): column for headings in languages for column, heading in headings.items()}
    header = [columns.get(_likened(heading), heading) for heading in table.header]
    spoken = max([{}, *languages], key=lambda headings: len(set(headings.values()) & set(table.header)))
    return Table(header, table.rows, {**spoken, **dict(zip(header, table.header, strict=True))})


def _likened(heading: str) -> str:
    """A heading as it is compared: neither width nor blanks nor capitals tell two apart."""
    return re.sub(r"\s+", "", texts.folded(heading)).lower()


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
