"""Tables of needs and offers."""

from alembic import op

revision = "needs_and_offers"
down_revision = "surveys"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
