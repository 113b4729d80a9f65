"""Use cases of contracts: drafted from an award or a pair, signed by both, evaluated, accepted, paid, completed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import queries, rules
from app.contracts.drafts import Draft, announce_by, award_draft, pair_draft
from app.contracts.instalments import incomplete, instalments
from app.contracts.models import (
    Contract,
    ContractInstalment,
    Milestone,
    Signature,
)
from app.contracts.policy import access_contract, milestone_denial, side_of
from app.contracts.queries import stream_of
from app.contracts.rules import MILESTONE_MOVES, MOVES, ContractStatus, MilestoneStatus
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import Denied, DomainError, NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.core.versions import check_version, touch
from app.selection.models import Pair
from app.selection.rules import Basis
from app.tenders.awards.models import Award
from app.tenders.profiles.rules import Gate


class SignerMissing(DomainError):
    status = 422


class ReasonMissing(DomainError):
    status = 422


@dataclass(frozen=True)
class Terms:
    """What may be changed until the first signature; `targets`: what → quantity; `asks_willingness`: None leaves it."""

    title: str
    starts_on: date
    ends_on: date
    targets: Sequence[tuple[str, str]]
    contract_by: date | None = None
    asks_willingness: bool | None = None


async def draft_from_award(session: AsyncSession, actor: Actor, award: Award) -> Contract:
    """Follows from the confirmation of an award."""
    at = await now(session)
    contract = await _write_draft(session, await award_draft(session, award, at))
    facts = {"number": contract.number, "amount": contract.amount}
    await happened(session, actor, "contract.drafted", contract, at, stream=stream_of(contract), **facts)
    return contract


async def draft_from_pair(session: AsyncSession, actor: Actor, pair: Pair) -> Contract | None:
    """Follows from a pair that both sides confirmed, where it is the basis of a direct micro-grant."""
    if pair.basis is not Basis.micro_grant:
        return None
    at = await now(session)
    contract = await _write_draft(session, await pair_draft(session, pair, at))
    facts = {"number": contract.number, "amount": contract.amount}
    await happened(session, actor, "micro_grant.drafted", contract, at, stream=stream_of(contract), **facts)
    return contract


async def _write_draft(session: AsyncSession, draft: Draft) -> Contract:
    contract, terms = draft.contract, draft.profile.instalments
    session.add(contract)
    await session.flush()
    parts = instalments(contract.amount, terms)
    for position, (term, part) in enumerate(zip(terms, parts, strict=True), 1):
        row = ContractInstalment(contract_id=contract.id, position=position, name=term.name, label_zh=term.zh)
        row.label_en, row.share, row.amount, row.gates = term.en, term.share, part.amount, list(term.gates)
        session.add(row)
    for gate in dict.fromkeys(gate for term in terms for gate in term.gates):
        session.add(Milestone(contract_id=contract.id, gate=gate, due_on=_due_on(contract, gate)))
    await session.flush()
    return contract


def _due_on(contract: Contract, gate: Gate) -> date | None:
    """Signing when the contract is due, what is looked at in mid-term half way, the rest at the end."""
    if gate is Gate.signing:
        return contract.contract_by
    half = (contract.ends_on - contract.starts_on).days // 2
    is_midterm = gate in {Gate.midterm_evaluation, Gate.midterm_audit}
    return contract.starts_on + timedelta(days=half) if is_midterm else contract.ends_on


async def edit_contract(session: AsyncSession, actor: Actor, contract_id: int, given: int, terms: Terms) -> Contract:
    """Change a draft nobody has signed. Refusals: StaleVersion, PeriodBackwards, TargetsMissing, ContractDayFixed,
    MoveRefused."""
    contract = await access_contract(session, actor, contract_id, "edit")
    at = await now(session)
    check_move(MOVES, contract.status, "edit")
    check_version(contract, given)
    targets = [what for what, _ in terms.targets]
    rules.check_content(contract.amount, contract.awarded, terms.starts_on, terms.ends_on, targets)
    rules.check_contract_day(
        contract.contract_by, terms.contract_by, contract.contract_rule, due_by_law=contract.due_by_law
    )
    touch(contract)
    contract.title, contract.starts_on, contract.ends_on = terms.title, terms.starts_on, terms.ends_on
    contract.targets = [{"what": what, "quantity": quantity} for what, quantity in terms.targets]
    contract.contract_by = terms.contract_by or contract.contract_by
    if terms.asks_willingness is not None:
        contract.asks_willingness = terms.asks_willingness
    for milestone in await queries.milestones_of(session, contract.id):
        milestone.due_on = _due_on(contract, milestone.gate)
    facts = {"starts_on": terms.starts_on, "ends_on": terms.ends_on, "contract_by": contract.contract_by}
    await happened(session, actor, "contract.edited", contract, at, stream=stream_of(contract), **facts)
    return contract


async def sign_contract(session: AsyncSession, actor: Actor, contract_id: int, name: str) -> Contract:
    """One side signs under `name`; with the second signature the contract is signed and its first gate open.

    Refusals: AlreadySigned, SignedTooLate, TargetsMissing, MoveRefused.
    """
    contract = await access_contract(session, actor, contract_id, "sign")
    at = await now(session)
    side = side_of(actor, contract)
    assert side is not None  # the contract was handed out to sign it
    if not name.strip():
        raise SignerMissing()
    signatures = await queries.signatures_of(session, contract.id)
    signed = rules.already_signed(side, [signature.side for signature in signatures])
    if refusal := signed or rules.untimely("sign", contract, shanghai_date(at)):
        raise refusal
    targets = [str(target["what"]) for target in contract.targets]
    rules.check_content(contract.amount, contract.awarded, contract.starts_on, contract.ends_on, targets)
    status = move(MOVES, contract.status, "sign")
    contract.sides = contract.sides or await queries.sides_of(session, contract)
    session.add(Signature(contract_id=contract.id, side=side, account_id=actor.account_id, name=name.strip(), at=at))
    contract.signed_at = at if status is ContractStatus.signed else None
    contract.status = status
    await happened(session, actor, "signature.given", contract, at, stream=stream_of(contract), side=side.value)
    if status is ContractStatus.signed:
        milestone = await _milestone(session, contract, Gate.signing)
        settle(milestone, "meet", at)
        await _keep_findings_gate(session, contract, at)
        contract.announce_by = await announce_by(session, contract, at)
        facts = {"amount": contract.amount, "late": contract.is_late}
        await happened(session, actor, "contract.signed", contract, at, stream=stream_of(contract), **facts)
    return contract


async def start_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    """Refusals: WillingnessAwaited, MoveRefused."""
    contract = await access_contract(session, actor, contract_id, "start")
    at = await now(session)
    status = move(MOVES, contract.status, "start")
    if not queries.is_wanted(contract):
        raise rules.WillingnessAwaited()
    contract.status = status
    await happened(session, actor, "contract.started", contract, at, stream=stream_of(contract))
    return contract


async def report_milestone(session: AsyncSession, actor: Actor, contract_id: int, gate: Gate, report: str) -> Milestone:
    """The contractor reports that a milestone is reached."""
    contract = await access_contract(session, actor, contract_id, "report")
    at = await now(session)
    milestone = await milestone_for(session, contract, gate, "report")
    milestone.status, milestone.reported_at = move(MILESTONE_MOVES, milestone.status, "report"), at
    milestone.report, milestone.reported_by = report, actor.account_id
    milestone.decided_by = None
    await happened(session, actor, "milestone.reported", milestone, at, stream=stream_of(contract), gate=gate.value)
    return milestone


async def meet_milestone(session: AsyncSession, actor: Actor, contract_id: int, gate: Gate, opinion: str) -> Milestone:
    """What was reported is in order: its gate is open."""
    contract = await access_contract(session, actor, contract_id, "meet")
    milestone, at = await _decide(session, actor, contract, gate, "meet", opinion), await now(session)
    await happened(session, actor, "milestone.met", milestone, at, stream=stream_of(contract), gate=gate.value)
    return milestone


async def return_milestone(
    session: AsyncSession, actor: Actor, contract_id: int, gate: Gate, opinion: str
) -> Milestone:
    """The report is not enough to decide on and goes back."""
    contract = await access_contract(session, actor, contract_id, "return")
    milestone, at = await _decide(session, actor, contract, gate, "return", opinion), await now(session)
    await happened(session, actor, "milestone.returned", milestone, at, stream=stream_of(contract), gate=gate.value)
    return milestone


async def miss_milestone(session: AsyncSession, actor: Actor, contract_id: int, gate: Gate, opinion: str) -> Milestone:
    """It is not in order, or nothing was reported."""
    contract = await access_contract(session, actor, contract_id, "miss")
    milestone, at = await _decide(session, actor, contract, gate, "miss", opinion), await now(session)
    await happened(session, actor, "milestone.missed", milestone, at, stream=stream_of(contract), gate=gate.value)
    return milestone


async def remedy_milestone(
    session: AsyncSession, actor: Actor, contract_id: int, gate: Gate, opinion: str
) -> Milestone:
    """After a missed milestone the contractor may put things right and report again."""
    contract = await access_contract(session, actor, contract_id, "remedy")
    milestone, at = await _decide(session, actor, contract, gate, "remedy", opinion), await now(session)
    await happened(session, actor, "milestone.reopened", milestone, at, stream=stream_of(contract), gate=gate.value)
    return milestone


async def _decide(
    session: AsyncSession, actor: Actor, contract: Contract, gate: Gate, verb: str, opinion: str
) -> Milestone:
    if reason := milestone_denial(actor, verb, gate, contract):
        raise Denied(verb=verb, reason=reason)
    milestone, at = await milestone_for(session, contract, gate, verb), await now(session)
    milestone.status = move(MILESTONE_MOVES, milestone.status, verb)
    milestone.opinion, milestone.decided_at, milestone.decided_by = opinion, at, actor.account_id
    return milestone


async def milestone_for(session: AsyncSession, contract: Contract, gate: Gate, verb: str) -> Milestone:
    milestone = await _milestone(session, contract, gate)
    rules.check_milestone(contract.status, gate, milestone.status, verb)
    return milestone


async def _milestone(session: AsyncSession, contract: Contract, gate: Gate) -> Milestone:
    milestone = await milestone_of(session, contract.id, gate)
    if milestone is None:
        raise NotFound(milestone=gate.value)
    return milestone


async def milestone_of(session: AsyncSession, contract_id: int, gate: Gate) -> Milestone | None:
    query = sa.select(Milestone).where(Milestone.contract_id == contract_id, Milestone.gate == gate)
    found: Milestone | None = await session.scalar(query.with_for_update())
    return found


def settle(milestone: Milestone, verb: str, at: datetime) -> None:
    """A gate that facts open or close, not somebody's click: decided on what was reported, or else reported by the same
    facts, afresh after a refusal."""
    status = milestone.status
    if status is MilestoneStatus.not_met:
        status = move(MILESTONE_MOVES, status, "remedy")
    if status is MilestoneStatus.scheduled:
        status, milestone.reported_at = move(MILESTONE_MOVES, status, "report"), at
    milestone.status = move(MILESTONE_MOVES, status, verb)
    milestone.decided_at = at


async def complete_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    """Refused with FindingsUnsettled, and CompletionNotReached while a gate is closed or money is left to pay."""
    contract = await access_contract(session, actor, contract_id, "complete")
    at = await now(session)
    status = move(MOVES, contract.status, "complete")
    parts = await queries.parts_of(session, contract)
    if refusal := rules.held(contract.holds) or incomplete(parts.terms, parts.met):
        raise refusal
    contract.status, contract.completed_at = status, at
    await happened(session, actor, "contract.completed", contract, at, stream=stream_of(contract), paid=parts.paid)
    return contract


class Holding(Protocol):
    """Something found on a contract that may hold its payments."""

    contract_id: int
    is_holding: bool


async def hold_payments(session: AsyncSession, actor: Actor, finding: Holding) -> None:
    """Follows from a finding: nothing more is paid until it is settled."""
    await _count_holds(session, finding, 1)


async def release_payments(session: AsyncSession, actor: Actor, finding: Holding) -> None:
    """Follows from its settlement."""
    await _count_holds(session, finding, -1)


async def _count_holds(session: AsyncSession, finding: Holding, more: int) -> None:
    if finding.is_holding:
        contract = await session.get_one(Contract, finding.contract_id, with_for_update=True)
        contract.holds += more
        await _keep_findings_gate(session, contract, await now(session))


async def _keep_findings_gate(session: AsyncSession, contract: Contract, at: datetime) -> None:
    """Where the terms ask that findings are settled, that gate is open exactly while nothing holds the payments."""
    milestone = await milestone_of(session, contract.id, Gate.findings_closed)
    if milestone and contract.signed_at:
        is_met = contract.holds == 0
        milestone.status = MilestoneStatus.met if is_met else MilestoneStatus.scheduled
        milestone.decided_at = at if is_met else None


class Audited(Protocol):
    """A signed audit report of a contract, and the gate that it opens."""

    contract_id: int
    gate: Gate
    allowed: Decimal


async def take_audit(session: AsyncSession, actor: Actor, report: Audited) -> None:
    """Follows from a signed audit report: its gate opens, and the final one says what may be paid in all."""
    contract = await session.get_one(Contract, report.contract_id, with_for_update=True)
    if report.gate is Gate.final_audit:
        contract.allowed = report.allowed
    milestone = await milestone_of(session, contract.id, report.gate)
    if milestone and milestone.status is not MilestoneStatus.met:
        settle(milestone, "meet", await now(session))


class Evaluated(Protocol):
    """A signed evaluation report of a contract, and the gate that it opens or (not `is_passed`) closes; None: of a spot
    check, on which no payment waits."""

    contract_id: int
    gate: Gate | None
    is_passed: bool
    opinion: str


async def take_evaluation(session: AsyncSession, actor: Actor, report: Evaluated) -> None:
    """Follows from a signed evaluation report. What was opened by an earlier one stays open."""
    if report.gate is None:
        return
    contract = await session.get_one(Contract, report.contract_id, with_for_update=True)
    milestone = await milestone_of(session, contract.id, report.gate)
    if milestone and milestone.status is not MilestoneStatus.met:
        settle(milestone, "meet" if report.is_passed else "miss", await now(session))
        milestone.opinion, milestone.decided_by = report.opinion, actor.account_id


async def terminate_contract(session: AsyncSession, actor: Actor, contract_id: int, reason: str) -> Contract:
    """End a contract before its time, for a reason that is recorded. Where both had signed it, a final audit is due:
    it says what is still to be paid, or to be paid back."""
    contract = await access_contract(session, actor, contract_id, "terminate")
    at = await now(session)
    status = move(MOVES, contract.status, "terminate")
    if not reason.strip():
        raise ReasonMissing()
    contract.status = status
    contract.terminated_at, contract.terminated_reason = at, reason
    if contract.signed_at and not await milestone_of(session, contract.id, Gate.final_audit):
        session.add(Milestone(contract_id=contract.id, gate=Gate.final_audit))
    await happened(session, actor, "contract.terminated", contract, at, stream=stream_of(contract), reason=reason)
    return contract
