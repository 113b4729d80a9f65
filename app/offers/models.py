"""Tables of offers: what an organisation provides (HSDS service), and what each offer said before it was edited."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.offers.rules import OfferStatus

BLANK: sa.ColumnClause[Any] = sa.literal_column(
    "-1"
)  # as the index says it: a value sent along makes another expression


class OfferCategory(Base):
    """A service category that an offer is entered under."""

    __tablename__ = "offer_categories"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    category_code: Mapped[str] = mapped_column(sa.ForeignKey("categories.code"), primary_key=True, index=True)


class OfferPopulation(Base):
    """A target group that an offer is for."""

    __tablename__ = "offer_populations"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    population_code: Mapped[str] = mapped_column(sa.ForeignKey("populations.code"), primary_key=True, index=True)


class OfferArea(Base):
    """An area that an offer covers, with everything that lies in it."""

    __tablename__ = "offer_areas"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), primary_key=True, index=True)


class Offer(Base, Identified, Versioned):
    """`price` is per `price_unit` (元/份, 元/年, 管理费% …): a number that only its unit explains, so no sum of money.

    `ref` is the number in the list that it came from; each organisation numbers its own list (`ref_scheme` blank), a
    season numbers all of its offers.
    """

    __tablename__ = "offers"

    ref_scheme: Mapped[str] = mapped_column(default="", server_default="")
    ref: Mapped[str | None]
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    categories: Mapped[list[OfferCategory]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=OfferCategory.category_code
    )
    category_codes: AssociationProxy[list[str]] = association_proxy(
        "categories", "category_code", creator=lambda code: OfferCategory(category_code=code)
    )
    populations: Mapped[list[OfferPopulation]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=OfferPopulation.population_code
    )
    population_codes: AssociationProxy[list[str]] = association_proxy(
        "populations", "population_code", creator=lambda code: OfferPopulation(population_code=code)
    )
    areas: Mapped[list[OfferArea]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=OfferArea.area_code
    )
    coverage_codes: AssociationProxy[list[str]] = association_proxy(
        "areas", "area_code", creator=lambda code: OfferArea(area_code=code)
    )
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    price: Mapped[Decimal | None] = mapped_column()
    price_unit: Mapped[str] = mapped_column(default="", server_default="")
    capacity: Mapped[str] = mapped_column(default="", server_default="")
    schedule: Mapped[str] = mapped_column(default="", server_default="")
    qualifications: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    available_from: Mapped[date | None]
    available_until: Mapped[date | None]

    status: Mapped[OfferStatus] = mapped_column(default=OfferStatus.draft, index=True)
    created_at: Mapped[datetime] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="", server_default="")

    # What lists are sorted by where a column may be blank: no price comes first.
    sorted_price: Mapped[Decimal] = column_property(sa.func.coalesce(price, BLANK, type_=sa.Numeric(14, 2)))
    sorted_at: Mapped[datetime] = column_property(
        sa.func.coalesce(published_at, created_at, type_=sa.TIMESTAMP(timezone=True))
    )

    __table_args__ = (
        within_years("available_from", "available_until", "published_at"),
        sa.Index("ix_offers_pairs", sa.text("pairs_of((title || '|') || description)"), postgresql_using="gin"),
        sa.Index("ix_offers_ref_id", "ref", "id"),
        sa.Index("ix_offers_title_id", "title", "id"),
        sa.Index("ix_offers_status_id", "status", "id"),
        sa.Index("ix_offers_sorted_price_id", sa.text("coalesce(price, -1)"), "id"),
        sa.Index("ix_offers_sorted_at_id", sa.text("coalesce(published_at, created_at)"), "id"),
        sa.UniqueConstraint("ref_scheme", "party_id", "ref"),
        sa.Index(
            "uq_offers_ref_within_a_scheme",
            "ref_scheme",
            "ref",
            unique=True,
            postgresql_where=sa.text("ref_scheme <> ''"),
        ),
        sa.CheckConstraint("ref <> ''", name="ref_is_not_blank"),
        sa.CheckConstraint("btrim(title) <> '' AND length(title) <= 200", name="has_a_title"),
        sa.CheckConstraint("price >= 0", name="price_is_not_negative"),
        sa.CheckConstraint("price IS NULL OR price_unit <> ''", name="price_has_a_unit"),
        sa.CheckConstraint("available_from <= available_until", name="available_days_in_order"),
        sa.CheckConstraint("status <> 'expired'", name="expired_is_derived"),
        sa.CheckConstraint("status <> 'draft' OR published_at IS NULL", name="drafts_are_not_published"),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR published_at IS NOT NULL", name="public_ones_have_their_date"
        ),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawal_reason <> '')",
            name="withdrawn_has_its_date_and_reason",
        ),
    )


class OfferVersion(Base):
    """What an edit after publication changed: `changes` maps each field to what it said before and after.

    `version` is the one that was replaced.
    """

    __tablename__ = "offer_versions"

    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id"), primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    changes: Mapped[dict[str, Any]]
    account_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("changes <> '{}'::jsonb", name="says_what_changed"),)
