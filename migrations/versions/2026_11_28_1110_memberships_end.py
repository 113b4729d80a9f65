"""A membership ends on its own; a session says in what kind of browser it is."""

import sqlalchemy as sa
from alembic import op

revision = "memberships_end"
down_revision = "receipts_are_keyed"

INSTANT = sa.TIMESTAMP(timezone=True)
SEAT = ["account_id", "party_id", "role"]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("memberships", sa.Column("ended_at", INSTANT))
    op.drop_constraint("uq_memberships_account_id_party_id_role", "memberships")
    op.create_index(
        "uq_memberships_held_once",
        "memberships",
        SEAT,
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("account_sessions", sa.Column("device", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("account_sessions", "device")
    op.execute("DELETE FROM memberships WHERE ended_at IS NOT NULL")
    op.drop_index("uq_memberships_held_once", "memberships")
    op.create_unique_constraint(
        "uq_memberships_account_id_party_id_role", "memberships", SEAT, postgresql_nulls_not_distinct=True
    )
    op.drop_column("memberships", "ended_at")
