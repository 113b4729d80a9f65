"""The settings of budgets, each with its source: `terms.toml`, versioned."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.budgets.rules import Band


@dataclass(frozen=True)
class Setting:
    """`is_given`: a paper that binds this district says it; otherwise it is to be set by the district."""

    code: str
    zh: str
    en: str
    source: str
    is_given: bool


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


def version() -> str:
    return str(_document()["version"])


@cache
def kinds() -> tuple[Setting, ...]:
    """What a line of a budget may be for."""
    return tuple(Setting(**row) for row in _document()["kinds"])


@cache
def never() -> tuple[Setting, ...]:
    """What no line pays."""
    return tuple(Setting(**row) for row in _document()["never"])


@cache
def bands() -> tuple[Band, ...]:
    """How much moved between lines counts as what, the least first."""
    return tuple(
        Band(row["code"], *(Decimal(row[name]) for name in ("up_to", "least", "most"))) for row in _document()["bands"]
    )
