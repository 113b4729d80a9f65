"""Use cases of findings; that a holding one holds the contract's payments stands in `flow.py`."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.queries import stream_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.events import happened
from app.core.moves import check_move, move
from app.findings import rules
from app.findings.models import Finding, FindingAnswer, Verdict
from app.findings.policy import OnContract, access_contract, access_finding
from app.findings.queries import last_answer
from app.findings.rules import FINDS, MOVES, RAISED, Severity


async def raise_finding(
    session: AsyncSession,
    actor: Actor,
    contract_id: int,
    *,
    requirement: str,
    basis: str,
    severity: Severity,
    working_days: int,
    is_holding: bool,
) -> Finding:
    """Ask the contractor to put something right. With `is_holding` nothing more is paid until it is settled.

    Refusals: MoveRefused unless the contract is signed or carried out.
    """
    contract = await access_contract(session, actor, contract_id)
    at, calendar = await now(session), await work_calendar(session)
    check_move(RAISED, contract.status, "raise")
    due = rules.due(shanghai_date(at), working_days, calendar)
    finding = Finding(contract_id=contract.id, party_id=actor.party_id, part=FINDS[actor.role], raised_at=at)
    finding.requirement, finding.basis, finding.severity = requirement, basis, severity
    finding.working_days, finding.is_holding, finding.raised_by = working_days, is_holding, actor.account_id
    finding.first_due_on = finding.due_on = due.on
    finding.due_rule = due.rule
    session.add(finding)
    facts = {"contract": contract.id, "due_on": due.on, "severity": severity.value, "holding": is_holding}
    await happened(session, actor, "finding.raised", finding, at, stream=stream_of(contract), **facts)
    return finding


async def answer_finding(session: AsyncSession, actor: Actor, finding_id: int, answer: str) -> Finding:
    """The contractor says what was done about it; late answers are taken, and are seen to be late."""
    finding, contract = await access_finding(session, actor, finding_id, "answer")
    at = await now(session)
    is_late = rules.is_overdue(finding.status, finding.due_on, shanghai_date(at))
    finding.status = move(MOVES, finding.status, "answer")
    said = FindingAnswer(finding_id=finding.id, round=finding.round, answer=answer, answered_at=at)
    said.answered_by, said.is_late = actor.account_id, is_late
    session.add(said)
    facts = {"contract": contract.id, "round": finding.round}
    await happened(session, actor, "finding.answered", finding, at, stream=stream_of(contract), **facts)
    return finding


async def accept_finding(session: AsyncSession, actor: Actor, finding_id: int, opinion: str) -> Finding:
    """It was put right: the finding is closed, and holds nothing any more."""
    on, at = await access_finding(session, actor, finding_id, "accept"), await now(session)
    status = move(MOVES, on.finding.status, "accept")
    facts = await _decide(session, actor, on, Verdict.accepted, opinion, at)
    on.finding.status, on.finding.settled_at = status, at
    await happened(session, actor, "finding.accepted", on.finding, at, stream=stream_of(on.contract), **facts)
    return on.finding


async def reject_finding(session: AsyncSession, actor: Actor, finding_id: int, opinion: str) -> Finding:
    """It was not put right, and why: the contractor answers again, by the same day unless it is extended."""
    on, at = await access_finding(session, actor, finding_id, "reject"), await now(session)
    status = move(MOVES, on.finding.status, "reject")
    facts = await _decide(session, actor, on, Verdict.rejected, opinion, at)
    on.finding.status, on.finding.round = status, on.finding.round + 1
    await happened(session, actor, "finding.rejected", on.finding, at, stream=stream_of(on.contract), **facts)
    return on.finding


async def _decide(
    session: AsyncSession, actor: Actor, on: OnContract, verdict: Verdict, opinion: str, at: datetime
) -> Mapping[str, object]:
    """Write the verdict to the answer that waits for it; what the log says of it."""
    said = await last_answer(session, on.finding)
    said.verdict, said.opinion, said.decided_at, said.decided_by = verdict, opinion, at, actor.account_id
    return {"contract": on.contract.id, "round": said.round, "opinion": opinion}


async def extend_finding(session: AsyncSession, actor: Actor, finding_id: int, due_on: date, reason: str) -> Finding:
    """Give more time, for a reason that is kept in the log. Refused with ExtensionNotLater."""
    finding, contract = await access_finding(session, actor, finding_id, "extend")
    at = await now(session)
    finding.status = move(MOVES, finding.status, "extend")
    rules.check_extension(finding.due_on, due_on)
    facts = {"contract": contract.id, "due_on": due_on, "before": finding.due_on, "reason": reason}
    finding.due_on = due_on
    await happened(session, actor, "finding.extended", finding, at, stream=stream_of(contract), **facts)
    return finding


async def waive_finding(session: AsyncSession, actor: Actor, finding_id: int, reason: str) -> Finding:
    """Let it go without an answer, for a reason that everybody concerned reads."""
    finding, contract = await access_finding(session, actor, finding_id, "waive")
    at = await now(session)
    finding.status = move(MOVES, finding.status, "waive")
    finding.settled_at, finding.reason = at, reason
    facts = {"contract": contract.id, "reason": reason}
    await happened(session, actor, "finding.waived", finding, at, stream=stream_of(contract), **facts)
    return finding
