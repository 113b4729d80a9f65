"""Tables of budgets: lines that make up a contract's amount, changes between them, statements, and audit reports.

Triggers hold that the lines are the amount, that a line is not spent beyond what it holds unless the auditor flagged
it, that what was decided, stated or signed stays, and that nobody acts for two parts of the contract.
"""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.budgets.rules import AuditKind, BudgetStatus, ChangeStatus
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.reports.models import SignedReport
from app.tenders.profiles.rules import Gate

GATES = {AuditKind.midterm: Gate.midterm_audit, AuditKind.final: Gate.final_audit}


class Budget(Base, Identified, Versioned):
    """What the contractor proposes to spend the contract's amount on, by the settings of `terms_version`; `reason`: why
    the purchaser gave it back."""

    __tablename__ = "budgets"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), unique=True)
    status: Mapped[BudgetStatus] = mapped_column(default=BudgetStatus.proposed)
    terms_version: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_has_its_date"),
        sa.CheckConstraint("(status = 'returned') = (btrim(reason) <> '')", name="returned_with_a_reason"),
        sa.CheckConstraint("proposed_by <> decided_by", name="decided_by_somebody_else"),
    )


class SpendingLine(Base, Identified):
    """`kind`: activity, management or tax, as the settings know them. `flag`: why the auditor takes statements beyond
    what the line holds; nothing of what stands in excess of it was approved."""

    __tablename__ = "spending_lines"

    budget_id: Mapped[int] = mapped_column(sa.ForeignKey("budgets.id"))
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    approved: Mapped[Decimal]
    flag: Mapped[str] = mapped_column(default="", server_default="")
    flagged_at: Mapped[datetime | None]
    flagged_by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("budget_id", "code"),
        sa.CheckConstraint("approved > 0", name="holds_something"),
        sa.CheckConstraint("btrim(code) <> '' AND btrim(name) <> ''", name="has_a_name"),
        sa.CheckConstraint("(flag <> '') = (flagged_at IS NOT NULL)", name="flag_has_its_date"),
    )


class BudgetChange(Base, Identified):
    """Money asked to be moved from one line to another: the sum stays."""

    __tablename__ = "budget_changes"

    budget_id: Mapped[int] = mapped_column(sa.ForeignKey("budgets.id"), index=True)
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_lines.id"), index=True)
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_lines.id"), index=True)
    amount: Mapped[Decimal]
    reason: Mapped[str]
    status: Mapped[ChangeStatus] = mapped_column(default=ChangeStatus.asked)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None]
    opinion: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("amount > 0 AND from_id <> to_id", name="moves_something"),
        sa.CheckConstraint("btrim(reason) <> ''", name="asked_with_a_reason"),
        sa.CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="decided_has_its_date"),
        sa.CheckConstraint("status <> 'refused' OR btrim(opinion) <> ''", name="refused_with_a_reason"),
        sa.CheckConstraint("asked_by <> decided_by", name="decided_by_somebody_else"),
    )


class Statement(Base, Identified):
    """What was spent of a line in a period, by which voucher; receipts hang on it. Never changed: a wrong one is
    superseded by another, of which `supersedes` names it."""

    __tablename__ = "statements"

    line_id: Mapped[int] = mapped_column(sa.ForeignKey("spending_lines.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    spent: Mapped[Decimal]
    voucher: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default="")
    supersedes: Mapped[int | None] = mapped_column(sa.ForeignKey("statements.id"), unique=True)
    stated_at: Mapped[datetime]
    stated_by: Mapped[int | None]

    __table_args__ = (
        within_years("starts_on", "ends_on"),
        sa.CheckConstraint("starts_on <= ends_on", name="ends_after_its_start"),
        sa.CheckConstraint("spent >= 0", name="spends_nothing_or_more"),
        sa.CheckConstraint("btrim(voucher) <> ''", name="has_a_voucher"),
    )


class Disallowance(Base, Identified):
    """How much of a statement the auditor does not recognise, and why; the newest of a statement counts."""

    __tablename__ = "disallowances"

    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statements.id"), index=True)
    amount: Mapped[Decimal]
    reason: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="disallows_nothing_or_more"),
        sa.CheckConstraint("btrim(reason) <> ''", name="disallowed_with_a_reason"),
    )


class AuditReport(SignedReport, Base):
    """What the engaged firm found in the money of a contract. `embezzlement`: what was taken away, "" where nothing
    was."""

    __tablename__ = "audit_reports"
    ALIKE, STATES = ("contract_id", "kind"), "auditstatus"
    CHECKS = (
        sa.CheckConstraint("btrim(opinion) <> ''", name="says_something"),
        sa.CheckConstraint(
            "disallowed >= 0 AND allowed >= 0 AND allowed <= vouched - disallowed", name="figures_agree"
        ),
    )

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    kind: Mapped[AuditKind]
    embezzlement: Mapped[str] = mapped_column(default="", server_default="")
    vouched: Mapped[Decimal]
    disallowed: Mapped[Decimal]
    allowed: Mapped[Decimal]

    @property
    def gate(self) -> Gate:
        return GATES[self.kind]
