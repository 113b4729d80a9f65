"""Lists that people fill in and take away: their columns in both languages, what a row says, and which entry it means.

An entry is known by its number or, where a row gives none, by its title among the entries of the same party.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError, RowsRefused
from app.core.history import differences
from app.core.reading.cells import Cells, RowDoubled, Table, joined, named
from app.core.reading.files import require_columns
from app.core.reading.parts import in_parts
from app.core.versions import Versioned, touch

OWN_NUMBER = re.compile(r"#([0-9]{1,18})")
Format = Literal["xlsx", "csv"]
Headings = Literal["zh", "en", "columns"]


class DayInFuture(DomainError):
    status = 422


class ColumnDenied(DomainError):
    """A column that only others may fill in."""

    status = 422


class WordsDiffer(DomainError):
    """Codes of a row and the words beside them disagree: one of them slipped."""

    status = 422


class RefKnown(DomainError):
    """The same owner's list already has this number."""


class TitleKnown(DomainError):
    """The same owner has a live entry of this title; the row says neither its number nor that it is another one."""


class TitleAmbiguous(DomainError):
    """The same owner has several live entries of this title: which one does a row without a number mean?"""


class RefAbsent(DomainError):
    """A number that the platform gave to another entry, or to none."""


class RefTaken(DomainError):
    """Somebody else's entry of the same list has this number."""


Labels = Mapping[str, tuple[str, str]]  # code → what it is called: (Chinese, English)


@dataclass(frozen=True)
class Imported:
    """What a list brought: how many entries were added, changed, or found as they stood."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Row(Cells):
    """One row of a list; `values` is what it says, by field of the entry."""

    def __init__(self, number: int, cells: Mapping[str, str], titles: Mapping[str, str] | None = None) -> None:
        super().__init__(number, cells, titles)
        self.values: dict[str, Any] = {}

    def check_codes(
        self, column: str, codes: Iterable[str | None], known: Container[str], refusal: type[DomainError]
    ) -> None:
        for code in codes:
            if code and code not in known:
                self.refuse(column, refusal(code=code))

    def check_words(self, column: str, codes: Iterable[str | None], labels: Labels) -> None:
        """What a column says in words, all in one language, is what the codes beside it mean (WordsDiffer): where only
        the words of a list were changed, it would otherwise come back as if nothing had been said."""
        given, meant = set(self.words(column)), [labels.get(code) for code in codes if code]
        if given and None not in meant and given not in [{both[at] for both in meant if both} for at in (0, 1)]:
            self.refuse(column, WordsDiffer(given=self.text(column), meant=joined(both[0] for both in meant if both)))


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Columns:
    """The columns of a list, each with its Chinese and English heading; a file may lack those in `optional`.

    Files for people end with columns that say in `words` what codes mean; `name` is what such a file is called.
    """

    name: tuple[str, str]
    headings: Mapping[str, tuple[str, str]]
    optional: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def file(self, headings: Headings) -> str:
        return self.name[0 if headings == "zh" else 1]

    def titles(self, headings: Headings) -> dict[str, str]:
        """Column → its heading: the column's name, or with "zh" or "en" what people read."""
        return {column: {"columns": column, "zh": zh, "en": en}[headings] for column, (zh, en) in self.headings.items()}

    def header(self, headings: Headings) -> list[str]:
        return list(self.titles(headings).values())

    def exported(self, headings: Headings) -> list[str]:
        """The header of a file that is taken away; `columns` are for programs, which know the codes."""
        at = 0 if headings == "zh" else 1
        return self.header(headings) + ([] if headings == "columns" else [both[at] for both in self.words.values()])

    def rows(self, table: Table, kind: type[R], also: Sequence[str] = ()) -> list[R]:
        """The rows of a file whose header is in any of the languages; it may have the columns `also`, too.

        Refusals: ColumnTwice, WrongColumns.
        """
        chinese, english = ({column: both[at] for column, both in self.words.items()} for at in (0, 1))
        table = named(table, self.titles("zh") | chinese, self.titles("en") | english)
        required = [column for column in self.headings if column not in self.optional]
        require_columns(table, required, (*self.optional, *self.words, *also))
        return [kind(number, cells, table.titles) for number, cells in table.records()]

    def written(self, entry: object, said: Mapping[str, Any]) -> list[Any]:
        """The entry as a row: what is `said` in a column, or the entry's own field of that name."""
        return [said[column] if column in said else getattr(entry, column) for column in self.headings]


E = TypeVar("E", bound=Versioned)  # has id, party_id, ref, title, published_at, as needs and offers do


class ListedRow(Row, Generic[E]):
    """A row that describes an entry of a party: the party as the row names it and, looked up, its number; the `entry`
    on record that the row means, if there is one."""

    ref: str
    party: str
    published_on: date | None
    party_id: int | None = None
    entry: E | None = None

    def identify(self, party: str) -> None:
        self.ref, self.party, self.published_on = self.code("id"), party, self.day("published")

    @property
    def known_by(self) -> str:
        """The column by which the entry is known."""
        return "id" if self.ref else "title"

    @property
    def key(self) -> tuple[str, object]:
        return self.known_by, self.ref or (self.party, self.values["title"])

    def check_taken_over(self, published_on: date, today: date, *, is_allowed: bool) -> None:
        """A day of publication says that the entry was published elsewhere before."""
        if not is_allowed:
            self.refuse("published", ColumnDenied(column="published"))
        if published_on > today:
            self.refuse("published", DayInFuture(value=published_on))

    def check_edit(self, entry: Any, check: Callable[[Any, dict[str, Any], date], None], today: date) -> None:
        """Note it where the row would change the entry's publication, and what `check` refuses."""
        if self.published_on not in (None, entry.published_at and shanghai_date(entry.published_at)):
            self.refuse("published", ColumnDenied(column="published"))
        self.check("id", check, entry, self.values, today)


L = TypeVar("L", bound=ListedRow[Any])


class OnRecord(Generic[E]):
    """The entries that the rows of a list may mean. Those that are over keep their numbers, but not their titles."""

    def __init__(self, entries: Iterable[Any], is_over: Callable[[E], bool]) -> None:
        self._numbered: dict[str, list[Any]] = {}
        self._titled: dict[tuple[int | None, str], list[Any]] = {}
        for entry in entries:
            self._numbered.setdefault(entry.ref or own_number(entry.id), []).append(entry)
            if not is_over(entry):
                self._titled.setdefault((entry.party_id, entry.title), []).append(entry)

    def find(self, row: ListedRow[E], *, ref_scheme: str, update: bool) -> None:
        """Say in `row.entry` which entry the row means; note it if that may not be edited, or if it may not be new."""
        alike = self._titled.get((row.party_id, row.values["title"]), [])
        numbered = self._numbered.get(row.ref, [])
        if row.ref:
            row.entry = next((entry for entry in reversed(numbered) if entry.party_id == row.party_id), None)
        elif len(alike) == 1:
            row.entry = alike[0]
        fault: DomainError | None = None
        if row.entry:
            known = RefKnown(ref=row.ref) if row.ref else TitleKnown(title=row.values["title"])
            fault = None if update else known
        elif ref_scheme and numbered:
            fault = RefTaken(ref=row.ref)
        elif id_in(row.ref) is not None:
            fault = RefAbsent(ref=row.ref)
        elif alike and not row.ref:
            fault = TitleAmbiguous(title=row.values["title"], count=len(alike))
        if fault:
            row.refuse(row.known_by, fault)


def meant_by(rows: Iterable[ListedRow[E]], model: Any) -> sa.ColumnElement[bool]:
    """What rows of the table `model` the rows of a list may mean."""
    refs, titles = {row.ref for row in rows if row.ref}, {row.values["title"] for row in rows if not row.ref}
    ids = {id_in(ref) for ref in refs} - {None}
    return sa.or_(model.ref.in_(refs), model.id.in_(ids), model.title.in_(titles))


def note_doubles(rows: Iterable[R], key: Callable[[R], tuple[str, object]]) -> None:
    """Note every row whose `key` (the column that says it, and what it is; nothing is not compared) an earlier has."""
    first: dict[object, int] = {}
    for row in rows:
        column, said = key(row)
        if said and (earlier := first.setdefault(said, row.number)) != row.number:
            row.refuse(column, RowDoubled(first=earlier))


async def check_rows(rows: Sequence[L], check: Callable[[L], None]) -> None:
    """Have `check` look up every row; two may mean one entry, by its number and its title. Refusal: RowsRefused."""
    async for part in in_parts(rows, "checking"):
        for row in part:
            check(row)
    note_doubles(rows, lambda row: (row.known_by, row.entry and row.entry.id))
    refuse_faults(rows)


def refuse_faults(rows: Iterable[Cells]) -> None:
    """A list is taken whole or not at all. Refusal: RowsRefused."""
    if faults := [fault for row in rows for fault in row.faults]:
        raise RowsRefused(faults)


async def take_in(
    session: AsyncSession, rows: Sequence[L], draft: Callable[[L], E], revise: Callable[[E, dict[str, Any]], object]
) -> tuple[list[E], list[E]]:
    """The entries that the rows added, and those that they changed: each counted, then revised."""
    added: list[E] = []
    changed: list[E] = []
    async for part in in_parts(rows, "storing"):
        added += (new := [draft(row) for row in part if not row.entry])
        session.add_all(new)
        await session.flush()
        for row in part:
            if row.entry and differences(row.entry, row.values):
                touch(row.entry)
                revise(row.entry, row.values)
                changed.append(row.entry)
    return added, changed


def own_number(id: int) -> str:
    """What stands as the number of an entry that has none of its own, so that it is recognised when it comes back."""
    return f"#{id}"


def id_in(ref: str) -> int | None:
    """The id that `own_number` was given."""
    found = OWN_NUMBER.fullmatch(ref)
    return int(found[1]) if found else None
