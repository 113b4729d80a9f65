"""Budgets of tests: proposed, approved, spent and audited; two people of the auditing firm."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import queries, service
from app.budgets.models import AuditReport, Budget, SpendingLine
from app.budgets.rules import AuditKind, Line
from app.contracts.models import Contract
from app.contracts.rules import EngagementKind
from app.core.actors import Actor
from tests.factories.contracts import contractor, engaged, purchaser

# Of 80,000 yuan: what a project of the seed is spent on.
WORKED = {"staff": 48_000, "activities": 20_000, "material": 6_000, "management": 4_000, "tax": 2_000}


def lines_for(amounts: Mapping[str, int | str | Decimal]) -> Sequence[Line]:
    kinds = {"management": "management", "tax": "tax"}
    return [Line(code, kinds.get(code, "activity"), code, Decimal(amount)) for code, amount in amounts.items()]


async def make_budget(
    session: AsyncSession, contract: Contract, amounts: Mapping[str, int | str | Decimal] | None = None
) -> Budget:
    """Approved; by default half of the amount is for staff, the rest for activities."""
    half = contract.amount / 2
    lines = lines_for(amounts or {"staff": half, "activities": half})
    budget = await service.propose_budget(session, contractor(contract), contract.id, lines)
    return await service.approve_budget(session, purchaser(contract), budget.id)


async def line_of(session: AsyncSession, budget: Budget, code: str) -> SpendingLine:
    return next(line for line in await queries.lines_of(session, budget) if line.code == code)


async def state(
    session: AsyncSession, contract: Contract, budget: Budget, code: str, spent: int | str, voucher: str = "记-1"
) -> int:
    line = await line_of(session, budget, code)
    days = {"starts_on": contract.starts_on, "ends_on": contract.ends_on}
    stated = await service.state_expense(
        session,
        contractor(contract),
        budget.id,
        line_id=line.id,
        **days,
        spent=Decimal(spent),
        voucher=voucher,
        note="",
    )
    await session.flush()
    return stated.id


async def change(
    session: AsyncSession, contract: Contract, budget: Budget, amount: int | str, gives: str, gets: str
) -> int:
    ids = {"from_id": (await line_of(session, budget, gives)).id, "to_id": (await line_of(session, budget, gets)).id}
    asked = await service.ask_change(
        session, contractor(contract), budget.id, **ids, amount=Decimal(amount), reason="增加活动"
    )
    await session.flush()
    return asked.id


async def auditor(session: AsyncSession, contract: Contract) -> Actor:
    return await engaged(session, contract, EngagementKind.audit)


async def audit(
    session: AsyncSession, contract: Contract, budget: Budget, kind: AuditKind = AuditKind.final, embezzlement: str = ""
) -> AuditReport:
    """Submitted and signed."""
    who = await auditor(session, contract)
    report = await service.submit_audit(session, who, budget.id, kind, "账目清楚", embezzlement)
    await session.flush()
    return await service.sign_audit(session, who, report.id, "周会计师")


async def make_audited(
    session: AsyncSession, contract: Contract, actors: Mapping[str, Actor], said: str
) -> dict[str, int]:
    """The number of one thing of every kind on a contract, each by whom it belongs to; `said` stands on each."""
    half = contract.amount / 2
    lines = [Line("staff", "activity", said, half), Line("tax", "tax", said, half)]
    budget = await service.propose_budget(session, actors["O1"], contract.id, lines)
    await service.approve_budget(session, actors["P1"], budget.id)
    staff, tax = await queries.lines_of(session, budget)
    asked = await service.ask_change(
        session, actors["O1"], budget.id, from_id=staff.id, to_id=tax.id, amount=Decimal(1), reason=said
    )
    days = {"starts_on": contract.starts_on, "ends_on": contract.ends_on}
    spent = await service.state_expense(
        session, actors["O1"], budget.id, line_id=staff.id, **days, spent=Decimal(2), voucher="记-1", note=said
    )
    report = await service.submit_audit(session, actors["A1"], budget.id, AuditKind.final, said, "")
    await session.flush()
    return {
        "budget": budget.id,
        "line": staff.id,
        "other line": tax.id,
        "change": asked.id,
        "statement": spent.id,
        "audit": report.id,
    }
