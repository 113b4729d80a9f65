"""Table of the checks of the audit log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified


class AuditCheck(Base, Identified):
    """Every chain recomputed, asked for by somebody or by the clock (`account_id` NULL). `done` of `total` events were
    read by `moved_at`; `found` breaks, of which the first are named in `faults`: `{stream, seq, fault}`."""

    __tablename__ = "audit_checks"

    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    asked_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    total: Mapped[int | None] = mapped_column(sa.Integer)
    found: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    faults: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")

    __table_args__ = (
        sa.CheckConstraint("found >= jsonb_array_length(faults)", name="counts_what_it_names"),
        sa.CheckConstraint("ended_at IS NULL OR total IS NOT NULL", name="ended_has_counted"),
    )
