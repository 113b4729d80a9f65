"""Tables of bids."""

from alembic import op

revision = "bids"
down_revision = "notices"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
