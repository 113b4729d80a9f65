"""Objections say what they are about: the documents, a step of the process, or the result; and when to complain."""

import sqlalchemy as sa
from alembic import op

revision = "challenges_before_the_result"
down_revision = "response_imports"

SUBJECTS = ("documents", "opening", "prequalification", "scoring", "result")
INDEX = "uq_objections_one_open_per_party_and_lot"
PLACE = ("tender_id", "party_id", sa.text("coalesce(lot_id, 0)"))


def one_open_per(*columns: str | sa.TextClause) -> None:
    op.drop_index(INDEX, "objections")
    op.create_index(INDEX, "objections", [*columns], unique=True, postgresql_where=sa.text("status = 'filed'"))


def upgrade() -> None:
    """What was objected to so far was the result."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    subject = sa.Enum(*SUBJECTS, name="challenged", native_enum=False, create_constraint=True, length=40)
    op.add_column("objections", sa.Column("subject", subject, nullable=False, server_default="result"))
    op.add_column("objections", sa.Column("complain_by", sa.Date))
    op.add_column("objections", sa.Column("complain_rule", sa.Text, nullable=False, server_default=""))
    one_open_per(*PLACE, "subject")


def downgrade() -> None:
    """Objections to documents and steps have no place in the older table."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM objections WHERE subject <> 'result'")
    one_open_per(*PLACE)
    for column in ("complain_rule", "complain_by", "subject"):
        op.drop_column("objections", column)
