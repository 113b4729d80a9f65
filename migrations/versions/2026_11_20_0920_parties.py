"""Tables of parties."""

from alembic import op

revision = "parties"
down_revision = "areas_and_taxonomy"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
