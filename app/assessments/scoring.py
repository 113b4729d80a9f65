"""From marks to scores, for the panels of tenders and for assessments alike: what a mark may be, which sheets a mean is
taken of, and what is printed. Exact fractions up to the last step; only what is printed is rounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

from app.core.errors import DomainError

SHOWN = Decimal("0.01")


class MarkMissing(DomainError):
    status = 422


class MarkUnknown(DomainError):
    status = 422


class MarkOutOfRange(DomainError):
    status = 422


class MarkOffStep(DomainError):
    status = 422


class Scored(Protocol):
    """A sheet that counts: what it is about, by whom, and how many points it gives."""

    @property
    def bid(self) -> str: ...
    @property
    def judge(self) -> str: ...
    @property
    def total(self) -> Decimal: ...


S = TypeVar("S", bound=Scored)


def check_marks(marks: Mapping[str, Decimal], maxima: Mapping[str, Decimal], step: Decimal) -> None:
    """One mark for everything that is marked. Refusals: MarkMissing, and those of `check_given`."""
    check_given(marks, maxima, step)
    for code in maxima:
        if code not in marks:
            raise MarkMissing(criterion=code)


def check_given(marks: Mapping[str, Decimal], maxima: Mapping[str, Decimal], step: Decimal) -> None:
    """Each mark by itself: 0 to its maximum, in whole steps. Refusals: MarkUnknown, MarkOutOfRange, MarkOffStep."""
    for code, mark in marks.items():
        if code not in maxima:
            raise MarkUnknown(criterion=code)
        if not (mark.is_finite() and 0 <= mark <= maxima[code]):
            raise MarkOutOfRange(criterion=code, mark=mark, maximum=maxima[code])
        if mark % step:
            raise MarkOffStep(criterion=code, mark=mark, step=step)


def sheet_total(marks: Mapping[str, Decimal]) -> Decimal:
    return sum(marks.values(), Decimal(0))


def mean(values: Iterable[Decimal]) -> Fraction:
    found = [Fraction(value) for value in values]
    return sum(found, Fraction(0)) / len(found)


def trimmed(sheets: Sequence[S], trim_from: int) -> tuple[list[S], list[S]]:
    """The sheets that the mean is taken of, and the lowest and the highest that are dropped where there are `trim_from`
    or more (0: never). No order of the input changes which."""
    by_total = sorted(sheets, key=lambda sheet: (sheet.total, sheet.judge))
    if not 0 < trim_from <= len(by_total):
        return by_total, []
    return by_total[1:-1], [by_total[0], by_total[-1]]


def published(points: Fraction) -> Decimal:
    """As printed: two decimals, half up."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(SHOWN, rounding=ROUND_HALF_UP)
