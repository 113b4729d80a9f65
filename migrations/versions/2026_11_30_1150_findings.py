"""What is found wanting in the work under a contract, until when it is to be put right, and that it holds payments."""

import sqlalchemy as sa
from alembic import op

revision = "findings"
down_revision = "records"

INSTANT = sa.TIMESTAMP(timezone=True)
DAYS = " AND ".join(f"{day} >= '1900-01-01Z' AND {day} < '2201-01-01Z'" for day in ("first_due_on", "due_on"))
PARTS = ("client", "contractor", "evaluator", "auditor")
RULES = """
CREATE FUNCTION finding_is_of_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    PERFORM acts_for(NEW.contract_id, NEW.raised_by, NEW.part);
    RETURN NULL;
END $$;
CREATE TRIGGER finding_is_of_one_side AFTER INSERT ON findings
    FOR EACH ROW EXECUTE FUNCTION finding_is_of_one_side();

CREATE FUNCTION finding_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('closed', 'waived')
        OR (OLD.contract_id, OLD.party_id, OLD.part, OLD.requirement, OLD.basis, OLD.severity, OLD.is_holding,
            OLD.working_days, OLD.first_due_on, OLD.raised_at) IS DISTINCT FROM
           (NEW.contract_id, NEW.party_id, NEW.part, NEW.requirement, NEW.basis, NEW.severity, NEW.is_holding,
            NEW.working_days, NEW.first_due_on, NEW.raised_at)
    THEN
        RAISE EXCEPTION 'a finding stays as it was raised, and a settled one as it was settled'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_findings_stay', TABLE = 'findings';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_keeps_its_word BEFORE UPDATE ON findings
    FOR EACH ROW EXECUTE FUNCTION finding_keeps_its_word();

CREATE FUNCTION answer_is_of_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _finding findings;
BEGIN
    SELECT * INTO _finding FROM findings WHERE id = NEW.finding_id;
    IF TG_OP = 'INSERT' THEN
        PERFORM acts_for(_finding.contract_id, NEW.answered_by, 'contractor');
    ELSIF OLD.verdict IS NOT NULL OR (OLD.finding_id, OLD.round, OLD.answer, OLD.answered_at, OLD.is_late)
        IS DISTINCT FROM (NEW.finding_id, NEW.round, NEW.answer, NEW.answered_at, NEW.is_late)
    THEN
        RAISE EXCEPTION 'an answer and its verdict stay as they were given'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_finding_answers_stay', TABLE = 'finding_answers';
    ELSE
        PERFORM acts_for(_finding.contract_id, NEW.decided_by, _finding.part);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER answer_is_of_one_side AFTER INSERT OR UPDATE ON finding_answers
    FOR EACH ROW EXECUTE FUNCTION answer_is_of_one_side();

CREATE FUNCTION payment_waits_for_findings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM findings
        WHERE contract_id = NEW.contract_id AND is_holding AND status IN ('open', 'answered')
    ) THEN
        RAISE EXCEPTION 'a finding holds the payments of this contract'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_payments_findings_settled', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_waits_for_findings AFTER INSERT ON payments
    FOR EACH ROW EXECUTE FUNCTION payment_waits_for_findings();
REVOKE DELETE ON findings, finding_answers FROM shuangxuan_app;
"""
TRIGGERS = {
    "payment_waits_for_findings": "payments",
    "answer_is_of_one_side": "finding_answers",
    "finding_keeps_its_word": "findings",
    "finding_is_of_one_side": "findings",
}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("contracts", sa.Column("holds", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint("held_by_findings", "contracts", "holds >= 0")
    op.create_table(
        "findings",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("contract_id", sa.BigInteger, sa.ForeignKey("contracts.id"), nullable=False),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("part", _words("part", *PARTS), nullable=False),
        sa.Column("requirement", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False, server_default=""),
        sa.Column("severity", _words("severity", "minor", "major"), nullable=False),
        sa.Column("is_holding", sa.Boolean, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.Column("first_due_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("due_rule", sa.Text, nullable=False),
        sa.Column("status", _words("findingstatus", "open", "answered", "closed", "waived"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False, server_default="1"),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("raised_by", sa.BigInteger),
        sa.Column("settled_at", INSTANT),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint(DAYS, name="years_1900_to_2200"),
        sa.CheckConstraint("part <> 'contractor'", name="raised_by_another_part"),
        sa.CheckConstraint("btrim(requirement) <> ''", name="asks_for_something"),
        sa.CheckConstraint("working_days > 0 AND due_on >= first_due_on", name="leaves_time"),
        sa.CheckConstraint("round > 0", name="rounds_count_from_one"),
        sa.CheckConstraint("(status IN ('closed', 'waived')) = (settled_at IS NOT NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'waived') = (reason <> '')", name="waived_with_a_reason"),
    )
    op.create_index("ix_findings_contract_id", "findings", ["contract_id"])
    op.create_index("ix_findings_party_id", "findings", ["party_id"])
    op.create_table(
        "finding_answers",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("finding_id", sa.BigInteger, sa.ForeignKey("findings.id"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.BigInteger),
        sa.Column("is_late", sa.Boolean, nullable=False),
        sa.Column("verdict", _words("verdict", "accepted", "rejected")),
        sa.Column("opinion", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.BigInteger),
        sa.UniqueConstraint("finding_id", "round", name="uq_finding_answers_finding_id_round"),
        sa.CheckConstraint("btrim(answer) <> ''", name="says_something"),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="verdict_has_its_date"),
        sa.CheckConstraint("verdict IS NULL OR btrim(opinion) <> ''", name="decided_with_a_reason"),
        sa.CheckConstraint("answered_by <> decided_by", name="decided_by_somebody_else"),
    )
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("finding_answers")
    op.drop_table("findings")
    op.drop_constraint("held_by_findings", "contracts", type_="check")
    op.drop_column("contracts", "holds")
