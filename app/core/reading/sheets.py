"""Tables that are taken away as the screen shows them: headings, states and hours in the reader's language."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Response

from app.core.days.calendar import SHANGHAI
from app.core.money import Money
from app.core.reading.files import long_table_response, table_response
from app.core.reading.listing import Format, Headings
from app.core.words import LANGUAGES, word, words


@dataclass(frozen=True)
class Sheet:
    """What a file is called, and its columns with their headings, both as (Chinese, English).

    A cell is the row's value of that name or, where there is one in either language, of that name and the language
    (`title_zh`, `title_en`). With `headings="columns"` names and values are as the API has them, in Chinese.
    """

    name: tuple[str, str]
    columns: Mapping[str, tuple[str, str]]

    async def response(self, rows: Iterable[Mapping[str, Any]], headings: Headings, format: Format) -> Response:
        cells = [self._cells(row, headings) for row in rows]
        return await table_response(self._file(headings), self._header(headings), cells, xlsx=format == "xlsx")

    async def long_response(
        self, parts: AsyncIterator[Sequence[Mapping[str, Any]]], headings: Headings, format: Format
    ) -> Response:
        """The same of rows that come in parts, of which there may be any number."""
        cells = ([self._cells(row, headings) for row in part] async for part in parts)
        return await long_table_response(self._file(headings), self._header(headings), cells, xlsx=format == "xlsx")

    def _file(self, headings: Headings) -> str:
        return self.name[0 if headings == "zh" else 1]

    def _header(self, headings: Headings) -> list[str]:
        if headings == "columns":
            return list(self.columns)
        return [both[LANGUAGES.index(headings)] for both in self.columns.values()]

    def _cells(self, row: Mapping[str, Any], headings: Headings) -> list[object]:
        language = "zh" if headings == "columns" else headings
        return [_cell(row, column, language, raw=headings == "columns") for column in self.columns]


def _cell(row: Mapping[str, Any], column: str, language: str, *, raw: bool) -> object:
    plain = row.get(column) if raw else None
    value = plain or row.get(f"{column}_{language}") or row.get(f"{column}_zh", row.get(column))
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes") if raw else _hour(value, is_end=column.endswith("_end"))
    table = words()["of"].get(column)
    return word(table, value, language) if table and value is not None and not raw else value


def _hour(at: datetime, *, is_end: bool) -> str:
    """2026-12-26 17:00, so that the column can be sorted; what ends at midnight ends at 24:00 of the day before."""
    local = at.astimezone(SHANGHAI)
    if is_end and (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{(local - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
