"""Bids and their versions; the deadline is held by the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "bids"
down_revision = "notices"

INSTANT = sa.TIMESTAMP(timezone=True)
STATUSES = ("draft", "submitted", "unconfirmed", "withdrawn", "late", "eligible", "ineligible")

# Whoever hands in holds the tender's row FOR SHARE from here to the commit, and the opening takes it FOR UPDATE:
# so a version is either refused here or committed before the bids are counted. The hour is the database's.
DEADLINE = """
CREATE FUNCTION bid_is_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _end timestamptz; _status text; _now timestamptz; _since timestamptz;
BEGIN
    SELECT bids_end, status INTO _end, _status FROM tenders WHERE id = NEW.tender_id FOR SHARE;
    _now := shuangxuan_now();
    _since := CASE WHEN NEW.arrived_late THEN _end ELSE _now - interval '1 minute' END;
    IF NOT NEW.arrived_late AND (_status <> 'published' OR _now >= _end) THEN
        RAISE EXCEPTION 'received after the deadline %', _end
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_in_time', TABLE = 'bid_versions';
    END IF;
    IF NEW.received_at NOT BETWEEN _since AND _now THEN
        RAISE EXCEPTION 'the receipt does not bear the hour of receipt'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'received_now', TABLE = 'bid_versions';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bid_is_in_time BEFORE INSERT ON bid_versions FOR EACH ROW EXECUTE FUNCTION bid_is_in_time();

CREATE FUNCTION bid_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was handed in is not changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER bid_version_stays BEFORE UPDATE OR DELETE ON bid_versions
    FOR EACH ROW EXECUTE FUNCTION bid_version_stays();
CREATE TRIGGER bid_versions_are_not_emptied BEFORE TRUNCATE ON bid_versions
    FOR EACH STATEMENT EXECUTE FUNCTION bid_version_stays();
REVOKE UPDATE, DELETE ON bid_versions FROM shuangxuan_app;
"""


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def to(column: str, target: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    return sa.Column(column, sa.BigInteger, sa.ForeignKey(target, name=f"fk_{table}_{column}"), nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_bids()
    create_versions()
    op.execute(DEADLINE)


def create_bids() -> None:
    op.create_table(
        "bids",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("ref", sa.Text),
        to("tender_id", "tenders.id", "bids"),
        to("lot_id", "lots.id", "bids"),
        to("item_id", "lot_items.id", "bids", nullable=True),
        to("party_id", "parties.id", "bids"),
        sa.Column("status", text_enum("bidstatus", *STATUSES), nullable=False),
        sa.Column("draft", JSONB),
        sa.Column("version_number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("confirmed_amendment", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reasons", JSONB, nullable=False, server_default="[]"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.UniqueConstraint(
            "lot_id",
            "item_id",
            "party_id",
            name="uq_bids_lot_id_item_id_party_id",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("tender_id", "ref", name="uq_bids_tender_id_ref"),
        sa.CheckConstraint("status NOT IN ('eligible', 'ineligible') OR ref IS NOT NULL", name="decided_has_a_number"),
        sa.CheckConstraint("(status = 'draft') = (version_number = 0)", name="handed_in_has_a_version"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_date"),
        sa.CheckConstraint(
            "(status IN ('eligible', 'ineligible')) = (decided_at IS NOT NULL)", name="decided_has_date"
        ),
        sa.CheckConstraint(
            "(status = 'ineligible') = (jsonb_array_length(reasons) > 0)", name="ineligible_has_reasons"
        ),
    )
    op.create_index("ix_bids_tender_id", "bids", ["tender_id"])
    op.create_index("ix_bids_item_id", "bids", ["item_id"])
    op.create_index("ix_bids_party_id", "bids", ["party_id"])


def create_versions() -> None:
    op.create_table(
        "bid_versions",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        to("bid_id", "bids.id", "bid_versions"),
        to("tender_id", "tenders.id", "bid_versions"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("plan", sa.Text, nullable=False, server_default=""),
        sa.Column("content_hash", sa.LargeBinary, nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("arrived_late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.UniqueConstraint("bid_id", "number", name="uq_bid_versions_bid_id_number"),
        sa.UniqueConstraint("receipt", name="uq_bid_versions_receipt"),
        sa.CheckConstraint("amount > 0", name="amount_is_positive"),
        sa.CheckConstraint("title <> ''", name="has_a_title"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
        sa.CheckConstraint("length(content_hash) = 32 AND length(receipt_hash) = 32", name="hashes_are_sha256"),
    )
    op.create_index("ix_bid_versions_tender_id", "bid_versions", ["tender_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("bid_versions", "bids"):
        op.drop_table(table)
    for function in ("bid_is_in_time()", "bid_version_stays()"):
        op.execute(f"DROP FUNCTION {function}")
