"""Needs and offers, each with its versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "needs_and_offers"
down_revision = "surveys"

INSTANT = sa.TIMESTAMP(timezone=True)
NEED_STATUSES = ("draft", "published", "matched", "tendered", "contracted", "fulfilled", "withdrawn", "expired")
OFFER_STATUSES = ("draft", "published", "paused", "withdrawn", "expired")


def status(name: str, *values: str) -> sa.Column[str]:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column("status", kind, nullable=False)


def words(name: str) -> sa.Column[str]:
    """A text that may be empty."""
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def code(table: str, name: str, target: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    """A code of a reference table."""
    foreign = sa.ForeignKey(f"{target}.code", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Text, foreign, nullable=nullable, primary_key=key)


def number(
    table: str, name: str, target: str, *, key: bool = False, nullable: bool = False, **how: str
) -> sa.Column[int]:
    """The number of a row elsewhere."""
    foreign = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}", **how)
    return sa.Column(name, sa.BigInteger, foreign, nullable=nullable, primary_key=key)


def of_thing(table: str, owner: str, name: str, target: str) -> None:
    """Codes that a need or an offer carries several of."""
    op.create_table(
        table,
        number(table, f"{owner}_id", f"{owner}s", key=True, ondelete="CASCADE"),
        code(table, name, target, key=True),
    )
    op.create_index(f"ix_{table}_{name}", table, [name])


def versions_of(owner: str) -> None:
    table = f"{owner}_versions"
    op.create_table(
        table,
        number(table, f"{owner}_id", f"{owner}s", key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("changes <> '{}'::jsonb", name="says_what_changed"),
    )


def index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index(
        f"uq_{table}_ref_within_a_scheme",
        table,
        ["ref_scheme", "ref"],
        unique=True,
        postgresql_where=sa.text("ref_scheme <> ''"),
    )


def common_checks(table: str) -> list[sa.Constraint]:
    """What holds for needs and offers alike: their number, their title, and the dates of their states."""
    return [
        sa.UniqueConstraint("ref_scheme", "party_id", "ref", name=f"uq_{table}_ref_scheme_party_id_ref"),
        sa.CheckConstraint("ref <> ''", name="ref_is_not_blank"),
        sa.CheckConstraint("btrim(title) <> '' AND length(title) <= 200", name="has_a_title"),
        sa.CheckConstraint("status <> 'expired'", name="expired_is_derived"),
        sa.CheckConstraint("status <> 'draft' OR published_at IS NULL", name="drafts_are_not_published"),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR published_at IS NOT NULL",
            name="public_ones_have_their_date",
        ),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND (status = 'withdrawn') = (withdrawal_reason <> '')",
            name="withdrawn_has_its_date_and_reason",
        ),
    ]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_needs()
    create_offers()


def create_needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        words("ref_scheme"),
        sa.Column("ref", sa.Text),
        number("needs", "party_id", "parties"),
        code("needs", "community_code", "areas"),
        code("needs", "category_code", "categories", nullable=True),
        sa.Column("title", sa.Text, nullable=False),
        words("description"),
        words("requirements"),
        sa.Column("beneficiaries", sa.Integer),
        sa.Column("budget", sa.Numeric(14, 2)),
        sa.Column("period_months", sa.SmallInteger),
        sa.Column("starts_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        number("needs", "survey_result_id", "survey_results", nullable=True),
        sa.Column("evidence_n", sa.Integer),
        *(sa.Column(f"evidence_{part}", sa.Numeric(5, 4)) for part in ("share", "low", "high")),
        words("evidence_note"),
        words("no_evidence_reason"),
        status("needstatus", *NEED_STATUSES),
        sa.Column("is_taken_over", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        words("withdrawal_reason"),
        sa.Column("fulfilled_at", INSTANT),
        *common_checks("needs"),
        *need_checks(),
    )
    index("needs", "party_id", "community_code", "category_code", "survey_result_id", "status")
    of_thing("need_populations", "need", "population_code", "populations")
    versions_of("need")


def need_checks() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("community_code NOT LIKE '%000'", name="asked_by_a_community"),
        sa.CheckConstraint("beneficiaries > 0", name="beneficiaries_are_positive"),
        sa.CheckConstraint("budget > 0", name="budget_is_positive"),
        sa.CheckConstraint("period_months BETWEEN 1 AND 60", name="period_is_1_to_60_months"),
        sa.CheckConstraint("(status = 'fulfilled') = (fulfilled_at IS NOT NULL)", name="fulfilled_has_its_date"),
        sa.CheckConstraint(
            "published_at IS NULL OR is_taken_over OR survey_result_id IS NOT NULL"
            " OR evidence_note <> '' OR no_evidence_reason <> ''",
            name="published_on_evidence_or_with_a_reason",
        ),
        sa.CheckConstraint(
            "num_nonnulls(survey_result_id, evidence_n, evidence_share, evidence_low, evidence_high) IN (0, 5)",
            name="evidence_is_whole",
        ),
        sa.CheckConstraint(
            "0 <= evidence_low AND evidence_low <= evidence_share AND evidence_share <= evidence_high"
            " AND evidence_high <= 1 AND evidence_n > 0",
            name="evidence_is_a_share_of_answers",
        ),
        sa.CheckConstraint(
            "expires_on >= (published_at AT TIME ZONE 'Asia/Shanghai')::date",
            name="expires_after_publication",
        ),
    ]


def create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        words("ref_scheme"),
        sa.Column("ref", sa.Text),
        number("offers", "party_id", "parties"),
        sa.Column("title", sa.Text, nullable=False),
        words("description"),
        sa.Column("price", sa.Numeric(14, 2)),
        words("price_unit"),
        words("capacity"),
        words("schedule"),
        sa.Column("qualifications", JSONB, nullable=False, server_default="[]"),
        sa.Column("available_from", sa.Date),
        sa.Column("available_until", sa.Date),
        status("offerstatus", *OFFER_STATUSES),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        words("withdrawal_reason"),
        *common_checks("offers"),
        sa.CheckConstraint("price >= 0", name="price_is_not_negative"),
        sa.CheckConstraint("price IS NULL OR price_unit <> ''", name="price_has_a_unit"),
        sa.CheckConstraint("available_from <= available_until", name="available_days_in_order"),
    )
    index("offers", "party_id", "status")
    of_thing("offer_categories", "offer", "category_code", "categories")
    of_thing("offer_populations", "offer", "population_code", "populations")
    of_thing("offer_areas", "offer", "area_code", "areas")
    versions_of("offer")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("offer_versions", "offer_areas", "offer_populations", "offer_categories", "offers"):
        op.drop_table(table)
    for table in ("need_versions", "need_populations", "needs"):
        op.drop_table(table)
