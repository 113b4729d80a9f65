"""A desk shows what its account did today: the log is found by account and time."""

from alembic import op

revision = "audit_by_account"
down_revision = "files"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_index("ix_audit_events_account_id_at", "audit_events", ["account_id", "at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_audit_events_account_id_at", "audit_events")
