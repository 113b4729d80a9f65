"""A tender knows when its bids were decided on and when its final offers were opened."""

import sqlalchemy as sa
from alembic import op

revision = "steps_of_tenders"
down_revision = "held_needs"

DECIDED = """
UPDATE tenders SET prequalified_at = decided.at
FROM (
    SELECT tender_id, max(decided_at) AS at FROM bids GROUP BY tender_id
    HAVING count(*) FILTER (WHERE status IN ('submitted', 'unconfirmed', 'late')) = 0
) AS decided
WHERE decided.tender_id = tenders.id AND tenders.opened_at IS NOT NULL
"""
OPENED = """
UPDATE tenders SET final_offers_opened_at = named.at
FROM (SELECT tender_id, max(received_at) AS at FROM bid_versions WHERE is_final GROUP BY tender_id) AS named
WHERE named.tender_id = tenders.id
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("tenders", sa.Column("prequalified_at", sa.TIMESTAMP(timezone=True)))
    op.add_column("tenders", sa.Column("final_offers_opened_at", sa.TIMESTAMP(timezone=True)))
    op.execute(DECIDED)
    op.execute(OPENED)
    op.create_check_constraint(
        "prequalified_after_the_opening", "tenders", "prequalified_at IS NULL OR opened_at IS NOT NULL"
    )
    op.create_check_constraint(
        "final_offers_opened_after_their_end", "tenders", "final_offers_opened_at >= final_offers_end"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("tenders", "final_offers_opened_at")
    op.drop_column("tenders", "prequalified_at")
