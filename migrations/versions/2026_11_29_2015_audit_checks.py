"""Checks of the audit log are kept, and what a job broke off with; the application may read its own version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "audit_checks"
down_revision = "spelled_names"

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "audit_checks",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id", name="fk_audit_checks_account_id")),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer),
        sa.Column("found", sa.Integer, nullable=False, server_default="0"),
        sa.Column("faults", JSONB, nullable=False, server_default="[]"),
        sa.CheckConstraint("found >= jsonb_array_length(faults)", name="counts_what_it_names"),
        sa.CheckConstraint("ended_at IS NULL OR total IS NOT NULL", name="ended_has_counted"),
    )
    op.create_index("ix_audit_checks_account_id", "audit_checks", ["account_id"])
    op.create_table(
        "job_faults",
        sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.execute("GRANT SELECT ON alembic_version TO shuangxuan_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("REVOKE SELECT ON alembic_version FROM shuangxuan_app")
    for table in ("job_faults", "audit_checks"):
        op.drop_table(table)
