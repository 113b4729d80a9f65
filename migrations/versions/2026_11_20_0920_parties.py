"""Parties; accounts, memberships, sessions, and failed tries to sign in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "parties"
down_revision = "areas_and_taxonomy"

INSTANT = sa.TIMESTAMP(timezone=True)
KINDS = ("committee", "street_office", "bureau", "organization", "firm")
LEGAL_KINDS = (
    "social_service_agency",
    "association",
    "foundation",
    "community_group_filed",
    "resident_group",
    "student_team",
    "company",
)
ROLES = (
    "resident",
    "committee",
    "street",
    "organization",
    "purchaser",
    "judge",
    "evaluator",
    "auditor",
    "admin",
    "clock",
)


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def words(name: str) -> sa.Column[str]:
    """A text that may be empty."""
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_parties()
    create_accounts()
    create_sessions()


def create_parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("kind", text_enum("partykind", *KINDS), nullable=False),
        words("ref_scheme"),
        sa.Column("ref", sa.Text),
        sa.Column("name_zh", sa.Text, nullable=False),
        words("name_en"),
        sa.Column("area_code", sa.Text, sa.ForeignKey("areas.code", name="fk_parties_area_code")),
        sa.Column("is_fictional", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("legal_kind", text_enum("legalkind", *LEGAL_KINDS)),
        sa.Column("credit_code", sa.Text),
        sa.Column("founded", sa.Text),
        sa.Column("staff", sa.Integer),
        sa.Column("social_workers", sa.Integer),
        sa.Column("certified_social_workers", sa.Integer),
        sa.Column("qualifications", JSONB, nullable=False, server_default="[]"),
        sa.Column("domain_codes", JSONB, nullable=False, server_default="[]"),
        sa.Column("rating_a", text_enum("ratinga", "1A", "2A", "3A", "4A", "5A")),
        sa.Column("rating_four_level", text_enum("fourlevel", "excellent", "good", "qualified", "unqualified")),
        sa.Column("rating_year", sa.Integer),
        sa.Column("rectification", sa.Text),
        sa.Column("rectification_from", sa.Date),
        sa.Column("rectification_until", sa.Date),
        sa.Column("annual_inspection", text_enum("inspection", "qualified", "basically_qualified", "unqualified")),
        sa.Column("annual_inspection_year", sa.Integer),
        sa.Column(
            "party_building",
            text_enum("partybuilding", "own_branch", "joint_branch", "instructor", "none"),
        ),
        words("introduction"),
        words("office_phone"),
        words("office_email"),
        words("address"),
        sa.UniqueConstraint("ref_scheme", "ref", name="uq_parties_ref_scheme_ref"),
        sa.UniqueConstraint("credit_code", name="uq_parties_credit_code"),
        sa.CheckConstraint("name_zh <> ''", name="has_a_name"),
        sa.CheckConstraint(
            "CASE kind WHEN 'committee' THEN area_code IS NOT NULL AND area_code !~ '000$'"
            " WHEN 'street_office' THEN area_code IS NOT NULL AND area_code ~ '000$' AND area_code !~ '000000$'"
            " WHEN 'bureau' THEN area_code IS NOT NULL AND area_code ~ '000000$' ELSE true END",
            name="area_fits_kind",
        ),
        sa.CheckConstraint(
            "(kind = 'organization') = (legal_kind IS NOT NULL)",
            name="organizations_and_only_they_have_a_legal_kind",
        ),
        sa.CheckConstraint(
            "kind = 'organization' OR num_nonnulls(rating_a, rating_four_level, rating_year, rectification,"
            " annual_inspection, party_building) = 0",
            name="only_organizations_are_rated",
        ),
        sa.CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code_has_18_characters"),
        sa.CheckConstraint(
            "credit_code IS NULL OR kind IN ('bureau', 'firm')"
            " OR legal_kind IN ('social_service_agency', 'association', 'foundation', 'company')",
            name="only_legal_persons_have_a_credit_code",
        ),
        sa.CheckConstraint("founded ~ '^[0-9]{4}(-[0-9]{2}){0,2}$'", name="founded_is_a_year_month_or_day"),
        sa.CheckConstraint(
            "certified_social_workers >= 0 AND certified_social_workers <= social_workers AND social_workers <= staff",
            name="certified_within_social_workers_within_staff",
        ),
        sa.CheckConstraint(
            "(rating_year IS NULL) = (rating_a IS NULL AND rating_four_level IS NULL)",
            name="rating_has_its_year",
        ),
        sa.CheckConstraint(
            "(annual_inspection IS NULL) = (annual_inspection_year IS NULL)", name="inspection_has_its_year"
        ),
        sa.CheckConstraint(
            "rectification IS NOT NULL OR (rectification_from IS NULL AND rectification_until IS NULL)",
            name="rectification_dates_belong_to_one",
        ),
        sa.CheckConstraint("rectification_from <= rectification_until", name="rectification_ends_after_its_start"),
    )
    op.create_index("ix_parties_area_code", "parties", ["area_code"])
    op.create_index(
        "uq_parties_one_office_per_area",
        "parties",
        ["kind", "area_code"],
        unique=True,
        postgresql_where=sa.text("kind IN ('committee', 'street_office')"),
    )


def create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("is_demonstration", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
        sa.CheckConstraint("username = lower(username) AND username <> ''", name="username_is_folded"),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_is_hashed"),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "account_id",
            sa.BigInteger,
            sa.ForeignKey("accounts.id", name="fk_memberships_account_id"),
            nullable=False,
        ),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id", name="fk_memberships_party_id")),
        sa.Column("role", text_enum("role", *ROLES), nullable=False),
        words("area"),
        sa.UniqueConstraint(
            "account_id",
            "party_id",
            "role",
            name="uq_memberships_account_id_party_id_role",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("role NOT IN ('resident', 'clock')", name="role_needs_an_account"),
        sa.CheckConstraint("role IN ('judge', 'admin') OR party_id IS NOT NULL", name="acts_for_a_party"),
        sa.CheckConstraint("area ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$'", name="area_is_a_prefix"),
    )
    op.create_index("ix_memberships_account_id", "memberships", ["account_id"])
    op.create_index("ix_memberships_party_id", "memberships", ["party_id"])


def create_sessions() -> None:
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column(
            "account_id",
            sa.BigInteger,
            sa.ForeignKey("accounts.id", name="fk_account_sessions_account_id"),
            nullable=False,
        ),
        sa.Column(
            "membership_id",
            sa.BigInteger,
            sa.ForeignKey("memberships.id", name="fk_account_sessions_membership_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_account_sessions_token_hash"),
        sa.CheckConstraint("length(token_hash) = 32", name="token_is_hashed"),
        sa.CheckConstraint("created_at <= last_seen_at AND created_at < expires_at", name="times_in_order"),
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"])
    op.create_index("ix_account_sessions_membership_id", "account_sessions", ["membership_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("username", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.CheckConstraint("failures > 0", name="counts_failures"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("sign_in_tries", "account_sessions", "memberships", "accounts", "parties"):
        op.drop_table(table)
