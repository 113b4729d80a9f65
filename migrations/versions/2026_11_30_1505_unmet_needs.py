"""Needs that nobody serves yet are advertised: since when each stands on the list of unmet needs."""

import sqlalchemy as sa
from alembic import op

revision = "unmet_needs"
down_revision = "assessments"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("needs", sa.Column("advertised_at", sa.TIMESTAMP(timezone=True)))
    op.create_check_constraint(
        "only_open_ones_are_advertised",
        "needs",
        "advertised_at IS NULL OR (status = 'published' AND held_as IS NULL AND advertised_at >= published_at)",
    )
    op.create_index("ix_needs_sorted_beneficiaries_id", "needs", [sa.text("coalesce(beneficiaries, -1)"), "id"])
    op.create_index("ix_needs_sorted_advertised_id", "needs", [sa.text("coalesce(advertised_at, created_at)"), "id"])
    where = sa.text("advertised_at IS NOT NULL")
    op.create_index("ix_needs_advertised_at", "needs", ["advertised_at"], postgresql_where=where)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("ix_needs_sorted_beneficiaries_id", "needs")
    op.drop_column("needs", "advertised_at")
