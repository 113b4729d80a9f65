"""What the tables of every report that a second person signs have in common."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core.db import Identified, text_enum
from app.core.versions import Versioned
from app.reports.rules import ReportStatus

STANDS = sa.text("status <> 'replaced'")


class SignedReport(Identified, Versioned):
    """Of a kind, which the columns `ALIKE` say, one is submitted and one is signed at a time. `CHECKS`: what else the
    table refuses; `STATES`: its CHECK of the states. `signer`: under which name it was signed, "" before."""

    __tablename__: str
    ALIKE: ClassVar[tuple[str, ...]]
    CHECKS: ClassVar[tuple[sa.CheckConstraint, ...]]
    STATES: ClassVar[str]

    opinion: Mapped[str]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None]
    signer: Mapped[str] = mapped_column(default="", server_default="")

    @declared_attr
    def status(cls) -> Mapped[ReportStatus]:
        return mapped_column(text_enum(ReportStatus, cls.STATES), default=ReportStatus.submitted)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            *cls.CHECKS,
            sa.CheckConstraint("(signed_at IS NOT NULL) = (signer <> '')", name="signature_has_a_name"),
            sa.CheckConstraint(
                "CASE WHEN status = 'replaced' THEN true ELSE (status = 'signed') = (signed_at IS NOT NULL) END",
                name="signed_has_its_date",
            ),
            sa.CheckConstraint("submitted_by <> signed_by", name="signed_by_somebody_else"),
            sa.Index(
                f"uq_{cls.__tablename__}_one_of_a_kind", *cls.ALIKE, "status", unique=True, postgresql_where=STANDS
            ),
        )
