"""Whoever asked for long work may have it stopped."""

from alembic import op

revision = "stopped_errands"
down_revision = "errands"

OVER = "keeps_the_request_till_it_is_over"


def _allow(*states: str) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint("errandstatus", "errands", type_="check")
    op.create_check_constraint("errandstatus", "errands", f"status IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _allow("waiting", "running", "done", "failed", "stopped")
    op.drop_constraint(op.f(f"ck_errands_{OVER}"), "errands", type_="check")
    op.create_check_constraint(OVER, "errands", "(status NOT IN ('waiting', 'running')) = (body IS NULL)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM errands WHERE status = 'stopped'")
    op.drop_constraint(op.f(f"ck_errands_{OVER}"), "errands", type_="check")
    op.create_check_constraint(OVER, "errands", "(status IN ('done', 'failed')) = (body IS NULL)")
    _allow("waiting", "running", "done", "failed")
