"""Tables of responses: what came back, from which files, and what was decided about each."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, text_enum, within_years
from app.core.versions import Versioned
from app.surveys.responses.rules import Quality, Source
from app.surveys.waves.rules import ResponseStatus

# A chain is locked until what was added to it is on the disk: answers of one wave would wait for each other's.
STREAMS = 16
STATUS = text_enum(ResponseStatus, "responsestate")


class Response(Base, Identified, Versioned):
    """One filled questionnaire. `suggestions` are what the rules found doubtful; `reason` is why a person did not
    count it. `fingerprint` is that of the answers as they are. A withdrawn response keeps neither."""

    __tablename__ = "responses"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"))
    community_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    serial: Mapped[str | None]
    source: Mapped[Source]
    status: Mapped[ResponseStatus] = mapped_column(STATUS, default=ResponseStatus.submitted)
    reason: Mapped[Quality | None]
    answers: Mapped[dict[str, Any]]
    seconds: Mapped[int | None] = mapped_column(sa.Integer)
    suggestions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    fingerprint: Mapped[str]
    receipt_hash: Mapped[str | None] = mapped_column(unique=True)
    submitted_at: Mapped[datetime]

    @property
    def stream(self) -> str:
        """Where what happens to it is recorded: in one of the chains of its wave, always the same one."""
        return f"waves:{self.wave_id}/{self.id % STREAMS}"

    __table_args__ = (
        within_years("submitted_at"),
        sa.UniqueConstraint("wave_id", "serial"),
        sa.Index(None, "wave_id", "community_code", "status"),
        # One value, so that no other index of a wave serves: a planner that does not know a new wave took any of them.
        sa.Index("ix_responses_content", sa.text("((CAST(wave_id AS text) || ':') || fingerprint)"), "id"),
        sa.CheckConstraint("serial <> ''", name="serial_is_not_blank"),
        sa.CheckConstraint("seconds >= 0", name="seconds_are_not_negative"),
        sa.CheckConstraint("(status = 'invalid') = (reason IS NOT NULL)", name="invalid_has_its_reason"),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR (answers = '{}'::jsonb AND fingerprint = '' AND suggestions = '[]'::jsonb)",
            name="withdrawn_keeps_no_answers",
        ),
        sa.CheckConstraint("receipt_hash ~ '^[0-9a-f]{64}$'", name="receipt_is_hashed"),
    )


class ResponseImport(Base, Identified):
    """A file of answers that was imported, with its AnswerMapping: found in the file, or decided by a person."""

    __tablename__ = "response_imports"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"), index=True)
    source: Mapped[Source]
    mapping: Mapped[dict[str, Any]]
    is_decided: Mapped[bool]
    added: Mapped[int] = mapped_column(sa.Integer)
    unchanged: Mapped[int] = mapped_column(sa.Integer)
    account_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("added >= 0 AND unchanged >= 0", name="counts_are_not_negative"),)


class ResponseReview(Base, Identified):
    """Every move of a response: what it was, what it became, why, by whom (nobody signed in: the respondent)."""

    __tablename__ = "response_reviews"

    response_id: Mapped[int] = mapped_column(sa.ForeignKey("responses.id"), index=True)
    verb: Mapped[str]
    before: Mapped[ResponseStatus | None] = mapped_column(STATUS)
    after: Mapped[ResponseStatus] = mapped_column(text_enum(ResponseStatus, "after_state"))
    reason: Mapped[Quality | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    account_id: Mapped[int | None]
    at: Mapped[datetime]
