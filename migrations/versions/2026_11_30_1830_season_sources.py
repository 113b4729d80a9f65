"""Where rows of a season's lists are known from."""

import sqlalchemy as sa
from alembic import op

revision = "season_sources"
down_revision = "wanted_services"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "season_sources",
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("season", "list", "key", name="pk_season_sources"),
        sa.ForeignKeyConstraint(["season"], ["seasons.name"], name="fk_season_sources_season"),
        sa.CheckConstraint("btrim(source) <> ''", name="names_a_source"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("season_sources")
