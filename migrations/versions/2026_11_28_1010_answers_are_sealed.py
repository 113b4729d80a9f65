"""Answered requests are kept sealed with the client's own key; receipt codes lay there in clear.

Those of the last month are forgotten: a request sent before this version and again after it is carried out anew,
within the limits of its own rules.
"""

import sqlalchemy as sa
from alembic import op

revision = "answers_are_sealed"
down_revision = "installation_secret"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM idempotency")
    op.drop_column("idempotency", "status")
    op.drop_column("idempotency", "body")
    op.add_column("idempotency", sa.Column("answer", sa.LargeBinary))


def downgrade() -> None:
    op.execute("DELETE FROM idempotency")
    op.drop_column("idempotency", "answer")
    op.add_column("idempotency", sa.Column("status", sa.BigInteger))
    op.add_column("idempotency", sa.Column("body", sa.Text))
