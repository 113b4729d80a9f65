"""How facts are said to people: days and instants as they write them, codes by their words (`app/words.toml`)."""

import re
import tomllib
from calendar import month_name
from collections import defaultdict
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.core.days.calendar import SHANGHAI

LANGUAGES = ("zh", "en")
TABLE = Path(__file__).resolve().parents[1] / "words.toml"
QUOTED = {"value", "text"}  # what somebody wrote is repeated as it was written
NOTHING = ("（未填写）", "(nothing)")
LONGEST = 60  # of a name that somebody made up, so much is repeated
COMMA = ("、", ", ")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
AMOUNT = re.compile(r"-?\d+\.\d\d")
LAST_MOMENT = re.compile(r"(_end|^closes_at|^ends_at|^until|^due|^latest)$")
SEPARATOR = re.compile(r"、|, ")


@cache
def words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def word(table: str, code: str, language: str) -> str:
    """The word for a code; one that has none is said as it is."""
    found = words()[table].get(code)
    return str(found[LANGUAGES.index(language)]) if found else code


def said(refusal: str, fact: str, value: Any, language: str) -> str:
    """A fact of a refusal in words of a language; lists with its commas, what is absent by saying so."""
    language_number = LANGUAGES.index(language)
    if value is None or value == "" or value == []:
        return NOTHING[language_number]
    of: dict[str, str] = words()["of"]
    table = of.get(f"{refusal}.{fact}") or of.get(fact)
    parts = list(value) if isinstance(value, list | tuple) else [value]
    if table and isinstance(value, str):
        parts = SEPARATOR.split(value)
    plain = [_plain(fact, part, language) for part in parts]
    listed = COMMA[language_number].join(word(table, part, language) if table else part for part in plain)
    return listed.replace(f"{COMMA[language_number]}…", "…")


def _plain(fact: str, value: Any, language: str) -> str:
    if isinstance(value, str) and fact not in QUOTED:
        value = _read(value)
    if isinstance(value, datetime):
        return ending(value, language) if LAST_MOMENT.search(fact) else instant(value, language)
    if isinstance(value, date):
        return day(value, language)
    return amount(value) if AMOUNT.fullmatch(str(value)) and fact not in QUOTED else str(value)


def _read(text: str) -> str | date:
    """A day or an instant that a refusal names in ISO form; any other text as it is."""
    try:
        if ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text) if ISO_INSTANT.fullmatch(text) else text
    except ValueError:
        return text


def day(on: date, language: str) -> str:
    """2026年11月29日, 29 November 2026."""
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {month_name[on.month]} {on.year}"


def instant(at: datetime, language: str) -> str:
    """The day and the time in Shanghai, with seconds where there are any."""
    local = _local(at)
    hour = local.strftime("%H:%M:%S" if local.second or local.microsecond else "%H:%M")
    return f"{day(local, language)}{' ' if language == 'zh' else ', '}{hour}"


def ending(at: datetime, language: str) -> str:
    """What ends at midnight ends at 24:00 of the day before, as notices say it."""
    local = _local(at)
    if local.time() != time.min or local.year == MINYEAR:
        return instant(at, language)
    return f"{day(local - timedelta(days=1), language)}{' ' if language == 'zh' else ', '}24:00"


def _local(at: datetime) -> datetime:
    """The calendar's ends have no neighbours."""
    return at.astimezone(SHANGHAI) if MINYEAR < at.year < MAXYEAR else at


def amount(value: object) -> str:
    """13500.00 as 13,500."""
    return f"{Decimal(str(value)):,}".removesuffix(".00")


def place(loc: tuple[int | str, ...], language: str) -> str:
    """Where in a request something stands, by the words of its fields: 标段 · 第 1 项 · 预算."""
    source, *rest = loc
    parts = [_step(part, language) for part in (rest or [source])]
    return " · ".join(parts)


def _step(part: int | str, language: str) -> str:
    if isinstance(part, int):
        return f"第 {part + 1} 项" if language == "zh" else f"entry {part + 1}"
    return word("field", part if len(part) <= LONGEST else f"{part[:LONGEST]}…", language)


def wrong(kind: str, facts: dict[str, Any], language: str) -> str:
    """What pydantic found, by its name for it."""
    table = words()["input"]
    sentence: str = table.get(kind, table["value_error"])[LANGUAGES.index(language)]
    return sentence.format_map(defaultdict(str, facts))
