"""Whoever signed in to a session may say how it was: who has, is kept apart from what was said, which is counted."""

import sqlalchemy as sa
from alembic import op

revision = "session_feedback"
down_revision = "survey_purposes"


def _opinion(name: str) -> sa.Enum:
    return sa.Enum("yes", "partly", "no", name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "session_speakers",
        sa.Column("service_session_id", sa.BigInteger, primary_key=True),
        sa.Column("household_hash", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(
            ["service_session_id", "household_hash"],
            ["session_sign_ins.service_session_id", "session_sign_ins.household_hash"],
            name="fk_session_speakers_were_there",
        ),
    )
    op.create_table(
        "session_opinions",
        sa.Column("service_session_id", sa.BigInteger, sa.ForeignKey("service_sessions.id"), primary_key=True),
        sa.Column("as_announced", _opinion("opinion"), primary_key=True),
        sa.Column("again", _opinion("again_opinion"), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("count > 0", name="counts_from_one"),
    )
    op.execute("REVOKE DELETE, UPDATE ON session_speakers FROM shuangxuan_app")
    op.execute("REVOKE DELETE ON session_opinions FROM shuangxuan_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("session_opinions")
    op.drop_table("session_speakers")
