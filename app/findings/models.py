"""Tables of findings: what is asked for until when, and what was answered in each round.

Triggers keep a finding as it was raised and a settled one as it was settled, let nobody act for two parts of the
contract, and refuse a payment while a finding that holds payments is unsettled.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.contracts.rules import Part
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.findings.rules import FindingStatus, Severity


class Verdict(StrEnum):
    accepted = "accepted"
    rejected = "rejected"


class Finding(Base, Identified, Versioned):
    """Raised by `party_id` for its `part` of the contract: `requirement` is what is to be put right, by which `basis`.

    `due_on`: the last day to answer, `working_days` after it was raised, or what an extension made of it
    (`first_due_on`: what it was before). `round`: how often an answer was asked for. `reason`: why it was waived.
    """

    __tablename__ = "findings"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    part: Mapped[Part]
    requirement: Mapped[str]
    basis: Mapped[str] = mapped_column(default="", server_default="")
    severity: Mapped[Severity]
    is_holding: Mapped[bool]
    working_days: Mapped[int] = mapped_column(sa.Integer)
    first_due_on: Mapped[date]
    due_on: Mapped[date]
    due_rule: Mapped[str]
    status: Mapped[FindingStatus] = mapped_column(default=FindingStatus.open)
    round: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")
    raised_at: Mapped[datetime]
    raised_by: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        within_years("first_due_on", "due_on"),
        sa.CheckConstraint("part <> 'contractor'", name="raised_by_another_part"),
        sa.CheckConstraint("btrim(requirement) <> ''", name="asks_for_something"),
        sa.CheckConstraint("working_days > 0 AND due_on >= first_due_on", name="leaves_time"),
        sa.CheckConstraint("round > 0", name="rounds_count_from_one"),
        sa.CheckConstraint("(status IN ('closed', 'waived')) = (settled_at IS NOT NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'waived') = (reason <> '')", name="waived_with_a_reason"),
    )


class FindingAnswer(Base, Identified):
    """What the contractor answered in a round, late or not by the day that held then, and what was said to it."""

    __tablename__ = "finding_answers"

    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("findings.id"))
    round: Mapped[int] = mapped_column(sa.Integer)
    answer: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by: Mapped[int | None]
    is_late: Mapped[bool]
    verdict: Mapped[Verdict | None]
    opinion: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("finding_id", "round"),
        sa.CheckConstraint("btrim(answer) <> ''", name="says_something"),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="verdict_has_its_date"),
        sa.CheckConstraint("verdict IS NULL OR btrim(opinion) <> ''", name="decided_with_a_reason"),
        sa.CheckConstraint("answered_by <> decided_by", name="decided_by_somebody_else"),
    )
