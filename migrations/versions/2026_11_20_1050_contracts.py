"""Tables of contracts."""

from alembic import op

revision = "contracts"
down_revision = "objections"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
