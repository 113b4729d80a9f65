"""Objections against a result."""

import sqlalchemy as sa
from alembic import op

revision = "objections"
down_revision = "awards"

STATUS = ("filed", "accepted", "rejected", "withdrawn")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("tender_id", sa.BigInteger, sa.ForeignKey("tenders.id"), nullable=False),
        sa.Column("lot_id", sa.BigInteger, sa.ForeignKey("lots.id")),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUS, name="objectionstatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("filed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date, nullable=False),
        sa.Column("answer_rule", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("btrim(grounds) <> '' AND length(grounds) <= 5000", name="gives_grounds"),
        sa.CheckConstraint("(status = 'filed') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status IN ('accepted', 'rejected')) = (answer <> '')", name="answered_with_a_reason"),
    )
    for column in ("tender_id", "lot_id", "party_id"):
        op.create_index(f"ix_objections_{column}", "objections", [column])
    op.create_index(
        "uq_objections_one_open_per_party_and_lot",
        "objections",
        ["tender_id", "party_id", sa.text("coalesce(lot_id, 0)")],
        unique=True,
        postgresql_where=sa.text("status = 'filed'"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("objections")
