"""The numbers of this room, each with its source: `terms.toml`, versioned."""

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.core.bounds import LAST_DAY


class TermUnit(StrEnum):
    years = "years"
    months = "months"
    working_days = "working_days"


@dataclass(frozen=True)
class Term:
    """`is_given`: some paper says it; otherwise it is to be set by the district."""

    name: str
    length: int
    unit: TermUnit
    source: str
    is_given: bool


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


def version() -> str:
    return str(_document()["version"])


@cache
def terms() -> dict[str, Term]:
    return {name: _term(name, **row) for name, row in _document().items() if isinstance(row, dict)}


def _term(name: str, length: int, unit: str, source: str, is_given: bool = True) -> Term:
    return Term(name, length, TermUnit(unit), source, is_given)


def after(day: date, name: str) -> date:
    """The same day of the year or month, so many years or months later; at most the last day there is."""
    term = terms()[name]
    months = term.length * (12 if term.unit is TermUnit.years else 1) + day.year * 12 + day.month - 1
    year, month = divmod(months, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(first: date, name: str) -> date:
    """The last day of a term that begins on `first`: five years from 2016-03-01 end on 2021-02-28."""
    return after(first, name) - timedelta(days=1)
