"""Assessments by schemes: seats, sheets that lock, results, objections; and what a mark may never be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "assessments"
down_revision = "service_sessions"

INSTANT = sa.TIMESTAMP(timezone=True)
ENDED = "('confirmed', 'lowered', 'revoked', 'cancelled')"
STATES = (
    "planned",
    "collecting",
    "drafted",
    "announced",
    "reviewing",
    "confirmed",
    "lowered",
    "revoked",
    "cancelled",
)
TABLES = (
    "assessment_objections",
    "assessment_results",
    "assessment_marks",
    "assessment_sheets",
    "assessment_seats",
    "assessments",
)
RULES = """
CREATE FUNCTION mark_fits_its_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _row assessment_marks := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    _sheet assessment_sheets;
    _seat assessment_seats;
    _assessment assessments;
    _indicator jsonb;
BEGIN
    SELECT * INTO _sheet FROM assessment_sheets WHERE id = _row.sheet_id;
    IF TG_OP = 'DELETE' AND NOT FOUND THEN
        RETURN OLD;
    END IF;
    SELECT * INTO _seat FROM assessment_seats WHERE id = _sheet.seat_id;
    SELECT * INTO _assessment FROM assessments WHERE id = _seat.assessment_id FOR SHARE;
    IF _sheet.status = 'locked' THEN
        RAISE EXCEPTION 'a locked sheet stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_sheets_stay', TABLE = 'assessment_sheets';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF _seat.recused_at IS NOT NULL OR _seat.declared_at IS NULL THEN
        RAISE EXCEPTION 'who has an interest, or has not declared, marks nothing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_marks_declared', TABLE = 'assessment_marks';
    END IF;
    IF _assessment.status <> 'collecting' THEN
        RAISE EXCEPTION 'sheets are filled in while they are collected'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_marks_collected', TABLE = 'assessment_marks';
    END IF;
    SELECT each INTO _indicator FROM jsonb_array_elements(_assessment.document -> 'indicators') each
        WHERE each ->> 'code' = NEW.indicator AND each ? 'maximum'
        AND coalesce(each -> 'groups' ? _seat.group_code, true);
    IF _indicator IS NULL OR NEW.value > (_indicator ->> 'maximum')::numeric THEN
        RAISE EXCEPTION 'a mark is of an indicator of the scheme, and not above its maximum'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_marks_in_range', TABLE = 'assessment_marks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_fits_its_scheme BEFORE INSERT OR UPDATE OR DELETE ON assessment_marks
    FOR EACH ROW EXECUTE FUNCTION mark_fits_its_scheme();

CREATE FUNCTION locked_sheet_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _seat assessment_seats;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'locked' THEN
        RAISE EXCEPTION 'a locked sheet stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_sheets_stay', TABLE = 'assessment_sheets';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT * INTO _seat FROM assessment_seats WHERE id = NEW.seat_id;
    IF _seat.recused_at IS NOT NULL OR _seat.declared_at IS NULL THEN
        RAISE EXCEPTION 'who has an interest, or has not declared, has no sheet'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_sheets_seat', TABLE = 'assessment_sheets';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM assessment_sheets WHERE seat_id = NEW.seat_id AND (status <> 'locked' OR number >= NEW.number)
    ) THEN
        RAISE EXCEPTION 'another sheet follows a locked one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_sheets_follow', TABLE = 'assessment_sheets';
    END IF;
    NEW.total := CASE WHEN NEW.status = 'locked' THEN
        (SELECT coalesce(sum(value), 0) FROM assessment_marks WHERE sheet_id = NEW.id) END;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_sheet_stays BEFORE INSERT OR UPDATE OR DELETE ON assessment_sheets
    FOR EACH ROW EXECUTE FUNCTION locked_sheet_stays();

CREATE FUNCTION recused_seat_is_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.recused_at IS NOT NULL AND EXISTS (SELECT FROM assessment_sheets WHERE seat_id = NEW.id) THEN
        RAISE EXCEPTION 'who stands aside has no sheet'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_seats_empty', TABLE = 'assessment_seats';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recused_seat_is_empty BEFORE UPDATE ON assessment_seats
    FOR EACH ROW EXECUTE FUNCTION recused_seat_is_empty();

CREATE FUNCTION result_passes_no_group_by() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _document jsonb;
BEGIN
    SELECT document INTO _document FROM assessments WHERE id = NEW.assessment_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM jsonb_array_elements(_document -> 'groups') each
        WHERE coalesce((each ->> 'least')::int, 1) > (
            SELECT count(*) FROM assessment_seats seat
            JOIN LATERAL (
                SELECT status FROM assessment_sheets WHERE seat_id = seat.id ORDER BY number DESC LIMIT 1
            ) last ON last.status = 'locked'
            WHERE seat.assessment_id = NEW.assessment_id AND seat.group_code = each ->> 'code'
                AND seat.recused_at IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'a group has not locked the sheets that a result takes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_assessment_results_whole', TABLE = 'assessment_results';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER result_passes_no_group_by BEFORE INSERT ON assessment_results
    FOR EACH ROW EXECUTE FUNCTION result_passes_no_group_by();

REVOKE DELETE ON assessments, assessment_seats, assessment_objections FROM shuangxuan_app;
REVOKE UPDATE, DELETE ON assessment_results FROM shuangxuan_app;
"""
FUNCTIONS = (
    "mark_fits_its_scheme",
    "locked_sheet_stays",
    "recused_seat_is_empty",
    "result_passes_no_group_by",
)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _to(name: str, table: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _years(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} >= '1900-01-01Z' AND {column} < '2201-01-01Z'", name="years_1900_to_2200")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _assessments()
    _sheets()
    _results()
    op.execute(RULES)


def _assessments() -> None:
    op.create_table(
        "assessments",
        _id(),
        _to("party_id", "parties"),
        sa.Column("subject_kind", _words("subjectkind", "party"), nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        _to("about_id", "parties"),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("status", _words("assessmentstatus", *STATES), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("announced_at", INSTANT),
        sa.Column("notice_ends_on", sa.Date),
        sa.Column("ended_at", INSTANT),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        _years("notice_ends_on"),
        sa.CheckConstraint("(announced_at IS NULL) = (notice_ends_on IS NULL)", name="announced_for_a_time"),
        sa.CheckConstraint(
            "announced_at IS NOT NULL OR status IN ('planned', 'collecting', 'drafted', 'cancelled')",
            name="public_ones_were_announced",
        ),
        sa.CheckConstraint(f"(status IN {ENDED}) = (ended_at IS NOT NULL)", name="ended_has_its_date"),
        sa.CheckConstraint("number > 0 OR status IN ('planned', 'collecting', 'cancelled')", name="has_a_result"),
    )
    op.create_index("ix_assessments_party_id", "assessments", ["party_id"])
    op.create_index("ix_assessments_about_id", "assessments", ["about_id"])
    op.create_index(
        "uq_assessments_one_open",
        "assessments",
        ["subject_kind", "subject_id", "scheme"],
        unique=True,
        postgresql_where=sa.text(f"status NOT IN {ENDED}"),
    )
    op.create_table(
        "assessment_seats",
        _id(),
        _to("assessment_id", "assessments"),
        sa.Column("group_code", sa.Text, nullable=False),
        _to("account_id", "accounts"),
        _to("party_id", "parties", nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        _text("interest"),
        sa.Column("declared_at", INSTANT),
        sa.Column("recused_at", INSTANT),
        _text("reason"),
        sa.UniqueConstraint("assessment_id", "account_id", name="uq_assessment_seats_assessment_id_account_id"),
        sa.CheckConstraint("interest = '' OR recused_at IS NOT NULL", name="interested_stand_aside"),
        sa.CheckConstraint("recused_at IS NULL OR interest <> '' OR reason <> ''", name="stands_aside_for_a_reason"),
    )
    op.create_index("ix_assessment_seats_account_id", "assessment_seats", ["account_id"])
    op.create_index("ix_assessment_seats_party_id", "assessment_seats", ["party_id"])


def _sheets() -> None:
    op.create_table(
        "assessment_sheets",
        _id(),
        _to("seat_id", "assessment_seats"),
        sa.Column("number", sa.Integer, nullable=False, server_default="1"),
        sa.Column("status", _words("assessmentsheetstatus", "empty", "draft", "locked"), nullable=False),
        sa.Column("total", sa.Numeric(7, 2)),
        _text("reason"),
        sa.Column("locked_at", INSTANT),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.UniqueConstraint("seat_id", "number", name="uq_assessment_sheets_seat_id_number"),
        sa.CheckConstraint("status <> 'empty'", name="exists_once_saved"),
        sa.CheckConstraint("(status = 'locked') = (locked_at IS NOT NULL)", name="locked_has_its_date"),
        sa.CheckConstraint("(status = 'locked') = (total IS NOT NULL)", name="locked_has_its_total"),
        sa.CheckConstraint("(number = 1) = (reason = '')", name="reopened_for_a_reason"),
    )
    op.create_table(
        "assessment_marks",
        _id(),
        sa.Column("sheet_id", sa.BigInteger, sa.ForeignKey("assessment_sheets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("value", sa.Numeric(7, 2), nullable=False),
        _text("reason"),
        sa.UniqueConstraint("sheet_id", "indicator", name="uq_assessment_marks_sheet_id_indicator"),
        sa.CheckConstraint("value >= 0", name="value_is_not_negative"),
    )


def _results() -> None:
    op.create_table(
        "assessment_results",
        _id(),
        _to("assessment_id", "assessments"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("total", sa.Numeric(7, 2), nullable=False),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("groups", JSONB, nullable=False),
        _text("exclusion"),
        _text("reason"),
        sa.Column("computed_at", INSTANT, nullable=False),
        sa.UniqueConstraint("assessment_id", "number", name="uq_assessment_results_assessment_id_number"),
        sa.CheckConstraint("number > 0 AND total >= 0 AND band <> ''", name="says_something"),
        sa.CheckConstraint("(exclusion = '') = (reason = '')", name="excluded_for_a_reason"),
        sa.CheckConstraint("exclusion = '' OR total = 0", name="excluded_is_nought"),
    )
    op.create_table(
        "assessment_objections",
        _id(),
        _to("assessment_id", "assessments"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("filed_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("due_rule", sa.Text, nullable=False),
        sa.Column("verdict", _words("reviewverdict", "upheld", "revised")),
        _text("answer"),
        sa.Column("decided_at", INSTANT),
        _years("due_on"),
        sa.CheckConstraint("btrim(statement) <> ''", name="says_something"),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="verdict_has_its_date"),
        sa.CheckConstraint("verdict IS NULL OR btrim(answer) <> ''", name="decided_with_a_reason"),
    )
    op.create_index("ix_assessment_objections_assessment_id", "assessment_objections", ["assessment_id"])
    op.create_index(
        "uq_assessment_objections_open",
        "assessment_objections",
        ["assessment_id"],
        unique=True,
        postgresql_where=sa.text("verdict IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in TABLES:
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
