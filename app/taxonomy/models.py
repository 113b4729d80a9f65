"""Tables of service categories and target populations (HSDS taxonomy_term)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class Category(Base):
    __tablename__ = "categories"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("categories.code"))
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    synonyms: Mapped[list[Any]]

    __table_args__ = (
        sa.CheckConstraint("code ~ '^([0-9]{2}){1,3}$'", name="code_has_2_4_or_6_digits"),
        sa.CheckConstraint("level = length(code) / 2", name="level_of_code"),
        sa.CheckConstraint("parent_code IS NULL OR code LIKE parent_code || '%'", name="nests_in_parent"),
        sa.CheckConstraint("(level = 1) = (parent_code IS NULL)", name="only_the_top_has_no_parent"),
    )


class Population(Base):
    __tablename__ = "populations"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("populations.code"))
    label_zh: Mapped[str]
    label_en: Mapped[str]
    age_min: Mapped[int | None] = mapped_column(sa.SmallInteger)
    age_max: Mapped[int | None] = mapped_column(sa.SmallInteger)
    synonyms: Mapped[list[Any]]

    __table_args__ = (
        sa.CheckConstraint("code ~ '^P([0-9]{2}){1,2}$'", name="code_form"),
        sa.CheckConstraint("parent_code IS NULL OR code LIKE parent_code || '%'", name="nests_in_parent"),
        sa.CheckConstraint("age_min <= age_max", name="ages_in_order"),
    )
