"""filed --accept--> accepted;  filed --reject--> rejected;  filed --withdraw--> withdrawn

An objection that is filed holds the award it speaks of; one that is accepted undoes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.core.days.calendar import Deadline, WorkCalendar, shanghai_date
from app.core.errors import DomainError
from app.tenders.profiles.rules import Challenged, Profile


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


class StepNotEnded(DomainError):
    """A step of the process is challenged once it has ended (条例 art. 53)."""


class ChallengeNotForeseen(DomainError):
    """The procedure takes objections against its result only; what a notice says is asked about."""


class ObjectionTooLate(DomainError): ...


class ObjectionWithoutGrounds(DomainError):
    status = 422


class AnswerWithoutReason(DomainError):
    status = 422


@dataclass(frozen=True)
class Window:
    """From when, and until when, something may be challenged."""

    begins: datetime
    ends: datetime
    provisional: bool
    rule: str


def window(begins: datetime, known_on: date, profile: Profile, calendar: WorkCalendar) -> Window:
    """What was known, or had to be known, on that day may be challenged for the profile's term."""
    last = calendar.after(known_on, profile.objection)
    return Window(begins, last.at, last.provisional, last.rule)


def documents_known_on(published_on: date, amended_on: date | None, profile: Profile, calendar: WorkCalendar) -> date:
    """The day the notice of the documents ended, or a later one on which they were materially amended."""
    notice = profile.tender_notice
    shown = calendar.after(published_on, notice).on if notice else published_on
    return max(shown, amended_on or shown)


def check_challenged(subject: Challenged, windows: Mapping[Challenged, Window], profile: Profile) -> Window:
    """The time for this subject. Refusals: ChallengeNotForeseen, StepNotEnded."""
    if subject not in profile.challenged:
        raise ChallengeNotForeseen(subject=subject.value, rule=profile.objection.source)
    if subject not in windows:
        raise StepNotEnded(subject=subject.value, rule=profile.objection.source)
    return windows[subject]


def untimely(span: Window, now: datetime) -> DomainError | None:
    """Why the hour does not allow an objection: it is filed from the publication of what it is about until the last
    day to object is over."""
    if now < span.begins:
        return ObjectionTooEarly(noticed_at=span.begins)
    return ObjectionTooLate(objections_end=span.ends, received=now) if now >= span.ends else None


def check_grounds(grounds: str) -> None:
    if not grounds.strip():
        raise ObjectionWithoutGrounds()


def check_answer(reason: str) -> None:
    """Accepting and rejecting both say why (94号令 art. 15)."""
    if not reason.strip():
        raise AnswerWithoutReason()


def answer_deadline(filed_at: datetime, profile: Profile, calendar: WorkCalendar) -> Deadline:
    return calendar.after(shanghai_date(filed_at), profile.objection_answer)


def complaint_deadline(answer_due: date, profile: Profile, calendar: WorkCalendar) -> Deadline | None:
    """The last day for a complaint, counted from the end of the time to answer (94号令 art. 17); None where the
    procedure knows no complaint."""
    return calendar.after(answer_due, profile.complaint) if profile.complaint else None
