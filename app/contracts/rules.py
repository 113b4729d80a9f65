"""draft --sign--> half_signed --sign--> signed --start--> performing --complete--> completed;
draft, half_signed, signed, performing --terminate--> terminated, whose accounts are settled by a final audit

Milestones that are decided on: scheduled --report--> reported --meet--> met;  reported --return--> scheduled;
scheduled, reported --miss--> not_met --remedy--> scheduled.  An evaluation's and an audit's are settled by the signed
report, the residents' by what they say (accept), that of the findings by their settlement.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from app.contracts.instalments import CENT, Instalment, incomplete, unpayable, unreturnable
from app.core.errors import DomainError
from app.core.moves import check_move, verbs_from
from app.tenders.profiles.rules import AcceptanceRule, Gate

MOST_TARGETS, LONGEST_TARGET = 40, 200  # lines, and characters of one


class ContractStatus(StrEnum):
    draft = "draft"
    half_signed = "half_signed"
    signed = "signed"
    performing = "performing"
    completed = "completed"
    terminated = "terminated"


S = ContractStatus
MOVES = {
    (S.draft, "edit"): S.draft,
    (S.draft, "sign"): S.half_signed,
    (S.draft, "attach"): S.draft,
    (S.draft, "engage"): S.draft,
    (S.draft, "terminate"): S.terminated,
    (S.half_signed, "sign"): S.signed,
    (S.half_signed, "attach"): S.half_signed,
    (S.half_signed, "engage"): S.half_signed,
    (S.half_signed, "terminate"): S.terminated,
    (S.signed, "start"): S.performing,
    (S.signed, "attach"): S.signed,
    (S.signed, "pay"): S.signed,
    (S.signed, "engage"): S.signed,
    (S.signed, "terminate"): S.terminated,
    (S.performing, "attach"): S.performing,
    (S.performing, "pay"): S.performing,
    (S.performing, "refund"): S.performing,
    (S.performing, "engage"): S.performing,
    (S.performing, "complete"): S.completed,
    (S.performing, "terminate"): S.terminated,
    (S.completed, "refund"): S.completed,
    (S.terminated, "pay"): S.terminated,
    (S.terminated, "refund"): S.terminated,
    (S.terminated, "engage"): S.terminated,
}


class MilestoneStatus(StrEnum):
    """scheduled, met and not_met are OCDS milestone states; reported waits for a decision."""

    scheduled = "scheduled"
    reported = "reported"
    met = "met"
    not_met = "not_met"


M = MilestoneStatus
MILESTONE_MOVES = {
    (M.scheduled, "report"): M.reported,
    (M.scheduled, "miss"): M.not_met,
    (M.scheduled, "accept"): M.scheduled,
    (M.reported, "meet"): M.met,
    (M.reported, "return"): M.scheduled,
    (M.reported, "miss"): M.not_met,
    (M.not_met, "remedy"): M.scheduled,
    (M.not_met, "accept"): M.not_met,
}
# What people do to a milestone, by its gate. Signing is met by the second signature, an evaluation and an audit by a
# signed report, and closed findings while nothing holds the payments.
EVALUATION = ("report", "return", "remedy")
ON_GATE = {
    Gate.signing: (),
    Gate.midterm_evaluation: EVALUATION,
    Gate.final_evaluation: EVALUATION,
    Gate.resident_acceptance: ("accept",),
    Gate.business_check: ("report", "meet", "return", "miss", "remedy"),
    Gate.midterm_audit: (),
    Gate.final_audit: (),
    Gate.findings_closed: (),
}


# Milestones move while their contract is performed, and leave it so.
PERFORMED = {(S.performing, verb): S.performing for _, verb in MILESTONE_MOVES}


class Part(StrEnum):
    """For whom somebody acts on a contract; `client` is the purchaser and the community that it buys for.

    One person acts for one part (行政事业单位内部控制规范 art. 33: posts that check each other are kept apart).
    """

    client = "client"
    contractor = "contractor"
    evaluator = "evaluator"
    auditor = "auditor"


# Whose the decision on what was reported is, by gate; everywhere else the report is the contractor's.
DECIDES = {
    Gate.midterm_evaluation: Part.evaluator,
    Gate.final_evaluation: Part.evaluator,
    Gate.business_check: Part.client,
}


class EngagementKind(StrEnum):
    """What an independent firm is engaged for: the mid-term and final evaluation, or the audit of the money."""

    evaluation = "evaluation"
    audit = "audit"


# The firm without which a gate stays closed.
ENGAGED_FOR = {
    Gate.midterm_evaluation: EngagementKind.evaluation,
    Gate.final_evaluation: EngagementKind.evaluation,
    Gate.midterm_audit: EngagementKind.audit,
    Gate.final_audit: EngagementKind.audit,
}


class Acceptance(StrEnum):
    """What the residents served say, taken together."""

    undecided = "undecided"
    accepted = "accepted"
    refused = "refused"


class GateNotEvaluated(DomainError):
    """Signing and the residents' acceptance are no reports to be evaluated."""

    status = 422


class AlreadySigned(DomainError): ...


class AlreadyEngaged(DomainError):
    """One firm at a time evaluates, and one audits."""


class EngagementEnded(DomainError): ...


class WorkEnded(DomainError):
    """Of a contract that ended before its time only the accounts are looked at, where both had signed it."""


class AwardNotMatched(DomainError): ...


class PeriodBackwards(DomainError):
    status = 422


class TargetsMissing(DomainError):
    status = 422


class SignedTooLate(DomainError): ...


class ContractDayFixed(DomainError):
    """The law says until when the contract is signed; no agreement moves that day (政府采购法 art. 46)."""


class FindingsUnsettled(DomainError):
    """What holds the payments of a contract is settled first."""


class WillingnessAwaited(DomainError):
    """The contract asks whether residents want the service before it starts (S0 § 3.4)."""


class PageAskedByWave(DomainError):
    """What residents answer on the page is counted from the wave that asks them."""


class AnswersImpossible(DomainError):
    status = 422


class Progress(Protocol):
    """What has been done on a contract: who has signed, which firms are at work, what can be paid, what is paid of all
    instalments and allowed, which gates are met; how many findings hold its payments; and whether residents want it, as
    far as it asks for that."""

    @property
    def status(self) -> ContractStatus: ...
    @property
    def signed(self) -> Collection[str]: ...
    @property
    def engaged(self) -> Collection[EngagementKind]: ...
    @property
    def terms(self) -> Sequence[Instalment]: ...
    @property
    def payable(self) -> Sequence[Instalment]: ...
    @property
    def allowed(self) -> Decimal | None: ...
    @property
    def met(self) -> Collection[Gate]: ...
    @property
    def holds(self) -> int: ...
    @property
    def is_wanted(self) -> bool: ...


class SigningTerms(Protocol):
    """Until when, and by which rule, a contract is signed."""

    contract_by: date | None
    contract_rule: str
    due_by_law: bool


def hindrance(verb: str, side: str | None, progress: Progress) -> DomainError | None:
    """Why what has been done on a contract, or is still to be done, stands against `verb`; None where nothing does.

    `side`: the one that the actor signs for. Choices are judged by the most modest one: any firm that could be
    engaged, any instalment of which a cent could be paid.
    """
    match verb:
        case "sign":
            return already_signed(side, progress.signed)
        case "start":
            return None if progress.is_wanted else WillingnessAwaited()
        case "engage":
            is_signed = len(progress.signed) > 1
            return _all_refused(
                work_ended(kind, progress.status, is_signed=is_signed) or already_engaged(kind, progress.engaged)
                for kind in EngagementKind
            )
        case "pay":
            parts, met = progress.payable, progress.met
            return held(progress.holds) or _all_refused(unpayable(CENT, part, met) for part in parts)
        case "refund":
            return unreturnable(CENT, progress.terms, progress.allowed)
        case "complete":
            return held(progress.holds) or incomplete(progress.terms, progress.met)
    return None


def _all_refused(refusals: Iterable[DomainError | None]) -> DomainError | None:
    """The first refusal, where every choice meets one."""
    found = list(refusals)
    return found[0] if found and None not in found else None


def untimely(verb: str, terms: SigningTerms, on: date) -> SignedTooLate | None:
    """A day that was agreed is moved before somebody signs after it. One that the law sets cannot be moved, and a
    contract signed after it is valid all the same (条例 art. 67 punishes the delay): it is signed, and marked."""
    by = terms.contract_by
    is_late = verb == "sign" and by is not None and on > by and not terms.due_by_law
    return SignedTooLate(contract_by=by, on=on, rule=terms.contract_rule) if is_late else None


def check_content(amount: Decimal, awarded: Decimal, starts_on: date, ends_on: date, targets: Sequence[str]) -> None:
    """A contract says what was awarded, no more and no less (87号令 art. 71), from when to when, and for what."""
    if amount != awarded:
        raise AwardNotMatched(amount=amount, awarded=awarded)
    if ends_on < starts_on:
        raise PeriodBackwards(starts_on=starts_on, ends_on=ends_on)
    if not any(target.strip() for target in targets):
        raise TargetsMissing()


def targets_from(
    title: str, bid_zh: str, people: int | None, plan: str = "", promised: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """(what, quantity) that a contract begins with: the whole, the people served, and what the bid promised; where it
    promised nothing that is counted, its plan line by line.

    A plan of many lines or of long ones is no list of targets; it stays in the bid, which belongs to the contract.
    """
    lines = [line.strip() for line in plan.splitlines() if line.strip()]
    stated = lines if len(lines) <= MOST_TARGETS and all(len(line) <= LONGEST_TARGET for line in lines) else []
    served = [("服务对象人数", f"不少于 {people} 人")] if people else []
    return [(f"按{bid_zh}完成“{title}”", "1 项"), *served, *(promised or ((line, "") for line in stated))]


def already_signed(side: str | None, signed: Collection[str]) -> AlreadySigned | None:
    """Why a side that has signed does not sign again."""
    return AlreadySigned(party=side) if side in signed else None


def already_engaged(kind: EngagementKind, engaged: Collection[EngagementKind]) -> AlreadyEngaged | None:
    """Why no second firm is engaged for the same."""
    return AlreadyEngaged(kind=kind.value) if kind in engaged else None


def work_ended(kind: EngagementKind, contract: ContractStatus, *, is_signed: bool) -> WorkEnded | None:
    """Why no firm is engaged any more: after an early end a signed contract is audited, and nothing else."""
    is_open = contract is not S.terminated or (is_signed and kind is EngagementKind.audit)
    return None if is_open else WorkEnded(kind=kind.value)


def already_ended(ended_at: datetime | None) -> EngagementEnded | None:
    """Why an engagement that has ended cannot be ended again."""
    return EngagementEnded(ended_at=ended_at) if ended_at else None


def check_milestone(contract: ContractStatus, gate: Gate, status: MilestoneStatus, verb: str) -> None:
    """While the contract is performed a milestone takes what fits its gate and its state.

    Refusals: GateNotEvaluated, MoveRefused.
    """
    if verb not in ON_GATE[gate]:
        raise GateNotEvaluated(gate=gate.value)
    check_move(PERFORMED, contract, verb)
    check_move(MILESTONE_MOVES, status, verb)


def is_decided_by(part: Part, gate: Gate, verb: str) -> bool:
    """Whether this part of the contract does `verb` to a milestone of the gate; the decisions belong to one part."""
    return verb in {"report", "accept"} or DECIDES.get(gate) is part


def milestone_verbs(contract: ContractStatus, gate: Gate, status: MilestoneStatus) -> list[str]:
    """What `check_milestone` lets pass, in the order of the table."""
    verbs = verbs_from(MILESTONE_MOVES, status) if contract is ContractStatus.performing else []
    return [verb for verb in verbs if verb in ON_GATE[gate]]


def check_contract_day(contract_by: date | None, wanted: date | None, rule: str, *, due_by_law: bool) -> None:
    if due_by_law and wanted is not None and wanted != contract_by:
        raise ContractDayFixed(contract_by=contract_by, wanted=wanted, rule=rule)


def held(holds: int) -> FindingsUnsettled | None:
    """Why nothing more is paid, nor completed, while findings hold the payments."""
    return FindingsUnsettled(findings=holds) if holds else None


def asked_by_wave(is_page: bool, wave_id: int | None) -> PageAskedByWave | None:
    """Why nobody enters what residents answer on the page: a wave asks them."""
    return PageAskedByWave() if is_page and wave_id is not None else None


def resident_acceptance(accepting: int, answers: int, rule: AcceptanceRule) -> Acceptance:
    """Undecided below `rule.answers`; accepted from the share `rule.share` on, compared exactly.

    Source: 政府采购法实施条例 art. 45, people served take part in the acceptance; the numbers are settings.
    """
    if not 0 <= accepting <= answers:
        raise AnswersImpossible(accepting=accepting, answers=answers)
    if answers < rule.answers:
        return Acceptance.undecided
    return Acceptance.accepted if accepting >= rule.share * answers else Acceptance.refused
