"""Who may score what, and what a score sheet is worth.

A panel: scoring --close--> closed.  A seat: undeclared --declare--> declared
A sheet: empty, draft --save--> draft --deliver--> delivered --reopen--> draft;  a recused judge has none
A paper sheet is keyed twice: empty --enter--> draft --confirm--> delivered.
A reopening: asked --approve--> approved; asked --refuse--> refused. Two persons stand behind either.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.assessments import scoring
from app.assessments.scoring import sheet_total
from app.core.errors import DomainError
from app.tenders.notices.rules import CriterionTerms, TenderStatus
from app.tenders.profiles.rules import Ground, Profile


class PanelStatus(StrEnum):
    """Follows from when scoring was closed; never stored."""

    scoring = "scoring"
    closed = "closed"


PANEL_MOVES = {
    (PanelStatus.scoring, "declare"): PanelStatus.scoring,
    (PanelStatus.scoring, "order"): PanelStatus.scoring,
    (PanelStatus.scoring, "enter"): PanelStatus.scoring,
    (PanelStatus.scoring, "close"): PanelStatus.closed,
}


# A panel is appointed from the notice on; what that does to a tender is nothing.
APPOINTED = {(each, "appoint"): each for each in (TenderStatus.published, TenderStatus.opened)}


class SeatStatus(StrEnum):
    """Follows from when the judge declared interests; never stored."""

    undeclared = "undeclared"
    declared = "declared"


SEAT_MOVES = {
    (SeatStatus.undeclared, "declare"): SeatStatus.declared,
    (SeatStatus.declared, "declare"): SeatStatus.declared,
    (SeatStatus.declared, "open"): SeatStatus.declared,
    (SeatStatus.declared, "enter"): SeatStatus.declared,
}


class SheetStatus(StrEnum):
    empty = "empty"
    draft = "draft"
    delivered = "delivered"


S = SheetStatus
MOVES = {
    (S.empty, "save"): S.draft,
    (S.draft, "save"): S.draft,
    (S.empty, "enter"): S.draft,
    (S.draft, "enter"): S.draft,
    (S.draft, "deliver"): S.delivered,
    (S.draft, "confirm"): S.delivered,
    (S.delivered, "reopen"): S.draft,
}


class ReopeningStatus(StrEnum):
    asked = "asked"
    approved = "approved"
    refused = "refused"


R = ReopeningStatus
REOPENING_MOVES = {(R.asked, "approve"): R.approved, (R.asked, "refuse"): R.refused}


class JudgeRecused(DomainError):
    status = 403


class DeclarationMissing(DomainError):
    """A judge sees nothing of a bid before having declared interests."""

    status = 403


class ScoringClosed(DomainError): ...


class BidsNotOpened(DomainError): ...


class PanelTooSmall(DomainError): ...


class PanelEven(DomainError): ...


class TooFewExperts(DomainError): ...


class TooFewSheets(DomainError): ...


class GroundUnknown(DomainError):
    """A delivered sheet is reopened on a ground that the profile names, and on no other."""

    status = 422


class SecondPersonNeeded(DomainError):
    """What one account began another one has to finish, and no judge of the panel."""

    status = 403


class EntriesDiffer(DomainError):
    """The two keyings of a paper sheet are not the same; told is where, not what the first one keyed."""

    status = 422


class JudgeHasAccount(DomainError):
    """A judge with an account declares and scores alone: nobody enters paper in that name."""

    status = 403


class SheetDelivered(DomainError):
    """An interest found late voids no delivered sheet by itself: that takes a reopening, and so a second person."""


@dataclass(frozen=True)
class Recusal:
    """A judge with an interest in an applicant scores none of that applicant's bids (条例 art. 9)."""

    judge: str
    applicant: str


@dataclass(frozen=True)
class Sheet:
    """A delivered sheet. `marks` by criterion; `written_total` is what stood on paper, if anything did."""

    bid: str
    judge: str
    marks: Mapping[str, Decimal]
    written_total: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return sheet_total(self.marks)


@dataclass(frozen=True)
class Correction:
    """A total written on a sheet that its own marks do not add up to; the computed one counts (87号令 art. 64)."""

    bid: str
    judge: str
    written: Decimal
    computed: Decimal


def is_recused(judge: str, applicant: str, recusals: Collection[Recusal]) -> bool:
    return Recusal(judge, applicant) in recusals


def check_marks(marks: Mapping[str, Decimal], criteria: Iterable[CriterionTerms], step: Decimal) -> None:
    """One mark for every criterion a judge scores. Refusals: those of `scoring.check_marks`."""
    scoring.check_marks(marks, maxima(criteria), step)


def maxima(criteria: Iterable[CriterionTerms]) -> dict[str, Decimal]:
    """Of each criterion that a judge scores. The price is no judge's to mark: it is computed from the amounts."""
    return {criterion.code: criterion.maximum for criterion in criteria if not criterion.is_price}


def differing(first: Mapping[str, Decimal | None], second: Mapping[str, Decimal | None]) -> list[str]:
    """Where two keyings of one sheet differ, by code."""
    return sorted(code for code in first.keys() | second.keys() if first.get(code) != second.get(code))


def ground_named(code: str, profile: Profile) -> Ground:
    """The ground of the profile. Refused with GroundUnknown."""
    for ground in profile.reopening:
        if ground.code == code:
            return ground
    raise GroundUnknown(ground=code, known=", ".join(each.code for each in profile.reopening))


def is_second_person(first: int | None, second: int | None, judges: Collection[int | None]) -> bool:
    """Two different accounts, and the second is none of the panel's judges."""
    return first is not None and second is not None and first != second and second not in judges


def hindrance(closed_at: datetime | None, tender: TenderStatus, bids_end: datetime | None) -> DomainError | None:
    """Why nothing of a panel changes now: it scores from the opening of the bids until scoring is closed."""
    if closed_at is not None:
        return ScoringClosed(closed_at=closed_at)
    return None if tender is TenderStatus.opened else BidsNotOpened(bids_end=bids_end)


def panel_status(closed_at: datetime | None) -> PanelStatus:
    return PanelStatus.scoring if closed_at is None else PanelStatus.closed


def seat_status(declared_at: datetime | None) -> SeatStatus:
    return SeatStatus.undeclared if declared_at is None else SeatStatus.declared


def check_declared(judge: str, declared_at: datetime | None) -> None:
    if declared_at is None:
        raise DeclarationMissing(judge=judge)


def corrections(sheets: Iterable[Sheet]) -> list[Correction]:
    """The written totals that were wrong, by bid and judge."""
    wrong = [s for s in sheets if s.written_total is not None and s.written_total != s.total]
    return [
        Correction(s.bid, s.judge, s.written_total, s.total)
        for s in sorted(wrong, key=lambda s: (s.bid, s.judge))
        if s.written_total is not None
    ]


def due_sheets(bids: Mapping[str, str], judges: Iterable[str], recusals: Collection[Recusal]) -> list[tuple[str, str]]:
    """The (bid, judge) pairs that must be scored. `bids` maps each eligible bid to its applicant."""
    seats = sorted(judges)
    return [
        (bid, judge)
        for bid, applicant in sorted(bids.items())
        for judge in seats
        if not is_recused(judge, applicant, recusals)
    ]


def missing_sheets(due: Iterable[tuple[str, str]], sheets: Iterable[Sheet]) -> list[tuple[str, str]]:
    """The due sheets that nobody delivered, by bid and judge."""
    delivered = {(sheet.bid, sheet.judge) for sheet in sheets}
    return [pair for pair in due if pair not in delivered]


def counted_sheets(due: Iterable[tuple[str, str]], sheets: Iterable[Sheet]) -> list[Sheet]:
    """The delivered sheets that were due: none of an ineligible bid, none of a recused judge."""
    expected = set(due)
    counted = [sheet for sheet in sheets if (sheet.bid, sheet.judge) in expected]
    return sorted(counted, key=lambda sheet: (sheet.bid, sheet.judge))


def too_few_sheets(counted: Mapping[str, int], budget: Decimal, profile: Profile) -> TooFewSheets | None:
    """Why scoring is not closed yet: of each bid as many sheets are `counted` as the panel has members at least,
    whoever stood aside (87号令 art. 47, 49)."""
    rule = profile.sheets
    required = rule.large if profile.panel.is_large(budget) else rule.value
    short = (
        TooFewSheets(bid=b, counted=n, required=required, rule=rule.source) for b, n in counted.items() if n < required
    )
    return next(short, None)


def sheets_per_bid(due: Iterable[tuple[str, str]], counted: Iterable[Sheet]) -> dict[str, int]:
    """Bid → its counted sheets, for each that must be scored."""
    counts = Counter(sheet.bid for sheet in counted)
    return {bid: counts[bid] for bid, _ in due}


def check_panel(judges: int, experts: int, budget: Decimal, profile: Profile) -> None:
    """Size, odd number and share of experts (87号令 art. 47 for `procurement`); `budget` of the tender in yuan."""
    rule = profile.panel
    required = rule.large_size if rule.is_large(budget) else rule.size
    if judges < required:
        raise PanelTooSmall(judges=judges, required=required, rule=rule.source)
    if rule.odd and judges % 2 == 0:
        raise PanelEven(judges=judges, rule=rule.source)
    if Fraction(experts, judges) < rule.expert_share:
        raise TooFewExperts(experts=experts, judges=judges, share=str(rule.expert_share), rule=rule.source)
