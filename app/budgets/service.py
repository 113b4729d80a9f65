"""Use cases of budgets; that a signed audit opens its gate and says what is allowed stands in `flow.py`."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import queries, rules
from app.budgets.models import AuditReport, Budget, BudgetChange, Disallowance, SpendingLine, Statement
from app.budgets.policy import (
    access_audit,
    access_budget,
    access_change,
    access_contract,
    access_line,
    access_statement,
)
from app.budgets.rules import CHANGE_MOVES, MOVES, AuditKind, BudgetStatus, Line
from app.budgets.terms import kinds, version
from app.contracts.models import Contract
from app.contracts.queries import stream_of
from app.contracts.rules import PeriodBackwards
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.reports import signing
from app.reports.rules import check_signer


async def propose_budget(session: AsyncSession, actor: Actor, contract_id: int, lines: Sequence[Line]) -> Budget:
    """The contractor says what the contract's amount is to be spent on; proposed again, it replaces what was proposed.

    Refusals: BudgetNotWhole, LineKindUnknown, LineCodeTwice, MoveRefused once approved.
    """
    contract = await access_contract(session, actor, contract_id, "propose")
    at = await now(session)
    budget = await session.scalar(sa.select(Budget).where(Budget.contract_id == contract.id).with_for_update())
    status = move(MOVES, budget.status, "propose") if budget else BudgetStatus.proposed
    rules.check_lines(lines, contract.amount, [each.code for each in kinds()])
    if budget is None:
        budget = Budget(contract_id=contract.id, terms_version=version())
        session.add(budget)
    budget.status, budget.terms_version, budget.reason = status, version(), ""
    budget.proposed_at, budget.proposed_by, budget.decided_at, budget.decided_by = at, actor.account_id, None, None
    await session.flush()
    await session.execute(sa.delete(SpendingLine).where(SpendingLine.budget_id == budget.id))
    session.add_all(SpendingLine(budget_id=budget.id, **line._asdict()) for line in lines)
    facts = {"contract": contract.id, "lines": len(lines)}
    await happened(session, actor, "budget.proposed", budget, at, stream=stream_of(contract), **facts)
    return budget


async def approve_budget(session: AsyncSession, actor: Actor, budget_id: int) -> Budget:
    """From now on money is moved between lines by approved changes only."""
    budget, contract = await access_budget(session, actor, budget_id, "approve")
    at = await now(session)
    budget.status = move(MOVES, budget.status, "approve")
    budget.decided_at, budget.decided_by = at, actor.account_id
    await happened(session, actor, "budget.approved", budget, at, stream=stream_of(contract), contract=contract.id)
    return budget


async def return_budget(session: AsyncSession, actor: Actor, budget_id: int, reason: str) -> Budget:
    budget, contract = await access_budget(session, actor, budget_id, "return")
    at = await now(session)
    budget.status, budget.reason = move(MOVES, budget.status, "return"), reason
    budget.decided_at, budget.decided_by = at, actor.account_id
    facts = {"contract": contract.id, "reason": reason}
    await happened(session, actor, "budget.returned", budget, at, stream=stream_of(contract), **facts)
    return budget


async def ask_change(
    session: AsyncSession, actor: Actor, budget_id: int, *, from_id: int, to_id: int, amount: Decimal, reason: str
) -> BudgetChange:
    """The contractor asks to move money between two lines. Refusals: ChangeWithinLine, LineTooShort, MoveRefused."""
    budget, contract = await access_budget(session, actor, budget_id, "ask")
    at = await now(session)
    check_move(MOVES, budget.status, "ask")
    parts = await queries.parts_of(session, contract)
    gives, _ = _line(parts, from_id), _line(parts, to_id)
    rules.check_change(gives.code, parts.figures[gives.id].left, amount, is_within=from_id == to_id)
    change = BudgetChange(budget_id=budget.id, from_id=from_id, to_id=to_id, amount=amount, reason=reason)
    change.asked_at, change.asked_by = at, actor.account_id
    session.add(change)
    facts = {"contract": contract.id, "amount": amount, "reason": reason}
    await happened(session, actor, "budget_change.asked", change, at, stream=stream_of(contract), **facts)
    return change


async def grant_change(session: AsyncSession, actor: Actor, change_id: int, opinion: str) -> BudgetChange:
    """The money moves. Refused with LineTooShort where less is left in the line than when it was asked for."""
    change, (_, contract) = await access_change(session, actor, change_id, "grant")
    at = await now(session)
    status = move(CHANGE_MOVES, change.status, "grant")
    parts = await queries.parts_of(session, contract)
    gives = _line(parts, change.from_id)
    rules.check_change(gives.code, parts.figures[gives.id].left, change.amount, is_within=False)
    change.status, change.opinion, change.decided_at, change.decided_by = status, opinion, at, actor.account_id
    facts = {"contract": contract.id, "amount": change.amount}
    await happened(session, actor, "budget_change.granted", change, at, stream=stream_of(contract), **facts)
    return change


async def refuse_change(session: AsyncSession, actor: Actor, change_id: int, opinion: str) -> BudgetChange:
    change, (_, contract) = await access_change(session, actor, change_id, "refuse")
    at = await now(session)
    change.status = move(CHANGE_MOVES, change.status, "refuse")
    change.opinion, change.decided_at, change.decided_by = opinion, at, actor.account_id
    facts = {"contract": contract.id, "amount": change.amount, "opinion": opinion}
    await happened(session, actor, "budget_change.refused", change, at, stream=stream_of(contract), **facts)
    return change


async def state_expense(
    session: AsyncSession,
    actor: Actor,
    budget_id: int,
    *,
    line_id: int,
    starts_on: date,
    ends_on: date,
    spent: Decimal,
    voucher: str,
    note: str,
) -> Statement:
    """What was spent of a line. Refusals: SpentAboveLine, VoucherStatedAlready, PeriodBackwards, MoveRefused."""
    budget, contract = await access_budget(session, actor, budget_id, "state")
    at = await now(session)
    check_move(MOVES, budget.status, "state")
    line = _line(await queries.parts_of(session, contract), line_id)
    stated = Statement(line_id=line.id, starts_on=starts_on, ends_on=ends_on, spent=spent, voucher=voucher, note=note)
    await _check_statement(session, contract, line, stated, None)
    stated.stated_at, stated.stated_by = at, actor.account_id
    session.add(stated)
    facts = {"contract": contract.id, "line": line.code, "spent": spent, "voucher": voucher}
    await happened(session, actor, "statement.stated", stated, at, stream=stream_of(contract), **facts)
    return stated


async def restate_expense(
    session: AsyncSession,
    actor: Actor,
    statement_id: int,
    *,
    starts_on: date,
    ends_on: date,
    spent: Decimal,
    voucher: str,
    note: str,
) -> Statement:
    """State anew what was stated wrongly; both stay, and the new one counts. Refused with StatementSuperseded, too."""
    before, line, (_, contract) = await access_statement(session, actor, statement_id, "restate")
    at = await now(session)
    stated = Statement(line_id=line.id, starts_on=starts_on, ends_on=ends_on, spent=spent, voucher=voucher, note=note)
    await _check_statement(session, contract, line, stated, before)
    stated.supersedes, stated.stated_at, stated.stated_by = before.id, at, actor.account_id
    session.add(stated)
    facts = {"contract": contract.id, "line": line.code, "spent": spent, "before": before.spent}
    await happened(session, actor, "statement.restated", stated, at, stream=stream_of(contract), **facts)
    return stated


async def _check_statement(
    session: AsyncSession, contract: Contract, line: SpendingLine, stated: Statement, before: Statement | None
) -> None:
    """`before`: the statement that it is to stand for."""
    if stated.ends_on < stated.starts_on:
        raise PeriodBackwards(starts_on=stated.starts_on, ends_on=stated.ends_on)
    parts = await queries.parts_of(session, contract)
    if before and (refusal := rules.superseded(parts.superseded.get(before.id))):
        raise refusal
    rules.check_voucher(stated.voucher, parts.vouchers(line.id, before.id if before else None))
    own = parts.figures[line.id]
    own = own._replace(spent=own.spent + stated.spent - (before.spent if before else 0))
    rules.check_spent(line.code, own, is_flagged=bool(line.flag))


async def disallow_statement(
    session: AsyncSession, actor: Actor, statement_id: int, amount: Decimal, reason: str
) -> Statement:
    """The auditor does not recognise so much of a statement; decided again, the newest counts.

    Refusals: DisallowedAboveSpent, StatementSuperseded.
    """
    statement, line, (_, contract) = await access_statement(session, actor, statement_id, "disallow")
    at = await now(session)
    parts = await queries.parts_of(session, contract)
    if refusal := rules.superseded(parts.superseded.get(statement.id)):
        raise refusal
    rules.check_disallowed(amount, statement.spent)
    decided = Disallowance(statement_id=statement.id, amount=amount, reason=reason, decided_at=at)
    decided.decided_by = actor.account_id
    session.add(decided)
    facts = {"contract": contract.id, "line": line.code, "amount": amount, "reason": reason}
    await happened(session, actor, "statement.disallowed", statement, at, stream=stream_of(contract), **facts)
    return statement


async def flag_line(session: AsyncSession, actor: Actor, line_id: int, reason: str) -> SpendingLine:
    """The auditor takes what is stated beyond a line, marked as not approved. Refusals: LineFlaggedAlready,
    MoveRefused before the budget is approved."""
    line, (budget, contract) = await access_line(session, actor, line_id, "flag")
    at = await now(session)
    check_move(MOVES, budget.status, "state")
    if refusal := rules.already_flagged(line.flag, line.code):
        raise refusal
    line.flag, line.flagged_at, line.flagged_by = reason, at, actor.account_id
    facts = {"contract": contract.id, "line": line.code, "reason": reason}
    await happened(session, actor, "spending_line.flagged", line, at, stream=stream_of(contract), **facts)
    return line


async def submit_audit(
    session: AsyncSession, actor: Actor, budget_id: int, kind: AuditKind, opinion: str, embezzlement: str
) -> AuditReport:
    """The report with the figures of this moment; it replaces one of its kind that is not signed yet."""
    budget, contract = await access_budget(session, actor, budget_id, "submit")
    at = await now(session)
    check_move(MOVES, budget.status, "submit")
    found = (await queries.parts_of(session, contract)).allowed
    report = AuditReport(contract_id=contract.id, party_id=actor.party_id, kind=kind, opinion=opinion)
    report.embezzlement, (report.vouched, report.disallowed, report.allowed) = embezzlement, found
    await signing.submit(session, actor, report, at)
    facts = {"contract": contract.id, "kind": kind.value, "allowed": found.allowed}
    await happened(session, actor, "audit_report.submitted", report, at, stream=stream_of(contract), **facts)
    return report


async def sign_audit(session: AsyncSession, actor: Actor, report_id: int, name: str) -> AuditReport:
    """A second person of the firm signs under `name`; the report stays, and stands for an older one of its kind.

    Refusals: SecondSignerNeeded, FiguresMoved, MoveRefused.
    """
    report, contract = await access_audit(session, actor, report_id, "sign")
    at = await now(session)
    check_signer(report.status, report.submitted_by, actor.account_id)
    found = (await queries.parts_of(session, contract)).allowed
    rules.check_figures(rules.Allowed(report.vouched, report.disallowed, report.allowed), found)
    await signing.sign(session, actor, report, name, at)
    facts = {"contract": contract.id, "kind": report.kind.value, "allowed": report.allowed}
    await happened(session, actor, "audit_report.signed", report, at, stream=stream_of(contract), **facts)
    return report


def _line(parts: queries.BudgetParts, line_id: int) -> SpendingLine:
    """A line of this budget. Refusal: NotFound."""
    found = next((line for line in parts.lines if line.id == line_id), None)
    if found is None:
        raise NotFound(line=line_id)
    return found
