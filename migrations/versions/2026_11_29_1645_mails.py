"""An outbox, and where people want to be mailed."""

import sqlalchemy as sa
from alembic import op

revision = "mails"
down_revision = "notifications"

INSTANT = sa.TIMESTAMP(timezone=True)
PACES = sa.Enum("at_once", "daily", "never", name="pace", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "mailboxes",
        sa.Column("account_id", sa.BigInteger, to("mailboxes", "account_id", "accounts.id"), primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("pace", PACES, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("code_hash", sa.Text),
        sa.Column("code_until", INSTANT),
        sa.Column("confirmed_at", INSTANT),
        sa.CheckConstraint("address ~ '^[^@[:space:]]+@[^@[:space:]]+$'", name="address_is_one"),
        sa.CheckConstraint("language IN ('zh', 'en')", name="language_is_known"),
        sa.CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code_has_its_end"),
        sa.CheckConstraint("num_nulls(code_hash, confirmed_at) = 1", name="confirmed_or_waiting_for_its_code"),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "account_id", sa.BigInteger, to("mails", "account_id", "mailboxes.account_id", "CASCADE"), nullable=False
        ),
        sa.Column("notification_id", sa.BigInteger, to("mails", "notification_id", "notifications.id", "CASCADE")),
        sa.Column("code", sa.Text),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent_at", INSTANT),
        sa.Column("refused_at", INSTANT),
        sa.Column("fault", sa.Text),
        sa.UniqueConstraint("notification_id", name="uq_mails_notification_id"),
        sa.CheckConstraint("notification_id IS NULL OR code IS NULL", name="tells_one_thing"),
        sa.CheckConstraint("sent_at IS NULL OR (refused_at IS NULL AND code IS NULL)", name="sent_is_over"),
        sa.CheckConstraint("refused_at IS NULL OR fault IS NOT NULL", name="refused_says_why"),
    )
    op.create_index("ix_mails_account_id", "mails", ["account_id"])
    op.create_index(
        "ix_mails_waiting",
        "mails",
        ["due_at"],
        postgresql_where=sa.text("sent_at IS NULL AND refused_at IS NULL"),
    )


def to(table: str, column: str, target: str, when_deleted: str | None = None) -> sa.ForeignKey:
    return sa.ForeignKey(target, name=f"fk_{table}_{column}", ondelete=when_deleted)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("mails", "mailboxes"):
        op.drop_table(table)
