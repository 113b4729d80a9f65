"""People are told what happened to what is theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "notifications"
down_revision = "registrations"

INSTANT = sa.TIMESTAMP(timezone=True)
TOLD_ONCE = ["account_id", "event", "thing", "thing_id", "facts", "created_at"]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.BigInteger, to("account_id", "accounts.id"), nullable=False),
        sa.Column("membership_id", sa.BigInteger, to("membership_id", "memberships.id", "CASCADE"), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("thing", sa.Text, nullable=False),
        sa.Column("thing_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False, server_default="{}"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.CheckConstraint("opened_at >= created_at", name="opened_after_it_was_written"),
        sa.CheckConstraint("title <> ''", name="names_its_thing"),
    )
    op.create_index("uq_notifications_told_once", "notifications", TOLD_ONCE, unique=True)
    op.create_index("ix_notifications_membership_id", "notifications", ["membership_id"])
    op.create_index(
        "ix_notifications_unopened", "notifications", ["account_id"], postgresql_where=sa.text("opened_at IS NULL")
    )


def to(column: str, target: str, when_deleted: str | None = None) -> sa.ForeignKey:
    return sa.ForeignKey(target, name=f"fk_notifications_{column}", ondelete=when_deleted)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("notifications")
