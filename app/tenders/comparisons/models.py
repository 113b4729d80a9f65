"""Tables beside a result: what each loser of a lot would have cost, and how its judges marked."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.tenders.comparisons.rules import RunStatus, Unpriced


class InclusionRun(Base, Identified):
    """The losers of one lot being priced, one after the other, for one state of its contest (`digest`).

    `done` of `total` losers have their row. `best` is the set of highest total score that prices are measured
    against; `moved_at` the last sign of life; `fault` the code of the refusal that ended it.
    """

    __tablename__ = "inclusion_runs"

    lot_result_id: Mapped[int] = mapped_column(sa.ForeignKey("lot_results.id"), index=True)
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id"))
    digest: Mapped[str]
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.waiting)
    done: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    total: Mapped[int] = mapped_column(sa.Integer)
    best: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    fault: Mapped[str | None]

    __table_args__ = (
        sa.UniqueConstraint("lot_id", "digest"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        sa.CheckConstraint("(status = 'done') = (proven_at IS NOT NULL)", name="done_has_date"),
        sa.CheckConstraint("status <> 'done' OR done = total", name="done_is_complete"),
        sa.CheckConstraint("(status = 'failed') = (fault IS NOT NULL)", name="failed_has_fault"),
        sa.CheckConstraint("done = 0 OR best IS NOT NULL", name="priced_against_the_best"),
    )


class PanelAgreement(Base):
    """How the judges marked what a result was decided from (`left_out.Kept`), as it was when it was proposed."""

    __tablename__ = "panel_agreements"

    result_id: Mapped[int] = mapped_column(sa.ForeignKey("results.id"), primary_key=True)
    kept: Mapped[dict[str, Any]]


class InclusionPrice(Base):
    """What including one loser would cost: `price` in points of total score, rounded up to 0.0001, so that a price
    never reads as nothing; without one the reason why no set can hold it. `instead_of` and `joined` are the
    numbers of the bids that the best set with it loses and gains beside it."""

    __tablename__ = "inclusion_prices"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("inclusion_runs.id"), primary_key=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bids.id"), primary_key=True, index=True)
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 4))
    reason: Mapped[Unpriced | None]
    instead_of: Mapped[list[Any]]
    joined: Mapped[list[Any]]

    __table_args__ = (
        sa.CheckConstraint("price >= 0", name="never_negative"),
        sa.CheckConstraint("num_nonnulls(price, reason) = 1", name="price_or_reason"),
    )
