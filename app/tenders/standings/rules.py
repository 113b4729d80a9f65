"""From sheets to places.

Scores are exact fractions from the marks to the places: bids are told apart by unrounded means, and only what is
shown is rounded (`published`). No order of the input changes a place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from app.assessments.scoring import mean, trimmed
from app.core.errors import DomainError
from app.tenders.panels.rules import Sheet
from app.tenders.profiles.rules import ScoringRule, TieStep

ANONYMOUS = 2  # sheets: of fewer a mean tells whose mark it is


class NothingToScore(DomainError): ...


@dataclass(frozen=True)
class Score:
    """`total` and `tie` in points; `counted` sheets, of which `dropped` did not enter the mean."""

    total: Fraction
    tie: Fraction
    counted: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An eligible, scored bid. `tie`: its mean mark in the tie criterion. `amount` in yuan. `applicant`: who wins once
    at most; where the notice limits nobody, each bid stands for itself."""

    bid: str
    applicant: str
    amount: Decimal
    total: Fraction
    tie: Fraction
    received_at: datetime
    item: str | None = None


@dataclass(frozen=True)
class Placed:
    """A candidate and its place, 1 the best; `told_apart_by`: the step that put it behind its equal in score."""

    place: int
    candidate: Candidate
    told_apart_by: TieStep | None = None


def score(sheets: Sequence[Sheet], rule: ScoringRule, tie_criterion: str | None) -> Score:
    """One bid's score from its counted sheets.

    With `rule.trim_from` or more sheets the highest and the lowest total are dropped, then the mean is taken.
    The tie score is the mean of the tie criterion over every counted sheet: the rule drops totals, not marks.
    Refused with NothingToScore when there is no sheet.
    """
    if not sheets:
        raise NothingToScore()
    kept, dropped = trimmed(sheets, rule.trim_from)
    tie = mean(sheet.marks[tie_criterion] for sheet in sheets) if tie_criterion else Fraction(0)
    return Score(mean(sheet.total for sheet in kept), tie, len(sheets), tuple(sheet.judge for sheet in dropped))


def criterion_means(sheets: Sequence[Sheet], rule: ScoringRule) -> dict[str, Fraction]:
    """Criterion → the mean mark of the sheets that were kept, so that the means add up to the score. Nothing where a
    single sheet was: its mean would be one judge's marks."""
    kept, _ = trimmed(sheets, rule.trim_from)
    if len(kept) < ANONYMOUS:
        return {}
    return {code: mean(sheet.marks[code] for sheet in kept) for code in kept[0].marks}


def price_scores(amounts: Mapping[str, Decimal], maximum: Decimal) -> dict[str, Fraction]:
    """Lowest amount / own amount × the points of the price criterion (87号令 art. 55); no amount is dropped.

    `amounts` are those of the eligible bids for one item, or for one lot without items, all above zero: bids for
    different things are not compared.
    """
    if not amounts:
        return {}
    lowest = Fraction(min(amounts.values()))
    return {bid: lowest / Fraction(amount) * Fraction(maximum) for bid, amount in amounts.items()}


def rank(candidates: Iterable[Candidate], ties: Sequence[TieStep]) -> list[Placed]:
    """Highest total first; equal totals by the steps of `ties` in order, and in the end by bid number.

    The bid number stands last in every profile so that there is always one order; it is published beforehand.
    """
    steps = (*ties, TieStep.bid_number)
    ordered = sorted(candidates, key=lambda c: (-c.total, *(_standing(c, step) for step in steps)))
    return [
        Placed(place, candidate, _told_apart(ordered[place - 2], candidate, steps) if place > 1 else None)
        for place, candidate in enumerate(ordered, start=1)
    ]


def _standing(candidate: Candidate, step: TieStep) -> Fraction | Decimal | datetime | str:
    """What `step` compares; smaller is better."""
    standings: dict[TieStep, Fraction | Decimal | datetime | str] = {
        TieStep.tie_criterion: -candidate.tie,
        TieStep.lower_amount: candidate.amount,
        TieStep.earlier_received: candidate.received_at,
        TieStep.bid_number: candidate.bid,
    }
    return standings[step]


def _told_apart(better: Candidate, worse: Candidate, steps: Sequence[TieStep]) -> TieStep | None:
    if better.total != worse.total:
        return None
    return next((step for step in steps if _standing(better, step) != _standing(worse, step)), None)
