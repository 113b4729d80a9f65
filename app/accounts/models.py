"""Tables of the accounts, memberships and sessions of the people who act for parties."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.actors import Mandate, Role
from app.core.db import Base, Identified
from app.parties.models import Party


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

    A seat beside others counts from `confirmed_at` on, when one of them has said that the person is a colleague. Of
    organisations alone some people have less than the whole `mandate`.
    """

    __tablename__ = "memberships"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    role: Mapped[Role]
    area: Mapped[str] = mapped_column(default="", server_default="")
    mandate: Mapped[Mandate] = mapped_column(default=Mandate.head, server_default=Mandate.head.value)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="raise")
    party: Mapped[Party | None] = relationship(lazy="raise")

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
        sa.CheckConstraint("mandate = 'head' OR role = 'organization'", name="less_in_organizations_only"),
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
    account: Mapped[Account | None] = relationship(foreign_keys=account_id, lazy="raise")
    approver: Mapped[Account | None] = relationship(foreign_keys=approved_by, lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("length(secret_hash) = 32", name="secret_is_hashed"),
        sa.CheckConstraint("asked_at < expires_at AND effective_at < expires_at", name="ends_after_its_start"),
        sa.CheckConstraint("approved_by IS NULL OR effective_at IS NOT NULL", name="approved_takes_effect"),
        sa.CheckConstraint("effective_at IS NULL OR account_id IS NOT NULL", name="approved_for_an_account"),
        sa.CheckConstraint("approved_by <> account_id", name="approved_by_another"),
        sa.CheckConstraint("used_at IS NULL OR used_at >= effective_at", name="used_when_in_effect"),
        sa.CheckConstraint("num_nonnulls(used_at, cancelled_at) <= 1", name="used_or_cancelled"),
    )
