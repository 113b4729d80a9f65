"""Requests that take long are put off; the files that they make are kept in the store, lists with commas among them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "errands"
down_revision = "english_titles"

INSTANT = sa.TIMESTAMP(timezone=True)
STATES = ("waiting", "running", "done", "failed")
ROLES = (
    "resident",
    "committee",
    "street",
    "organization",
    "purchaser",
    "judge",
    "evaluator",
    "auditor",
    "admin",
    "clock",
)
KINDS = ("pdf", "docx", "xlsx", "png", "jpeg", "webp")


def _enumeration(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _allow_kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("filekind", "stored_files", type_="check")
    op.create_check_constraint("filekind", "stored_files", f"kind IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _allow_kinds(*KINDS, "csv")
    op.create_table(
        "errands",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "account_id", sa.BigInteger, sa.ForeignKey("accounts.id", name="fk_errands_account_id"), nullable=False
        ),
        sa.Column("role", _enumeration("role", ROLES), nullable=False),
        sa.Column("party_id", sa.BigInteger),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("brought", sa.Text, nullable=False),
        sa.Column("status", _enumeration("errandstatus", STATES), nullable=False),
        sa.Column("step", sa.Text),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.Text, sa.ForeignKey("stored_files.sha256", name="fk_errands_sha256")),
        sa.Column("file", sa.Text),
        sa.Column("counts", JSONB),
        sa.Column("problem", JSONB),
        sa.CheckConstraint("num_nulls(sha256, file) IN (0, 2)", name="file_has_its_name"),
        sa.CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="failed_says_why"),
        sa.CheckConstraint("(status IN ('done', 'failed')) = (body IS NULL)", name="keeps_the_request_till_it_is_over"),
    )
    for column in ("account_id", "sha256", "moved_at"):
        op.create_index(f"ix_errands_{column}", "errands", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("errands")
    op.execute("DELETE FROM stored_files WHERE kind = 'csv'")
    _allow_kinds(*KINDS)
