"""A scheme is one way to assess, as data: what is marked, by whom, with which weights, and which grades come of it.

An assessment pins the document it was planned under: `scheme_document(name)` is what is stored and
`parse_scheme(document)` reads it back years later. A scheme that does not add up is refused when it is read.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.core.actors import Role
from app.core.days.calendar import Term, Unit
from app.core.errors import DomainError

FOLDER = Path(__file__).with_name("schemes")
HUNDRED = Decimal(100)


class SchemeUnknown(DomainError):
    status = 404


class SchemeTotalWrong(DomainError):
    """What a group may give at the most is not the total of the scheme."""


class SchemeWeightsWrong(DomainError):
    """The weights of the groups are parts of a hundred."""


class SchemeBandsWrong(DomainError):
    """Grades lie one above the other, and the last one begins at nothing."""


@dataclass(frozen=True)
class Said:
    """A name in both languages, and where it comes from; `is_given`: some paper says so, otherwise it is to be set by
    the district."""

    code: str
    zh: str
    en: str
    source: str = ""
    is_given: bool = True


@dataclass(frozen=True)
class Group(Said):
    """Assessors of one kind: `weight` of a hundred, the `roles` that may sit in it, `least` locked sheets, and from how
    many sheets on the lowest and the highest are dropped (0: never)."""

    weight: Decimal = HUNDRED
    roles: tuple[Role, ...] = ()
    least: int = 1
    trim_from: int = 0


@dataclass(frozen=True)
class Indicator(Said):
    """A heading (no `maximum`), or what is marked from 0 to `maximum`, by all groups or by those named."""

    parent: str = ""
    maximum: Decimal | None = None
    groups: tuple[str, ...] = ()

    def is_marked_by(self, group: str) -> bool:
        return self.maximum is not None and (not self.groups or group in self.groups)


@dataclass(frozen=True)
class Band(Said):
    """A grade: from so many points on (`is_from`), or above them; up to where the next better one begins."""

    bound: Decimal = Decimal(0)
    is_from: bool = True

    def holds(self, total: Decimal) -> bool:
        return total >= self.bound if self.is_from else total > self.bound


@dataclass(frozen=True)
class Scheme:
    """`bands`: the best first. `exclusions`: what makes the whole result nought, whatever was marked."""

    name: str
    version: str
    zh: str
    en: str
    source: str
    total: Decimal
    step: Decimal
    notice: Term
    review: Term
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    bands: tuple[Band, ...]
    exclusions: tuple[Said, ...]

    def group(self, code: str) -> Group | None:
        return next((group for group in self.groups if group.code == code), None)

    def maxima(self, group: str) -> dict[str, Decimal]:
        """What a group marks, and how much each may get."""
        return {i.code: i.maximum for i in self.indicators if i.maximum is not None and i.is_marked_by(group)}

    def band(self, total: Decimal) -> Band:
        """The grade of so many points; the last one holds whatever is left."""
        return next((band for band in self.bands if band.holds(total)), self.bands[-1])


def scheme_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def scheme_document(name: str) -> dict[str, Any]:
    """The scheme in force as plain JSON-ready values. Refused with SchemeUnknown."""
    if name not in scheme_names():
        raise SchemeUnknown(scheme=name, known=", ".join(scheme_names()))
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def scheme(name: str) -> Scheme:
    """Refusals: SchemeUnknown, and those of `parse_scheme`."""
    return parse_scheme(scheme_document(name))


def parse_scheme(document: Mapping[str, Any]) -> Scheme:
    """Refusals: SchemeTotalWrong, SchemeWeightsWrong, SchemeBandsWrong."""
    found = Scheme(
        **{key: document[key] for key in ("name", "version", "zh", "en", "source")},
        total=Decimal(document["total"]),
        step=Decimal(document["step"]),
        notice=_term(document["notice"]),
        review=_term(document["review"]),
        groups=tuple(_group(row) for row in document["groups"]),
        indicators=tuple(_indicator(row) for row in document["indicators"]),
        bands=tuple(_band(row) for row in document["bands"]),
        exclusions=tuple(Said(**row) for row in document.get("exclusions", ())),
    )
    _check(found)
    return found


def _term(row: Mapping[str, Any]) -> Term:
    return Term(row["length"], Unit(row["unit"]), row["source"])


def _group(row: Mapping[str, Any]) -> Group:
    roles = tuple(Role(role) for role in row["roles"])
    return Group(**{**row, "weight": Decimal(row["weight"]), "roles": roles})


def _indicator(row: Mapping[str, Any]) -> Indicator:
    maximum = Decimal(row["maximum"]) if "maximum" in row else None
    return Indicator(**{**row, "maximum": maximum, "groups": tuple(row.get("groups", ()))})


def _band(row: Mapping[str, Any]) -> Band:
    said = {key: value for key, value in row.items() if key not in {"from", "above"}}
    return Band(**said, bound=Decimal(row.get("from", row.get("above", "0"))), is_from="above" not in row)


def _check(scheme: Scheme) -> None:
    weights = sum((group.weight for group in scheme.groups), Decimal(0))
    if weights != HUNDRED:
        raise SchemeWeightsWrong(scheme=scheme.name, weights=weights)
    for group in scheme.groups:
        most = sum(scheme.maxima(group.code).values(), Decimal(0))
        if most != scheme.total:
            raise SchemeTotalWrong(scheme=scheme.name, group=group.code, most=most, total=scheme.total)
    bounds = [band.bound for band in scheme.bands]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        raise SchemeBandsWrong(scheme=scheme.name)
