"""Working-day calendar; tenders with their lots, criteria, enquiries and amendments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.days.calendar_table import seed_rows

revision = "notices"
down_revision = "selection"

INSTANT = sa.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(14, 2)
STATUSES = ("draft", "published", "opened", "awarded", "cancelled", "unsuccessful")
OVERSPEND_RULES = ("skip", "trim", "optimise")
DATES = ("enquiries_end", "bids_end", "prequalification_end", "evaluation_end", "objections_end", "contracts_end")
SEEDED_YEARS = range(2016, 2030)


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def to(column: str, target: str, table: str, *, nullable: bool = False, cascade: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete="CASCADE" if cascade else None)
    return sa.Column(column, sa.Text if column.endswith("_code") else sa.BigInteger, key, nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_calendar()
    create_tenders()
    create_lots()
    create_criteria()
    create_enquiries()
    create_amendments()


def create_calendar() -> None:
    days = op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("is_workday", sa.Boolean, nullable=False),
        sa.Column("official", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("NOT is_workday OR extract(isodow FROM day) > 5", name="workdays_are_weekend_days"),
    )
    op.bulk_insert(days, seed_rows(SEEDED_YEARS))


def create_tenders() -> None:
    op.create_table(
        "tenders",
        number(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("ref", sa.Text, nullable=False),
        to("party_id", "parties.id", "tenders"),
        to("area_code", "areas.code", "tenders"),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False, server_default=""),
        sa.Column("requirements", sa.Text, nullable=False, server_default=""),
        sa.Column("status", text_enum("tenderstatus", *STATUSES), nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("profile_version", sa.Text),
        sa.Column("profile_document", JSONB),
        sa.Column("budget", MONEY, nullable=False),
        sa.Column("overspend_rule", text_enum("overspendrule", *OVERSPEND_RULES), nullable=False),
        sa.Column("tie_criterion", sa.Text),
        *(sa.Column(date, INSTANT) for date in DATES),
        sa.Column("contract_start", sa.Date),
        sa.Column("contract_end", sa.Date),
        sa.Column("amendment_number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("binding_amendment", sa.Integer, nullable=False, server_default="0"),
        sa.Column("is_demonstration", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("opened_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_reason", sa.Text),
        sa.UniqueConstraint("ref", name="uq_tenders_ref"),
        sa.CheckConstraint("title_zh <> ''", name="has_a_title"),
        sa.CheckConstraint("budget >= 0 AND (published_at IS NULL OR budget > 0)", name="budget_is_positive"),
        sa.CheckConstraint("status <> 'draft' OR published_at IS NULL", name="draft_is_unpublished"),
        sa.CheckConstraint("status IN ('draft', 'cancelled') OR published_at IS NOT NULL", name="published_has_date"),
        sa.CheckConstraint("status NOT IN ('opened', 'awarded') OR opened_at IS NOT NULL", name="opened_has_date"),
        sa.CheckConstraint("opened_at >= bids_end", name="opened_after_the_deadline"),
        sa.CheckConstraint("(status IN ('cancelled', 'unsuccessful')) = (ended_at IS NOT NULL)", name="ended_has_date"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_reason IS NULL) AND ended_reason <> ''", name="ended_has_reason"
        ),
        sa.CheckConstraint(
            f"published_at IS NULL OR num_nulls({', '.join(DATES)}, profile_version, profile_document) = 0",
            name="published_is_complete",
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR (published_at < bids_end AND enquiries_end <= bids_end"
            " AND bids_end < prequalification_end AND prequalification_end < evaluation_end"
            " AND evaluation_end < objections_end AND objections_end < contracts_end)",
            name="dates_in_order",
        ),
        sa.CheckConstraint("contract_start <= contract_end", name="contract_ends_after_its_start"),
        sa.CheckConstraint("binding_amendment BETWEEN 0 AND amendment_number", name="binding_amendment_exists"),
    )
    op.create_index("ix_tenders_party_id", "tenders", ["party_id"])
    op.create_index("ix_tenders_area_code", "tenders", ["area_code"])


def create_lots() -> None:
    op.create_table(
        "lots",
        number(),
        to("tender_id", "tenders.id", "lots"),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("budget", MONEY, nullable=False),
        sa.Column("ceiling", MONEY, nullable=False),
        sa.UniqueConstraint("tender_id", "code", name="uq_lots_tender_id_code"),
        sa.UniqueConstraint("tender_id", "position", name="uq_lots_tender_id_position"),
        sa.CheckConstraint("places >= 0", name="places_are_not_negative"),
        sa.CheckConstraint("budget >= 0 AND ceiling >= 0", name="amounts_are_not_negative"),
        sa.CheckConstraint("code <> '' AND title_zh <> ''", name="has_a_title"),
    )
    op.create_table(
        "lot_items",
        number(),
        to("lot_id", "lots.id", "lot_items", cascade=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        to("need_id", "needs.id", "lot_items", nullable=True),
        to("community_code", "areas.code", "lot_items", nullable=True),
        sa.UniqueConstraint("lot_id", "code", name="uq_lot_items_lot_id_code"),
        sa.UniqueConstraint("lot_id", "position", name="uq_lot_items_lot_id_position"),
    )
    op.create_index("ix_lot_items_need_id", "lot_items", ["need_id"])
    op.create_index("ix_lot_items_community_code", "lot_items", ["community_code"])
    op.create_table(
        "lot_needs",
        to("lot_id", "lots.id", "lot_needs", cascade=True),
        to("need_id", "needs.id", "lot_needs"),
        sa.PrimaryKeyConstraint("lot_id", "need_id", name="pk_lot_needs"),
    )
    op.create_index("ix_lot_needs_need_id", "lot_needs", ["need_id"])


def create_criteria() -> None:
    op.create_table(
        "criteria",
        number(),
        to("tender_id", "tenders.id", "criteria"),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label_zh", sa.Text, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False, server_default=""),
        sa.Column("maximum", sa.Numeric(5, 2), nullable=False),
        sa.Column("is_price", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("tender_id", "code", name="uq_criteria_tender_id_code"),
        sa.CheckConstraint("maximum BETWEEN 0 AND 100", name="maximum_within_100"),
    )


def create_enquiries() -> None:
    op.create_table(
        "enquiries",
        number(),
        to("tender_id", "tenders.id", "enquiries"),
        to("party_id", "parties.id", "enquiries"),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", INSTANT),
        sa.CheckConstraint("question <> ''", name="asks_something"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND answer <> ''", name="answer_has_date"),
        sa.CheckConstraint("answered_at >= asked_at", name="answered_after_asked"),
    )
    op.create_index("ix_enquiries_tender_id", "enquiries", ["tender_id"])
    op.create_index("ix_enquiries_party_id", "enquiries", ["party_id"])


def create_amendments() -> None:
    op.create_table(
        "amendments",
        number(),
        to("tender_id", "tenders.id", "amendments"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("is_binding", sa.Boolean, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.UniqueConstraint("tender_id", "number", name="uq_amendments_tender_id_number"),
        sa.CheckConstraint("reason <> ''", name="gives_a_reason"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("amendments", "enquiries", "criteria", "lot_needs", "lot_items", "lots", "tenders", "calendar_days"):
        op.drop_table(table)
