"""The first answer of a wave with the same content is found by one index, whatever is known of the wave."""

import sqlalchemy as sa
from alembic import op

revision = "content"
down_revision = "pairs"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    content = sa.text("((CAST(wave_id AS text) || ':') || fingerprint)")
    op.create_index("ix_responses_content", "responses", [content, "id"])
    op.drop_index("ix_responses_wave_id_fingerprint", "responses")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_index("ix_responses_wave_id_fingerprint", "responses", ["wave_id", "fingerprint"])
    op.drop_index("ix_responses_content", "responses")
