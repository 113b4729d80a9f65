"""What contracts of the demonstration are spent on: a budget, expenses by voucher, and what the auditing firm finds."""

from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.models import Budget
from app.budgets.queries import lines_of, parts_of
from app.budgets.rules import AuditKind, Line
from app.budgets.service import (
    approve_budget,
    ask_change,
    disallow_statement,
    grant_change,
    propose_budget,
    sign_audit,
    state_expense,
    submit_audit,
)
from app.contracts.instalments import CENT, split_instalments
from app.contracts.models import Contract
from app.core.actors import Actor

# Of the contract's amount: code, kind, name, share.
PLAN = (
    ("1", "activity", "人员劳务", Decimal("0.60")),
    ("2", "activity", "活动与物料", Decimal("0.30")),
    ("3", "management", "管理费", Decimal("0.08")),
    ("4", "tax", "税费", Decimal("0.02")),
)
NOTE, OPINION = "付款凭证、发票和签收表已留存。", "账目清楚，凭证齐全，专款专用。"
MOVED = ("两场活动改在院坝举办，需要增加物料。", "同意，用途与申报书一致。")
DISALLOWED = "发票抬头不是本单位，不予认可。"
SIGNER = "周敏（注册会计师）"


async def plan(session: AsyncSession, contract: Contract, contractor: Actor, bureau: Actor) -> Budget:
    """Proposed by the contractor, approved by the bureau."""
    parts = split_instalments(contract.amount, [share for *_, share in PLAN])
    lines = [Line(code, kind, name, part) for (code, kind, name, _), part in zip(PLAN, parts, strict=True)]
    budget = await propose_budget(session, contractor, contract.id, lines)
    return await approve_budget(session, bureau, budget.id)


async def spend(
    session: AsyncSession, contract: Contract, contractor: Actor, budget: Budget, share: Decimal, until: date
) -> list[int]:
    """So much of what every line holds, each by a voucher of its own; the numbers of the statements."""
    parts, stated = await parts_of(session, contract), []
    for line in parts.lines:
        spent = (parts.figures[line.id].planned * share).quantize(CENT, rounding=ROUND_DOWN)
        voucher = f"记-{until:%Y-%m}-{int(line.code):02}"
        days = {"starts_on": until.replace(day=1), "ends_on": until}
        made = await state_expense(
            session, contractor, budget.id, line_id=line.id, **days, spent=spent, voucher=voucher, note=NOTE
        )
        stated.append(made.id)
    return stated


async def move(session: AsyncSession, contractor: Actor, budget: Budget, bureau: Actor | None = None) -> None:
    """A hundred yuan from staff to activities are asked for; with a bureau, granted."""
    staff, activities, *_ = await lines_of(session, budget)
    ids = {"from_id": staff.id, "to_id": activities.id}
    asked = await ask_change(session, contractor, budget.id, **ids, amount=Decimal(100), reason=MOVED[0])
    await session.flush()
    if bureau:
        await grant_change(session, bureau, asked.id, MOVED[1])


async def report(session: AsyncSession, auditor: Actor, budget: Budget, kind: AuditKind, *, is_signed: bool) -> None:
    made = await submit_audit(session, auditor, budget.id, kind, OPINION, "")
    await session.flush()
    if is_signed:
        await sign_audit(session, auditor, made.id, SIGNER)


async def doubt(session: AsyncSession, auditor: Actor, statement_id: int, amount: Decimal) -> None:
    await disallow_statement(session, auditor, statement_id, amount, DISALLOWED)


def month_before(day: date) -> date:
    """The last day of the month before."""
    return day.replace(day=1) - timedelta(days=1)
