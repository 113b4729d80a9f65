"""filed --accept--> accepted;  filed --reject--> rejected;  filed --withdraw--> withdrawn

An objection that is filed holds the award it speaks of; one that is accepted undoes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.calendar import Deadline, WorkCalendar, shanghai_date
from app.core.errors import DomainError
from app.tenders.profiles.rules import Profile


class ObjectionStatus(StrEnum):
    filed = "filed"
    accepted = "accepted"
    rejected = "rejected"
    withdrawn = "withdrawn"


S = ObjectionStatus
MOVES = {
    (S.filed, "accept"): S.accepted,
    (S.filed, "reject"): S.rejected,
    (S.filed, "withdraw"): S.withdrawn,
}


class ObjectionTooEarly(DomainError): ...


class ObjectionTooLate(DomainError): ...


class ObjectionWithoutGrounds(DomainError):
    status = 422


class AnswerWithoutReason(DomainError):
    status = 422


class ObjectionsOpen(DomainError): ...


class ComplaintNotKnown(DomainError): ...


@dataclass(frozen=True)
class Objection:
    """`lot` None: against the whole tender."""

    status: ObjectionStatus
    lot: str | None


@dataclass(frozen=True)
class Standstill:
    """`notice`: the last day of the public notice; `objections`: the last day to object."""

    notice: Deadline
    objections: Deadline


def standstill(noticed_on: date, notice_ends_on: date | None, profile: Profile, calendar: WorkCalendar) -> Standstill:
    """How long a result noticed on that day is shown and may be objected to.

    `notice_ends_on` is the last day the purchaser announced; None takes the profile's shortest notice. The
    objection term is counted from the end of the notice (条例 art. 53, 94号令 art. 10).
    """
    notice = calendar.after(noticed_on, profile.public_notice)
    if notice_ends_on is not None and calendar.has_run(noticed_on, notice_ends_on, profile.public_notice):
        notice = Deadline(notice_ends_on, notice.provisional, notice.rule)
    return Standstill(notice, calendar.after(notice.on, profile.objection))


def check_window(noticed_at: datetime, objections_end: datetime, now: datetime) -> None:
    """From the publication of the result until the last day to object is over."""
    if now < noticed_at:
        raise ObjectionTooEarly(noticed_at=noticed_at)
    if now >= objections_end:
        raise ObjectionTooLate(objections_end=objections_end, received=now)


def check_grounds(grounds: str) -> None:
    if not grounds.strip():
        raise ObjectionWithoutGrounds()


def check_answer(reason: str) -> None:
    """Accepting and rejecting both say why (94号令 art. 15)."""
    if not reason.strip():
        raise AnswerWithoutReason()


def answer_deadline(filed_at: datetime, profile: Profile, calendar: WorkCalendar) -> Deadline:
    return calendar.after(shanghai_date(filed_at), profile.objection_answer)


def complaint_deadline(answer_due: date, profile: Profile, calendar: WorkCalendar) -> Deadline:
    """The last day for a complaint, counted from the end of the time to answer (94号令 art. 17)."""
    if profile.complaint is None:
        raise ComplaintNotKnown(profile=profile.name)
    return calendar.after(answer_due, profile.complaint)


def is_holding(objections: Iterable[Objection], lot: str) -> bool:
    """Whether an unanswered objection holds the awards of `lot` (条例 art. 54)."""
    return any(each.status is S.filed and each.lot in (None, lot) for each in objections)


def held_lots(objections: Iterable[Objection], lots: Iterable[str]) -> list[str]:
    filed = list(objections)
    return [lot for lot in lots if is_holding(filed, lot)]


def check_released(objections: Iterable[Objection], lot: str) -> None:
    """Refuses to confirm, sign or release while an objection is unanswered."""
    if is_holding(objections, lot):
        raise ObjectionsOpen(lot=lot)
