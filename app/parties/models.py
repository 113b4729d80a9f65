"""Table of parties."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.core.db import Base, Identified
from app.core.versions import Versioned
from app.matching.pinyin import spelled
from app.parties.rules import LegalKind, PartyKind

LEGAL_PERSON = "legal_kind IN ('social_service_agency', 'association', 'foundation', 'company')"


class Party(Base, Identified, Versioned):
    """`ref` is the short code a season's files use ("G01"), unique within `ref_scheme`. Phone, mail and address are the
    office's; who represents it in law and the bank account stand in its contracts. Its grades, inspections and what
    else is dated are records."""

    __tablename__ = "parties"

    kind: Mapped[PartyKind]
    ref_scheme: Mapped[str] = mapped_column(default="", server_default="")
    ref: Mapped[str | None]
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    spelled: Mapped[str] = mapped_column(default="", server_default="")
    area_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    is_fictional: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]

    legal_kind: Mapped[LegalKind | None]
    credit_code: Mapped[str | None]
    founded: Mapped[str | None]
    staff: Mapped[int | None] = mapped_column(sa.Integer)
    social_workers: Mapped[int | None] = mapped_column(sa.Integer)
    certified_social_workers: Mapped[int | None] = mapped_column(sa.Integer)
    domain_codes: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    introduction: Mapped[str] = mapped_column(default="", server_default="")
    office_phone: Mapped[str] = mapped_column(default="", server_default="")
    office_email: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    legal_representative: Mapped[str] = mapped_column(default="", server_default="")
    bank_name: Mapped[str] = mapped_column(default="", server_default="")
    bank_account: Mapped[str] = mapped_column(default="", server_default="")

    @validates("name_zh")
    def _spell(self, _: str, name: str) -> str:
        self.spelled = spelled(name)
        return name

    @hybrid_property
    def english_name(self) -> str:
        """Where there is none, the Chinese one stands in."""
        return self.name_en or self.name_zh

    @english_name.inplace.expression
    @classmethod
    def _english_name(cls) -> sa.ColumnElement[str]:
        return sa.func.coalesce(sa.func.nullif(cls.name_en, ""), cls.name_zh)

    __table_args__ = (
        sa.UniqueConstraint("ref_scheme", "ref"),
        sa.UniqueConstraint("credit_code"),
        sa.Index(
            "ix_parties_pairs",
            sa.text("pairs_of((((name_zh || '|') || name_en) || '|') || introduction)"),
            postgresql_using="gin",
        ),
        sa.CheckConstraint("name_zh <> ''", name="has_a_name"),
        sa.CheckConstraint(
            "CASE kind WHEN 'committee' THEN area_code IS NOT NULL AND area_code !~ '000$'"
            " WHEN 'street_office' THEN area_code IS NOT NULL AND area_code ~ '000$' AND area_code !~ '000000$'"
            " WHEN 'bureau' THEN area_code IS NOT NULL AND area_code ~ '000000$' ELSE true END",
            name="area_fits_kind",
        ),
        sa.CheckConstraint(
            "(kind = 'organization') = (legal_kind IS NOT NULL)", name="organizations_and_only_they_have_a_legal_kind"
        ),
        sa.CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code_has_18_characters"),
        sa.CheckConstraint(
            f"credit_code IS NULL OR kind IN ('bureau', 'firm') OR {LEGAL_PERSON}",
            name="only_legal_persons_have_a_credit_code",
        ),
        sa.CheckConstraint("founded ~ '^[0-9]{4}(-[0-9]{2}){0,2}$'", name="founded_is_a_year_month_or_day"),
        sa.CheckConstraint(
            "certified_social_workers >= 0 AND certified_social_workers <= social_workers AND social_workers <= staff",
            name="certified_within_social_workers_within_staff",
        ),
        sa.Index(
            "uq_parties_one_office_per_area",
            "kind",
            "area_code",
            unique=True,
            postgresql_where=sa.text("kind IN ('committee', 'street_office')"),
        ),
    )
