"""Tables of parties, and of the accounts, memberships and sessions of the people who act for them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actors import Role
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.parties.rules import FourLevel, Inspection, LegalKind, PartyBuilding, PartyKind, RatingA

LEGAL_PERSON = "legal_kind IN ('social_service_agency', 'association', 'foundation', 'company')"


class Party(Base, Identified, Versioned):
    """`ref` is the short code a season's files use ("G01"), unique within `ref_scheme`. `rectification` quotes the
    authority; its dates bound the period as far as they are known. Phone, mail and address are the office's; who
    represents it in law and the bank account stand in its contracts."""

    __tablename__ = "parties"

    kind: Mapped[PartyKind]
    ref_scheme: Mapped[str] = mapped_column(default="", server_default="")
    ref: Mapped[str | None]
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="", server_default="")
    area_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    is_fictional: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]

    legal_kind: Mapped[LegalKind | None]
    credit_code: Mapped[str | None]
    founded: Mapped[str | None]
    staff: Mapped[int | None] = mapped_column(sa.Integer)
    social_workers: Mapped[int | None] = mapped_column(sa.Integer)
    certified_social_workers: Mapped[int | None] = mapped_column(sa.Integer)
    qualifications: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    domain_codes: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    rating_a: Mapped[RatingA | None]
    rating_four_level: Mapped[FourLevel | None]
    rating_year: Mapped[int | None] = mapped_column(sa.Integer)
    rectification: Mapped[str | None]
    rectification_from: Mapped[date | None]
    rectification_until: Mapped[date | None]
    annual_inspection: Mapped[Inspection | None]
    annual_inspection_year: Mapped[int | None] = mapped_column(sa.Integer)
    party_building: Mapped[PartyBuilding | None]

    introduction: Mapped[str] = mapped_column(default="", server_default="")
    office_phone: Mapped[str] = mapped_column(default="", server_default="")
    office_email: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    legal_representative: Mapped[str] = mapped_column(default="", server_default="")
    bank_name: Mapped[str] = mapped_column(default="", server_default="")
    bank_account: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        within_years("rectification_from", "rectification_until"),
        sa.UniqueConstraint("ref_scheme", "ref"),
        sa.UniqueConstraint("credit_code"),
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
        sa.CheckConstraint(
            "kind = 'organization' OR num_nonnulls(rating_a, rating_four_level, rating_year, rectification,"
            " annual_inspection, party_building) = 0",
            name="only_organizations_are_rated",
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
        sa.CheckConstraint(
            "(rating_year IS NULL) = (rating_a IS NULL AND rating_four_level IS NULL)", name="rating_has_its_year"
        ),
        sa.CheckConstraint(
            "(annual_inspection IS NULL) = (annual_inspection_year IS NULL)", name="inspection_has_its_year"
        ),
        sa.CheckConstraint(
            "rectification IS NOT NULL OR (rectification_from IS NULL AND rectification_until IS NULL)",
            name="rectification_dates_belong_to_one",
        ),
        sa.CheckConstraint("rectification_from <= rectification_until", name="rectification_ends_after_its_start"),
        sa.Index(
            "uq_parties_one_office_per_area",
            "kind",
            "area_code",
            unique=True,
            postgresql_where=sa.text("kind IN ('committee', 'street_office')"),
        ),
    )


class Account(Base, Identified):
    """`username` is kept folded (lower case, half width), so that it is unique however it is typed. No
    `password_hash`: nobody has set a password yet, so nobody can sign in."""

    __tablename__ = "accounts"

    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("username = lower(username) AND username <> ''", name="username_is_folded"),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_is_hashed"),
    )


class Membership(Base, Identified):
    """In which role, for which party and for which area ("" = none) an account may act, until it ended.

    A seat beside others counts from `confirmed_at` on, when one of them has said that the person is a colleague.
    """

    __tablename__ = "memberships"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    role: Mapped[Role]
    area: Mapped[str] = mapped_column(default="", server_default="")
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_memberships_held_once",
            "account_id",
            "party_id",
            "role",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.CheckConstraint("role NOT IN ('resident', 'clock')", name="role_needs_an_account"),
        sa.CheckConstraint("role IN ('judge', 'admin') OR party_id IS NOT NULL", name="acts_for_a_party"),
        sa.CheckConstraint("area ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$'", name="area_is_a_prefix"),
    )


class AccountSession(Base, Identified):
    """A signed-in browser. The token itself is only in its cookie; here is its SHA-256. `device` is a coarse word."""

    __tablename__ = "account_sessions"

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        sa.CheckConstraint("length(token_hash) = 32", name="token_is_hashed"),
        sa.CheckConstraint("created_at <= last_seen_at AND created_at < expires_at", name="times_in_order"),
    )


class KnownBrowser(Base):
    """From where an account was signed in to: a keyed hash of a browser's mark, or of its address."""

    __tablename__ = "known_browsers"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class PasswordReset(Base, Identified):
    """A browser (or a one-time link) that may set an account's password once it is approved and in effect.

    `secret_hash` is of what only that browser or link has, `code` what the person tells a colleague (None: a link).
    Names without an account are kept like others, so that nobody learns which have one. `vouched_party_id` is the
    party for which the approving colleague spoke (None: an administrator or the server's operator approved).
    """

    __tablename__ = "password_resets"

    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    username: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    code: Mapped[str | None]
    device: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    vouched_party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    effective_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("length(secret_hash) = 32", name="secret_is_hashed"),
        sa.CheckConstraint("asked_at < expires_at AND effective_at < expires_at", name="ends_after_its_start"),
        sa.CheckConstraint("approved_by IS NULL OR effective_at IS NOT NULL", name="approved_takes_effect"),
        sa.CheckConstraint("effective_at IS NULL OR account_id IS NOT NULL", name="approved_for_an_account"),
        sa.CheckConstraint("approved_by <> account_id", name="approved_by_another"),
        sa.CheckConstraint("used_at IS NULL OR used_at >= effective_at", name="used_when_in_effect"),
        sa.CheckConstraint("num_nonnulls(used_at, cancelled_at) <= 1", name="used_or_cancelled"),
    )
