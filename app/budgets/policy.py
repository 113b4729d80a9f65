"""Who proposes a budget, decides on it, states what was spent and audits it: each part of a contract its own."""

from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.models import AuditReport, Budget, BudgetChange, SpendingLine, Statement
from app.budgets.rules import AUDIT_MOVES, CHANGE_MOVES, MOVES, UNDER_WAY, BudgetStatus, already_flagged
from app.contracts import policy as contracts
from app.contracts.models import Contract
from app.contracts.policy import Reader, is_on_another_side, side_of
from app.core.actors import BUYS, Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import check_move, verbs_from
from app.reports.rules import same_signer

SPENDS, AUDITS = frozenset({Role.organization}), frozenset({Role.auditor})
WHO = {
    "list": contracts.WHO["read"],
    "read": contracts.WHO["read"],
    "propose": SPENDS,
    "approve": BUYS,
    "return": BUYS,
    "ask": SPENDS,
    "grant": BUYS,
    "refuse": BUYS,
    "state": SPENDS,
    "restate": SPENDS,
    "attach": SPENDS,
    "disallow": AUDITS,
    "flag": AUDITS,
    "submit": AUDITS,
    "sign": AUDITS,
}


class OnBudget(NamedTuple):
    budget: Budget
    contract: Contract


def denial(actor: Actor, verb: str, contract: Contract) -> str | None:
    """Why `actor` may not `verb` anything of this contract's budget; None when they may. A firm that is not engaged
    does not see the contract."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if actor.role in contracts.SIDES and side_of(actor, contract) is None else None


def _allowed(reader: Reader, contract: Contract, verbs: list[str]) -> list[str]:
    may = [verb for verb in verbs if (contract.status, verb) in UNDER_WAY and not denial(reader.actor, verb, contract)]
    return may if contract.signed_at and not reader.is_on_another_side else []


def actions(reader: Reader, contract: Contract, budget: Budget | None) -> list[str]:
    """What is done to a budget, or to a contract that has none yet."""
    return _allowed(reader, contract, verbs_from(MOVES, budget.status) if budget else ["propose"])


def line_actions(reader: Reader, contract: Contract, budget: Budget | None, line: SpendingLine) -> list[str]:
    is_open = budget and budget.status is BudgetStatus.approved and not already_flagged(line.flag, line.code)
    return _allowed(reader, contract, ["flag"] if is_open else [])


def change_actions(reader: Reader, contract: Contract, change: BudgetChange) -> list[str]:
    return _allowed(reader, contract, verbs_from(CHANGE_MOVES, change.status))


def statement_actions(reader: Reader, contract: Contract, *, is_superseded: bool) -> list[str]:
    return _allowed(reader, contract, [] if is_superseded else ["restate", "disallow"])


def audit_actions(reader: Reader, contract: Contract, report: AuditReport) -> list[str]:
    verbs = [] if same_signer(report.submitted_by, reader.actor.account_id) else verbs_from(AUDIT_MOVES, report.status)
    return _allowed(reader, contract, [verb for verb in verbs if verb in WHO])


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> Contract:
    """The contract, locked for `verb`: absent when unseen (404), refused with a reason (403). Refused with MoveRefused
    before both have signed it and once it is completed."""
    query = sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, verb, partial(denial, actor, verb), contract=contract_id)
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb=verb, reason="both_sides")
    check_move(UNDER_WAY if contract.signed_at else {}, contract.status, verb)
    return contract


async def access_budget(session: AsyncSession, actor: Actor, budget_id: int, verb: str) -> OnBudget:
    """The budget with its contract, which is locked first, as whoever pays does."""
    query = _seen(actor, Budget).where(Budget.id == budget_id)
    (budget,) = await _one(session, query, budget=budget_id)
    return await _locked(session, actor, budget, verb)


async def access_line(session: AsyncSession, actor: Actor, line_id: int, verb: str) -> tuple[SpendingLine, OnBudget]:
    query = _seen(actor, SpendingLine, Budget).join(SpendingLine, SpendingLine.budget_id == Budget.id)
    query = query.where(SpendingLine.id == line_id)
    line, budget = await _one(session, query, line=line_id)
    on = await _locked(session, actor, budget, verb)
    await session.refresh(line)
    return line, on


async def access_change(
    session: AsyncSession, actor: Actor, change_id: int, verb: str
) -> tuple[BudgetChange, OnBudget]:
    query = _seen(actor, BudgetChange, Budget).join(BudgetChange, BudgetChange.budget_id == Budget.id)
    query = query.where(BudgetChange.id == change_id)
    change, budget = await _one(session, query, change=change_id)
    on = await _locked(session, actor, budget, verb)
    await session.refresh(change)
    return change, on


async def read_statement(
    session: AsyncSession, actor: Actor, statement_id: int
) -> tuple[Statement, SpendingLine, OnBudget]:
    """Refusal: NotFound, also where the contract is not seen."""
    query = _seen(actor, Statement, SpendingLine, Budget, Contract).where(Statement.id == statement_id)
    query = query.join(SpendingLine, SpendingLine.budget_id == Budget.id)
    query = query.join(Statement, Statement.line_id == SpendingLine.id)
    statement, line, budget, contract = await _one(session, query, statement=statement_id)
    return statement, line, OnBudget(budget, contract)


async def access_statement(
    session: AsyncSession, actor: Actor, statement_id: int, verb: str
) -> tuple[Statement, SpendingLine, OnBudget]:
    statement, line, on = await read_statement(session, actor, statement_id)
    return statement, line, await _locked(session, actor, on.budget, verb)


def _seen(actor: Actor, *tables: Any) -> sa.Select[Any]:
    """Of budgets on contracts that this actor sees; joined, since of one who sees none nothing else is compared."""
    joined = sa.join(Contract, Budget, Budget.contract_id == Contract.id)
    return sa.select(*tables).select_from(joined).where(contracts.visible(actor))


async def _one(session: AsyncSession, query: sa.Select[Any], **named: int) -> Any:
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound(**named)
    return row


async def _locked(session: AsyncSession, actor: Actor, budget: Budget, verb: str) -> OnBudget:
    contract = await access_contract(session, actor, budget.contract_id, verb)
    await session.refresh(budget, with_for_update=True)
    return OnBudget(budget, contract)


async def read_audit(session: AsyncSession, actor: Actor, report_id: int) -> tuple[AuditReport, Contract]:
    """Refusal: NotFound, also where the contract is not seen."""
    query = sa.select(AuditReport, Contract).join(Contract, Contract.id == AuditReport.contract_id)
    row = (await session.execute(query.where(AuditReport.id == report_id, contracts.visible(actor)))).one_or_none()
    if row is None:
        raise NotFound(audit=report_id)
    return row[0], row[1]


async def access_audit(session: AsyncSession, actor: Actor, report_id: int, verb: str) -> tuple[AuditReport, Contract]:
    report, seen = await read_audit(session, actor, report_id)
    contract = await access_contract(session, actor, seen.id, verb)
    await session.refresh(report, with_for_update=True)
    return report, contract
