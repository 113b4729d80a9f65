"""Tables of panels: who scores, who must not score whom, and the sheets. Triggers hold what a sheet may be:
of a judge who has declared and is not recused, while scoring is open, its total the sum of its marks; once delivered
it stays, a copy is kept, and only a reopening approved by a second person makes it a draft again."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.core.versions import Versioned
from app.tenders.panels.rules import ReopeningStatus, SheetStatus


class Panel(Base, Identified, Versioned):
    """One per tender. What was counted is written when scoring closes: `missing` holds [bid, judge] pairs,
    `corrections` [bid, judge, written, computed]."""

    __tablename__ = "panels"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    appointed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    sheets_counted: Mapped[int | None] = mapped_column(sa.Integer)
    missing: Mapped[list[Any] | None]
    corrections: Mapped[list[Any] | None]

    __table_args__ = (
        sa.UniqueConstraint("tender_id"),
        sa.CheckConstraint(
            "num_nonnulls(closed_at, sheets_counted, missing, corrections) IN (0, 4)", name="closed_has_its_count"
        ),
    )


class PanelMember(Base, Identified):
    """A seat, called `ref` on sheets ("J1"). Without an account the purchaser's staff enter its paper.
    `party_id` is where the judge works: its own bids are none of this judge's."""

    __tablename__ = "panel_members"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    ref: Mapped[str]
    name: Mapped[str]
    role_zh: Mapped[str]
    role_en: Mapped[str] = mapped_column(default="", server_default="")
    is_expert: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    declared_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("tender_id", "ref"),
        sa.UniqueConstraint("tender_id", "account_id"),
        sa.CheckConstraint("ref <> '' AND name <> ''", name="has_a_name"),
    )


class Recusal(Base, Identified):
    """A judge with an interest in an applicant neither opens nor scores any of its bids."""

    __tablename__ = "recusals"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_members.id"))
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    declared_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("member_id", "party_id"),)


class Pitch(Base, Identified):
    """The order in which the bids of a lot are presented."""

    __tablename__ = "pitches"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"))

    __table_args__ = (
        sa.UniqueConstraint("lot_id", "position"),
        sa.UniqueConstraint("bid_id"),
        sa.CheckConstraint("position > 0", name="numbered_from_one"),
    )


class ScoreSheet(Base, Identified, Versioned):
    """`total` is kept by the database as the sum of the marks; `written_total` is what stood on paper. `entered_by`:
    the judge, or who keyed the paper first; `confirmed_by`: who keyed the paper independently."""

    __tablename__ = "score_sheets"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_members.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"), index=True)
    status: Mapped[SheetStatus] = mapped_column(default=SheetStatus.draft)
    total: Mapped[Decimal] = mapped_column(sa.Numeric(6, 2), server_default=sa.FetchedValue())
    written_total: Mapped[Decimal | None] = mapped_column(sa.Numeric(6, 2))
    delivered_at: Mapped[datetime | None]
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (
        sa.UniqueConstraint("member_id", "bid_id"),
        sa.CheckConstraint("entered_by <> confirmed_by", name="confirmed_by_another"),
        sa.CheckConstraint("status <> 'empty'", name="exists_once_saved"),
        sa.CheckConstraint("(status = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_date"),
        sa.CheckConstraint("written_total >= 0", name="written_total_is_not_negative"),
    )


class Mark(Base, Identified):
    __tablename__ = "marks"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("score_sheets.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criteria.id"), index=True)
    value: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))

    __table_args__ = (
        sa.UniqueConstraint("sheet_id", "criterion_id"),
        sa.CheckConstraint("value >= 0", name="value_is_not_negative"),
    )


class SheetVersion(Base, Identified):
    """A sheet as it was delivered, written by the database itself and never changed. `marks`: criterion → points."""

    __tablename__ = "sheet_versions"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_members.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    marks: Mapped[dict[str, Any]]
    total: Mapped[Decimal] = mapped_column(sa.Numeric(6, 2))
    written_total: Mapped[Decimal | None] = mapped_column(sa.Numeric(6, 2))
    delivered_at: Mapped[datetime]
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (
        sa.UniqueConstraint("member_id", "bid_id", "number"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
        sa.CheckConstraint("entered_by <> confirmed_by", name="confirmed_by_another"),
    )


class SheetReopening(Base, Identified):
    """A request to take version `number` of a sheet back: on a `ground` of the profile, by one person, decided once
    by another who is no judge of the panel."""

    __tablename__ = "sheet_reopenings"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    member_id: Mapped[int]
    bid_id: Mapped[int]
    number: Mapped[int] = mapped_column(sa.Integer)
    ground: Mapped[str]
    reason: Mapped[str]
    status: Mapped[ReopeningStatus] = mapped_column(default=ReopeningStatus.asked)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    asked_role: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_role: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["member_id", "bid_id", "number"],
            ["sheet_versions.member_id", "sheet_versions.bid_id", "sheet_versions.number"],
            name="fk_sheet_reopenings_version",
        ),
        sa.Index(
            "uq_sheet_reopenings_asked",
            "member_id",
            "bid_id",
            unique=True,
            postgresql_where=sa.text("status = 'asked'"),
        ),
        sa.Index(
            "uq_sheet_reopenings_approved",
            "member_id",
            "bid_id",
            "number",
            unique=True,
            postgresql_where=sa.text("status = 'approved'"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name="decided_by_another"),
        sa.CheckConstraint(
            "num_nonnulls(decided_by, decided_role, decided_at) = CASE status WHEN 'asked' THEN 0 ELSE 3 END",
            name="decided_has_its_person",
        ),
        sa.CheckConstraint(
            "asked_role IN ('purchaser', 'judge') AND decided_role IN ('purchaser', 'auditor')",
            name="asked_and_decided_by",
        ),
        sa.CheckConstraint("ground <> '' AND reason <> ''", name="has_a_ground"),
    )
