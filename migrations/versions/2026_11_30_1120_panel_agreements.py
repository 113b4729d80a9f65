"""How the judges of a result marked is kept beside it, from now on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "panel_agreements"
down_revision = "content"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "panel_agreements",
        sa.Column("result_id", sa.BigInteger, sa.ForeignKey("results.id"), primary_key=True),
        sa.Column("kept", JSONB, nullable=False),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("panel_agreements")
