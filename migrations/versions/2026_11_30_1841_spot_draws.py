"""Spot checks of contracts, drawn by lot once a year."""

import sqlalchemy as sa
from alembic import op

revision = "spot_draws"
down_revision = "evaluations"

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "spot_draws",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("share", sa.Numeric(5, 4), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("drawn_by", sa.BigInteger),
        sa.UniqueConstraint("party_id", "year", name="uq_spot_draws_party_id_year"),
        sa.CheckConstraint("size > 0 AND share > 0 AND share <= 1", name="is_a_part"),
        sa.CheckConstraint("seed <> '' AND source <> ''", name="can_be_replayed"),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name="is_a_year"),
    )
    op.create_table(
        "spot_lots",
        sa.Column("draw_id", sa.BigInteger, sa.ForeignKey("spot_draws.id"), primary_key=True),
        sa.Column("contract_id", sa.BigInteger, sa.ForeignKey("contracts.id"), primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.UniqueConstraint("draw_id", "position", name="uq_spot_lots_draw_id_position"),
        sa.CheckConstraint("position > 0", name="positions_count_from_one"),
    )
    op.create_index("ix_spot_lots_contract_id", "spot_lots", ["contract_id"])
    op.execute("REVOKE UPDATE, DELETE ON spot_draws, spot_lots FROM shuangxuan_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("spot_lots")
    op.drop_table("spot_draws")
