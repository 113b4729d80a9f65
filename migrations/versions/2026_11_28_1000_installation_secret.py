"""Which secret the database is used with, and how often something may still be tried."""

import sqlalchemy as sa
from alembic import op

revision = "installation_secret"
down_revision = "inclusion"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table("installation", sa.Column("secret_mark", sa.Text, primary_key=True))
    op.create_table(
        "allowances",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("whole_at", sa.TIMESTAMP(timezone=True), nullable=False),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("allowances")
    op.drop_table("installation")
