"""Tables of what a survey says: the results that needs rest on, and the figures anybody may read."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified

Share = sa.Numeric(5, 4)


class SurveyFigures(Base):
    """What anybody may read of a closed survey, frozen when it closed (a trigger keeps it): tables of its public
    questions less what is hidden, and what came back, by wave. `tells_places`: by wave and community too."""

    __tablename__ = "survey_figures"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True)
    frozen_at: Mapped[datetime]
    answers: Mapped[list[Any]]
    returns: Mapped[dict[str, Any]]
    tells_places: Mapped[bool]


class SurveyResult(Base, Identified):
    """How strongly a category is wanted, as the valid answers said when the survey closed: in one community, or in
    all (`community_code` NULL). `votes` of `n` chose it; the demand index is share × intensity, weighted like
    `weighted_share` where the survey has targets. `is_withheld`: published, its n and share would reveal a count
    below five, its own or another."""

    __tablename__ = "survey_results"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    community_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    category_code: Mapped[str] = mapped_column(sa.ForeignKey("categories.code"), index=True)
    n: Mapped[int] = mapped_column(sa.Integer)
    votes: Mapped[int] = mapped_column(sa.Integer)
    share: Mapped[Decimal] = mapped_column(Share)
    low: Mapped[Decimal] = mapped_column(Share)
    high: Mapped[Decimal] = mapped_column(Share)
    weighted_share: Mapped[Decimal | None] = mapped_column(Share)
    weighted_low: Mapped[Decimal | None] = mapped_column(Share)
    weighted_high: Mapped[Decimal | None] = mapped_column(Share)
    effective_n: Mapped[Decimal] = mapped_column(sa.Numeric(12, 4))
    intensity: Mapped[Decimal | None] = mapped_column(Share)
    demand_index: Mapped[Decimal] = mapped_column(Share)
    index_low: Mapped[Decimal] = mapped_column(Share)
    index_high: Mapped[Decimal] = mapped_column(Share)
    is_withheld: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    __table_args__ = (
        sa.UniqueConstraint("survey_id", "community_code", "category_code", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("n > 0 AND votes BETWEEN 0 AND n", name="votes_are_of_n"),
        sa.CheckConstraint("0 <= low AND low <= share AND share <= high AND high <= 1", name="share_in_its_interval"),
        sa.CheckConstraint(
            "num_nulls(weighted_share, weighted_low, weighted_high) IN (0, 3)", name="weighted_is_whole"
        ),
        sa.CheckConstraint(
            "0 <= index_low AND index_low <= demand_index AND demand_index <= index_high AND index_high <= 1",
            name="index_in_its_interval",
        ),
    )
