"""Tables of selection."""

from alembic import op

revision = "selection"
down_revision = "needs_and_offers"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
