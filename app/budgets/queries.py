"""Reading budgets with what happened to them, what they add up to, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.budgets import rules
from app.budgets.models import GATES, AuditReport, Budget, BudgetChange, Disallowance, SpendingLine, Statement
from app.budgets.rules import AuditKind, BudgetStatus, ChangeStatus, Figures
from app.budgets.terms import bands
from app.contracts.models import Contract, Milestone
from app.contracts.policy import visible
from app.contracts.queries import milestones_of
from app.contracts.rules import ContractStatus, MilestoneStatus
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.core.waiting import Waiting
from app.reports.rules import ReportStatus

ZERO = Decimal(0)
KINDS = {gate: kind for kind, gate in GATES.items()}


@dataclass(frozen=True)
class BudgetParts:
    """A contract's budget with all that happened to it; `budget` is None before one was proposed."""

    contract: Contract
    budget: Budget | None
    lines: Sequence[SpendingLine]
    changes: Sequence[BudgetChange]
    statements: Sequence[Statement]
    disallowances: Sequence[Disallowance]
    reports: Sequence[AuditReport]

    def as_of(self, at: datetime) -> "BudgetParts":
        """The budget as it stood then: what was decided, stated and disallowed by that hour."""
        return replace(
            self,
            changes=[each for each in self.changes if each.decided_at and each.decided_at <= at],
            statements=[each for each in self.statements if each.stated_at <= at],
            disallowances=[each for each in self.disallowances if each.decided_at <= at],
        )

    @cached_property
    def superseded(self) -> dict[int, int]:
        """Statement → the newer one that counts for it."""
        return {each.supersedes: each.id for each in self.statements if each.supersedes}

    @cached_property
    def disallowed(self) -> dict[int, Disallowance]:
        """Statement → what was decided last on it."""
        return {each.statement_id: each for each in self.disallowances}

    @cached_property
    def figures(self) -> dict[int, Figures]:
        """Line → its figures."""
        found = {line.id: Figures(line.approved, ZERO, ZERO) for line in self.lines}
        for change in self.changes:
            if change.status is ChangeStatus.approved:
                for id, more in ((change.from_id, -change.amount), (change.to_id, change.amount)):
                    found[id] = found[id]._replace(planned=found[id].planned + more)
        for each in self.statements:
            if each.id not in self.superseded:
                row, judged = found[each.line_id], self.disallowed.get(each.id)
                disallowed = row.disallowed + (judged.amount if judged else ZERO)
                found[each.line_id] = row._replace(spent=row.spent + each.spent, disallowed=disallowed)
        return found

    @property
    def allowed(self) -> rules.Allowed:
        """What an audit of today finds."""
        return rules.allowed_of(self.figures.values(), self.contract.amount)

    @property
    def judgement(self) -> rules.Judgement:
        """How the budget was kept: by what was moved with approval, spent without, and found to be taken away."""
        moved = sum((each.amount for each in self.changes if each.status is ChangeStatus.approved), ZERO)
        signed = [each for each in self.reports if each.status is ReportStatus.signed]
        return rules.judged(
            moved,
            self.contract.amount,
            bands(),
            is_unapproved=any(row.left < 0 for row in self.figures.values()),
            is_embezzled=any(each.embezzlement for each in signed),
        )

    def vouchers(self, line_id: int, besides: int | None = None) -> set[str]:
        """What was stated of a line by the statements that count, one excepted."""
        own = (each for each in self.statements if each.line_id == line_id and each.id not in self.superseded)
        return {each.voucher for each in own if each.id != besides}


async def parts_of(session: AsyncSession, contract: Contract) -> BudgetParts:
    budget = await session.scalar(sa.select(Budget).where(Budget.contract_id == contract.id))
    id = budget.id if budget else None
    of_line = sa.select(SpendingLine.id).where(SpendingLine.budget_id == id)
    stated = sa.select(Statement).where(Statement.line_id.in_(of_line)).order_by(Statement.id)
    of_statement = stated.with_only_columns(Statement.id).order_by(None)
    judged = sa.select(Disallowance).where(Disallowance.statement_id.in_(of_statement)).order_by(Disallowance.id)
    reports = sa.select(AuditReport).where(AuditReport.contract_id == contract.id).order_by(AuditReport.id)
    changes = sa.select(BudgetChange).where(BudgetChange.budget_id == id).order_by(BudgetChange.id)
    return BudgetParts(
        contract=contract,
        budget=budget,
        lines=await lines_of(session, budget) if budget else [],
        changes=(await session.scalars(changes)).all(),
        statements=(await session.scalars(stated)).all(),
        disallowances=(await session.scalars(judged)).all(),
        reports=(await session.scalars(reports)).all(),
    )


class Spent(NamedTuple):
    """Of a contract, by statements that count: what was vouched, and what of it disallowed."""

    vouched: Decimal
    disallowed: Decimal


async def spent_under(session: AsyncSession, contracts: sa.ColumnElement[bool]) -> dict[int, Spent]:
    """Contract → what was stated, of every contract of these for which anything was."""
    newer = aliased(Statement)
    latest = sa.select(Disallowance.amount).where(Disallowance.statement_id == Statement.id)
    judged = sa.func.coalesce(latest.order_by(Disallowance.id.desc()).limit(1).scalar_subquery(), 0)
    query = (
        sa.select(Budget.contract_id, sa.func.sum(Statement.spent), sa.func.sum(judged))
        .join(SpendingLine, SpendingLine.id == Statement.line_id)
        .join(Budget, Budget.id == SpendingLine.budget_id)
        .join(Contract, Contract.id == Budget.contract_id)
        .where(contracts, ~sa.exists().where(newer.supersedes == Statement.id))
        .group_by(Budget.contract_id)
    )
    return {contract_id: Spent(*sums) for contract_id, *sums in await session.execute(query)}


async def contract_of(session: AsyncSession, budget_id: int) -> Contract:
    query = sa.select(Contract).join(Budget, Budget.contract_id == Contract.id)
    return (await session.scalars(query.where(Budget.id == budget_id))).one()


async def budget_of(session: AsyncSession, line_id: int) -> int:
    """The number of the budget that the line is of."""
    return (await session.get_one(SpendingLine, line_id)).budget_id


async def lines_of(session: AsyncSession, budget: Budget) -> Sequence[SpendingLine]:
    query = sa.select(SpendingLine).where(SpendingLine.budget_id == budget.id).order_by(SpendingLine.id)
    return (await session.scalars(query)).all()


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Contractors: propose a budget that was given back, or that an audit asks for. Purchasers: decide on it, and on
    changes. Auditors: submit a report, and have it signed by a second person."""
    if actor.role is Role.purchaser:
        return [*await _budgets(session, actor, BudgetStatus.proposed), *await _changes(session, actor)]
    if actor.role is Role.organization:
        return [*await _budgets(session, actor, BudgetStatus.returned), *await _missing(session, actor)]
    return await _audits(session, actor) if actor.role is Role.auditor else []


async def _budgets(session: AsyncSession, actor: Actor, status: BudgetStatus) -> list[Waiting]:
    query = sa.select(Contract).where(_is_spent(actor)).join(Budget, Budget.contract_id == Contract.id)
    found = await session.scalars(query.where(Budget.status == status).order_by(Contract.id))
    verb = "approve" if status is BudgetStatus.proposed else "propose"
    return [_waits(verb, each, each.id) for each in found]


async def _changes(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = (
        sa.select(BudgetChange.id, Contract).where(_under_way(actor)).join(Budget, Budget.contract_id == Contract.id)
    )
    query = query.join(BudgetChange, BudgetChange.budget_id == Budget.id)
    found = await session.execute(query.where(BudgetChange.status == ChangeStatus.asked).order_by(BudgetChange.id))
    return [_waits("grant", contract, id) for id, contract in found]


async def _missing(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Contracts that ask for an audit and have no budget that one could go by."""
    query = sa.select(Contract).where(_is_spent(actor))
    audited = sa.exists().where(Milestone.contract_id == Contract.id, Milestone.gate.in_(KINDS))
    without = ~sa.exists().where(Budget.contract_id == Contract.id)
    found = await session.scalars(query.where(audited, without).order_by(Contract.id))
    return [_waits("propose", each, each.id) for each in found]


async def _audits(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Of a contract that was ended before its time the final audit, which settles it."""
    query = sa.select(Contract).where(visible(actor), Contract.status.in_(AUDITED))
    query = query.join(Budget, Budget.contract_id == Contract.id)
    found: list[Waiting] = []
    for contract in await session.scalars(query.where(Budget.status == BudgetStatus.approved).order_by(Contract.id)):
        reports = await _open_reports(session, contract)
        found += [_waits("sign", contract, each.id) for each in reports if each.submitted_by != actor.account_id]
        submitted = {each.kind for each in reports}
        for each in await milestones_of(session, contract.id):
            kind = KINDS.get(each.gate)
            is_over = contract.status is ContractStatus.terminated and kind is not AuditKind.final
            if kind and each.status is not MilestoneStatus.met and kind not in submitted and not is_over:
                found.append(_waits("submit", contract, each.id, each))
    return found


async def _open_reports(session: AsyncSession, contract: Contract) -> Sequence[AuditReport]:
    query = sa.select(AuditReport).where(AuditReport.contract_id == contract.id)
    return (await session.scalars(query.where(AuditReport.status == ReportStatus.submitted))).all()


AUDITED = (ContractStatus.signed, ContractStatus.performing, ContractStatus.terminated)


def _is_spent(actor: Actor) -> sa.ColumnElement[bool]:
    """Under way, or ended before its time and not audited yet: such a budget is agreed on even then."""
    is_open = sa.and_(Contract.status == ContractStatus.terminated, Contract.signed_at.is_not(None))
    return sa.or_(_under_way(actor), sa.and_(visible(actor), is_open, Contract.allowed.is_(None)))


def _under_way(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(visible(actor), Contract.status.in_((ContractStatus.signed, ContractStatus.performing)))


def _waits(verb: str, contract: Contract, subject_id: int, milestone: Milestone | None = None) -> Waiting:
    """A report has the day of its milestone; nothing else here has a last day that a rule names."""
    due_at = end_of_day(milestone.due_on) if milestone and milestone.due_on else None
    return Waiting("budgets", verb, subject_id, contract.title, due_at, None, "contract", contract.id)
