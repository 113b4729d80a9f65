"""From an application to a grade, and what becomes of a grade.

applied --admit--> admitted, --decline--> declined;  admitted --confirm--> confirmed, once it is announced (the national
grading takes a committee's vote as well), --decline--> declined, where its assessment was given up;
confirmed --lower--> lowered, --revoke--> revoked;
unqualified --rectify--> rectifying --pass--> passed, --fail--> suspended --pass--> passed, --fail--> disqualified.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any

from app.assessments.schemes import Scheme
from app.core.bounds import LAST_DAY
from app.core.errors import DomainError
from app.ratings.terms import DAY, RatingTerms, years_after
from app.records.rules import Fact, FourLevel, Inspection, RatingA, RatingBarred, RecordKind
from app.records.terms import last_day


class RatingStatus(StrEnum):
    applied = "applied"
    declined = "declined"
    admitted = "admitted"
    confirmed = "confirmed"
    lowered = "lowered"
    revoked = "revoked"
    rectifying = "rectifying"
    passed = "passed"
    suspended = "suspended"
    disqualified = "disqualified"


R = RatingStatus
MOVES = {
    (R.applied, "admit"): R.admitted,
    (R.applied, "decline"): R.declined,
    (R.admitted, "decline"): R.declined,
    (R.admitted, "vote"): R.admitted,
    (R.admitted, "announce"): R.admitted,
    (R.admitted, "confirm"): R.confirmed,
    (R.confirmed, "lower"): R.lowered,
    (R.confirmed, "revoke"): R.revoked,
    (R.confirmed, "rectify"): R.rectifying,
    (R.lowered, "revoke"): R.revoked,
    (R.lowered, "return_plate"): R.lowered,
    (R.revoked, "return_plate"): R.revoked,
    (R.rectifying, "pass"): R.passed,
    (R.rectifying, "fail"): R.suspended,
    (R.suspended, "pass"): R.passed,
    (R.suspended, "fail"): R.disqualified,
}
PUBLIC = frozenset(set(R) - {R.applied, R.declined, R.admitted})


class Ballot(StrEnum):
    aye = "aye"
    nay = "nay"
    abstain = "abstain"


class RatedAlready(DomainError):
    """A grade is applied for anew in the last years of the one that stands (社会组织评估管理办法 art. 29)."""


class RegisteredTooShort(DomainError):
    """Two full years after registration (art. 6)."""


class InspectionUnfit(DomainError):
    """Not after the last inspection was missed or failed, or was twice basic (art. 7)."""


class PenaltyTooRecent(DomainError):
    """Not with a penalty of the last year, or one that has not ended (art. 7)."""


class RatingOpen(DomainError):
    """One application by a scheme at a time."""


class BodySizeWrong(DomainError):
    """A rating committee has seven to twenty-five members (art. 10)."""


class QuorumMissing(DomainError):
    """At least two thirds of the members are present (art. 13)."""


class AyesMissing(DomainError):
    """At least half of all members agree (art. 13)."""


class BallotCast(DomainError):
    """Every member votes once, by name."""


class MemberInvolved(DomainError):
    """No member votes on those for whom they work (art. 19)."""

    status = 403


class NoVoteAsked(DomainError):
    """This scheme is decided by its assessors; no committee votes on it."""


class NothingLower(DomainError):
    """The last grade is revoked, not lowered."""


class GradeStands(DomainError):
    """Only who is unqualified is told to put things right."""


SUSPENDED, DISQUALIFIED = "暂停参与资格", "取消参与资格"  # what the orders are called in the records


@dataclass(frozen=True)
class Past:
    """A record as far as applying goes."""

    kind: RecordKind
    value: str
    valid_from: date | None
    valid_until: date | None


def reapply_on(valid_from: date, terms: RatingTerms) -> date:
    """A grade from 2016-03-01 for five years may be applied for anew in its last two: from 2019-03-01."""
    return years_after(valid_from, terms.years - terms.reapply_years)


def hindrance(terms: RatingTerms, founded: str | None, past: Sequence[Past], today: date) -> DomainError | None:
    """Why an organisation may not apply today."""
    for record in past:
        if record.kind is RecordKind.rating_bar and _holds(record, today):
            return RatingBarred(valid_until=record.valid_until or "-")
        again = reapply_on(record.valid_from, terms) if record.valid_from else today
        if record.kind is terms.kind and _holds(record, today) and today < again:
            return RatedAlready(valid_until=record.valid_until or "-", reapply_on=again)
    return _unfit(terms, founded, past, today) if terms.registered_years else None


def _unfit(terms: RatingTerms, founded: str | None, past: Sequence[Past], today: date) -> DomainError | None:
    ready = years_after(_last_of(founded), terms.registered_years) if founded else LAST_DAY
    if today < ready:
        return RegisteredTooShort(founded=founded or "-", years=terms.registered_years)
    inspected = sorted((r.valid_from, r.value) for r in past if r.kind is RecordKind.inspection and r.valid_from)
    values = [value for _, value in inspected]
    year = last_inspected(today)
    if not inspected or inspected[-1][0].year < year:
        return InspectionUnfit(year=year, value="missed")
    if values[-1] == Inspection.unqualified or values[-2:] == [Inspection.basically_qualified] * 2:
        return InspectionUnfit(year=inspected[-1][0].year, value=values[-1])
    for record in past:
        is_recent = record.valid_from is None or years_after(record.valid_from, 1) > today
        if record.kind is RecordKind.penalty and (is_recent or _holds(record, today)):
            return PenaltyTooRecent(valid_from=record.valid_from or "-", valid_until=record.valid_until or "-")
    return None


def last_inspected(today: date) -> int:
    """The last year whose inspection is over: reports are due by 31 May of the next."""
    return today.year - (1 if (today.month, today.day) > (5, 31) else 2)


def _last_of(founded: str) -> date:
    """The last day that a year, a month or a day can mean."""
    year, month, day = (*map(int, founded.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def _holds(record: Past, today: date) -> bool:
    return (record.valid_from or date.min) <= today <= (record.valid_until or date.max)


def quorum(members: int, share: Fraction) -> int:
    """Of fifteen members two thirds are ten, and half are eight; of fourteen, half are seven."""
    return ceil(members * share)


def unvoted(members: int, ballots: Sequence[Ballot], terms: RatingTerms) -> DomainError | None:
    """What a result still lacks of the committee: whoever abstains is present."""
    body = terms.body
    if body is None:
        return None
    if not body.least <= members <= body.most:
        return BodySizeWrong(members=members, least=body.least, most=body.most)
    if len(ballots) < (required := quorum(members, body.present)):
        return QuorumMissing(members=members, present=len(ballots), required=required)
    if (ayes := ballots.count(Ballot.aye)) < (required := quorum(members, body.ayes)):
        return AyesMissing(members=members, ayes=ayes, required=required)
    return None


def check_vote(members: int, ballots: Sequence[Ballot], terms: RatingTerms) -> None:
    """Refusals: BodySizeWrong, QuorumMissing, AyesMissing."""
    if refusal := unvoted(members, ballots, terms):
        raise refusal


def next_lower(scheme: Scheme, grade: str) -> str:
    """Refused with NothingLower."""
    codes = [band.code for band in scheme.bands]
    place = codes.index(grade) + 1
    if place == len(codes):
        raise NothingLower(grade=grade)
    return codes[place]


def shown_as(grade: RatingA, mapping: Mapping[str, str]) -> FourLevel:
    """What a national grade is shown as beside the local ones. It never takes the place of one: 2A and unqualified are
    two dated facts of one organisation."""
    return FourLevel(mapping[grade.value])


@dataclass(frozen=True)
class Ruled:
    """What is told of a decision: of which assessment and organisation, the records that come of it, and the kind and
    title of the one that ends with it."""

    assessment_id: int | None
    party_id: int
    on: date
    facts: tuple[Fact, ...]
    ended: tuple[RecordKind, str] | None = None


@dataclass(frozen=True)
class Ruling:
    """What becomes record: by which office and paper, from which day."""

    issuer: str
    source: str
    on: date


def graded(terms: RatingTerms, grade: str, until: date, ruling: Ruling) -> Fact:
    """The grade as a record; an unqualified one says what to do: to put things right within a year."""
    fact = Fact(terms.kind, grade, issuer=ruling.issuer, source=ruling.source, valid_from=ruling.on, valid_until=until)
    if grade != FourLevel.unqualified:
        return fact
    due = min(until, years_after(ruling.on, 1) - DAY)
    return Fact(**{**vars(fact), "requirement": "一年内完成整改", "due_on": due, "shown_until": until})


def barred(value: str, ruling: Ruling) -> Fact:
    """Lowered on 2018-06-01, one may apply from 2020-06-01 on; revoked, from 2021-06-01 on."""
    until = last_day(ruling.on, f"rating_{value}")
    way_back: dict[str, Any] = {"requirement": "期满后可重新申请评估", "due_on": until, "shown_until": until}
    way_back |= {"valid_from": ruling.on, "valid_until": until}
    return Fact(RecordKind.rating_bar, value, issuer=ruling.issuer, source=ruling.source, **way_back)


def rectification(value: str, requirement: str, until: date, ruling: Ruling) -> Fact:
    way_back: dict[str, Any] = {"requirement": requirement, "due_on": until, "shown_until": until}
    said: dict[str, Any] = {"words": requirement, "issuer": ruling.issuer, "source": ruling.source}
    return Fact(
        RecordKind.rectification,
        value,
        valid_from=ruling.on,
        valid_until=until,
        **said,
        **(way_back if value == "ordered" else {}),
    )


def excluded(title: str, until: date, ruling: Ruling) -> Fact:
    """Suspended or disqualified from taking part: an order that bars from bidding while it stands."""
    way_back: dict[str, Any] = {"requirement": "整改合格后恢复", "due_on": until, "shown_until": until}
    said: dict[str, Any] = {"title": title, "issuer": ruling.issuer, "source": ruling.source}
    return Fact(RecordKind.penalty, "stop_order", valid_from=ruling.on, valid_until=until, **said, **way_back)
