"""Tables of panels."""

from alembic import op

revision = "panels"
down_revision = "bids"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
