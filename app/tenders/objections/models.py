"""The table of objections: what a bidder doubts, and what the purchaser answered."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.tenders.notices.models import tender_stream
from app.tenders.objections.rules import ObjectionStatus
from app.tenders.profiles.rules import Challenged


class Objection(Base, Identified):
    """Filed by `party_id` about the `subject`: of one lot, or without `lot_id` of the whole tender.

    `answer_due_on`: the last day for the purchaser's answer, by the profile's rule named in `answer_rule`.
    `complain_by`: the last day to turn to the finance department after that, where the profile knows complaints.
    """

    __tablename__ = "objections"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lots.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    subject: Mapped[Challenged] = mapped_column(default=Challenged.result, server_default="result")
    grounds: Mapped[str]
    status: Mapped[ObjectionStatus] = mapped_column(default=ObjectionStatus.filed)
    filed_at: Mapped[datetime]
    answer_due_on: Mapped[date]
    answer_rule: Mapped[str]
    complain_by: Mapped[date | None]
    complain_rule: Mapped[str] = mapped_column(default="", server_default="")
    answer: Mapped[str] = mapped_column(default="", server_default="")
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("btrim(grounds) <> '' AND length(grounds) <= 5000", name="gives_grounds"),
        sa.CheckConstraint("(status = 'filed') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status IN ('accepted', 'rejected')) = (answer <> '')", name="answered_with_a_reason"),
        sa.Index(
            "uq_objections_one_open_per_party_and_lot",
            "tender_id",
            "party_id",
            sa.text("coalesce(lot_id, 0)"),
            "subject",
            unique=True,
            postgresql_where=sa.text("status = 'filed'"),
        ),
    )

    @property
    def stream(self) -> str:
        return tender_stream(self.tender_id)
