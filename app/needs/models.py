"""Tables of needs: what a community asks for, and what each need said before it was edited."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.bounds import LAST_DAY
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.needs.rules import NeedStatus

# As the indexes say it: a value sent along makes another expression.
BLANK: sa.ColumnClause[Any] = sa.literal_column("-1")
LAST_START: sa.ColumnClause[Any] = sa.literal_column(f"DATE '{LAST_DAY.isoformat()}'")


class NeedPopulation(Base):
    """A target group that a need is for."""

    __tablename__ = "need_populations"

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needs.id", ondelete="CASCADE"), primary_key=True)
    population_code: Mapped[str] = mapped_column(sa.ForeignKey("populations.code"), primary_key=True, index=True)


class Need(Base, Identified, Versioned):
    """`category_code` is what the committee entered, be it blank, coarse or wrong.

    `ref` is the number in the list that it came from; each committee numbers its own list (`ref_scheme` blank), a
    season numbers all of its needs. `is_taken_over`: published elsewhere before it came here, so that neither its
    evidence nor its start was checked. `evidence_share` of `evidence_n` answers, with its interval, is the survey's
    result as it stood when the need was drafted. `held_as`: the word of the one room that holds the need, if any does.
    `advertised_at`: since when it stands on the list of unmet needs, if it does.
    """

    __tablename__ = "needs"

    ref_scheme: Mapped[str] = mapped_column(default="", server_default="")
    ref: Mapped[str | None]
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    community_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    category_code: Mapped[str | None] = mapped_column(sa.ForeignKey("categories.code"), index=True)
    populations: Mapped[list[NeedPopulation]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=NeedPopulation.population_code
    )
    population_codes: AssociationProxy[list[str]] = association_proxy(
        "populations", "population_code", creator=lambda code: NeedPopulation(population_code=code)
    )
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    requirements: Mapped[str] = mapped_column(default="", server_default="")
    beneficiaries: Mapped[int | None] = mapped_column(sa.Integer)
    budget: Mapped[Decimal | None] = mapped_column()
    period_months: Mapped[int | None] = mapped_column(sa.SmallInteger)
    starts_on: Mapped[date | None] = mapped_column()
    expires_on: Mapped[date | None]

    survey_result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("survey_results.id"), index=True)
    evidence_n: Mapped[int | None] = mapped_column(sa.Integer)
    evidence_share: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 4))
    evidence_low: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 4))
    evidence_high: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 4))
    evidence_note: Mapped[str] = mapped_column(default="", server_default="")
    no_evidence_reason: Mapped[str] = mapped_column(default="", server_default="")

    status: Mapped[NeedStatus] = mapped_column(default=NeedStatus.draft, index=True)
    held_as: Mapped[str | None] = mapped_column()
    is_taken_over: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column()
    advertised_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="", server_default="")
    fulfilled_at: Mapped[datetime | None]

    # What lists are sorted by where a column may be blank: no budget comes first, no start comes last.
    sorted_status: Mapped[str] = column_property(sa.func.coalesce(held_as, sa.cast(status, sa.Text), type_=sa.Text()))
    sorted_budget: Mapped[Decimal] = column_property(sa.func.coalesce(budget, BLANK, type_=sa.Numeric(14, 2)))
    sorted_start: Mapped[date] = column_property(sa.func.coalesce(starts_on, LAST_START, type_=sa.Date()))
    sorted_at: Mapped[datetime] = column_property(
        sa.func.coalesce(published_at, created_at, type_=sa.TIMESTAMP(timezone=True))
    )

    sorted_beneficiaries: Mapped[int] = column_property(sa.func.coalesce(beneficiaries, BLANK, type_=sa.Integer()))
    sorted_advertised: Mapped[datetime] = column_property(
        sa.func.coalesce(advertised_at, created_at, type_=sa.TIMESTAMP(timezone=True))
    )

    __table_args__ = (
        within_years("starts_on", "expires_on", "published_at"),
        sa.Index(
            "ix_needs_pairs",
            sa.text("pairs_of((((title || '|') || description) || '|') || requirements)"),
            postgresql_using="gin",
        ),
        sa.Index("ix_needs_ref_id", "ref", "id"),
        sa.Index("ix_needs_title_id", "title", "id"),
        sa.Index("ix_needs_community_code_id", "community_code", "id"),
        sa.Index("ix_needs_sorted_status_id", sa.text("coalesce(held_as, status::text)"), "id"),
        sa.Index("ix_needs_sorted_budget_id", sa.text("coalesce(budget, -1)"), "id"),
        sa.Index("ix_needs_sorted_start_id", sa.text("coalesce(starts_on, '2200-12-31'::date)"), "id"),
        sa.Index("ix_needs_sorted_at_id", sa.text("coalesce(published_at, created_at)"), "id"),
        sa.Index("ix_needs_sorted_beneficiaries_id", sa.text("coalesce(beneficiaries, -1)"), "id"),
        sa.Index("ix_needs_sorted_advertised_id", sa.text("coalesce(advertised_at, created_at)"), "id"),
        sa.Index("ix_needs_advertised_at", "advertised_at", postgresql_where=sa.text("advertised_at IS NOT NULL")),
        sa.UniqueConstraint("ref_scheme", "party_id", "ref"),
        sa.Index(
            "uq_needs_ref_within_a_scheme",
            "ref_scheme",
            "ref",
            unique=True,
            postgresql_where=sa.text("ref_scheme <> ''"),
        ),
        sa.CheckConstraint("ref <> ''", name="ref_is_not_blank"),
        sa.CheckConstraint("btrim(title) <> '' AND length(title) <= 200", name="has_a_title"),
        sa.CheckConstraint("community_code NOT LIKE '%000'", name="asked_by_a_community"),
        sa.CheckConstraint("beneficiaries > 0", name="beneficiaries_are_positive"),
        sa.CheckConstraint("budget > 0", name="budget_is_positive"),
        sa.CheckConstraint("period_months BETWEEN 1 AND 60", name="period_is_1_to_60_months"),
        sa.CheckConstraint("status <> 'expired'", name="expired_is_derived"),
        sa.CheckConstraint(
            "held_as IS NULL OR (held_as <> '' AND status = 'published')", name="only_published_ones_are_held"
        ),
        sa.CheckConstraint(
            "advertised_at IS NULL OR (status = 'published' AND held_as IS NULL AND advertised_at >= published_at)",
            name="only_open_ones_are_advertised",
        ),
        sa.CheckConstraint("status <> 'draft' OR published_at IS NULL", name="drafts_are_not_published"),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR published_at IS NOT NULL", name="public_ones_have_their_date"
        ),
        sa.CheckConstraint("(status = 'fulfilled') = (fulfilled_at IS NOT NULL)", name="fulfilled_has_its_date"),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawal_reason <> '')",
            name="withdrawn_has_its_date_and_reason",
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR is_taken_over OR survey_result_id IS NOT NULL"
            " OR evidence_note <> '' OR no_evidence_reason <> ''",
            name="published_on_evidence_or_with_a_reason",
        ),
        sa.CheckConstraint(
            "num_nonnulls(evidence_n, evidence_share, evidence_low, evidence_high) IN (0, 4)"
            " AND (survey_result_id IS NOT NULL OR evidence_n IS NULL)",
            name="evidence_is_whole",
        ),
        sa.CheckConstraint(
            "0 <= evidence_low AND evidence_low <= evidence_share AND evidence_share <= evidence_high"
            " AND evidence_high <= 1 AND evidence_n > 0",
            name="evidence_is_a_share_of_answers",
        ),
        sa.CheckConstraint(
            "expires_on >= (published_at AT TIME ZONE 'Asia/Shanghai')::date", name="expires_after_publication"
        ),
    )


class NeedVersion(Base):
    """What an edit after publication changed: `changes` maps each field to what it said before and after.

    `version` is the one that was replaced.
    """

    __tablename__ = "need_versions"

    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needs.id"), primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    changes: Mapped[dict[str, Any]]
    account_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("changes <> '{}'::jsonb", name="says_what_changed"),)
