"""What award sets are chosen from, kept with the result; losers priced, run by run."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "inclusion"
down_revision = "season"

INSTANT = sa.TIMESTAMP(timezone=True)
POINTS = sa.Numeric(12, 4)
STATUSES = ("waiting", "running", "done", "failed")
REASONS = ("applicant_awarded", "over_budget", "no_place", "unproven")


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("lot_results", sa.Column("equal_shares", JSONB))
    op.add_column("lot_results", sa.Column("ranking", JSONB))
    together = "(ranking IS NULL) = (equal_shares IS NULL)"
    op.create_check_constraint("ranking_and_shares_together", "lot_results", together)
    create_runs()
    create_prices()


def create_runs() -> None:
    op.create_table(
        "inclusion_runs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("lot_result_id", sa.BigInteger, nullable=False),
        sa.Column("lot_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", text_enum("runstatus", *STATUSES), nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("best", JSONB),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("proven_at", INSTANT),
        sa.Column("fault", sa.Text),
        sa.ForeignKeyConstraint(["lot_result_id"], ["lot_results.id"], name="fk_inclusion_runs_lot_result_id"),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name="fk_inclusion_runs_lot_id"),
        sa.UniqueConstraint("lot_id", "digest", name="uq_inclusion_runs_lot_id_digest"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        sa.CheckConstraint("(status = 'done') = (proven_at IS NOT NULL)", name="done_has_date"),
        sa.CheckConstraint("status <> 'done' OR done = total", name="done_is_complete"),
        sa.CheckConstraint("(status = 'failed') = (fault IS NOT NULL)", name="failed_has_fault"),
        sa.CheckConstraint("done = 0 OR best IS NOT NULL", name="priced_against_the_best"),
    )
    op.create_index("ix_inclusion_runs_lot_result_id", "inclusion_runs", ["lot_result_id"])


def create_prices() -> None:
    op.create_table(
        "inclusion_prices",
        sa.Column("run_id", sa.BigInteger, nullable=False),
        sa.Column("bid_id", sa.BigInteger, nullable=False),
        sa.Column("price", POINTS),
        sa.Column("reason", text_enum("unpriced", *REASONS)),
        sa.Column("instead_of", JSONB, nullable=False),
        sa.Column("joined", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "bid_id", name="pk_inclusion_prices"),
        sa.ForeignKeyConstraint(["run_id"], ["inclusion_runs.id"], name="fk_inclusion_prices_run_id"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_inclusion_prices_bid_id"),
        sa.CheckConstraint("price >= 0", name="never_negative"),
        sa.CheckConstraint("num_nonnulls(price, reason) = 1", name="price_or_reason"),
    )
    op.create_index("ix_inclusion_prices_bid_id", "inclusion_prices", ["bid_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("inclusion_prices")
    op.drop_table("inclusion_runs")
    op.drop_constraint("ranking_and_shares_together", "lot_results", type_="check")
    op.drop_column("lot_results", "ranking")
    op.drop_column("lot_results", "equal_shares")
