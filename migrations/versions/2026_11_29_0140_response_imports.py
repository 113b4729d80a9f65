"""Which columns and cells of a file of answers were taken for what is kept with its import."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "response_imports"
down_revision = "contracts_are_due_by_law"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "response_imports",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "wave_id", sa.BigInteger, sa.ForeignKey("waves.id", name="fk_response_imports_wave_id"), nullable=False
        ),
        sa.Column(
            "source",
            sa.Enum(
                "page",
                "keyboard",
                "table",
                "wenjuanxing",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("mapping", JSONB, nullable=False),
        sa.Column("is_decided", sa.Boolean, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("added >= 0 AND unchanged >= 0", name="counts_are_not_negative"),
    )
    op.create_index("ix_response_imports_wave_id", "response_imports", ["wave_id"])
    op.execute("REVOKE UPDATE, DELETE ON response_imports FROM shuangxuan_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("response_imports")
