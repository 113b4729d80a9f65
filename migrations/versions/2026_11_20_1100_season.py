"""season"""

import sqlalchemy as sa
from alembic import op

revision = "season"
down_revision = "contracts"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "seasons",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("tender_ref", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False, server_default=""),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_seasons"),
        sa.CheckConstraint("name <> '' AND title_zh <> ''", name="has_a_name"),
    )
    op.create_table(
        "season_steps",
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("season", "step", name="pk_season_steps"),
        sa.ForeignKeyConstraint(["season"], ["seasons.name"], name="fk_season_steps_season"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("season_steps")
    op.drop_table("seasons")
