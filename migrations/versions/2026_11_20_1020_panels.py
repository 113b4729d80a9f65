"""Panels, recusals, score sheets and marks; triggers hold what a sheet and a mark may be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "panels"
down_revision = "bids"

INSTANT = sa.TIMESTAMP(timezone=True)
STATUSES = ("empty", "draft", "delivered")

# A sheet locks its judge's row, a recusal locks the same row: whichever comes second sees the first.
SHEETS = """
CREATE FUNCTION score_sheet_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _declared timestamptz; _closed timestamptz; _fault text;
BEGIN
    SELECT closed_at INTO _closed FROM panels WHERE tender_id = NEW.tender_id FOR SHARE;
    SELECT declared_at INTO _declared FROM panel_members
        WHERE id = NEW.member_id AND tender_id = NEW.tender_id FOR NO KEY UPDATE;
    IF _closed IS NOT NULL THEN
        _fault := 'ck_score_sheets_scoring_is_open';
    ELSIF _declared IS NULL THEN
        _fault := 'ck_score_sheets_judge_has_declared';
    ELSIF NOT EXISTS (SELECT FROM bids WHERE id = NEW.bid_id AND tender_id = NEW.tender_id) THEN
        _fault := 'ck_score_sheets_bid_of_the_tender';
    ELSIF EXISTS (
        SELECT FROM recusals r JOIN bids b ON b.party_id = r.party_id
        WHERE r.member_id = NEW.member_id AND b.id = NEW.bid_id
    ) THEN
        _fault := 'ck_score_sheets_judge_is_not_recused';
    END IF;
    IF _fault IS NOT NULL THEN
        RAISE EXCEPTION 'this sheet may not be written: %', _fault
            USING ERRCODE = 'check_violation', CONSTRAINT = _fault, TABLE = 'score_sheets';
    END IF;
    NEW.total := (SELECT coalesce(sum(value), 0) FROM marks WHERE sheet_id = NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER score_sheet_is_allowed BEFORE INSERT OR UPDATE ON score_sheets
    FOR EACH ROW EXECUTE FUNCTION score_sheet_is_allowed();

CREATE FUNCTION recusal_has_no_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM panel_members WHERE id = NEW.member_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM score_sheets s JOIN bids b ON b.id = s.bid_id
        WHERE s.member_id = NEW.member_id AND b.party_id = NEW.party_id
    ) THEN
        RAISE EXCEPTION 'the recused judge has a sheet of this applicant'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_recusals_judge_has_no_sheet', TABLE = 'recusals';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recusal_has_no_sheet BEFORE INSERT OR UPDATE ON recusals
    FOR EACH ROW EXECUTE FUNCTION recusal_has_no_sheet();
"""

# Writing the sheet again makes the trigger above add up its marks.
MARKS = """
CREATE FUNCTION mark_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _sheet score_sheets; _criterion criteria; _fault text;
BEGIN
    SELECT * INTO _sheet FROM score_sheets WHERE id = NEW.sheet_id FOR NO KEY UPDATE;
    SELECT * INTO _criterion FROM criteria WHERE id = NEW.criterion_id;
    IF _sheet.status = 'delivered' THEN
        _fault := 'ck_marks_sheet_is_open';
    ELSIF _criterion.tender_id <> _sheet.tender_id OR _criterion.is_price THEN
        _fault := 'ck_marks_criterion_is_marked';
    ELSIF NEW.value > _criterion.maximum THEN
        _fault := 'ck_marks_value_within_maximum';
    END IF;
    IF _fault IS NOT NULL THEN
        RAISE EXCEPTION 'this mark may not be given: %', _fault
            USING ERRCODE = 'check_violation', CONSTRAINT = _fault, TABLE = 'marks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_is_allowed BEFORE INSERT OR UPDATE ON marks FOR EACH ROW EXECUTE FUNCTION mark_is_allowed();

CREATE FUNCTION marks_are_added_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE score_sheets SET total = 0 WHERE id = coalesce(NEW.sheet_id, OLD.sheet_id);
    RETURN NULL;
END $$;
CREATE TRIGGER marks_are_added_up AFTER INSERT OR UPDATE OR DELETE ON marks
    FOR EACH ROW EXECUTE FUNCTION marks_are_added_up();
"""


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def to(column: str, target: str, table: str, *, nullable: bool = False, cascade: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete="CASCADE" if cascade else None)
    return sa.Column(column, sa.BigInteger, key, nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_panels()
    create_pitches()
    create_sheets()
    op.execute(SHEETS)
    op.execute(MARKS)


def create_panels() -> None:
    op.create_table(
        "panels",
        number(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        to("tender_id", "tenders.id", "panels"),
        sa.Column("appointed_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("sheets_counted", sa.Integer),
        sa.Column("missing", JSONB),
        sa.Column("corrections", JSONB),
        sa.UniqueConstraint("tender_id", name="uq_panels_tender_id"),
        sa.CheckConstraint(
            "num_nonnulls(closed_at, sheets_counted, missing, corrections) IN (0, 4)", name="closed_has_its_count"
        ),
    )
    op.create_table(
        "panel_members",
        number(),
        to("tender_id", "tenders.id", "panel_members"),
        to("account_id", "accounts.id", "panel_members", nullable=True),
        to("party_id", "parties.id", "panel_members", nullable=True),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role_zh", sa.Text, nullable=False),
        sa.Column("role_en", sa.Text, nullable=False, server_default=""),
        sa.Column("is_expert", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("declared_at", INSTANT),
        sa.UniqueConstraint("tender_id", "ref", name="uq_panel_members_tender_id_ref"),
        sa.UniqueConstraint("tender_id", "account_id", name="uq_panel_members_tender_id_account_id"),
        sa.CheckConstraint("ref <> '' AND name <> ''", name="has_a_name"),
    )
    op.create_index("ix_panel_members_account_id", "panel_members", ["account_id"])
    op.create_index("ix_panel_members_party_id", "panel_members", ["party_id"])
    op.create_table(
        "recusals",
        number(),
        to("member_id", "panel_members.id", "recusals"),
        to("party_id", "parties.id", "recusals"),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("declared_at", INSTANT, nullable=False),
        sa.UniqueConstraint("member_id", "party_id", name="uq_recusals_member_id_party_id"),
    )
    op.create_index("ix_recusals_party_id", "recusals", ["party_id"])


def create_pitches() -> None:
    op.create_table(
        "pitches",
        number(),
        to("lot_id", "lots.id", "pitches"),
        sa.Column("position", sa.Integer, nullable=False),
        to("bid_id", "bids.id", "pitches"),
        sa.UniqueConstraint("lot_id", "position", name="uq_pitches_lot_id_position"),
        sa.UniqueConstraint("bid_id", name="uq_pitches_bid_id"),
        sa.CheckConstraint("position > 0", name="numbered_from_one"),
    )


def create_sheets() -> None:
    op.create_table(
        "score_sheets",
        number(),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        to("tender_id", "tenders.id", "score_sheets"),
        to("member_id", "panel_members.id", "score_sheets"),
        to("bid_id", "bids.id", "score_sheets"),
        sa.Column("status", text_enum("sheetstatus", *STATUSES), nullable=False),
        sa.Column("total", sa.Numeric(6, 2), nullable=False),
        sa.Column("written_total", sa.Numeric(6, 2)),
        sa.Column("delivered_at", INSTANT),
        sa.UniqueConstraint("member_id", "bid_id", name="uq_score_sheets_member_id_bid_id"),
        sa.CheckConstraint("status <> 'empty'", name="exists_once_saved"),
        sa.CheckConstraint("(status = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_date"),
        sa.CheckConstraint("written_total >= 0", name="written_total_is_not_negative"),
    )
    op.create_index("ix_score_sheets_tender_id", "score_sheets", ["tender_id"])
    op.create_index("ix_score_sheets_bid_id", "score_sheets", ["bid_id"])
    op.create_table(
        "marks",
        number(),
        to("sheet_id", "score_sheets.id", "marks", cascade=True),
        to("criterion_id", "criteria.id", "marks"),
        sa.Column("value", sa.Numeric(5, 2), nullable=False),
        sa.UniqueConstraint("sheet_id", "criterion_id", name="uq_marks_sheet_id_criterion_id"),
        sa.CheckConstraint("value >= 0", name="value_is_not_negative"),
    )
    op.create_index("ix_marks_criterion_id", "marks", ["criterion_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("marks", "score_sheets", "pitches", "recusals", "panel_members", "panels"):
        op.drop_table(table)
    for function in ("score_sheet_is_allowed", "recusal_has_no_sheet", "mark_is_allowed", "marks_are_added_up"):
        op.execute(f"DROP FUNCTION {function}()")
