"""Files hang on findings, too."""

import sqlalchemy as sa
from alembic import op

revision = "finding_files"
down_revision = "spot_draws"

HOLDERS = ("need", "offer", "bid", "contract", "milestone", "statement", "service_session")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column(
        "attachments", sa.Column("finding_id", sa.BigInteger, sa.ForeignKey("findings.id", ondelete="CASCADE"))
    )
    op.create_unique_constraint("uq_attachments_finding_id_sha256", "attachments", ["finding_id", "sha256"])
    _one_holder(*HOLDERS, "finding")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM attachments WHERE finding_id IS NOT NULL")
    _one_holder(*HOLDERS)
    op.drop_column("attachments", "finding_id")


def _one_holder(*holders: str) -> None:
    op.drop_constraint(op.f("ck_attachments_hangs_on_one_thing"), "attachments")
    ids = ", ".join(f"{holder}_id" for holder in holders)
    op.create_check_constraint("hangs_on_one_thing", "attachments", f"num_nonnulls({ids}) = 1")
