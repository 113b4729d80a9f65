"""Tables of bids: sealed versions with receipts. The deadline is held by a trigger on `bid_versions`."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Identified, sealed_number, within_years
from app.core.versions import Versioned
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import tender_stream


class Bid(Base, Versioned):
    """One per organisation, lot and item. `ref` is the number read out at the opening. `version_number` is the last
    version handed in (0: none yet). `draft` holds what is being written; it is nobody else's to see. `reasons`: what
    made it ineligible, each with its code and facts. `confirmed_amendment`: what the bidder has last confirmed.
    `offered_at`: when the last price in `draft` was named; it stays the bidder's own until final offers are opened."""

    __tablename__ = "bids"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, default=sealed_number)
    ref: Mapped[str | None]
    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"))
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lot_items.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    status: Mapped[BidStatus] = mapped_column(default=BidStatus.draft)
    draft: Mapped[dict[str, Any] | None]
    version_number: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    confirmed_amendment: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    reasons: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("lot_id", "item_id", "party_id", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("tender_id", "ref"),
        sa.CheckConstraint(
            "status NOT IN ('eligible', 'ineligible', 'unevaluated') OR ref IS NOT NULL", name="decided_has_a_number"
        ),
        sa.CheckConstraint("(status = 'draft') = (version_number = 0)", name="handed_in_has_a_version"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_date"),
        sa.CheckConstraint(
            "(status IN ('eligible', 'ineligible', 'unevaluated')) = (decided_at IS NOT NULL)", name="decided_has_date"
        ),
        sa.CheckConstraint(
            "(status = 'ineligible') = (jsonb_array_length(reasons) > 0)", name="ineligible_has_reasons"
        ),
    )

    @property
    def stream(self) -> str:
        return tender_stream(self.tender_id)


class BidVersion(Base, Identified):
    """What was handed in, never changed. `content_hash` is SHA-256 over the content, `receipt_hash` over what the
    receipt says; `receipt` is the short code of it. `files`: SHA-256 of each that hung on it.
    `arrived_late`: on paper after the deadline, for the record. `is_final`: the last price of a consultation, written
    when final offers are opened. `application` answers the form of the notice; the lines of its budget are rows that
    come to `amount` (a trigger, when the transaction ends)."""

    __tablename__ = "bid_versions"

    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"))
    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    number: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str]
    amount: Mapped[Decimal]
    plan: Mapped[str] = mapped_column(default="", server_default="")
    application: Mapped[dict[str, Any] | None]
    content_hash: Mapped[bytes]
    receipt_hash: Mapped[bytes]
    receipt: Mapped[str]
    files: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    is_final: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    arrived_late: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    received_at: Mapped[datetime]
    budget: Mapped[list["BudgetLine"]] = relationship(order_by="BudgetLine.position", lazy="raise")

    __table_args__ = (
        within_years("received_at"),
        sa.UniqueConstraint("bid_id", "number"),
        sa.UniqueConstraint("receipt"),
        sa.CheckConstraint("amount > 0", name="amount_is_positive"),
        sa.CheckConstraint("title <> ''", name="has_a_title"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
        sa.CheckConstraint("length(content_hash) = 32 AND length(receipt_hash) = 32", name="hashes_are_sha256"),
    )


class BudgetLine(Base, Identified):
    """A line of the budget that was handed in, never changed; `amount` is unit price times quantity, to the cent."""

    __tablename__ = "budget_lines"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("bid_versions.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    heading: Mapped[str]
    detail: Mapped[str]
    unit_price: Mapped[Decimal]
    quantity: Mapped[Decimal]
    amount: Mapped[Decimal] = mapped_column(sa.Computed("round(unit_price * quantity, 2)", persisted=True))

    __table_args__ = (
        sa.UniqueConstraint("version_id", "position"),
        sa.CheckConstraint("unit_price > 0 AND quantity > 0 AND amount > 0", name="line_is_positive"),
        sa.CheckConstraint("heading <> '' AND detail <> ''", name="line_says_what_for"),
    )
