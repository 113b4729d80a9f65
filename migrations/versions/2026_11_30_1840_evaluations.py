"""Evaluations of contracts and their reports; an assessment may be of a contract."""

import sqlalchemy as sa
from alembic import op

revision = "evaluations"
down_revision = "season_sources"

INSTANT = sa.TIMESTAMP(timezone=True)
RULES = """
CREATE FUNCTION evaluation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.contract_id, NEW.kind, NEW.party_id, NEW.begun_at) IS DISTINCT FROM
        (OLD.contract_id, OLD.kind, OLD.party_id, OLD.begun_at)
        OR OLD.assessment_id IS NOT NULL AND NEW.assessment_id IS DISTINCT FROM OLD.assessment_id
    ) THEN
        RAISE EXCEPTION 'an evaluation stays that of its contract and its assessment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_evaluations_stay', TABLE = 'evaluations';
    END IF;
    PERFORM acts_for(NEW.contract_id, NEW.begun_by, CASE NEW.kind WHEN 'spot_check' THEN 'client' ELSE 'evaluator' END);
    RETURN NULL;
END $$;
CREATE TRIGGER evaluation_stays AFTER INSERT OR UPDATE ON evaluations
    FOR EACH ROW EXECUTE FUNCTION evaluation_stays();

CREATE FUNCTION evaluation_report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _of evaluations;
    _part text;
BEGIN
    SELECT * INTO _of FROM evaluations WHERE id = NEW.evaluation_id;
    IF TG_OP = 'UPDATE' AND (
        (NEW.evaluation_id, NEW.number, NEW.opinion, NEW.advice, NEW.submitted_at) IS DISTINCT FROM
        (OLD.evaluation_id, OLD.number, OLD.opinion, OLD.advice, OLD.submitted_at)
        OR OLD.status = 'replaced' OR OLD.status = 'signed' AND (
            NEW.status <> 'replaced' OR (NEW.signed_at, NEW.signer) IS DISTINCT FROM (OLD.signed_at, OLD.signer)
        )
    ) THEN
        RAISE EXCEPTION 'an evaluation report stays as it was submitted, and a signed one until it is replaced'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_evaluation_reports_stay', TABLE = 'evaluation_reports';
    END IF;
    IF _of.kind <> 'spot_check' AND NEW.status <> 'replaced' AND NOT EXISTS (
        SELECT FROM engagements WHERE contract_id = _of.contract_id AND party_id = _of.party_id
            AND kind = 'evaluation' AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'who is not engaged to evaluate a contract says nothing of it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_evaluation_reports_engaged',
            TABLE = 'evaluation_reports';
    END IF;
    IF NOT EXISTS (
        SELECT FROM assessment_results WHERE assessment_id = _of.assessment_id AND number = NEW.number
    ) THEN
        RAISE EXCEPTION 'no report without a result' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_evaluation_reports_result', TABLE = 'evaluation_reports';
    END IF;
    _part := CASE _of.kind WHEN 'spot_check' THEN 'client' ELSE 'evaluator' END;
    PERFORM acts_for(_of.contract_id, NEW.submitted_by, _part);
    PERFORM acts_for(_of.contract_id, NEW.signed_by, _part);
    RETURN NULL;
END $$;
CREATE TRIGGER evaluation_report_stays AFTER INSERT OR UPDATE ON evaluation_reports
    FOR EACH ROW EXECUTE FUNCTION evaluation_report_stays();
REVOKE DELETE ON evaluations, evaluation_reports FROM shuangxuan_app;
"""


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _of(name: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _by(verb: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Column[int]]:
    return sa.Column(f"{verb}_at", INSTANT, nullable=nullable), sa.Column(f"{verb}_by", sa.BigInteger)


def _subjects(*words: str) -> None:
    said = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f("ck_assessments_subjectkind"), "assessments")
    op.create_check_constraint("subjectkind", "assessments", f"subject_kind IN ({said})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _subjects("party", "contract")
    op.create_table(
        "evaluations",
        _number(),
        _of("contract_id", "contracts"),
        sa.Column("kind", _words("evaluationkind", "midterm", "final", "spot_check"), nullable=False),
        _of("party_id", "parties"),
        _of("assessment_id", "assessments", nullable=True),
        *_by("begun"),
        sa.UniqueConstraint("assessment_id", name="uq_evaluations_assessment_id"),
    )
    for column in ("contract_id", "party_id"):
        op.create_index(f"ix_evaluations_{column}", "evaluations", [column])
    op.create_table(
        "evaluation_reports",
        _number(),
        _of("evaluation_id", "evaluations"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", _words("evaluationreportstatus", "submitted", "signed", "replaced"), nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("advice", sa.Text, nullable=False, server_default=""),
        *_by("submitted"),
        *_by("signed", nullable=True),
        sa.Column("signer", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint("number > 0 AND btrim(opinion) <> ''", name="says_something"),
        sa.CheckConstraint("(signed_at IS NOT NULL) = (signer <> '')", name="signature_has_a_name"),
        sa.CheckConstraint(
            "CASE WHEN status = 'replaced' THEN true ELSE (status = 'signed') = (signed_at IS NOT NULL) END",
            name="signed_has_its_date",
        ),
        sa.CheckConstraint("submitted_by <> signed_by", name="signed_by_somebody_else"),
    )
    op.create_index("ix_evaluation_reports_evaluation_id", "evaluation_reports", ["evaluation_id"])
    op.create_index(
        "uq_evaluation_reports_one_of_a_kind",
        "evaluation_reports",
        ["evaluation_id", "status"],
        unique=True,
        postgresql_where=sa.text("status <> 'replaced'"),
    )
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("evaluation_reports", "evaluations"):
        op.drop_table(table)
    op.execute("DROP FUNCTION evaluation_report_stays()")
    op.execute("DROP FUNCTION evaluation_stays()")
    _subjects("party")
