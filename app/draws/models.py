"""What the tables of every yearly draw have in common."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core.db import Identified


class YearlyDraw(Identified):
    """What a bureau checks on the spot in a year: the first `size` by the lots of `seed`. `share`: what the settings
    asked for."""

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"))
    year: Mapped[int] = mapped_column(sa.Integer)
    seed: Mapped[str]
    share: Mapped[Decimal] = mapped_column(sa.Numeric(5, 4))
    source: Mapped[str]
    size: Mapped[int] = mapped_column(sa.Integer)
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            sa.UniqueConstraint("party_id", "year"),
            sa.CheckConstraint("size > 0 AND share > 0 AND share <= 1", name="is_a_part"),
            sa.CheckConstraint("seed <> '' AND source <> ''", name="can_be_replayed"),
            sa.CheckConstraint("year BETWEEN 1900 AND 2200", name="is_a_year"),
        )


class DrawnLot:
    """Of what was drawn, by the order of its lot; `number`: the lot's key, which everybody knows."""

    number: Mapped[str]
    position: Mapped[int] = mapped_column(sa.Integer)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            sa.UniqueConstraint("draw_id", "position"),
            sa.CheckConstraint("position > 0", name="positions_count_from_one"),
        )
