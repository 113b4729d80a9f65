"""The lists of what happened under a season's contracts: their columns, read row by row.

A row names its contract by the bid that it came of, the days on which things were done, and in `source` where all this
is known from. A season may bring any of them, or none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.errors import DomainError
from app.core.money import CENT
from app.core.reading.cells import FieldBlank, written
from app.core.reading.files import require_columns
from app.core.reading.listing import Row, note_doubles
from app.parties.roster import YES_NO, ChoiceUnknown
from app.season.dates import read_instant, written_hour
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.models import SeasonSource
from app.season.room import Sheet
from app.season.rooms.panels import BidUnknown

Reader = Callable[["Entry", str], Any]
OWN = "本平台的记录"  # the source of what people did here themselves
N = TypeVar("N", int, Decimal)


class DayTooEarly(DomainError):
    """A day before the one that it follows."""

    status = 422


class HourUnreadable(DomainError):
    status = 422


class FigureTooSmall(DomainError):
    status = 422


class Entry(Row):
    """One row of a list."""

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def line(entry: Entry, column: str) -> str:
    return entry.line(column)


def prose(entry: Entry, column: str) -> str:
    return entry.text(column)


def day(entry: Entry, column: str) -> date | None:
    return entry.day(column)


def hour(entry: Entry, column: str) -> datetime | None:
    """2018-10-20T14:00, Shanghai time."""
    text = entry.code(column)
    if not text:
        return None
    try:
        return read_instant(text)
    except ValueError:
        entry.refuse(column, HourUnreadable(value=text))
    return None


def count(entry: Entry, column: str) -> int | None:
    return _at_least(0, entry, column, entry.whole(column))


def positive(entry: Entry, column: str) -> int | None:
    return _at_least(1, entry, column, entry.whole(column))


def amount(entry: Entry, column: str) -> Decimal | None:
    return _at_least(CENT, entry, column, entry.amount(column))


def amount_or_nought(entry: Entry, column: str) -> Decimal | None:
    return _at_least(Decimal(0), entry, column, entry.amount(column))


def _at_least(least: N, entry: Entry, column: str, figure: N | None) -> N | None:
    if figure is not None and figure < least:
        entry.refuse(column, FigureTooSmall(value=figure, least=least))
    return figure


def places_in(entry: Entry, column: str) -> list[int]:
    """Whole numbers with semicolons between them."""
    codes = entry.codes(column)
    if wrong := [code for code in codes if not code.isdigit()]:
        entry.refuse(column, ChoiceUnknown(value=wrong[0], allowed="1、2、3…"))
        return []
    return [int(code) for code in codes]


def choice(*words: str) -> Reader:
    return _choosing({word: word for word in words})


def member(kind: type[StrEnum]) -> Reader:
    return _choosing({each.value: each for each in kind})


def _choosing(words: Mapping[str, Any]) -> Reader:
    def read(entry: Entry, column: str) -> Any:
        word = entry.code(column)
        if word and word not in words:
            entry.refuse(column, ChoiceUnknown(value=word, allowed="、".join(words)))
        return words.get(word)

    return read


yes_no = _choosing(YES_NO)


@dataclass(frozen=True)
class Listing:
    """`key`: what a row is known by. Cells of `optional` columns may be blank, and the columns left out; those
    `together` are blank only together. `order`: days of which none is before the one in front of it."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Reader]
    optional: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def known_by(self, said: Mapping[str, Any]) -> str:
        return " ".join(cell(said[column]) for column in self.key)

    def read(self, tables: Tables) -> list[Entry]:
        """The rows with their faults; none where the season does not bring the list. Refusals: WrongColumns,
        ColumnTwice."""
        if self.name not in tables:
            return []
        table = tables[self.name]
        require_columns(table, [each for each in self.columns if each not in self.optional], self.optional)
        entries = [Entry(number, cells) for number, cells in table.records()]
        for entry in entries:
            self._read(entry)
        note_doubles(entries, lambda entry: (self.key[-1], self.known_by(entry.values)))
        return entries

    def _read(self, entry: Entry) -> None:
        for column, read in self.columns.items():
            entry.values[column] = read(entry, column)
            is_begun = column in self.together and any(map(entry.text, self.together))
            is_needed = is_begun or column not in self.optional
            if is_needed and not entry.text(column):
                entry.refuse(column, FieldBlank(field=column))
        days = [(column, entry.values[column]) for column in self.order if entry.values[column]]
        for (_, before), (column, then) in pairwise(days):
            if then < before:
                entry.refuse(column, DayTooEarly(day=then, earliest=before))

    def note(self, tables: Tables, known: Known, faults: Faults) -> None:
        """What is wrong with the rows in themselves."""
        take_faults(self.file, faults.take(self.file, self.read, tables) or [], faults)

    def check(self, season: Season) -> list[Entry]:
        """The rows; noted in them are contracts that nobody bid for, and days before the contracts were signed."""
        entries = self.read(season.tables)
        bids = {bid.id for bid in season.competition.proposals}
        signed = season.competition.timeline.contract.first_day
        for entry in entries:
            if "contract" in self.columns and entry["contract"] not in bids:
                entry.refuse("contract", BidUnknown(bid=entry["contract"]))
            first = next((column for column in self.order if entry[column]), None)
            if first and entry[first] < signed:
                entry.refuse(first, DayTooEarly(day=entry[first], earliest=signed))
        return entries

    async def sheet(self, session: AsyncSession, season: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Sheet]:
        """The list as it is written out, each row with its source: the one that it came with, or the platform itself.
        Nothing where there is no row."""
        query = sa.select(SeasonSource.key, SeasonSource.source)
        found = await session.execute(query.where(SeasonSource.season == season, SeasonSource.list == self.name))
        sources = {key: source for key, source in found}
        said = [{**row, "source": sources.get(self.known_by(row), OWN)} for row in rows]
        header = list(self.columns)
        return {self.file: (header, [[cell(row[column]) for column in header] for row in said])} if said else {}


def cell(value: Any) -> str:
    """A value as it stands in a list."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return written(value) or ""
        case datetime():
            return written_hour(value)[:16]
        case list():
            return ";".join(map(str, value))
    return str(getattr(value, "value", value))


def day_of(at: datetime | None) -> date | None:
    return shanghai_date(at) if at else None


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), SHANGHAI)


def by_contract(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Contract → its rows, in the order of the list."""
    ordered = sorted(entries, key=lambda entry: entry["contract"])
    return [(bid, list(rows)) for bid, rows in groupby(ordered, key=lambda entry: entry["contract"])]
