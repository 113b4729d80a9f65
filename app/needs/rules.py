"""draft --publish--> published --match--> matched --contract--> contracted --fulfil--> fulfilled
published | matched --tender--> tendered --contract--> contracted
matched | tendered | contracted --release--> published;  draft | published | expired --withdraw--> withdrawn

A published need is `expired` when its last day has passed: that follows from the date and is never stored.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.core.days.calendar import period_end
from app.core.errors import DomainError
from app.core.moves import move
from app.core.reading.cells import FieldBlank, text_faults


class NeedStatus(StrEnum):
    draft = "draft"
    published = "published"
    matched = "matched"
    tendered = "tendered"
    contracted = "contracted"
    fulfilled = "fulfilled"
    withdrawn = "withdrawn"
    expired = "expired"


S = NeedStatus
MOVES = {
    (S.draft, "edit"): S.draft,
    (S.draft, "publish"): S.published,
    (S.draft, "withdraw"): S.withdrawn,
    (S.published, "edit"): S.published,
    (S.published, "match"): S.matched,
    (S.published, "tender"): S.tendered,
    (S.published, "withdraw"): S.withdrawn,
    (S.expired, "edit"): S.published,
    (S.expired, "withdraw"): S.withdrawn,
    (S.matched, "tender"): S.tendered,
    (S.matched, "contract"): S.contracted,
    (S.matched, "release"): S.published,
    (S.tendered, "contract"): S.contracted,
    (S.tendered, "release"): S.published,
    (S.contracted, "fulfil"): S.fulfilled,
    (S.contracted, "release"): S.published,
}
LIMITS = {"title": 200, "description": 5000, "requirements": 5000, "evidence_note": 5000, "no_evidence_reason": 1000}
LONGEST_PERIOD = 60  # months
# A need appears on its committee's desk two weeks before its last day: time enough to extend it.
EXPIRY_NOTICE = timedelta(days=14)


class BudgetNotPositive(DomainError):
    status = 422


class BeneficiariesNotPositive(DomainError):
    status = 422


class PeriodOutOfRange(DomainError):
    status = 422


class StartPassed(DomainError):
    """The service would have to start before the day on which it is asked for."""

    status = 422


class ExpiryPassed(DomainError):
    """Nobody could answer a need whose last day was over before it was shown."""

    status = 422


class CommunityExpected(DomainError):
    """A need is a community's; a street or district is not one."""

    status = 422


class AreaNameDiffers(DomainError):
    """Code and name of a row disagree: one of them slipped."""

    status = 422


class CommitteeMissing(DomainError):
    """No committee on the platform speaks for this community."""

    status = 422


class CommunityElsewhere(DomainError):
    """A community that the actor is not responsible for."""

    status = 422


class NeedUnknown(DomainError):
    """No need of this number that whoever names it may see."""

    status = 422


class ResultWithheld(DomainError):
    """So few asked for it, or for something beside it, that how many did would follow from this result."""


class EvidenceMissing(DomainError):
    """Residents are asked about a need before the purchase; where they were not, the reason is published."""

    status = 422


class Stated(Protocol):
    """What a need says that decides whether it may be shown."""

    status: NeedStatus
    is_taken_over: bool
    published_at: datetime | None
    starts_on: date | None
    expires_on: date | None
    survey_result_id: int | None
    evidence_note: str
    no_evidence_reason: str


def standing(status: NeedStatus, expires_on: date | None, today: date) -> NeedStatus:
    """The status on a day: a published need whose last day has passed has expired."""
    lapsed = status is S.published and expires_on is not None and expires_on < today
    return S.expired if lapsed else status


def ends_on(starts_on: date | None, period_months: int | None) -> date | None:
    """The last day of a period of whole months from `starts_on`; None when either is open."""
    return None if starts_on is None or period_months is None else period_end(starts_on, period_months)


def faults_of(values: Mapping[str, Any]) -> list[tuple[str, DomainError]]:
    """(field, fault) of what no need may hold, draft or not; absent fields are not looked at."""
    faults = text_faults(values, LIMITS)
    if not values.get("title", "-").strip():
        faults.append(("title", FieldBlank(field="title")))
    budget, people, months = (values.get(field) for field in ("budget", "beneficiaries", "period_months"))
    if budget is not None and budget <= 0:
        faults.append(("budget", BudgetNotPositive(amount=str(budget))))
    if people is not None and people <= 0:
        faults.append(("beneficiaries", BeneficiariesNotPositive(number=people)))
    if months is not None and not 1 <= months <= LONGEST_PERIOD:
        faults.append(("period_months", PeriodOutOfRange(months=months, longest=LONGEST_PERIOD)))
    return faults


def check_values(values: Mapping[str, Any]) -> None:
    """Refuse the first of `faults_of`."""
    for _, fault in faults_of(values):
        raise fault


def check_publishable(need: Stated, today: date) -> None:
    """What a need must have before residents and organisations see it.

    The public is to be heard on public services before they are bought: 政府采购法实施条例 (国务院令第658号) art 15.
    Refusals: EvidenceMissing, StartPassed, ExpiryPassed.
    """
    if not (need.survey_result_id or need.evidence_note or need.no_evidence_reason):
        raise EvidenceMissing()
    check_start(need.starts_on, today)
    check_open(need.expires_on, today)


def check_edit(need: Stated, values: Mapping[str, Any], today: date) -> None:
    """Whether the need may come to say `values`; once published it must stay publishable.

    A start that has passed meanwhile may stay, but none may be chosen. Refusals: MoveRefused and those of publishing.
    """
    move(MOVES, standing(need.status, need.expires_on, today), "edit")
    if need.published_at is None:
        return
    note, reason, starts_on, expires_on = (
        values.get(field, getattr(need, field))
        for field in ("evidence_note", "no_evidence_reason", "starts_on", "expires_on")
    )
    if not (need.is_taken_over or need.survey_result_id or note or reason):
        raise EvidenceMissing()
    if starts_on != need.starts_on:
        check_start(starts_on, today)
    check_open(expires_on, today)


def check_start(starts_on: date | None, today: date) -> None:
    if starts_on is not None and starts_on < today:
        raise StartPassed(starts_on=starts_on, today=today)


def check_open(expires_on: date | None, day: date) -> None:
    """A need that is shown on `day` has its last day still before it."""
    if expires_on is not None and expires_on < day:
        raise ExpiryPassed(expires_on=expires_on, day=day)
