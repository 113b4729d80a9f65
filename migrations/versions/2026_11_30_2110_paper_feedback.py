"""Whoever signed in on the paper list says on a form how a session was; the forms are counted by hand, once."""

import sqlalchemy as sa
from alembic import op

revision = "paper_feedback"
down_revision = "satisfaction"

COUNTS = ("announced_yes", "announced_partly", "announced_no", "again_yes", "again_partly", "again_no")
RULES = """
CREATE FUNCTION forms_are_of_the_paper_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _session service_sessions;
BEGIN
    SELECT * INTO _session FROM service_sessions WHERE id = NEW.service_session_id FOR SHARE;
    IF _session.status <> 'concluded' OR NEW.again_yes + NEW.again_partly + NEW.again_no >
        (SELECT count(*) FROM session_sign_ins WHERE service_session_id = NEW.service_session_id AND kind = 'paper')
    THEN
        RAISE EXCEPTION 'no more forms than rows on the paper list of a session that was held'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_paper_feedback_of_the_list', TABLE = 'paper_feedback';
    END IF;
    PERFORM acts_for(_session.contract_id, NEW.entered_by, NEW.entered_as);
    RETURN NEW;
END $$;
CREATE TRIGGER forms_are_of_the_paper_list BEFORE INSERT ON paper_feedback
    FOR EACH ROW EXECUTE FUNCTION forms_are_of_the_paper_list();
REVOKE DELETE, UPDATE ON paper_feedback FROM shuangxuan_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    parts = ("client", "contractor", "evaluator", "auditor")
    op.create_table(
        "paper_feedback",
        sa.Column("service_session_id", sa.BigInteger, sa.ForeignKey("service_sessions.id"), primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTS),
        sa.Column(
            "entered_as",
            sa.Enum(*parts, name="part", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("entered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by", sa.BigInteger),
        sa.CheckConstraint(
            f"least({', '.join(COUNTS)}) >= 0 AND again_yes + again_partly + again_no > 0", name="counts_forms"
        ),
        sa.CheckConstraint(
            "announced_yes + announced_partly + announced_no = again_yes + again_partly + again_no",
            name="forms_answer_both",
        ),
    )
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("paper_feedback")
    op.execute("DROP FUNCTION forms_are_of_the_paper_list()")
