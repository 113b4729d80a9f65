"""Tables of results: what was decided per lot, who is awarded what, why the others are not.

Unique indexes keep one award per item, and per applicant where the notice says so; a trigger keeps every lot within
its budget and places.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.tenders.awards.rules import AwardStatus, PassedOver
from app.tenders.notices.models import tender_stream
from app.tenders.profiles.rules import OverspendRule

LIVE = "status NOT IN ('declined', 'revoked')"


def _rule(name: str) -> sa.Enum:
    """Two columns of one enum need checks of their own names."""
    return sa.Enum(OverspendRule, native_enum=False, create_constraint=True, length=40, name=name)


class Result(Base, Identified, Versioned):
    """One proposal for a whole tender; the last `number` counts, earlier ones stay as they were.

    Published, it is shown up to and including `notice_ends_on`, and may be objected to until `objections_end`;
    `is_provisional`: the count crosses a year whose official calendar is not out yet. `notice_rule` is the source.
    """

    __tablename__ = "results"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    proposed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    notice_ends_on: Mapped[date | None]
    objections_end: Mapped[datetime | None]
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    notice_rule: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        within_years("notice_ends_on", "objections_end"),
        sa.UniqueConstraint("tender_id", "number"),
        sa.CheckConstraint(
            "num_nonnulls(published_at, notice_ends_on, objections_end, notice_rule) IN (0, 4)",
            name="published_has_its_dates",
        ),
        sa.CheckConstraint("confirmed_at >= objections_end", name="confirmed_after_the_objections"),
        sa.CheckConstraint("confirmed_at IS NULL OR published_at IS NOT NULL", name="confirmed_was_published"),
    )


class LotResult(Base, Identified):
    """How one lot was decided. `rule` stood in the notice, `applied` decided (trim falls back to skip);
    `alternatives`: rule → what it would have decided instead; `equal_shares`: what equal shares of the judges would.
    `ranking` is what the sets were chosen from (`comparisons.rules.Contest`), so that prices are asked of just that."""

    __tablename__ = "lot_results"

    result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"))
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"), index=True)
    rule: Mapped[OverspendRule] = mapped_column(_rule("rule"))
    applied: Mapped[OverspendRule] = mapped_column(_rule("applied"))
    alternatives: Mapped[dict[str, Any]]
    equal_shares: Mapped[dict[str, Any] | None]
    ranking: Mapped[dict[str, Any] | None]

    __table_args__ = (
        sa.UniqueConstraint("result_id", "lot_id"),
        sa.CheckConstraint("(ranking IS NULL) = (equal_shares IS NULL)", name="ranking_and_shares_together"),
    )


class Award(Base, Identified, Versioned):
    """`score` is the published one; places were told apart by exact scores. `asked` is what the bid asked for,
    `amount` what it gets: less only after its bidder accepted the cut. `holds` counts the objections unanswered.
    `one_each`: its applicant may win nothing else in the tender."""

    __tablename__ = "awards"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"), index=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lot_items.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    place: Mapped[int] = mapped_column(sa.Integer)
    score: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))
    sheets: Mapped[int] = mapped_column(sa.Integer)
    asked: Mapped[Decimal]
    amount: Mapped[Decimal]
    status: Mapped[AwardStatus] = mapped_column(default=AwardStatus.proposed)
    one_each: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    holds: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    cut_accepted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_awards_tender_id_party_id",
            "tender_id",
            "party_id",
            unique=True,
            postgresql_where=sa.text(f"one_each AND {LIVE}"),
        ),
        sa.Index("uq_awards_item_id", "item_id", unique=True, postgresql_where=sa.text(LIVE)),
        sa.CheckConstraint("amount > 0 AND amount <= asked", name="amount_within_asked"),
        sa.CheckConstraint("place > 0", name="numbered_from_one"),
        sa.CheckConstraint("(status = 'held') = (holds > 0) AND holds >= 0", name="held_by_objections"),
        sa.CheckConstraint("(status = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_has_date"),
        sa.CheckConstraint(
            "status NOT IN ('noticed', 'held', 'confirmed') OR amount = asked OR cut_accepted_at IS NOT NULL",
            name="cut_is_accepted",
        ),
    )

    @property
    def stream(self) -> str:
        return tender_stream(self.tender_id)


class PassedBid(Base, Identified):
    """An eligible bid that wins nothing, with its own place and score and the reason.
    `blocked_by`: the number of the bid that won in its stead, where that is the reason."""

    __tablename__ = "passed_bids"

    result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"))
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"), index=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    place: Mapped[int] = mapped_column(sa.Integer)
    score: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))
    sheets: Mapped[int] = mapped_column(sa.Integer)
    asked: Mapped[Decimal]
    reason: Mapped[PassedOver]
    blocked_by: Mapped[str | None]

    __table_args__ = (
        sa.UniqueConstraint("result_id", "bid_id"),
        sa.CheckConstraint("place > 0", name="numbered_from_one"),
    )
