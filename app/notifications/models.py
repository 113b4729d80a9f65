"""The table of what people were told."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified


class Notification(Base, Identified):
    """Somebody is told, in one of their seats, what happened (`event`) to what is called `title`; `thing` and
    `thing_id` say what is opened for it. `facts` fill the sentence. It lasts as long as the seat does."""

    __tablename__ = "notifications"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    event: Mapped[str]
    thing: Mapped[str]
    thing_id: Mapped[int]
    title: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_notifications_told_once",
            "account_id",
            "event",
            "thing",
            "thing_id",
            "facts",
            "created_at",
            unique=True,
        ),
        sa.Index("ix_notifications_unopened", "account_id", postgresql_where=sa.text("opened_at IS NULL")),
        sa.CheckConstraint("opened_at >= created_at", name="opened_after_it_was_written"),
        sa.CheckConstraint("title <> ''", name="names_its_thing"),
    )
