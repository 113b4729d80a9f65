"""One award per applicant only where the notice says so."""

import sqlalchemy as sa
from alembic import op

revision = "awards_per_applicant"
down_revision = "survey_figures"

INDEX = "uq_awards_tender_id_party_id"
LIVE = "status NOT IN ('declined', 'revoked')"


def one_where(condition: str) -> None:
    op.drop_index(INDEX, "awards")
    op.create_index(INDEX, "awards", ["tender_id", "party_id"], unique=True, postgresql_where=sa.text(condition))


def upgrade() -> None:
    """Every result so far was decided with one award per applicant."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("tenders", sa.Column("one_each", sa.Boolean))
    op.add_column("awards", sa.Column("one_each", sa.Boolean, nullable=False, server_default=sa.true()))
    one_where(f"one_each AND {LIVE}")


def downgrade() -> None:
    """Refused by the index where an applicant has won more than once."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    one_where(LIVE)
    op.drop_column("awards", "one_each")
    op.drop_column("tenders", "one_each")
