"""The table of applications to take part."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.parties.rules import LegalKind, Newcomer
from app.registrations.rules import RegistrationStatus


class Registration(Base, Identified):
    """What an organisation says of itself, and what became of it. Of its receipt code a keyed hash is kept.

    `contact_name` and `contact_phone` are forgotten when it is withdrawn. `party_id`: the party it was admitted as.
    """

    __tablename__ = "registrations"

    receipt_hash: Mapped[str] = mapped_column(unique=True)
    status: Mapped[RegistrationStatus] = mapped_column(default=RegistrationStatus.submitted)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    legal_kind: Mapped[LegalKind]
    credit_code: Mapped[str | None]
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    introduction: Mapped[str]
    domain_codes: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    submitted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)

    @property
    def newcomer(self) -> Newcomer:
        return Newcomer(**{each.name: getattr(self, each.name) for each in fields(Newcomer)})

    __table_args__ = (
        sa.CheckConstraint("name_zh <> ''", name="has_a_name"),
        sa.CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code_has_18_characters"),
        sa.CheckConstraint("(status = 'submitted') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'refused') = (reason <> '')", name="refused_with_a_reason"),
        sa.CheckConstraint("status = 'admitted' OR party_id IS NULL", name="only_admitted_ones_became_a_party"),
        sa.Index(
            "uq_registrations_one_open_per_credit_code",
            "credit_code",
            unique=True,
            postgresql_where=sa.text("status = 'submitted'"),
        ),
    )
