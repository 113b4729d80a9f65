"""From where an account was signed in to; failed tries are counted in the allowances."""

import sqlalchemy as sa
from alembic import op

revision = "known_browsers"
down_revision = "answers_are_sealed"

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "known_browsers",
        sa.Column(
            "account_id",
            sa.BigInteger,
            sa.ForeignKey("accounts.id", name="fk_known_browsers_account_id"),
            primary_key=True,
        ),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("seen_at", INSTANT, nullable=False),
    )
    op.drop_table("sign_in_tries")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "sign_in_tries",
        sa.Column("username", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.CheckConstraint("failures > 0", name="counts_failures"),
    )
    op.drop_table("known_browsers")
