"""A contract may ask that its service starts only once residents want it."""

import sqlalchemy as sa
from alembic import op

revision = "wanted_services"
down_revision = "session_feedback"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("contracts", sa.Column("asks_willingness", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("contracts", sa.Column("willing_at", sa.TIMESTAMP(timezone=True)))
    op.create_check_constraint(
        "wanted_before_it_starts",
        "contracts",
        "NOT asks_willingness OR willing_at IS NOT NULL OR status NOT IN ('performing', 'completed')",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint("wanted_before_it_starts", "contracts", type_="check")
    op.drop_column("contracts", "willing_at")
    op.drop_column("contracts", "asks_willingness")
