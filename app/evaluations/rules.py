"""A contract is evaluated half way and at its end by the firm engaged for it, and checked on the spot by its purchaser.

An evaluation is an assessment of the contract by the scheme of its kind. What came of it is said in a report for which
two people answer (`reports`). A signed midterm or final report opens the gate of its milestone, or closes it where the
result did not pass; its result is then on notice (assessments), and the evaluation is confirmed when that has ended.
"""

from calendar import monthrange
from datetime import date
from enum import StrEnum

from app.assessments.rules import AssessmentStatus
from app.assessments.schemes import Scheme
from app.contracts.rules import ContractStatus
from app.core.actors import Role
from app.core.days.calendar import period_end
from app.core.errors import DomainError
from app.reports import rules as reports
from app.tenders.profiles.rules import Gate


class EvaluationKind(StrEnum):
    midterm = "midterm"
    final = "final"
    spot_check = "spot_check"


K, A = EvaluationKind, AssessmentStatus
SCHEMES = {K.midterm: "contract_midterm", K.final: "contract_final", K.spot_check: "contract_spot_check"}
GATES = {K.midterm: Gate.midterm_evaluation, K.final: Gate.final_evaluation}
# Whose an evaluation is: nobody else plans it, writes its report or signs that.
BELONGS = {K.midterm: Role.evaluator, K.final: Role.evaluator, K.spot_check: Role.purchaser}

# What is done to a contract while it is carried out; that the notice has ended may be noted after.
UNDER_WAY = {(ContractStatus.performing, verb): ContractStatus.performing for verb in ("begin", "submit", "sign")}
# What is done to an evaluation, by where its assessment stands.
MOVES = {(A.drafted, "submit"): A.drafted, (A.announced, "confirm"): A.announced}
REPORT_MOVES = reports.MOVES


class EvaluationEarly(DomainError):
    """The final evaluation begins when the contract is about to end."""


class ResultMissing(DomainError):
    """A report says what the locked sheets came to: no report without a result."""


class NothingToDraw(DomainError):
    """No contract of the bureau runs long enough to be checked."""


class ResultMoved(DomainError):
    """What was computed since a report was submitted is not in it."""


def earliest_final(ends_on: date, months: int) -> date:
    """So many months before the last day: of 2019-07-31 one month before is 2019-06-30."""
    year, month = divmod(ends_on.year * 12 + ends_on.month - 1 - months, 12)
    return date(year, month + 1, min(ends_on.day, monthrange(year, month + 1)[1]))


def untimely(kind: EvaluationKind, ends_on: date, today: date, months: int) -> EvaluationEarly | None:
    """Why an evaluation of this kind cannot begin today."""
    from_on = earliest_final(ends_on, months)
    is_early = kind is K.final and today < from_on
    return EvaluationEarly(from_on=from_on, ends_on=ends_on) if is_early else None


def runs_long_enough(starts_on: date, ends_on: date, months: int) -> bool:
    """Whether a contract runs so many whole months: one from 2018-08-01 to 2019-07-31 runs twelve."""
    return period_end(starts_on, months) <= ends_on


def no_result(status: AssessmentStatus) -> ResultMissing | None:
    """Why no report is submitted: the sheets are not computed, or what came of them was announced already."""
    return None if (status, "submit") in MOVES else ResultMissing(assessment_status=status.value)


def check_result(submitted: int, found: int) -> None:
    """Both are the number of a result of the assessment."""
    if submitted != found:
        raise ResultMoved(submitted=submitted, found=found)


def is_passed(scheme: Scheme, band: str) -> bool:
    """Every grade but the last one passes."""
    return band != scheme.bands[-1].code
