"""Occasions of budgets: each decision to whoever asked for it, each report to whoever signs it or lives by it."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.models import AuditReport, Budget, BudgetChange, SpendingLine, Statement
from app.contracts.models import Contract
from app.notifications.drafts import Draft, Occasion, of_contract, parties, sides


async def proposed(session: AsyncSession, event: str, budget: Budget) -> list[Draft]:
    contract = await session.get_one(Contract, budget.contract_id)
    return [of_contract(event, contract, parties(contract.purchaser_id))]


async def decided(session: AsyncSession, event: str, budget: Budget) -> list[Draft]:
    contract = await session.get_one(Contract, budget.contract_id)
    return [of_contract(event, contract, parties(contract.contractor_id))]


async def change_asked(session: AsyncSession, event: str, change: BudgetChange) -> list[Draft]:
    return await proposed(session, event, await session.get_one(Budget, change.budget_id))


async def change_decided(session: AsyncSession, event: str, change: BudgetChange) -> list[Draft]:
    return await decided(session, event, await session.get_one(Budget, change.budget_id))


async def line_flagged(session: AsyncSession, event: str, line: SpendingLine) -> list[Draft]:
    budget = await session.get_one(Budget, line.budget_id)
    contract = await session.get_one(Contract, budget.contract_id)
    return [of_contract(event, contract, sides(contract))]


async def disallowed(session: AsyncSession, event: str, statement: Statement) -> list[Draft]:
    line = await session.get_one(SpendingLine, statement.line_id)
    return await decided(session, event, await session.get_one(Budget, line.budget_id))


async def to_sign(session: AsyncSession, event: str, report: AuditReport) -> list[Draft]:
    """The firm itself: a second person of it signs."""
    contract = await session.get_one(Contract, report.contract_id)
    return [of_contract(event, contract, parties(report.party_id))]


async def signed(session: AsyncSession, event: str, report: AuditReport) -> list[Draft]:
    contract = await session.get_one(Contract, report.contract_id)
    return [of_contract(event, contract, sides(contract), amount=f"{report.allowed:,.2f}")]


OCCASIONS: Mapping[str, Occasion] = {
    "budget.proposed": proposed,
    "budget.approved": decided,
    "budget.returned": decided,
    "budget_change.asked": change_asked,
    "budget_change.granted": change_decided,
    "budget_change.refused": change_decided,
    "spending_line.flagged": line_flagged,
    "statement.disallowed": disallowed,
    "audit_report.submitted": to_sign,
    "audit_report.signed": signed,
}
