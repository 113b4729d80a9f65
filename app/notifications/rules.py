"""What a notification says: one sentence in each language, from `sentences.toml`, with its facts in words. When it is
mailed: at once or with the day's others, and after a fault again, each time after a longer pause."""

import tomllib
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.core.days.calendar import SHANGHAI
from app.core.errors import DomainError
from app.core.words import said

DIGEST_AT = time(8)
LONGEST_PAUSE = timedelta(hours=6)
CODE_DIGITS, CODE_FOR = 6, timedelta(hours=1)
TABLE = Path(__file__).with_name("sentences.toml")


class Pace(StrEnum):
    """How soon somebody is mailed what they are told."""

    at_once = "at_once"
    daily = "daily"
    never = "never"


class MailNotOffered(DomainError):
    """This installation names no mail server."""


class MailCodeWrong(DomainError):
    """Not the code that was mailed last, or more than an hour later."""

    status = 422


class TooManyCodes(DomainError):
    """`seconds` says when to try again."""

    status = 429


def due(pace: Pace, at: datetime) -> datetime:
    """When something told at `at` is mailed: at once, or at the next eight o'clock in Shanghai."""
    if pace is Pace.at_once:
        return at
    today = datetime.combine(at.astimezone(SHANGHAI).date(), DIGEST_AT, SHANGHAI)
    return today if at < today else today + timedelta(days=1)


def pause_after(tries: int) -> timedelta:
    """1, 2, 4 … minutes after the first, second, third … try, and never more than six hours."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_PAUSE)


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Event → its sentence in each language."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def sentence(event: str, title: str, facts: dict[str, str], language: str) -> str:
    """What has happened to the thing called `title`, as a person reads it."""
    words = {name: said(event, name, value, language) for name, value in facts.items()}
    return sentences()[event][language].format(title=title, **words)
