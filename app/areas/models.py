"""The table of administrative divisions."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.areas.rules import AreaLevel
from app.core.db import Base


class Area(Base):
    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(primary_key=True)
    scheme: Mapped[str]
    name: Mapped[str]
    folded: Mapped[str]
    aliases: Mapped[str] = mapped_column(default="", server_default="")
    spelled: Mapped[str] = mapped_column(default="", server_default="")
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"))
    level: Mapped[AreaLevel]
    prefix: Mapped[str] = mapped_column(unique=True)
    lon_gcj02: Mapped[Decimal | None] = mapped_column(sa.Numeric(9, 6))
    lat_gcj02: Mapped[Decimal | None] = mapped_column(sa.Numeric(9, 6))

    __table_args__ = (
        sa.CheckConstraint("code ~ '^[0-9]{12}$'", name="code_has_12_digits"),
        sa.CheckConstraint("code LIKE prefix || '%'", name="prefix_of_code"),
        sa.CheckConstraint("(level = 'city') = (parent_code IS NULL)", name="only_the_city_has_no_parent"),
        sa.Index("ix_areas_folded", "folded"),
    )
