"""How long a result is shown, and may be objected to, before its awards are confirmed."""

from dataclasses import dataclass
from datetime import date

from app.core.days.calendar import Deadline, WorkCalendar
from app.tenders.notices.publishing import PeriodTooShort
from app.tenders.profiles.rules import Profile


@dataclass(frozen=True)
class Standstill:
    """`notice`: the last day of the public notice; `objections`: the last day to object."""

    notice: Deadline
    objections: Deadline


def standstill(noticed_on: date, notice_ends_on: date | None, profile: Profile, calendar: WorkCalendar) -> Standstill:
    """How long a result published on that day is shown and may be objected to.

    `notice_ends_on` is the last day that the purchaser announces, not earlier than the profile asks (PeriodTooShort);
    None takes the shortest notice. The time for objections is counted from the end of the notice (条例 art. 53,
    94号令 art. 10).
    """
    term = profile.public_notice
    notice = calendar.after(noticed_on, term)
    if notice_ends_on is not None:
        if not calendar.has_run(noticed_on, notice_ends_on, term):
            facts = {"length": term.length, "unit": term.unit.value, "rule": term.source}
            raise PeriodTooShort(period="public_notice", **facts, start=noticed_on, end=notice_ends_on)
        notice = Deadline(notice_ends_on, notice.provisional, notice.rule)
    return Standstill(notice, calendar.after(notice.on, profile.objection))
