"""From planning to a confirmed result.

planned --collect--> collecting --compute--> drafted --announce--> announced --confirm--> confirmed;
drafted --reopen--> collecting;  announced --object--> reviewing --uphold--> announced, --revise--> drafted;
confirmed --lower--> lowered, --revoke--> revoked;  before it is announced, it may be cancelled.
A seat: undeclared --declare--> declared;  either --recuse--> recused.
A sheet: empty, draft --save--> draft --lock--> locked; a locked one stays, and is followed by another if reopened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from app.assessments.schemes import Scheme
from app.assessments.scoring import Scored, mean, published, trimmed
from app.core.errors import DomainError


class SubjectKind(StrEnum):
    """What may be assessed; the room that it belongs to answers for it."""

    party = "party"
    contract = "contract"


class AssessmentStatus(StrEnum):
    planned = "planned"
    collecting = "collecting"
    drafted = "drafted"
    announced = "announced"
    reviewing = "reviewing"
    confirmed = "confirmed"
    lowered = "lowered"
    revoked = "revoked"
    cancelled = "cancelled"


A = AssessmentStatus
MOVES = {
    (A.planned, "seat"): A.planned,
    (A.planned, "collect"): A.collecting,
    (A.planned, "cancel"): A.cancelled,
    (A.collecting, "seat"): A.collecting,
    (A.collecting, "compute"): A.drafted,
    (A.collecting, "cancel"): A.cancelled,
    (A.drafted, "reopen"): A.collecting,
    (A.drafted, "announce"): A.announced,
    (A.drafted, "cancel"): A.cancelled,
    (A.announced, "object"): A.reviewing,
    (A.announced, "confirm"): A.confirmed,
    (A.reviewing, "uphold"): A.announced,
    (A.reviewing, "revise"): A.drafted,
    (A.confirmed, "lower"): A.lowered,
    (A.confirmed, "revoke"): A.revoked,
}
ENDED = frozenset({A.confirmed, A.lowered, A.revoked, A.cancelled})
PUBLIC = frozenset({A.announced, A.reviewing, A.confirmed, A.lowered, A.revoked})


class SeatStatus(StrEnum):
    """Follows from what the assessor declared; never stored."""

    undeclared = "undeclared"
    declared = "declared"
    recused = "recused"


SEAT_MOVES = {
    (SeatStatus.undeclared, "declare"): SeatStatus.declared,
    (SeatStatus.undeclared, "recuse"): SeatStatus.recused,
    (SeatStatus.declared, "declare"): SeatStatus.declared,
    (SeatStatus.declared, "recuse"): SeatStatus.recused,
}


class AssessmentSheetStatus(StrEnum):
    empty = "empty"
    draft = "draft"
    locked = "locked"


S = AssessmentSheetStatus
SHEET_MOVES = {(S.empty, "save"): S.draft, (S.draft, "save"): S.draft, (S.draft, "lock"): S.locked}


class AssessorInvolved(DomainError):
    """Nobody assesses those for whom they work, or worked within two years (社会组织评估管理办法 art. 19)."""

    status = 422


class AssessorUnfit(DomainError):
    """A group is of people of certain roles."""

    status = 422


class GroupUnknown(DomainError):
    status = 422


class AssessorSeated(DomainError):
    """One person sits in an assessment once."""


class AssessorRecused(DomainError):
    """Who has an interest in the subject marks nothing."""

    status = 403


class InterestsUndeclared(DomainError):
    """An assessor marks nothing before having said whether there is an interest."""

    status = 403


class AssessmentClosed(DomainError):
    """Sheets are filled in while they are collected."""


class SheetStays(DomainError):
    """A locked sheet is not changed; no seat with one stands aside."""


class SheetsMissing(DomainError):
    """No result without the sheets of every group."""


class SheetsUnlocked(DomainError):
    """What was begun or reopened is locked first: no result passes it by."""


class ExclusionUnknown(DomainError):
    status = 422


class NoticeRunning(DomainError):
    """A result is confirmed once its notice has ended."""


class NoticeEnded(DomainError):
    """An objection is raised while the notice runs (社会组织评估管理办法 art. 20)."""


class AssessmentOpen(DomainError):
    """Of one subject, one assessment by a scheme at a time."""


class Given(NamedTuple):
    """A mark, and what it rests on."""

    value: Decimal
    reason: str = ""


@dataclass(frozen=True)
class Excluded:
    """What makes a result nought, and why it is said to be so."""

    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class GroupScore:
    """What a group gives, from 0 to the scheme's total, and from how many sheets."""

    code: str
    score: Fraction
    sheets: int


@dataclass(frozen=True)
class Outcome:
    """`total` as it is printed: what everybody reads decides the grade."""

    total: Decimal
    band: str
    groups: tuple[GroupScore, ...]


def outcome(scheme: Scheme, sheets: Mapping[str, Sequence[Scored]], exclusion: str = "") -> Outcome:
    """The locked `sheets` of each group come to so many points and that grade.

    Refusals: SheetsMissing while a group has fewer than it needs; ExclusionUnknown.
    """
    if exclusion and exclusion not in {each.code for each in scheme.exclusions}:
        known = ", ".join(each.code for each in scheme.exclusions)
        raise ExclusionUnknown(exclusion=exclusion, known=known or "–")
    check_groups(scheme, {group: len(own) for group, own in sheets.items()})
    scores = [_group_score(group.code, group.trim_from, sheets[group.code]) for group in scheme.groups]
    weighed = sum((Fraction(g.weight) * s.score for g, s in zip(scheme.groups, scores, strict=True)), Fraction(0))
    total = Decimal("0.00") if exclusion else published(weighed / 100)
    band = scheme.bands[-1] if exclusion else scheme.band(total)
    return Outcome(total, band.code, tuple(scores))


def check_groups(scheme: Scheme, counts: Mapping[str, int]) -> None:
    """Refused with SheetsMissing while a group has fewer sheets, or seats for them, than it needs."""
    if refusal := _short(scheme, counts):
        raise refusal


def _short(scheme: Scheme, counts: Mapping[str, int]) -> SheetsMissing | None:
    short = [group for group in scheme.groups if counts.get(group.code, 0) < group.least]
    zh, en = "、".join(group.zh for group in short), ", ".join(group.en for group in short)
    return SheetsMissing(groups_zh=zh, groups_en=en) if short else None


class Seating(NamedTuple):
    """By group, the seats of those who do not stand aside and the sheets that count; `drafting`: whose sheet was begun
    or reopened, and is not locked."""

    seated: Mapping[str, int]
    locked: Mapping[str, int]
    drafting: Sequence[str]


def hindrance(verb: str, scheme: Scheme, seating: Seating) -> DomainError | None:
    """Why what assessors have or have not done stands against `verb`."""
    match verb:
        case "collect":
            return _short(scheme, seating.seated)
        case "compute" if seating.drafting:
            return SheetsUnlocked(assessors="、".join(seating.drafting))
        case "compute":
            return _short(scheme, seating.locked)
    return None


def _group_score(code: str, trim_from: int, sheets: Sequence[Scored]) -> GroupScore:
    kept, _ = trimmed(sheets, trim_from)
    return GroupScore(code, mean(sheet.total for sheet in kept), len(sheets))


def seat_status(declared_at: datetime | None, recused_at: datetime | None) -> SeatStatus:
    if recused_at is not None:
        return SeatStatus.recused
    return SeatStatus.undeclared if declared_at is None else SeatStatus.declared


def check_marks_now(status: AssessmentStatus, seat: SeatStatus, assessor: str) -> None:
    """Refusals: AssessorRecused, InterestsUndeclared, AssessmentClosed."""
    if seat is SeatStatus.recused:
        raise AssessorRecused(assessor=assessor)
    if seat is SeatStatus.undeclared:
        raise InterestsUndeclared(assessor=assessor)
    if status is not A.collecting:
        raise AssessmentClosed(assessment_status=status.value)


def untimely(verb: str, notice_ends_on: date | None, today: date) -> DomainError | None:
    """Which refusal the day calls for: objections while the notice runs, a confirmation after it."""
    if notice_ends_on is None:
        return None
    if verb == "object" and today > notice_ends_on:
        return NoticeEnded(notice_ends_on=notice_ends_on)
    if verb == "confirm" and today <= notice_ends_on:
        return NoticeRunning(notice_ends_on=notice_ends_on)
    return None
