"""Table of errands."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actors import Role
from app.core.db import Base, Identified, text_enum
from app.core.waiting import JobStatus


class Errand(Base, Identified):
    """A request that takes long: what was asked for and by whom, how far it is, and what came of it.

    `account_id`, `role`, `party_id`: who asked, acting for whom. `media`, `body`: what the request brought, until it is
    over; `brought`: what its file was called. `done` of `total` things in `step`. In the end `file`, under `sha256` in
    the store, or `counts`, or the `problem` that it was refused with.
    """

    __tablename__ = "errands"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    role: Mapped[Role]
    party_id: Mapped[int | None]
    operation: Mapped[str]
    method: Mapped[str]
    path: Mapped[str]
    query: Mapped[str]
    media: Mapped[str]
    body: Mapped[bytes | None] = mapped_column(deferred=True)
    brought: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(text_enum(JobStatus, "errandstatus"), default=JobStatus.waiting)
    step: Mapped[str | None]
    done: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    total: Mapped[int | None] = mapped_column(sa.Integer)
    asked_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_files.sha256"), index=True)
    file: Mapped[str | None]
    counts: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]

    __table_args__ = (
        sa.CheckConstraint("num_nulls(sha256, file) IN (0, 2)", name="file_has_its_name"),
        sa.CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="failed_says_why"),
        sa.CheckConstraint(
            "(status NOT IN ('waiting', 'running')) = (body IS NULL)", name="keeps_the_request_till_it_is_over"
        ),
        sa.Index("ix_errands_moved_at", "moved_at"),
    )
