"""Which seasons this installation has taken in, and which of their steps are done."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class SeasonRecord(Base):
    """`digest` is that of its files: a season of the same name with other files is another season. `tender_ref` is
    the number of its competition."""

    __tablename__ = "seasons"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    tender_ref: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    started_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("name <> '' AND title_zh <> ''", name="has_a_name"),)


class SeasonSource(Base):
    """Where a row of a list is known from, for which the platform has no other place: `key` tells the row in `list`."""

    __tablename__ = "season_sources"

    season: Mapped[str] = mapped_column(sa.ForeignKey("seasons.name"), primary_key=True)
    list: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]

    __table_args__ = (sa.CheckConstraint("btrim(source) <> ''", name="names_a_source"),)


class SeasonStep(Base):
    """A step that is done: written in the transaction of its work, so that it is done once and wholly or not at all.

    `at` is the instant that the step happened at in the season.
    """

    __tablename__ = "season_steps"

    season: Mapped[str] = mapped_column(sa.ForeignKey("seasons.name"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
