"""draft --publish--> published;  draft | published | expired --withdraw--> withdrawn
published --hold--> as the holder calls it --release--> published;  held --fulfil--> fulfilled

Where nobody offers what it asks for, a published need is advertised: it stands on the list of unmet needs from then on,
until its committee takes it off, or nobody could answer it any more.

A need decides its status. What it reads on a day is its standing: while another room holds it, the word of that room,
which `flow.py` gives; a published need whose last day has passed is `expired`, which is never stored.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.core.days.calendar import period_end, shanghai_date
from app.core.errors import DomainError
from app.core.moves import check_move
from app.core.reading.cells import FieldBlank, text_faults


class NeedStatus(StrEnum):
    draft = "draft"
    published = "published"
    fulfilled = "fulfilled"
    withdrawn = "withdrawn"
    expired = "expired"


S = NeedStatus
MOVES: Mapping[tuple[str, str], NeedStatus] = {
    (S.draft, "publish"): S.published,
    (S.draft, "edit"): S.draft,
    (S.draft, "attach"): S.draft,
    (S.draft, "withdraw"): S.withdrawn,
    (S.published, "edit"): S.published,
    (S.published, "attach"): S.published,
    (S.published, "rank"): S.published,
    (S.published, "advertise"): S.published,
    (S.published, "take_off"): S.published,
    (S.published, "withdraw"): S.withdrawn,
    (S.expired, "edit"): S.published,
    (S.expired, "withdraw"): S.withdrawn,
}
# What other rooms do to the standing of a need, as `flow.py` has them hold it.
HELD_MOVES: dict[tuple[str, str], str] = {}
# A status that ends by itself, the date that is its last day, and what the need reads from then on.
TIMELINE = ((S.published, "expires_on", S.expired),)
LIMITS = {"title": 200, "description": 5000, "requirements": 5000, "evidence_note": 5000, "no_evidence_reason": 1000}
LONGEST_PERIOD = 60  # months
# What a need may leave open, though organisations find it, and are compared for it, by these.
ASKED_FOR = ("description", "category_code", "population_codes", "beneficiaries", "budget", "period_months")
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


class AlreadyAdvertised(DomainError):
    """It stands on the list of unmet needs."""


class NotAdvertised(DomainError):
    """It does not stand on the list of unmet needs."""


class ResultWithheld(DomainError):
    """So few asked for it, or for something beside it, that how many did would follow from this result."""


class EvidenceMissing(DomainError):
    """Residents are asked about a need before the purchase; where they were not, the reason is published."""

    status = 422


class Standing(Protocol):
    """What decides how a need stands on a day."""

    status: NeedStatus
    held_as: str | None
    expires_on: date | None


class Stated(Standing, Protocol):
    """What a need says that decides whether it may be shown, and who is told of it."""

    is_taken_over: bool
    published_at: datetime | None
    starts_on: date | None
    survey_result_id: int | None
    evidence_note: str
    no_evidence_reason: str
    advertised_at: datetime | None


def standing(need: Standing, today: date) -> str:
    """What the need reads on a day: its holder's word, or its status, or what follows after the last day of that."""
    ended = (then for status, last, then in TIMELINE if need.status is status and is_over(getattr(need, last), today))
    return need.held_as or next(ended, need.status)


def is_over(last: date | None, day: date) -> bool:
    return last is not None and last < day


def allow_holding(word: str, by: str, after: Iterable[str]) -> None:
    """From now on needs that read one of `after` may come to read `word`, and be released or fulfilled from there."""
    HELD_MOVES.update({(state, by): word for state in after})
    HELD_MOVES.update({(word, "release"): S.published, (word, "fulfil"): S.fulfilled})


def standing_words() -> list[str]:
    """Everything that a need can read."""
    return list(dict.fromkeys([*S, *HELD_MOVES.values()]))


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


def lacking(need: Stated, today: date) -> list[tuple[str, DomainError]]:
    """(field, refusal) of everything that keeps a need from being shown to residents and organisations.

    The public is to be heard on public services before they are bought: 政府采购法实施条例 (国务院令第658号) art 15.
    Refusals: EvidenceMissing, StartPassed, ExpiryPassed.
    """
    evidence = None if need.survey_result_id or need.evidence_note or need.no_evidence_reason else EvidenceMissing()
    start, end = late_start(need.starts_on, today), late_end(need.expires_on, today)
    found = (("evidence_note", evidence), ("starts_on", start), ("expires_on", end))
    return [(field, refusal) for field, refusal in found if refusal]


def unsaid(need: object) -> list[str]:
    """The fields of ASKED_FOR that the need leaves open."""
    return [field for field in ASKED_FOR if not getattr(need, field)]


def hindrance(verb: str, need: Stated, today: date) -> DomainError | None:
    """Why this need cannot `verb` on this day although its status would allow it."""
    match verb:
        case "publish":
            return next((refusal for _, refusal in lacking(need, today)), None)
        case "advertise" if need.advertised_at:
            return AlreadyAdvertised(since=shanghai_date(need.advertised_at))
        case "take_off" if not need.advertised_at:
            return NotAdvertised()
    return None


def check_edit(need: Stated, values: Mapping[str, Any], today: date) -> None:
    """Whether the need may come to say `values`; once published it must stay publishable.

    A start that has passed meanwhile may stay, but none may be chosen. Refusals: MoveRefused and those of publishing.
    """
    check_move(MOVES, standing(need, today), "edit")
    if need.published_at is None:
        return
    note, reason, starts_on, expires_on = (
        values.get(field, getattr(need, field))
        for field in ("evidence_note", "no_evidence_reason", "starts_on", "expires_on")
    )
    if not (need.is_taken_over or need.survey_result_id or note or reason):
        raise EvidenceMissing()
    if starts_on != need.starts_on and (refusal := late_start(starts_on, today)):
        raise refusal
    check_open(expires_on, today)


def late_start(starts_on: date | None, today: date) -> DomainError | None:
    return StartPassed(starts_on=starts_on, today=today) if is_over(starts_on, today) else None


def late_end(expires_on: date | None, day: date) -> DomainError | None:
    return ExpiryPassed(expires_on=expires_on, day=day) if is_over(expires_on, day) else None


def check_open(expires_on: date | None, day: date) -> None:
    """A need that is shown on `day` has its last day still before it."""
    if refusal := late_end(expires_on, day):
        raise refusal
