"""An evaluation report keeps what was known when it was submitted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "known_facts"
down_revision = "paper_feedback"

STAYS = """
CREATE FUNCTION known_facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.known IS DISTINCT FROM OLD.known THEN
        RAISE EXCEPTION 'what was known when a report was submitted stays in it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_evaluation_reports_known', TABLE = 'evaluation_reports';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER known_facts_stay BEFORE UPDATE ON evaluation_reports
    FOR EACH ROW EXECUTE FUNCTION known_facts_stay();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("evaluation_reports", sa.Column("known", JSONB))
    op.execute(STAYS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER known_facts_stay ON evaluation_reports")
    op.execute("DROP FUNCTION known_facts_stay()")
    op.drop_column("evaluation_reports", "known")
