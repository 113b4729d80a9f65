"""Tables of inspections. A draw and its lots are never changed. Triggers hold that an inspection stays what it found,
and that nobody is inspected who was not drawn."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.core.versions import Versioned
from app.draws.models import DrawnLot, YearlyDraw
from app.inspections.rules import InspectionStatus
from app.records.rules import Inspection as Outcome


class InspectionDraw(YearlyDraw, Base):
    """Which organisations of a bureau's area are inspected in a year."""

    __tablename__ = "inspection_draws"


class InspectionLot(DrawnLot, Base):
    """An organisation that was drawn of; `number`: its number in this register."""

    __tablename__ = "inspection_lots"

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("inspection_draws.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), primary_key=True, index=True)


class Inspection(Base, Identified, Versioned):
    """Of an organisation that the lots fell on, by `office_id`; `inspectors`: the names of who was there."""

    __tablename__ = "inspections"

    draw_id: Mapped[int]
    party_id: Mapped[int] = mapped_column(index=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    status: Mapped[InspectionStatus] = mapped_column(default=InspectionStatus.due)
    value: Mapped[Outcome | None]
    opinion: Mapped[str] = mapped_column(default="", server_default="")
    inspectors: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[int | None]

    __table_args__ = (
        sa.ForeignKeyConstraint(["draw_id", "party_id"], ["inspection_lots.draw_id", "inspection_lots.party_id"]),
        sa.UniqueConstraint("draw_id", "party_id"),
        sa.CheckConstraint(
            "(status = 'recorded') = (value IS NOT NULL) AND (value IS NULL) = (recorded_at IS NULL)",
            name="recorded_with_its_outcome",
        ),
        sa.CheckConstraint(
            "status <> 'recorded' OR jsonb_array_length(inspectors) >= 2 AND btrim(opinion) <> ''",
            name="found_by_two",
        ),
    )
