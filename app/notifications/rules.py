"""What a notification says: one sentence in each language, from `sentences.toml`, with its facts in words."""

import tomllib
from functools import cache
from pathlib import Path

from app.core.words import said

TABLE = Path(__file__).with_name("sentences.toml")


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Event → its sentence in each language."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def sentence(event: str, title: str, facts: dict[str, str], language: str) -> str:
    """What has happened to the thing called `title`, as a person reads it."""
    words = {name: said(event, name, value, language) for name, value in facts.items()}
    return sentences()[event][language].format(title=title, **words)
