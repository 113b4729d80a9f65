"""Tables of assessments: what is assessed by which scheme, who marks, the sheets, what came of them, and objections.

Triggers hold what a mark may be (within the maximum of the pinned scheme, by an assessor who has declared and does not
stand aside, while sheets are collected), that a locked sheet stays, and that no result passes a group by.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.assessments.rules import AssessmentSheetStatus, AssessmentStatus, SeatStatus, SubjectKind, seat_status
from app.assessments.schemes import Scheme, parse_scheme
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned

ENDED = "('confirmed', 'lowered', 'revoked', 'cancelled')"


class ReviewVerdict(StrEnum):
    upheld = "upheld"
    revised = "revised"


class Assessment(Base, Identified, Versioned):
    """Run by `party_id`, of the subject `subject_id` of its kind, which is about the party `about_id`. `document`: the
    scheme as it was when this was planned. `number`: of the result that counts (0: none yet)."""

    __tablename__ = "assessments"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[int]
    about_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    scheme: Mapped[str]
    document: Mapped[dict[str, Any]]
    status: Mapped[AssessmentStatus] = mapped_column(default=AssessmentStatus.planned)
    number: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    planned_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    notice_ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    @property
    def terms(self) -> Scheme:
        return parse_scheme(self.document)

    __table_args__ = (
        sa.Index(
            "uq_assessments_one_open",
            "subject_kind",
            "subject_id",
            "scheme",
            unique=True,
            postgresql_where=sa.text(f"status NOT IN {ENDED}"),
        ),
        within_years("notice_ends_on"),
        sa.CheckConstraint("(announced_at IS NULL) = (notice_ends_on IS NULL)", name="announced_for_a_time"),
        sa.CheckConstraint(
            "announced_at IS NOT NULL OR status IN ('planned', 'collecting', 'drafted', 'cancelled')",
            name="public_ones_were_announced",
        ),
        sa.CheckConstraint(f"(status IN {ENDED}) = (ended_at IS NOT NULL)", name="ended_has_its_date"),
        sa.CheckConstraint("number > 0 OR status IN ('planned', 'collecting', 'cancelled')", name="has_a_result"),
    )


class AssessmentSeat(Base, Identified):
    """Who marks, in which group of the scheme. `interest`: what the assessor declared; whoever has one stands aside, as
    does one whom the office lets go for a `reason`."""

    __tablename__ = "assessment_seats"

    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessments.id"))
    group_code: Mapped[str]
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    name: Mapped[str]
    interest: Mapped[str] = mapped_column(default="", server_default="")
    declared_at: Mapped[datetime | None]
    recused_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def status(self) -> SeatStatus:
        return seat_status(self.declared_at, self.recused_at)

    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "account_id"),
        sa.CheckConstraint("interest = '' OR recused_at IS NOT NULL", name="interested_stand_aside"),
        sa.CheckConstraint("recused_at IS NULL OR interest <> '' OR reason <> ''", name="stands_aside_for_a_reason"),
    )


class AssessmentSheet(Base, Identified, Versioned):
    """The `number`-th sheet of a seat: the last one counts once it is locked. `total` is kept by the database when it
    is locked. `reason`: why the one before was reopened."""

    __tablename__ = "assessment_sheets"

    seat_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_seats.id"))
    number: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")
    status: Mapped[AssessmentSheetStatus] = mapped_column(default=AssessmentSheetStatus.draft)
    total: Mapped[Decimal | None] = mapped_column(sa.Numeric(7, 2), server_default=sa.FetchedValue())
    reason: Mapped[str] = mapped_column(default="", server_default="")
    locked_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("seat_id", "number"),
        sa.CheckConstraint("status <> 'empty'", name="exists_once_saved"),
        sa.CheckConstraint("(status = 'locked') = (locked_at IS NOT NULL)", name="locked_has_its_date"),
        sa.CheckConstraint("(status = 'locked') = (total IS NOT NULL)", name="locked_has_its_total"),
        sa.CheckConstraint("(number = 1) = (reason = '')", name="reopened_for_a_reason"),
    )


class AssessmentMark(Base, Identified):
    """`reason`: what the mark rests on."""

    __tablename__ = "assessment_marks"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_sheets.id", ondelete="CASCADE"))
    indicator: Mapped[str]
    value: Mapped[Decimal] = mapped_column(sa.Numeric(7, 2))
    reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "indicator"),
        sa.CheckConstraint("value >= 0", name="value_is_not_negative"),
    )


class AssessmentResult(Base, Identified):
    """What the locked sheets came to, in all and by group (`groups`: code → [points, sheets]); never changed, followed
    by another after a correction. `exclusion`: what makes it nought, for a `reason`."""

    __tablename__ = "assessment_results"

    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessments.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    total: Mapped[Decimal] = mapped_column(sa.Numeric(7, 2))
    band: Mapped[str]
    groups: Mapped[dict[str, Any]]
    exclusion: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    computed_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "number"),
        sa.CheckConstraint("number > 0 AND total >= 0 AND band <> ''", name="says_something"),
        sa.CheckConstraint("(exclusion = '') = (reason = '')", name="excluded_for_a_reason"),
        sa.CheckConstraint("exclusion = '' OR total = 0", name="excluded_is_nought"),
    )


class AssessmentObjection(Base, Identified):
    """What whom it is about says against a result while its notice runs, and the decision, due by `due_on`."""

    __tablename__ = "assessment_objections"

    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey("assessments.id"), index=True)
    number: Mapped[int] = mapped_column(sa.Integer)
    statement: Mapped[str]
    filed_at: Mapped[datetime]
    due_on: Mapped[date]
    due_rule: Mapped[str]
    verdict: Mapped[ReviewVerdict | None]
    answer: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_assessment_objections_open",
            "assessment_id",
            unique=True,
            postgresql_where=sa.text("verdict IS NULL"),
        ),
        within_years("due_on"),
        sa.CheckConstraint("btrim(statement) <> ''", name="says_something"),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="verdict_has_its_date"),
        sa.CheckConstraint("verdict IS NULL OR btrim(answer) <> ''", name="decided_with_a_reason"),
    )
