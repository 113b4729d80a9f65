"""The settings of evaluations, each with its source: `terms.toml`, versioned."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.draws.rules import DrawTerms


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


def final_from() -> tuple[int, str]:
    """How many months before a contract ends its final evaluation may begin, and who says so."""
    row = _document()["final"]
    return int(row["months_before_end"]), str(row["source"])


def spot_checks() -> tuple[DrawTerms, int]:
    """Which share of the contracts that run so many months is checked each year."""
    row = _document()["spot_checks"]
    return DrawTerms(Decimal(row["share"]), str(row["source"])), int(row["months_run"])
