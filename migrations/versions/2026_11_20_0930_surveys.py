"""Tables of surveys."""

from alembic import op

revision = "surveys"
down_revision = "parties"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
