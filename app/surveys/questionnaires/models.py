"""The table of surveys, each with its questionnaire."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.db import Base, Identified
from app.core.versions import Versioned
from app.parties.models import Party
from app.surveys.questionnaires.rules import SurveyPurpose, SurveyStatus


class Survey(Base, Identified, Versioned):
    """`definition` is a SurveyDefinition and frozen (by a trigger) once somebody has answered it. `targets` are the
    known counts that answers are weighted to: [{"margin": question or "community_code", "counts": {group: count}}].
    `area_code` is its party's, to be asked for in queries."""

    __tablename__ = "surveys"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    definition: Mapped[dict[str, Any]]
    targets: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    purpose: Mapped[SurveyPurpose] = mapped_column(default=SurveyPurpose.need, server_default="need")
    status: Mapped[SurveyStatus] = mapped_column(default=SurveyStatus.draft)
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    area_code: Mapped[str | None] = column_property(
        sa.select(Party.area_code).where(Party.id == party_id).scalar_subquery(), deferred=True
    )

    __table_args__ = (
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_has_its_date"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )
