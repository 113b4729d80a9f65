"""New passwords go to the person; a seat beside others counts when one of them has confirmed it."""

import sqlalchemy as sa
from alembic import op

revision = "password_resets"
down_revision = "years_have_bounds"

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.alter_column("accounts", "password_hash", nullable=True)
    op.add_column("memberships", sa.Column("confirmed_at", INSTANT))
    op.execute(
        "UPDATE memberships SET confirmed_at = created_at - CASE WHEN is_demonstration THEN interval '10 years'"
        " ELSE interval '0' END FROM accounts WHERE accounts.id = account_id"
    )
    create_resets()


def create_resets() -> None:
    op.create_table(
        "password_resets",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id", name="fk_password_resets_account_id")),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("device", sa.Text, nullable=False, server_default=""),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("approved_by", sa.BigInteger, sa.ForeignKey("accounts.id", name="fk_password_resets_approved_by")),
        sa.Column(
            "vouched_party_id",
            sa.BigInteger,
            sa.ForeignKey("parties.id", name="fk_password_resets_vouched_party_id"),
        ),
        sa.Column("effective_at", INSTANT),
        sa.Column("used_at", INSTANT),
        sa.Column("cancelled_at", INSTANT),
        sa.UniqueConstraint("secret_hash", name="uq_password_resets_secret_hash"),
        sa.CheckConstraint("length(secret_hash) = 32", name="secret_is_hashed"),
        sa.CheckConstraint("asked_at < expires_at AND effective_at < expires_at", name="ends_after_its_start"),
        sa.CheckConstraint("approved_by IS NULL OR effective_at IS NOT NULL", name="approved_takes_effect"),
        sa.CheckConstraint("effective_at IS NULL OR account_id IS NOT NULL", name="approved_for_an_account"),
        sa.CheckConstraint("approved_by <> account_id", name="approved_by_another"),
        sa.CheckConstraint("used_at IS NULL OR used_at >= effective_at", name="used_when_in_effect"),
        sa.CheckConstraint("num_nonnulls(used_at, cancelled_at) <= 1", name="used_or_cancelled"),
    )
    for column in ("account_id", "approved_by", "vouched_party_id"):
        op.create_index(f"ix_password_resets_{column}", "password_resets", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("password_resets")
    op.execute("UPDATE memberships SET ended_at = shuangxuan_now() WHERE confirmed_at IS NULL AND ended_at IS NULL")
    op.drop_column("memberships", "confirmed_at")
    locked = "$argon2id$v=19$m=19456,t=2,p=1$bm9zYWx0$bm9oYXNo"
    op.execute(f"UPDATE accounts SET password_hash = '{locked}' WHERE password_hash IS NULL")  # noqa: S608
    op.alter_column("accounts", "password_hash", nullable=False)
