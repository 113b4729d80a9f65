"""Endpoints of budgets: everything hangs on the contract."""

from typing import Any

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import documents, policy, queries, service
from app.budgets.policy import WHO
from app.budgets.rules import Line
from app.budgets.schemas import (
    AuditSign,
    AuditSubmit,
    BudgetPropose,
    BudgetReturn,
    ChangeAsk,
    ChangeGrant,
    ChangeRefuse,
    ContractBudget,
    ExpenseRestate,
    ExpenseState,
    LineCreate,
    LineFlag,
    StatementDisallow,
)
from app.contracts.models import Contract
from app.contracts.policy import read_contract, reader_of
from app.core.actors import Actor
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.papers.printed import PAPER, PaperKind, printed
from app.parties.queries import party_names

router = web.router("/budgets", "budgets")


async def _page(session: AsyncSession, actor: Actor, contract: Contract) -> ContractBudget:
    await session.flush()
    parts = await queries.parts_of(session, contract)
    return ContractBudget.of(parts, await reader_of(session, actor, contract))


async def _of_budget(session: AsyncSession, actor: Actor, budget_id: int) -> ContractBudget:
    return await _page(session, actor, await queries.contract_of(session, budget_id))


async def _of_line(session: AsyncSession, actor: Actor, line_id: int) -> ContractBudget:
    return await _of_budget(session, actor, await queries.budget_of(session, line_id))


@router.get("/contracts/{contract_id}", operation_id="list_budget", dependencies=[allow(WHO["list"])])
async def list_budget(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractBudget:
    return await _page(session, actor, await read_contract(session, actor, contract_id))


@router.post("/contracts/{contract_id}/propose", operation_id="propose_budget", dependencies=[allow(WHO["propose"])])
async def propose_budget(
    session: UnitSession, actor: CurrentActor, contract_id: Id, body: BudgetPropose
) -> ContractBudget:
    budget = await service.propose_budget(session, actor, contract_id, [_line(each) for each in body.lines])
    return await _of_budget(session, actor, budget.id)


def _line(line: LineCreate) -> Line:
    return Line(line.code, line.kind, line.name, line.approved.amount)


@router.post("/{budget_id}/approve", operation_id="approve_budget", dependencies=[allow(WHO["approve"])])
async def approve_budget(session: UnitSession, actor: CurrentActor, budget_id: Id) -> ContractBudget:
    budget = await service.approve_budget(session, actor, budget_id)
    return await _of_budget(session, actor, budget.id)


@router.post("/{budget_id}/return", operation_id="return_budget", dependencies=[allow(WHO["return"])])
async def return_budget(session: UnitSession, actor: CurrentActor, budget_id: Id, body: BudgetReturn) -> ContractBudget:
    budget = await service.return_budget(session, actor, budget_id, body.reason)
    return await _of_budget(session, actor, budget.id)


@router.post("/{budget_id}/ask", operation_id="ask_change", status_code=201, dependencies=[allow(WHO["ask"])])
async def ask_change(session: UnitSession, actor: CurrentActor, budget_id: Id, body: ChangeAsk) -> ContractBudget:
    asked = {**dict(body), "amount": body.amount.amount}
    change = await service.ask_change(session, actor, budget_id, **asked)
    return await _of_budget(session, actor, change.budget_id)


@router.post("/changes/{change_id}/grant", operation_id="grant_change", dependencies=[allow(WHO["grant"])])
async def grant_change(session: UnitSession, actor: CurrentActor, change_id: Id, body: ChangeGrant) -> ContractBudget:
    change = await service.grant_change(session, actor, change_id, body.opinion)
    return await _of_budget(session, actor, change.budget_id)


@router.post("/changes/{change_id}/refuse", operation_id="refuse_change", dependencies=[allow(WHO["refuse"])])
async def refuse_change(session: UnitSession, actor: CurrentActor, change_id: Id, body: ChangeRefuse) -> ContractBudget:
    change = await service.refuse_change(session, actor, change_id, body.opinion)
    return await _of_budget(session, actor, change.budget_id)


@router.post("/{budget_id}/state", operation_id="state_expense", status_code=201, dependencies=[allow(WHO["state"])])
async def state_expense(session: UnitSession, actor: CurrentActor, budget_id: Id, body: ExpenseState) -> ContractBudget:
    await service.state_expense(session, actor, budget_id, **_stated(body))
    return await _of_budget(session, actor, budget_id)


@router.post(
    "/statements/{statement_id}/restate",
    operation_id="restate_expense",
    status_code=201,
    dependencies=[allow(WHO["restate"])],
)
async def restate_expense(
    session: UnitSession, actor: CurrentActor, statement_id: Id, body: ExpenseRestate
) -> ContractBudget:
    stated = await service.restate_expense(session, actor, statement_id, **_stated(body))
    return await _of_line(session, actor, stated.line_id)


@router.post(
    "/statements/{statement_id}/disallow",
    operation_id="disallow_statement",
    status_code=201,
    dependencies=[allow(WHO["disallow"])],
)
async def disallow_statement(
    session: UnitSession, actor: CurrentActor, statement_id: Id, body: StatementDisallow
) -> ContractBudget:
    statement = await service.disallow_statement(session, actor, statement_id, body.amount.amount, body.reason)
    return await _of_line(session, actor, statement.line_id)


@router.post("/lines/{line_id}/flag", operation_id="flag_line", dependencies=[allow(WHO["flag"])])
async def flag_line(session: UnitSession, actor: CurrentActor, line_id: Id, body: LineFlag) -> ContractBudget:
    line = await service.flag_line(session, actor, line_id, body.reason)
    return await _of_budget(session, actor, line.budget_id)


@router.post("/{budget_id}/submit", operation_id="submit_audit", status_code=201, dependencies=[allow(WHO["submit"])])
async def submit_audit(session: UnitSession, actor: CurrentActor, budget_id: Id, body: AuditSubmit) -> ContractBudget:
    await service.submit_audit(session, actor, budget_id, **dict(body))
    return await _of_budget(session, actor, budget_id)


@router.post("/audits/{audit_id}/sign", operation_id="sign_audit", dependencies=[allow(WHO["sign"])])
async def sign_audit(session: UnitSession, actor: CurrentActor, audit_id: Id, body: AuditSign) -> ContractBudget:
    report = await service.sign_audit(session, actor, audit_id, body.name)
    return await _page(session, actor, await session.get_one(Contract, report.contract_id))


@router.get("/audits/{audit_id}/paper", operation_id="read_audit_paper", dependencies=[allow(WHO["read"])], **PAPER)
async def read_audit_paper(
    session: UnitSession, actor: CurrentActor, audit_id: Id, kind: PaperKind = "pdf"
) -> Response:
    report, contract = await policy.read_audit(session, actor, audit_id)
    names = await party_names(session, {contract.purchaser_id, contract.contractor_id, report.party_id})
    zh = {id: name.zh for id, name in names.items()}
    paper = documents.audit_document(report, await queries.parts_of(session, contract), zh)
    return await printed(paper, f"audit-{audit_id}", kind)


def _stated(body: ExpenseRestate) -> dict[str, Any]:
    return {**dict(body), "spent": body.spent.amount}
