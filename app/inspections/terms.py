"""The settings of inspections, each with its source: `terms.toml`, versioned."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.draws.rules import DrawTerms


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


def drawn_share() -> DrawTerms:
    """Which share of the registered organisations is inspected each year."""
    row = _document()["draw"]
    return DrawTerms(Decimal(row["share"]), str(row["source"]))


def least_inspectors() -> int:
    return int(_document()["inspectors"]["least"])
