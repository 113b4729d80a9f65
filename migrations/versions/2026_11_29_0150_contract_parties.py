"""Who represents a party in law and its bank account; a contract keeps what its first signature found of both sides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "contract_parties"
down_revision = "challenges_before_the_result"

COLUMNS = ("legal_representative", "bank_name", "bank_account")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for column in COLUMNS:
        op.add_column("parties", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.add_column("contracts", sa.Column("sides", JSONB()))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("contracts", "sides")
    for column in COLUMNS:
        op.drop_column("parties", column)
