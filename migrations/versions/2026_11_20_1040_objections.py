"""Tables of objections."""

from alembic import op

revision = "objections"
down_revision = "awards"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
