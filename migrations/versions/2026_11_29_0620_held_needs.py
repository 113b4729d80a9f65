"""A need keeps its own status; while another room holds it, that room's word stands beside the status."""

import sqlalchemy as sa
from alembic import op

revision = "held_needs"
down_revision = "final_offers"

OWN = ("draft", "published", "fulfilled", "withdrawn", "expired")
HELD = ("matched", "tendered", "contracted")
HOLD = """
UPDATE needs SET held_as = status, status = 'published' WHERE status IN ('matched', 'tendered', 'contracted')
"""


def allow_statuses(*statuses: str) -> None:
    listed = ", ".join(f"'{status}'" for status in statuses)
    op.drop_constraint("needstatus", "needs", type_="check")
    op.create_check_constraint("needstatus", "needs", f"status IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("needs", sa.Column("held_as", sa.Text))
    op.execute(HOLD)
    allow_statuses(*OWN)
    op.create_check_constraint(
        "only_published_ones_are_held", "needs", "held_as IS NULL OR (held_as <> '' AND status = 'published')"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_needs_only_published_ones_are_held"), "needs")
    allow_statuses(*OWN, *HELD)
    op.execute("UPDATE needs SET status = held_as WHERE held_as IS NOT NULL")
    op.drop_column("needs", "held_as")
