"""The numbers of this room, each with its source: `terms.toml`, versioned."""

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from app.assessments.schemes import SchemeUnknown
from app.core.bounds import LAST_DAY
from app.records.rules import RecordKind

DAY = timedelta(days=1)
SCHEMES = ("national_5a", "local_four_level")


@dataclass(frozen=True)
class Body:
    """A committee: how many members, which shares are present and agree, for how many years they are appointed."""

    least: int
    most: int
    present: Fraction
    ayes: Fraction
    years: int
    source: str


@dataclass(frozen=True)
class RatingTerms:
    """By a scheme: as which record a grade is kept, for how many `years`, in how many last ones it may be applied for
    anew, after how many of registration. `rectify_years`, `exclude_years`: of who is unqualified."""

    kind: RecordKind
    years: int
    reapply_years: int
    registered_years: int
    plate_days: int
    plate_from: tuple[str, ...]
    source: str
    rectify_years: int = 0
    exclude_years: int = 0
    body: Body | None = None


@cache
def document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))


@cache
def rating_terms(scheme: str) -> RatingTerms:
    """Refused with SchemeUnknown where no grade comes of a scheme."""
    if scheme not in SCHEMES:
        raise SchemeUnknown(scheme=scheme, known=", ".join(SCHEMES))
    row = dict(document()[scheme])
    body = row.pop("body", None)
    shares = {key: Fraction(body[key]) for key in ("present", "ayes")} if body else {}
    kept = {"kind": RecordKind(row["kind"]), "plate_from": tuple(row["plate_from"])}
    return RatingTerms(**{**row, **kept}, body=Body(**{**body, **shares}) if body else None)


def mapping() -> dict[str, str]:
    """National grade → the local one it is shown beside."""
    return {grade: level for grade, level in document()["mapping"].items() if grade != "source"}


def years_after(day: date, years: int) -> date:
    """The same day so many years later; at most the last day there is."""
    year = day.year + years
    return LAST_DAY if year > LAST_DAY.year else date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
