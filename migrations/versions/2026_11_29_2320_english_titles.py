"""What people are told of is called by its English name, too, where it has one."""

import sqlalchemy as sa
from alembic import op

revision = "english_titles"
down_revision = "audit_checks"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("notifications", sa.Column("title_en", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("notifications", "title_en")
