"""Results, lot results, awards and passed bids; a trigger keeps each lot within its budget and places."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "awards"
down_revision = "panels"

INSTANT = sa.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(14, 2)
POINTS = sa.Numeric(5, 2)
RULES = ("skip", "trim", "optimise")
STATUSES = ("proposed", "declined", "noticed", "held", "confirmed", "revoked")
REASONS = ("below_line", "applicant_awarded", "item_taken", "over_budget", "combination", "cut_declined")
LIVE = "status NOT IN ('declined', 'revoked')"

# The lot's row is locked before its awards are added up: two awards at the same time cannot both fit the rest.
WITHIN_LOT = """
CREATE FUNCTION award_is_within_its_lot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _lot lots; _sum numeric; _count bigint; _fault text;
BEGIN
    IF NEW.status IN ('declined', 'revoked') THEN
        RETURN NULL;
    END IF;
    SELECT * INTO _lot FROM lots WHERE id = NEW.lot_id FOR NO KEY UPDATE;
    SELECT sum(amount), count(*) INTO _sum, _count FROM awards
        WHERE lot_id = NEW.lot_id AND status NOT IN ('declined', 'revoked');
    IF _sum > _lot.budget THEN
        _fault := 'ck_awards_within_the_lots_budget';
    ELSIF _count > _lot.places THEN
        _fault := 'ck_awards_within_the_lots_places';
    ELSIF NOT EXISTS (
        SELECT FROM bids b WHERE b.id = NEW.bid_id AND b.status = 'eligible' AND b.party_id = NEW.party_id
            AND b.lot_id = NEW.lot_id AND b.tender_id = NEW.tender_id AND b.item_id IS NOT DISTINCT FROM NEW.item_id
    ) THEN
        _fault := 'ck_awards_to_an_eligible_bid';
    END IF;
    IF _fault IS NOT NULL THEN
        RAISE EXCEPTION 'this award may not be made: %', _fault
            USING ERRCODE = 'check_violation', CONSTRAINT = _fault, TABLE = 'awards';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER award_is_within_its_lot AFTER INSERT OR UPDATE ON awards
    FOR EACH ROW EXECUTE FUNCTION award_is_within_its_lot();
"""


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def to(column: str, target: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    return sa.Column(column, sa.BigInteger, sa.ForeignKey(target, name=f"fk_{table}_{column}"), nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_results()
    create_awards()
    create_passed_bids()
    op.execute(WITHIN_LOT)


def create_results() -> None:
    op.create_table(
        "results",
        number(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        to("tender_id", "tenders.id", "results"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("notice_ends_on", sa.Date),
        sa.Column("objections_end", INSTANT),
        sa.Column("is_provisional", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("notice_rule", sa.Text),
        sa.Column("confirmed_at", INSTANT),
        sa.UniqueConstraint("tender_id", "number", name="uq_results_tender_id_number"),
        sa.CheckConstraint(
            "num_nonnulls(published_at, notice_ends_on, objections_end, notice_rule) IN (0, 4)",
            name="published_has_its_dates",
        ),
        sa.CheckConstraint("confirmed_at >= objections_end", name="confirmed_after_the_objections"),
        sa.CheckConstraint("confirmed_at IS NULL OR published_at IS NOT NULL", name="confirmed_was_published"),
    )
    op.create_table(
        "lot_results",
        number(),
        to("result_id", "results.id", "lot_results"),
        to("lot_id", "lots.id", "lot_results"),
        sa.Column("rule", text_enum("rule", *RULES), nullable=False),
        sa.Column("applied", text_enum("applied", *RULES), nullable=False),
        sa.Column("alternatives", JSONB, nullable=False),
        sa.UniqueConstraint("result_id", "lot_id", name="uq_lot_results_result_id_lot_id"),
    )
    op.create_index("ix_lot_results_lot_id", "lot_results", ["lot_id"])


def create_awards() -> None:
    op.create_table(
        "awards",
        number(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        to("tender_id", "tenders.id", "awards"),
        to("result_id", "results.id", "awards"),
        to("lot_id", "lots.id", "awards"),
        to("item_id", "lot_items.id", "awards", nullable=True),
        to("bid_id", "bids.id", "awards"),
        to("party_id", "parties.id", "awards"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("score", POINTS, nullable=False),
        sa.Column("sheets", sa.Integer, nullable=False),
        sa.Column("asked", MONEY, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("status", text_enum("awardstatus", *STATUSES), nullable=False),
        sa.Column("holds", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cut_accepted_at", INSTANT),
        sa.Column("confirmed_at", INSTANT),
        sa.CheckConstraint("amount > 0 AND amount <= asked", name="amount_within_asked"),
        sa.CheckConstraint("place > 0", name="numbered_from_one"),
        sa.CheckConstraint("(status = 'held') = (holds > 0) AND holds >= 0", name="held_by_objections"),
        sa.CheckConstraint("(status = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_has_date"),
        sa.CheckConstraint(
            "status NOT IN ('noticed', 'held', 'confirmed') OR amount = asked OR cut_accepted_at IS NOT NULL",
            name="cut_is_accepted",
        ),
    )
    live = sa.text(LIVE)
    op.create_index(
        "uq_awards_tender_id_party_id", "awards", ["tender_id", "party_id"], unique=True, postgresql_where=live
    )
    op.create_index("uq_awards_item_id", "awards", ["item_id"], unique=True, postgresql_where=live)
    for column in ("result_id", "lot_id", "bid_id", "party_id"):
        op.create_index(f"ix_awards_{column}", "awards", [column])


def create_passed_bids() -> None:
    op.create_table(
        "passed_bids",
        number(),
        to("result_id", "results.id", "passed_bids"),
        to("lot_id", "lots.id", "passed_bids"),
        to("bid_id", "bids.id", "passed_bids"),
        to("party_id", "parties.id", "passed_bids"),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("score", POINTS, nullable=False),
        sa.Column("sheets", sa.Integer, nullable=False),
        sa.Column("asked", MONEY, nullable=False),
        sa.Column("reason", text_enum("passedover", *REASONS), nullable=False),
        sa.Column("blocked_by", sa.Text),
        sa.UniqueConstraint("result_id", "bid_id", name="uq_passed_bids_result_id_bid_id"),
        sa.CheckConstraint("place > 0", name="numbered_from_one"),
    )
    for column in ("lot_id", "bid_id", "party_id"):
        op.create_index(f"ix_passed_bids_{column}", "passed_bids", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("passed_bids", "awards", "lot_results", "results"):
        op.drop_table(table)
    op.execute("DROP FUNCTION award_is_within_its_lot()")
