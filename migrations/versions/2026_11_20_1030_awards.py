"""Tables of awards."""

from alembic import op

revision = "awards"
down_revision = "panels"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
