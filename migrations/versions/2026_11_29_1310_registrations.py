"""Organisations ask to take part, and an office decides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "registrations"
down_revision = "application_forms"

INSTANT = sa.TIMESTAMP(timezone=True)
STATES = ("submitted", "admitted", "refused", "withdrawn")
KINDS = (
    "social_service_agency",
    "association",
    "foundation",
    "community_group_filed",
    "resident_group",
    "student_team",
    "company",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "registrations",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("receipt_hash", sa.Text, nullable=False),
        one_of("status", STATES, "registrationstatus"),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False, server_default=""),
        one_of("legal_kind", KINDS, "legalkind"),
        sa.Column("credit_code", sa.Text),
        sa.Column("area_code", sa.Text, to("area_code", "areas.code"), nullable=False),
        sa.Column("introduction", sa.Text, nullable=False),
        sa.Column("domain_codes", JSONB, nullable=False, server_default="[]"),
        sa.Column("contact_name", sa.Text, nullable=False),
        sa.Column("contact_phone", sa.Text, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("party_id", sa.BigInteger, to("party_id", "parties.id")),
        sa.UniqueConstraint("receipt_hash", name="uq_registrations_receipt_hash"),
        sa.CheckConstraint("name_zh <> ''", name="has_a_name"),
        sa.CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code_has_18_characters"),
        sa.CheckConstraint("(status = 'submitted') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'refused') = (reason <> '')", name="refused_with_a_reason"),
        sa.CheckConstraint("status = 'admitted' OR party_id IS NULL", name="only_admitted_ones_became_a_party"),
    )
    op.create_index("ix_registrations_area_code", "registrations", ["area_code"])
    op.create_index("ix_registrations_party_id", "registrations", ["party_id"])
    op.create_index(
        "uq_registrations_one_open_per_credit_code",
        "registrations",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )


def one_of(column: str, words: tuple[str, ...], name: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=False)


def to(column: str, target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, name=f"fk_registrations_{column}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("registrations")
