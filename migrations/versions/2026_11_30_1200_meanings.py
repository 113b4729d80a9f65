"""What texts mean, as the sentence model read them."""

import sqlalchemy as sa
from alembic import op

revision = "meanings"
down_revision = "findings"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "meanings",
        sa.Column("model", sa.Text),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("vectors", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("model", "digest", name="pk_meanings"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("meanings")
