"""What is found wanting in the work under a contract, and what became of it (整改).

open --answer--> answered --accept--> closed;  answered --reject--> open, in the next round;
open --extend--> open;  open --waive--> waived.  Overdue is derived.
"""

from datetime import date
from enum import StrEnum

from app.contracts.rules import ContractStatus, Part
from app.core.actors import Role
from app.core.days.calendar import Deadline, WorkCalendar
from app.core.errors import DomainError


class FindingStatus(StrEnum):
    open = "open"
    answered = "answered"
    closed = "closed"
    waived = "waived"


F = FindingStatus
MOVES = {
    (F.open, "answer"): F.answered,
    (F.open, "attach"): F.open,
    (F.open, "extend"): F.open,
    (F.open, "waive"): F.waived,
    (F.answered, "accept"): F.closed,
    (F.answered, "reject"): F.open,
}
UNSETTLED = frozenset({F.open, F.answered})
# While a contract is carried out, something may be found wanting; of one that has ended nothing can be put right.
RAISED = {(each, "raise"): each for each in (ContractStatus.signed, ContractStatus.performing)}


class Severity(StrEnum):
    minor = "minor"
    major = "major"


class ExtensionNotLater(DomainError):
    """An extension moves the last day to a later one."""

    status = 422


RULE = "按工作日计算，自提出之次日起（期限由区里设定）"
FINDS = {Role.purchaser: Part.client, Role.evaluator: Part.evaluator, Role.auditor: Part.auditor}


def due(on: date, working_days: int, calendar: WorkCalendar) -> Deadline:
    """The last day to answer: so many working days after the day it was raised."""
    return calendar.add_working_days(on, working_days, RULE)


def check_extension(due_on: date, wanted: date) -> None:
    if wanted <= due_on:
        raise ExtensionNotLater(due_on=due_on, wanted=wanted)


def is_overdue(status: FindingStatus, due_on: date, today: date) -> bool:
    """Whether the contractor's answer is late."""
    return status is FindingStatus.open and today > due_on
