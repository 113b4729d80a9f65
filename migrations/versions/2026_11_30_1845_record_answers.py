"""Pledges to a code of the trade as records, and what an organisation answers to an adverse one."""

import sqlalchemy as sa
from alembic import op

revision = "record_answers"
down_revision = "finding_files"

INSTANT = sa.TIMESTAMP(timezone=True)
KINDS = (
    "rating_a",
    "rating_four_level",
    "rating_bar",
    "inspection",
    "rectification",
    "party_building",
    "party_check",
    "qualification",
    "award",
    "penalty",
    "abnormal",
    "serious",
)
VALUES = """CASE kind
    WHEN 'rating_a' THEN value IN ('1A', '2A', '3A', '4A', '5A')
    WHEN 'rating_four_level' THEN value IN ('excellent', 'good', 'qualified', 'unqualified')
    WHEN 'rating_bar' THEN value IN ('lowered', 'revoked')
    WHEN 'inspection' THEN value IN ('basically_qualified', 'qualified', 'unqualified')
    WHEN 'rectification' THEN value IN ('ordered', 'passed')
    WHEN 'party_building' THEN value IN ('instructor', 'joint_branch', 'none', 'own_branch')
    WHEN 'party_check' THEN value IN ('no', 'yes')
    WHEN 'qualification' THEN value IN ('')
    WHEN 'award' THEN value IN ('')
    %s
    WHEN 'penalty' THEN value IN ('fine', 'stop_order', 'warning')
    WHEN 'abnormal' THEN value IN ('correction_late', 'no_party_organisation', 'no_report', 'penalty', 'unreachable')
    WHEN 'serious' THEN value IN ('court_defaulter', 'fraud', 'penalty', 'two_years_abnormal')
END"""
PLEDGE = "WHEN 'pledge' THEN value IN ('')"
TITLED = "(kind IN ('award', 'party_check', 'penalty', %s'qualification')) = (title <> '')"


def _checks(kinds: tuple[str, ...], values: str, titled: str) -> None:
    said = ", ".join(f"'{kind}'" for kind in kinds)
    checks = {
        "recordkind": f"kind IN ({said})",
        "value_is_of_its_kind": values,
        "titled_where_there_may_be_several": titled,
    }
    for name, check in checks.items():
        op.drop_constraint(op.f(f"ck_records_{name}"), "records")
        op.create_check_constraint(name, "records", check)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _checks(
        tuple(kind for each in KINDS for kind in ((each, "pledge") if each == "award" else (each,))),
        VALUES % PLEDGE,
        TITLED % "'pledge', ",
    )
    op.create_table(
        "record_answers",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("record_id", sa.BigInteger, sa.ForeignKey("records.id"), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.BigInteger),
        sa.UniqueConstraint("record_id", name="uq_record_answers_record_id"),
        sa.CheckConstraint("btrim(answer) <> ''", name="says_something"),
    )
    op.execute("REVOKE UPDATE, DELETE ON record_answers FROM shuangxuan_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("record_answers")
    op.execute("DELETE FROM records WHERE kind = 'pledge'")
    _checks(KINDS, VALUES % "", TITLED % "")
