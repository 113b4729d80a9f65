"""What each of several people of an organisation may do in its name; those that are there may do everything."""

import sqlalchemy as sa
from alembic import op

revision = "mandates"
down_revision = "mails"

MANDATES = sa.Enum("head", "editor", "reader", name="mandate", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("memberships", sa.Column("mandate", MANDATES, nullable=False, server_default="head"))
    less = "mandate = 'head' OR role = 'organization'"
    op.create_check_constraint("less_in_organizations_only", "memberships", less)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("memberships", "mandate")
