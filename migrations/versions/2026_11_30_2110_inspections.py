"""Inspections of organisations, drawn by lot once a year; what they find is a kind of record of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "inspections"
down_revision = "settlements"

INSTANT = sa.TIMESTAMP(timezone=True)
KINDS = [
    *("rating_a", "rating_four_level", "rating_bar", "inspection", "spot_check", "rectification", "party_building"),
    *("party_check", "qualification", "award", "pledge", "penalty", "abnormal", "serious"),
]
VALUES = """CASE kind
    WHEN 'rating_a' THEN value IN ('1A', '2A', '3A', '4A', '5A')
    WHEN 'rating_four_level' THEN value IN ('excellent', 'good', 'qualified', 'unqualified')
    WHEN 'rating_bar' THEN value IN ('lowered', 'revoked')
    WHEN 'inspection' THEN value IN ('basically_qualified', 'qualified', 'unqualified')
    %s
    WHEN 'rectification' THEN value IN ('ordered', 'passed')
    WHEN 'party_building' THEN value IN ('instructor', 'joint_branch', 'none', 'own_branch')
    WHEN 'party_check' THEN value IN ('no', 'yes')
    WHEN 'qualification' THEN value IN ('')
    WHEN 'award' THEN value IN ('')
    WHEN 'pledge' THEN value IN ('')
    WHEN 'penalty' THEN value IN ('fine', 'stop_order', 'warning')
    WHEN 'abnormal' THEN value IN ('correction_late', 'no_party_organisation', 'no_report', 'penalty', 'unreachable')
    WHEN 'serious' THEN value IN ('court_defaulter', 'fraud', 'penalty', 'two_years_abnormal')
END"""
SPOT_CHECK = "WHEN 'spot_check' THEN value IN ('basically_qualified', 'qualified', 'unqualified')"
ADVERSE = """shown_until IS NULL OR CASE kind
    WHEN 'rating_four_level' THEN value IN ('unqualified')
    WHEN 'rating_bar' THEN value IN ('lowered', 'revoked')
    WHEN 'inspection' THEN value IN ('basically_qualified', 'unqualified')
    %s
    WHEN 'rectification' THEN value IN ('ordered')
    WHEN 'penalty' THEN value IN ('fine', 'stop_order', 'warning')
    WHEN 'abnormal' THEN value IN ('correction_late', 'no_party_organisation', 'no_report', 'penalty', 'unreachable')
    WHEN 'serious' THEN value IN ('court_defaulter', 'fraud', 'penalty', 'two_years_abnormal')
ELSE false END"""
SPOT_CHECK_FAILED = "WHEN 'spot_check' THEN value IN ('basically_qualified', 'unqualified')"
RULES = """
CREATE FUNCTION inspection_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        OLD.status = 'recorded' OR (NEW.draw_id, NEW.party_id, NEW.office_id) IS DISTINCT FROM
        (OLD.draw_id, OLD.party_id, OLD.office_id)
    ) THEN
        RAISE EXCEPTION 'an inspection stays what it found' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_inspections_stay', TABLE = 'inspections';
    END IF;
    IF NOT EXISTS (
        SELECT FROM inspection_draws JOIN inspection_lots ON draw_id = inspection_draws.id
        WHERE draw_id = NEW.draw_id AND inspection_lots.party_id = NEW.party_id AND position <= size
            AND inspection_draws.party_id = NEW.office_id
    ) THEN
        RAISE EXCEPTION 'who was not drawn is not inspected, nor by who did not draw' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'ck_inspections_drawn', TABLE = 'inspections';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_stays BEFORE INSERT OR UPDATE ON inspections
    FOR EACH ROW EXECUTE FUNCTION inspection_stays();
REVOKE UPDATE, DELETE ON inspection_draws, inspection_lots FROM shuangxuan_app;
REVOKE DELETE ON inspections FROM shuangxuan_app;
"""


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _party(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("parties.id"), nullable=False)


def _checks(kinds: list[str], values: str, adverse: str) -> None:
    said = ", ".join(f"'{kind}'" for kind in kinds)
    checks = {
        "recordkind": f"kind IN ({said})",
        "value_is_of_its_kind": values,
        "only_adverse_ones_have_a_way_back": adverse,
    }
    for name, check in checks.items():
        op.drop_constraint(op.f(f"ck_records_{name}"), "records")
        op.create_check_constraint(name, "records", check)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _checks(KINDS, VALUES % SPOT_CHECK, ADVERSE % SPOT_CHECK_FAILED)
    op.create_table(
        "inspection_draws",
        _number(),
        _party("party_id"),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("share", sa.Numeric(5, 4), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("drawn_by", sa.BigInteger),
        sa.UniqueConstraint("party_id", "year", name="uq_inspection_draws_party_id_year"),
        sa.CheckConstraint("size > 0 AND share > 0 AND share <= 1", name="is_a_part"),
        sa.CheckConstraint("seed <> '' AND source <> ''", name="can_be_replayed"),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name="is_a_year"),
    )
    op.create_table(
        "inspection_lots",
        sa.Column("draw_id", sa.BigInteger, sa.ForeignKey("inspection_draws.id"), primary_key=True),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id"), primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.UniqueConstraint("draw_id", "position", name="uq_inspection_lots_draw_id_position"),
        sa.CheckConstraint("position > 0", name="positions_count_from_one"),
    )
    op.create_index("ix_inspection_lots_party_id", "inspection_lots", ["party_id"])
    op.create_table(
        "inspections",
        _number(),
        sa.Column("draw_id", sa.BigInteger, nullable=False),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        _party("office_id"),
        sa.Column("status", _words("inspectionstatus", "due", "recorded"), nullable=False),
        sa.Column("value", _words("inspection", "qualified", "basically_qualified", "unqualified")),
        sa.Column("opinion", sa.Text, nullable=False, server_default=""),
        sa.Column("inspectors", JSONB, nullable=False, server_default="[]"),
        sa.Column("recorded_at", INSTANT),
        sa.Column("recorded_by", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(
            ["draw_id", "party_id"],
            ["inspection_lots.draw_id", "inspection_lots.party_id"],
            name="fk_inspections_draw_id_party_id",
        ),
        sa.UniqueConstraint("draw_id", "party_id", name="uq_inspections_draw_id_party_id"),
        sa.CheckConstraint(
            "(status = 'recorded') = (value IS NOT NULL) AND (value IS NULL) = (recorded_at IS NULL)",
            name="recorded_with_its_outcome",
        ),
        sa.CheckConstraint(
            "status <> 'recorded' OR jsonb_array_length(inspectors) >= 2 AND btrim(opinion) <> ''",
            name="found_by_two",
        ),
    )
    for column in ("party_id", "office_id"):
        op.create_index(f"ix_inspections_{column}", "inspections", [column])
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("inspections")
    op.execute("DROP FUNCTION inspection_stays")
    op.drop_table("inspection_lots")
    op.drop_table("inspection_draws")
    op.execute("DELETE FROM record_answers USING records WHERE records.id = record_id AND kind = 'spot_check'")
    op.execute("DELETE FROM records WHERE kind = 'spot_check'")
    _checks([kind for kind in KINDS if kind != "spot_check"], VALUES % "", ADVERSE % "")
