"""Tables of what people were told, where they want it mailed to, and what is to be mailed: the outbox."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.notifications.rules import Pace, sentence


class Notification(Base, Identified):
    """Somebody is told, in one of their seats, what happened (`event`) to what is called `title`, or
    `title_en` where it has an English name; `thing` and `thing_id` say what is opened for it. `facts` fill the
    sentence. It lasts as long as the seat does."""

    __tablename__ = "notifications"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    event: Mapped[str]
    thing: Mapped[str]
    thing_id: Mapped[int]
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
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

    def said(self, language: str) -> str:
        """What has happened, as a person reads it."""
        title = self.title_en or self.title if language == "en" else self.title
        return sentence(self.event, title, self.facts, language)


class Mailbox(Base):
    """Where and how soon somebody wants to be mailed, in which language. Nothing is sent to an address but the code by
    which it is confirmed (a keyed hash is kept, until `code_until`)."""

    __tablename__ = "mailboxes"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    address: Mapped[str]
    pace: Mapped[Pace] = mapped_column(default=Pace.at_once)
    language: Mapped[str]
    code_hash: Mapped[str | None]
    code_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("address ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="address_is_one"),
        sa.CheckConstraint("language IN ('zh', 'en')", name="language_is_known"),
        sa.CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code_has_its_end"),
        sa.CheckConstraint("num_nulls(code_hash, confirmed_at) = 1", name="confirmed_or_waiting_for_its_code"),
    )


class Mail(Base, Identified):
    """A row of the outbox: a notification to be mailed from `due_at` on, or the `code` of a new address, forgotten once
    it was sent. It is `sent_at` when the server took it; `refused_at` when it refused the address for good. `fault`:
    what the server said last, if it did not take it."""

    __tablename__ = "mails"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.account_id", ondelete="CASCADE"), index=True)
    notification_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("notifications.id", ondelete="CASCADE"), unique=True
    )
    code: Mapped[str | None]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    sent_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    fault: Mapped[str | None]

    __table_args__ = (
        sa.Index("ix_mails_waiting", "due_at", postgresql_where=sa.text("sent_at IS NULL AND refused_at IS NULL")),
        sa.CheckConstraint("notification_id IS NULL OR code IS NULL", name="tells_one_thing"),
        sa.CheckConstraint("sent_at IS NULL OR (refused_at IS NULL AND code IS NULL)", name="sent_is_over"),
        sa.CheckConstraint("refused_at IS NULL OR fault IS NOT NULL", name="refused_says_why"),
    )
