"""What may be tried out in a ranking, and when nobody may see one."""

from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import DomainError
from app.matching.ranking.records import DEFAULT_WEIGHTS, Weights


@dataclass(frozen=True)
class WhatIf:
    """How a ranking is tried out: other weights, another budget of the need, filters left out. Changes nothing.
    `about`: the id of which it is asked why it is not among the rows."""

    weights: Weights = DEFAULT_WEIGHTS
    budget: Decimal | None = None
    without: frozenset[str] = frozenset()
    about: str | None = None


TOP = 20  # how many a ranking shows and a list names


class CandidatesWithheld(DomainError):
    """From the notice of a tender to its opening nobody may learn who could bid (财政部令87号 第28条)."""
