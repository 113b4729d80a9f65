"""Tables of notices."""

from alembic import op

revision = "notices"
down_revision = "selection"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
