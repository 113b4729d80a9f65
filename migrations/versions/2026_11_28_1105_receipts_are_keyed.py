"""Receipt codes are kept keyed with the installation's secret; equal answers are found by an index."""

import sqlalchemy as sa
from alembic import op

from app.core.installation.secret import keyed

revision = "receipts_are_keyed"
down_revision = "known_browsers"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_index("ix_responses_wave_id_fingerprint", "responses", ["wave_id", "fingerprint"])
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, receipt_hash FROM responses WHERE receipt_hash IS NOT NULL"))
    marks = [{"id": id, "mark": keyed("receipt", known)} for id, known in rows]
    if marks:
        connection.execute(sa.text("UPDATE responses SET receipt_hash = :mark WHERE id = :id"), marks)


def downgrade() -> None:
    raise NotImplementedError("what a code was cannot be told from its keyed hash; restore a backup instead")
