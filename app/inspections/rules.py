"""due --record--> recorded

Each year a bureau draws by lot which of the organisations registered in its area it inspects. What an inspection found
becomes a record of the organisation, for a year; whoever did not pass has three months to correct.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from app.core.errors import DomainError
from app.records.rules import Fact, RecordKind, check_fact, is_adverse
from app.records.terms import last_day


class InspectionStatus(StrEnum):
    due = "due"
    recorded = "recorded"


S = InspectionStatus
MOVES = {(S.due, "record"): S.recorded}


class NobodyToInspect(DomainError):
    """No organisation is registered in the area of the bureau."""


class InspectorsTooFew(DomainError):
    """At least two different people inspect an organisation."""

    status = 422


def check_inspectors(names: Sequence[str], least: int) -> None:
    if len(set(names)) < least:
        raise InspectorsTooFew(least=least, inspectors=len(set(names)))


def found(value: str, opinion: str, requirement: str, issuer: str, source: str, on: date) -> Fact:
    """What was found, as a record from the day on for a year. Who did not pass has three months to mend what is
    required, and the entry disappears when the year ends. Refusals: those of `check_fact`."""
    until = last_day(on, "inspection")
    fact = Fact(
        RecordKind.spot_check,
        value,
        words=opinion,
        issuer=issuer,
        source=source,
        valid_from=on,
        valid_until=until,
        requirement=requirement,
        due_on=last_day(on, "inspection_corrected") if is_adverse(RecordKind.spot_check, value) else None,
        shown_until=until if is_adverse(RecordKind.spot_check, value) else None,
    )
    check_fact(fact)
    return fact
