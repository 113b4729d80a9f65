"""Delivered score sheets stay as they are: every version is kept, reopening takes a ground and two persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "delivered_sheets_stay"
down_revision = "engagements"

INSTANT = sa.TIMESTAMP(timezone=True)

# What was delivered before stands as the first version; who keyed a paper sheet then was not kept.
KEPT = """
INSERT INTO sheet_versions
    (tender_id, member_id, bid_id, number, marks, total, written_total, delivered_at, entered_by)
SELECT s.tender_id, s.member_id, s.bid_id, 1,
       (SELECT coalesce(jsonb_object_agg(c.code, m.value::text), '{}')
            FROM marks m JOIN criteria c ON c.id = m.criterion_id WHERE m.sheet_id = s.id),
       s.total, s.written_total, s.delivered_at, p.account_id
FROM score_sheets s JOIN panel_members p ON p.id = s.member_id
WHERE s.status = 'delivered';
"""

# The names put these triggers behind score_sheet_is_allowed: that scoring is closed is said first.
# Nobody keys the paper of a replayed season here: only at a simulated instant may a sheet name no person.
SHEETS = """
CREATE FUNCTION sheet_delivered_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'delivered' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status = 'draft'
        AND (NEW.id, NEW.tender_id, NEW.member_id, NEW.bid_id) = (OLD.id, OLD.tender_id, OLD.member_id, OLD.bid_id)
        AND EXISTS (
            SELECT FROM sheet_reopenings r
            WHERE r.member_id = OLD.member_id AND r.bid_id = OLD.bid_id AND r.status = 'approved' AND r.number =
                (SELECT max(number) FROM sheet_versions v WHERE v.member_id = OLD.member_id AND v.bid_id = OLD.bid_id)
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a delivered sheet stays as it is until its reopening is approved'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_score_sheets_delivered_stays', TABLE = 'score_sheets';
END $$;
CREATE TRIGGER sheet_delivered_stays BEFORE UPDATE OR DELETE ON score_sheets
    FOR EACH ROW EXECUTE FUNCTION sheet_delivered_stays();

CREATE FUNCTION sheet_has_its_persons() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _judge bigint; _fault text;
BEGIN
    IF NEW.status <> 'delivered' OR (TG_OP = 'UPDATE' AND OLD.status = 'delivered') THEN
        RETURN NEW;
    END IF;
    SELECT account_id INTO _judge FROM panel_members WHERE id = NEW.member_id;
    IF _judge IS NOT NULL AND (NEW.entered_by IS DISTINCT FROM _judge OR NEW.confirmed_by IS NOT NULL) THEN
        _fault := 'ck_score_sheets_delivered_by_its_judge';
    ELSIF _judge IS NULL AND num_nulls(NEW.entered_by, NEW.confirmed_by) > 0 AND NOT (
        num_nulls(NEW.entered_by, NEW.confirmed_by) = 2 AND coalesce(current_setting('shuangxuan.now', true), '') <> ''
    ) THEN
        _fault := 'ck_score_sheets_paper_keyed_by_two';
    END IF;
    IF _fault IS NOT NULL THEN
        RAISE EXCEPTION 'this sheet may not be delivered: %', _fault
            USING ERRCODE = 'check_violation', CONSTRAINT = _fault, TABLE = 'score_sheets';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sheet_has_its_persons BEFORE INSERT OR UPDATE ON score_sheets
    FOR EACH ROW EXECUTE FUNCTION sheet_has_its_persons();

CREATE FUNCTION sheet_is_kept() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.status = 'delivered' AND (TG_OP = 'INSERT' OR OLD.status <> 'delivered') THEN
        INSERT INTO sheet_versions (tender_id, member_id, bid_id, number, marks, total, written_total, delivered_at,
                                    entered_by, confirmed_by)
        SELECT NEW.tender_id, NEW.member_id, NEW.bid_id,
               1 + (SELECT count(*) FROM sheet_versions WHERE member_id = NEW.member_id AND bid_id = NEW.bid_id),
               (SELECT coalesce(jsonb_object_agg(c.code, m.value::text), '{}')
                    FROM marks m JOIN criteria c ON c.id = m.criterion_id WHERE m.sheet_id = NEW.id),
               NEW.total, NEW.written_total, NEW.delivered_at, NEW.entered_by, NEW.confirmed_by;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sheet_is_kept AFTER INSERT OR UPDATE ON score_sheets
    FOR EACH ROW EXECUTE FUNCTION sheet_is_kept();

CREATE FUNCTION mark_delivered_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM score_sheets WHERE id = OLD.sheet_id AND status = 'delivered') THEN
        RAISE EXCEPTION 'a mark of a delivered sheet stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_marks_sheet_is_open', TABLE = 'marks';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER mark_delivered_stays BEFORE UPDATE OR DELETE ON marks
    FOR EACH ROW EXECUTE FUNCTION mark_delivered_stays();
"""

# A judge who has joined an applicant since must be able to give the delivered sheet back.
JUDGES = """
CREATE OR REPLACE FUNCTION judge_is_of_no_applicant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (TG_OP = 'UPDATE' AND OLD.status = 'delivered') AND EXISTS (
        SELECT FROM panel_members j JOIN memberships m ON m.account_id = j.account_id
        JOIN bids b ON b.party_id = m.party_id WHERE j.id = NEW.member_id AND b.id = NEW.bid_id
    ) THEN
        RAISE EXCEPTION 'the judge is a member of this applicant' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_score_sheets_judge_of_no_applicant', TABLE = 'score_sheets';
    END IF;
    RETURN NEW;
END $$;
"""

# Versions are written by the trigger above and by nobody else.
VERSIONS = """
CREATE FUNCTION sheet_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was delivered is not changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER sheet_version_stays BEFORE UPDATE OR DELETE ON sheet_versions
    FOR EACH ROW EXECUTE FUNCTION sheet_version_stays();
CREATE TRIGGER sheet_versions_are_not_emptied BEFORE TRUNCATE ON sheet_versions
    FOR EACH STATEMENT EXECUTE FUNCTION sheet_version_stays();
REVOKE INSERT, UPDATE, DELETE ON sheet_versions FROM shuangxuan_app;
"""

REOPENINGS = """
CREATE FUNCTION reopening_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.status <> 'asked' OR TG_OP = 'UPDATE' AND (OLD.status <> 'asked' OR
        (NEW.id, NEW.tender_id, NEW.member_id, NEW.bid_id, NEW.number, NEW.ground, NEW.reason)
            <> (OLD.id, OLD.tender_id, OLD.member_id, OLD.bid_id, OLD.number, OLD.ground, OLD.reason)
        OR (NEW.asked_by, NEW.asked_role, NEW.asked_at) <> (OLD.asked_by, OLD.asked_role, OLD.asked_at)
    ) THEN
        RAISE EXCEPTION 'a request is made, then decided once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_sheet_reopenings_decided_once',
                  TABLE = 'sheet_reopenings';
    END IF;
    IF NEW.decided_by IN (SELECT account_id FROM panel_members WHERE tender_id = NEW.tender_id) THEN
        RAISE EXCEPTION 'no judge decides on a sheet of the panel'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_sheet_reopenings_decided_by_no_judge',
                  TABLE = 'sheet_reopenings';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reopening_is_allowed BEFORE INSERT OR UPDATE ON sheet_reopenings
    FOR EACH ROW EXECUTE FUNCTION reopening_is_allowed();
CREATE TRIGGER reopening_stays BEFORE DELETE ON sheet_reopenings
    FOR EACH ROW EXECUTE FUNCTION sheet_version_stays();
CREATE TRIGGER sheet_reopenings_are_not_emptied BEFORE TRUNCATE ON sheet_reopenings
    FOR EACH STATEMENT EXECUTE FUNCTION sheet_version_stays();
REVOKE DELETE ON sheet_reopenings FROM shuangxuan_app;
"""


def to(column: str, target: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    return sa.Column(column, sa.BigInteger, sa.ForeignKey(target, name=f"fk_{table}_{column}"), nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for column in ("entered_by", "confirmed_by"):
        op.add_column("score_sheets", to(column, "accounts.id", "score_sheets", nullable=True))
    op.create_check_constraint("confirmed_by_another", "score_sheets", "entered_by <> confirmed_by")
    create_versions()
    create_reopenings()
    op.execute(KEPT)
    op.execute(SHEETS)
    op.execute(JUDGES)
    op.execute(VERSIONS)
    op.execute(REOPENINGS)


def create_versions() -> None:
    op.create_table(
        "sheet_versions",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        to("tender_id", "tenders.id", "sheet_versions"),
        to("member_id", "panel_members.id", "sheet_versions"),
        to("bid_id", "bids.id", "sheet_versions"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("marks", JSONB, nullable=False),
        sa.Column("total", sa.Numeric(6, 2), nullable=False),
        sa.Column("written_total", sa.Numeric(6, 2)),
        sa.Column("delivered_at", INSTANT, nullable=False),
        to("entered_by", "accounts.id", "sheet_versions", nullable=True),
        to("confirmed_by", "accounts.id", "sheet_versions", nullable=True),
        sa.UniqueConstraint("member_id", "bid_id", "number", name="uq_sheet_versions_member_id_bid_id_number"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
        sa.CheckConstraint("entered_by <> confirmed_by", name="confirmed_by_another"),
    )
    op.create_index("ix_sheet_versions_tender_id", "sheet_versions", ["tender_id"])


def create_reopenings() -> None:
    op.create_table(
        "sheet_reopenings",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        to("tender_id", "tenders.id", "sheet_reopenings"),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "approved",
                "refused",
                name="reopeningstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        to("asked_by", "accounts.id", "sheet_reopenings"),
        sa.Column("asked_role", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        to("decided_by", "accounts.id", "sheet_reopenings", nullable=True),
        sa.Column("decided_role", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["member_id", "bid_id", "number"],
            ["sheet_versions.member_id", "sheet_versions.bid_id", "sheet_versions.number"],
            name="fk_sheet_reopenings_version",
        ),
        sa.CheckConstraint("decided_by <> asked_by", name="decided_by_another"),
        sa.CheckConstraint(
            "num_nonnulls(decided_by, decided_role, decided_at) = CASE status WHEN 'asked' THEN 0 ELSE 3 END",
            name="decided_has_its_person",
        ),
        sa.CheckConstraint(
            "asked_role IN ('purchaser', 'judge') AND decided_role IN ('purchaser', 'auditor')",
            name="asked_and_decided_by",
        ),
        sa.CheckConstraint("ground <> '' AND reason <> ''", name="has_a_ground"),
    )
    op.create_index("ix_sheet_reopenings_tender_id", "sheet_reopenings", ["tender_id"])
    for status, columns in (("asked", ["member_id", "bid_id"]), ("approved", ["member_id", "bid_id", "number"])):
        op.create_index(
            f"uq_sheet_reopenings_{status}",
            "sheet_reopenings",
            columns,
            unique=True,
            postgresql_where=sa.text(f"status = '{status}'"),
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for trigger in ("sheet_delivered_stays", "sheet_has_its_persons", "sheet_is_kept"):
        op.execute(f"DROP TRIGGER {trigger} ON score_sheets")
    op.execute("DROP TRIGGER mark_delivered_stays ON marks")
    for table in ("sheet_reopenings", "sheet_versions"):
        op.drop_table(table)
    for function in (
        "sheet_delivered_stays",
        "sheet_has_its_persons",
        "sheet_is_kept",
        "mark_delivered_stays",
        "sheet_version_stays",
        "reopening_is_allowed",
    ):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_constraint(op.f("ck_score_sheets_confirmed_by_another"), "score_sheets")
    for column in ("confirmed_by", "entered_by"):
        op.drop_column("score_sheets", column)
