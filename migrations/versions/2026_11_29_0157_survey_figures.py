"""A survey's published figures are frozen when it closes; results that give small counts away are withheld."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "survey_figures"
down_revision = "one_seat_per_need"

STAYS = """
CREATE FUNCTION survey_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published figures are not changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER survey_figures_stay BEFORE UPDATE OR DELETE ON survey_figures
    FOR EACH ROW EXECUTE FUNCTION survey_figures_stay();
REVOKE UPDATE, DELETE ON survey_figures FROM shuangxuan_app;
"""

# Protecting figures takes the solver: a job does it for each survey closed before, which until then shows none.
FREEZE = """
SELECT procrastinate_defer_jobs_v1(array_agg(ROW('default', 'surveys.freeze_figures', 0, NULL,
    'surveys.freeze_figures:' || id, jsonb_build_object('survey_id', id), NULL)::procrastinate_job_to_defer_v1))
FROM surveys WHERE status = 'closed' HAVING count(*) > 0;
"""

EVIDENCE = "ck_needs_evidence_is_whole"
FIGURES = "evidence_n, evidence_share, evidence_low, evidence_high"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "survey_figures",
        sa.Column("survey_id", sa.BigInteger, sa.ForeignKey("surveys.id"), primary_key=True),
        sa.Column("frozen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("returns", JSONB, nullable=False),
        sa.Column("tells_places", sa.Boolean, nullable=False),
    )
    op.execute(STAYS)
    op.alter_column("survey_results", "is_small", new_column_name="is_withheld", server_default=sa.true())
    op.execute("UPDATE survey_results SET is_withheld = true")
    op.drop_constraint(op.f(EVIDENCE), "needs")
    op.create_check_constraint(
        op.f(EVIDENCE),
        "needs",
        f"num_nonnulls({FIGURES}) IN (0, 4) AND (survey_result_id IS NOT NULL OR evidence_n IS NULL)",
    )
    op.execute(FREEZE)


def downgrade() -> None:
    """A need whose figures were withheld loses its link, as a note says."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'surveys.freeze_figures' AND status = 'todo'")
    op.execute(
        "UPDATE needs SET survey_result_id = NULL, evidence_note = evidence_note || '（依据的调查结果未公开）'"
        " WHERE survey_result_id IS NOT NULL AND evidence_n IS NULL"
    )
    op.drop_constraint(op.f(EVIDENCE), "needs")
    op.create_check_constraint(op.f(EVIDENCE), "needs", f"num_nonnulls(survey_result_id, {FIGURES}) IN (0, 5)")
    op.alter_column("survey_results", "is_withheld", new_column_name="is_small", server_default=None)
    op.execute("UPDATE survey_results SET is_small = votes < 5")
    op.drop_table("survey_figures")
    op.execute("DROP FUNCTION survey_figures_stay()")
