"""Budgets of contracts: lines, changes, statements, what is disallowed, audit reports; and what they let be paid.

Gates for the business check, for audits and for settled findings; each is decided by the part that its gate belongs to.
"""

import sqlalchemy as sa
from alembic import op

revision = "budgets"
down_revision = "meanings"

INSTANT = sa.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(14, 2)
DAYS = " AND ".join(f"{day} >= '1900-01-01Z' AND {day} < '2201-01-01Z'" for day in ("starts_on", "ends_on"))
GATES = ("signing", "midterm_evaluation", "final_evaluation", "resident_acceptance")
MORE_GATES = ("business_check", "midterm_audit", "final_audit", "findings_closed")
HOLDERS = ("need", "offer", "bid", "contract", "milestone")
RULES = """
CREATE FUNCTION contract_of_budget(_budget bigint) RETURNS bigint LANGUAGE sql STABLE
    RETURN (SELECT contract_id FROM budgets WHERE id = _budget);

CREATE FUNCTION line_is_within(_line bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _planned numeric; _spent numeric; _flag text;
BEGIN
    SELECT l.approved + coalesce((
        SELECT sum(CASE WHEN c.to_id = l.id THEN c.amount ELSE -c.amount END) FROM budget_changes c
        WHERE c.status = 'approved' AND l.id IN (c.to_id, c.from_id)
    ), 0), l.flag INTO _planned, _flag FROM spending_lines l WHERE l.id = _line;
    SELECT coalesce(sum(s.spent), 0) INTO _spent FROM statements s
        WHERE s.line_id = _line AND NOT EXISTS (SELECT FROM statements n WHERE n.supersedes = s.id);
    IF _planned < 0 OR (_spent > _planned AND _flag = '') THEN
        RAISE EXCEPTION 'a line is not spent beyond what it holds' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_spending_lines_spent_within', TABLE = 'spending_lines';
    END IF;
END $$;

CREATE FUNCTION budget_is_of_two_sides() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'approved'
        AND (NEW.status, NEW.contract_id, NEW.proposed_at, NEW.decided_at)
            IS DISTINCT FROM (OLD.status, OLD.contract_id, OLD.proposed_at, OLD.decided_at)
    THEN
        RAISE EXCEPTION 'an approved budget stays' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_budgets_stay', TABLE = 'budgets';
    END IF;
    PERFORM acts_for(NEW.contract_id, NEW.proposed_by, 'contractor');
    PERFORM acts_for(NEW.contract_id, NEW.decided_by, 'client');
    RETURN NULL;
END $$;
CREATE TRIGGER budget_is_of_two_sides AFTER INSERT OR UPDATE ON budgets
    FOR EACH ROW EXECUTE FUNCTION budget_is_of_two_sides();

CREATE FUNCTION spending_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM budgets WHERE id = coalesce(NEW.budget_id, OLD.budget_id)) = 'approved' AND (
        TG_OP <> 'UPDATE' OR OLD.flag <> ''
        OR (NEW.budget_id, NEW.code, NEW.kind, NEW.name, NEW.approved)
            IS DISTINCT FROM (OLD.budget_id, OLD.code, OLD.kind, OLD.name, OLD.approved)
    ) THEN
        RAISE EXCEPTION 'the lines of an approved budget stay' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_spending_lines_stay', TABLE = 'spending_lines';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM acts_for(contract_of_budget(NEW.budget_id), NEW.flagged_by, 'auditor');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER spending_line_stays BEFORE INSERT OR UPDATE OR DELETE ON spending_lines
    FOR EACH ROW EXECUTE FUNCTION spending_line_stays();

CREATE FUNCTION spending_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _budget bigint := coalesce(NEW.budget_id, OLD.budget_id);
BEGIN
    IF (SELECT sum(approved) FROM spending_lines WHERE budget_id = _budget)
        IS DISTINCT FROM (SELECT amount FROM contracts WHERE id = contract_of_budget(_budget))
    THEN
        RAISE EXCEPTION 'the lines of the budget do not add up to the contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_spending_lines_add_up', TABLE = 'spending_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER spending_lines_add_up AFTER INSERT OR UPDATE OF approved OR DELETE ON spending_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spending_lines_add_up();

CREATE FUNCTION budget_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _contract bigint := contract_of_budget(NEW.budget_id);
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'asked'
        OR (NEW.budget_id, NEW.from_id, NEW.to_id, NEW.amount, NEW.reason, NEW.asked_at)
            IS DISTINCT FROM (OLD.budget_id, OLD.from_id, OLD.to_id, OLD.amount, OLD.reason, OLD.asked_at))
    THEN
        RAISE EXCEPTION 'a change stays as it was asked for, and a decided one as it was decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_budget_changes_stay', TABLE = 'budget_changes';
    END IF;
    IF EXISTS (SELECT FROM spending_lines WHERE id IN (NEW.from_id, NEW.to_id) AND budget_id <> NEW.budget_id) THEN
        RAISE EXCEPTION 'a change stays within its budget' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_budget_changes_within_the_budget', TABLE = 'budget_changes';
    END IF;
    PERFORM FROM budgets WHERE id = NEW.budget_id FOR NO KEY UPDATE;
    PERFORM acts_for(_contract, NEW.asked_by, 'contractor');
    PERFORM acts_for(_contract, NEW.decided_by, 'client');
    PERFORM line_is_within(NEW.from_id);
    RETURN NULL;
END $$;
CREATE TRIGGER budget_change_stays AFTER INSERT OR UPDATE ON budget_changes
    FOR EACH ROW EXECUTE FUNCTION budget_change_stays();

CREATE FUNCTION statement_is_within_its_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _budget bigint;
BEGIN
    SELECT budget_id INTO _budget FROM spending_lines WHERE id = NEW.line_id;
    PERFORM FROM budgets WHERE id = _budget FOR NO KEY UPDATE;
    PERFORM acts_for(contract_of_budget(_budget), NEW.stated_by, 'contractor');
    IF NOT EXISTS (SELECT FROM budgets WHERE id = _budget AND status = 'approved')
        OR EXISTS (SELECT FROM statements WHERE id = NEW.supersedes AND line_id <> NEW.line_id)
    THEN
        RAISE EXCEPTION 'a statement is of a line of an approved budget, as is the one it supersedes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_statements_of_one_line', TABLE = 'statements';
    END IF;
    IF EXISTS (
        SELECT FROM statements s WHERE s.line_id = NEW.line_id AND s.voucher = NEW.voucher AND s.id <> NEW.id
            AND NOT EXISTS (SELECT FROM statements n WHERE n.supersedes = s.id)
    ) THEN
        RAISE EXCEPTION 'a voucher counts once in a line' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_statements_voucher_once', TABLE = 'statements';
    END IF;
    PERFORM line_is_within(NEW.line_id);
    RETURN NULL;
END $$;
CREATE TRIGGER statement_is_within_its_line AFTER INSERT ON statements
    FOR EACH ROW EXECUTE FUNCTION statement_is_within_its_line();

CREATE FUNCTION disallowance_is_within_what_was_spent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _contract bigint; _spent numeric;
BEGIN
    SELECT contract_of_budget(l.budget_id), s.spent INTO _contract, _spent
        FROM statements s JOIN spending_lines l ON l.id = s.line_id WHERE s.id = NEW.statement_id;
    PERFORM acts_for(_contract, NEW.decided_by, 'auditor');
    IF NEW.amount > _spent THEN
        RAISE EXCEPTION 'no more is disallowed than was spent' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_disallowances_within_spent', TABLE = 'disallowances';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER disallowance_is_within_what_was_spent AFTER INSERT ON disallowances
    FOR EACH ROW EXECUTE FUNCTION disallowance_is_within_what_was_spent();

CREATE FUNCTION audit_report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.contract_id, NEW.party_id, NEW.kind, NEW.opinion, NEW.embezzlement, NEW.vouched, NEW.disallowed,
            NEW.allowed, NEW.submitted_at)
        IS DISTINCT FROM
        (OLD.contract_id, OLD.party_id, OLD.kind, OLD.opinion, OLD.embezzlement, OLD.vouched, OLD.disallowed,
            OLD.allowed, OLD.submitted_at)
        OR OLD.status = 'replaced' OR OLD.status = 'signed' AND (
            NEW.status <> 'replaced' OR (NEW.signed_at, NEW.signer) IS DISTINCT FROM (OLD.signed_at, OLD.signer)
        )
    ) THEN
        RAISE EXCEPTION 'an audit report stays as it was submitted, and a signed one until it is replaced'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_audit_reports_stay', TABLE = 'audit_reports';
    END IF;
    PERFORM acts_for(NEW.contract_id, NEW.submitted_by, 'auditor');
    PERFORM acts_for(NEW.contract_id, NEW.signed_by, 'auditor');
    RETURN NULL;
END $$;
CREATE TRIGGER audit_report_stays AFTER INSERT OR UPDATE ON audit_reports
    FOR EACH ROW EXECUTE FUNCTION audit_report_stays();

CREATE FUNCTION payment_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF (SELECT sum(amount) FROM payments WHERE contract_id = NEW.contract_id)
        > (SELECT allowed FROM contracts WHERE id = NEW.contract_id)
    THEN
        RAISE EXCEPTION 'no more is paid than the audit allows' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_payments_allowed', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_is_allowed AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION payment_is_allowed();
REVOKE DELETE ON budgets, budget_changes, audit_reports FROM shuangxuan_app;
REVOKE UPDATE, DELETE ON statements, disallowances FROM shuangxuan_app;
"""
TRIGGERS = {
    "payment_is_allowed": "payments",
    "audit_report_stays": "audit_reports",
    "disallowance_is_within_what_was_spent": "disallowances",
    "statement_is_within_its_line": "statements",
    "budget_change_stays": "budget_changes",
    "spending_lines_add_up": "spending_lines",
    "spending_line_stays": "spending_lines",
    "budget_is_of_two_sides": "budgets",
}
DECIDED = """
CREATE OR REPLACE FUNCTION milestone_is_decided_by_the_engaged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reported_by IS DISTINCT FROM OLD.reported_by THEN
        PERFORM acts_for(NEW.contract_id, NEW.reported_by, 'contractor');
    END IF;
    IF NEW.decided_by IS DISTINCT FROM OLD.decided_by THEN
        PERFORM acts_for(NEW.contract_id, NEW.decided_by, %(part)s);
    END IF;
    IF NEW.gate IN ('midterm_evaluation', 'final_evaluation') AND NEW.decided_at IS DISTINCT FROM OLD.decided_at
        AND NOT EXISTS (
            SELECT FROM engagements
            WHERE contract_id = NEW.contract_id AND kind = 'evaluation' AND ended_at IS NULL
        )
    THEN
        RAISE EXCEPTION 'nobody is engaged to evaluate this contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_milestones_decided_by_the_engaged', TABLE = 'milestones';
    END IF;
    RETURN NULL;
END $$;
"""


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _of(name: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _by(verb: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Column[int]]:
    return sa.Column(f"{verb}_at", INSTANT, nullable=nullable), sa.Column(f"{verb}_by", sa.BigInteger)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _gates(*GATES, *MORE_GATES)
    op.execute(DECIDED % {"part": "CASE NEW.gate WHEN 'business_check' THEN 'client' ELSE 'evaluator' END"})
    op.add_column("contracts", sa.Column("allowed", MONEY))
    op.create_check_constraint("allowed_within_amount", "contracts", "allowed >= 0 AND allowed <= amount")
    _budgets()
    _spending()
    _reports()
    _receipts()
    op.execute(RULES)


def _budgets() -> None:
    op.create_table(
        "budgets",
        _number(),
        _of("contract_id", "contracts"),
        sa.Column("status", _words("budgetstatus", "proposed", "returned", "approved"), nullable=False),
        _text("terms_version"),
        *_by("proposed"),
        *_by("decided", nullable=True),
        _text("reason", ""),
        _version(),
        sa.UniqueConstraint("contract_id", name="uq_budgets_contract_id"),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_has_its_date"),
        sa.CheckConstraint("(status = 'returned') = (btrim(reason) <> '')", name="returned_with_a_reason"),
        sa.CheckConstraint("proposed_by <> decided_by", name="decided_by_somebody_else"),
    )
    op.create_table(
        "spending_lines",
        _number(),
        _of("budget_id", "budgets"),
        _text("code"),
        _text("kind"),
        _text("name"),
        sa.Column("approved", MONEY, nullable=False),
        _text("flag", ""),
        *_by("flagged", nullable=True),
        sa.UniqueConstraint("budget_id", "code", name="uq_spending_lines_budget_id_code"),
        sa.CheckConstraint("approved > 0", name="holds_something"),
        sa.CheckConstraint("btrim(code) <> '' AND btrim(name) <> ''", name="has_a_name"),
        sa.CheckConstraint("(flag <> '') = (flagged_at IS NOT NULL)", name="flag_has_its_date"),
    )
    op.create_table(
        "budget_changes",
        _number(),
        _of("budget_id", "budgets"),
        _of("from_id", "spending_lines"),
        _of("to_id", "spending_lines"),
        sa.Column("amount", MONEY, nullable=False),
        _text("reason"),
        sa.Column("status", _words("changestatus", "asked", "approved", "refused"), nullable=False),
        *_by("asked"),
        _text("opinion", ""),
        *_by("decided", nullable=True),
        sa.CheckConstraint("amount > 0 AND from_id <> to_id", name="moves_something"),
        sa.CheckConstraint("btrim(reason) <> ''", name="asked_with_a_reason"),
        sa.CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="decided_has_its_date"),
        sa.CheckConstraint("status <> 'refused' OR btrim(opinion) <> ''", name="refused_with_a_reason"),
        sa.CheckConstraint("asked_by <> decided_by", name="decided_by_somebody_else"),
    )
    for column in ("budget_id", "from_id", "to_id"):
        op.create_index(f"ix_budget_changes_{column}", "budget_changes", [column])


def _spending() -> None:
    op.create_table(
        "statements",
        _number(),
        _of("line_id", "spending_lines"),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("spent", MONEY, nullable=False),
        _text("voucher"),
        _text("note", ""),
        _of("supersedes", "statements", nullable=True),
        *_by("stated"),
        sa.UniqueConstraint("supersedes", name="uq_statements_supersedes"),
        sa.CheckConstraint(DAYS, name="years_1900_to_2200"),
        sa.CheckConstraint("starts_on <= ends_on", name="ends_after_its_start"),
        sa.CheckConstraint("spent >= 0", name="spends_nothing_or_more"),
        sa.CheckConstraint("btrim(voucher) <> ''", name="has_a_voucher"),
    )
    op.create_index("ix_statements_line_id", "statements", ["line_id"])
    op.create_table(
        "disallowances",
        _number(),
        _of("statement_id", "statements"),
        sa.Column("amount", MONEY, nullable=False),
        _text("reason"),
        *_by("decided"),
        sa.CheckConstraint("amount >= 0", name="disallows_nothing_or_more"),
        sa.CheckConstraint("btrim(reason) <> ''", name="disallowed_with_a_reason"),
    )
    op.create_index("ix_disallowances_statement_id", "disallowances", ["statement_id"])


def _reports() -> None:
    op.create_table(
        "audit_reports",
        _number(),
        _of("contract_id", "contracts"),
        _of("party_id", "parties"),
        sa.Column("kind", _words("auditkind", "midterm", "final"), nullable=False),
        sa.Column("status", _words("auditstatus", "submitted", "signed", "replaced"), nullable=False),
        _text("opinion"),
        _text("embezzlement", ""),
        *(sa.Column(name, MONEY, nullable=False) for name in ("vouched", "disallowed", "allowed")),
        *_by("submitted"),
        *_by("signed", nullable=True),
        _text("signer", ""),
        _version(),
        sa.CheckConstraint("btrim(opinion) <> ''", name="says_something"),
        sa.CheckConstraint(
            "disallowed >= 0 AND allowed >= 0 AND allowed <= vouched - disallowed", name="figures_agree"
        ),
        sa.CheckConstraint("(signed_at IS NOT NULL) = (signer <> '')", name="signature_has_a_name"),
        sa.CheckConstraint(
            "CASE WHEN status = 'replaced' THEN true ELSE (status = 'signed') = (signed_at IS NOT NULL) END",
            name="signed_has_its_date",
        ),
        sa.CheckConstraint("submitted_by <> signed_by", name="signed_by_somebody_else"),
    )
    op.create_index("ix_audit_reports_party_id", "audit_reports", ["party_id"])
    op.create_index(
        "uq_audit_reports_one_of_a_kind",
        "audit_reports",
        ["contract_id", "kind", "status"],
        unique=True,
        postgresql_where=sa.text("status <> 'replaced'"),
    )


def _receipts() -> None:
    """Files hang on statements, too."""
    to_statement = sa.ForeignKey("statements.id", ondelete="CASCADE")
    op.add_column("attachments", sa.Column("statement_id", sa.BigInteger, to_statement))
    op.create_unique_constraint("uq_attachments_statement_id_sha256", "attachments", ["statement_id", "sha256"])
    _one_holder(*HOLDERS, "statement")


def _one_holder(*holders: str) -> None:
    op.drop_constraint(op.f("ck_attachments_hangs_on_one_thing"), "attachments")
    ids = ", ".join(f"{holder}_id" for holder in holders)
    op.create_check_constraint("hangs_on_one_thing", "attachments", f"num_nonnulls({ids}) = 1")


def _gates(*gates: str) -> None:
    op.drop_constraint(op.f("ck_milestones_gate"), "milestones")
    said = ", ".join(f"'{gate}'" for gate in gates)
    op.create_check_constraint("gate", "milestones", f"gate IN ({said})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION line_is_within(bigint)")
    op.execute("DROP FUNCTION contract_of_budget(bigint)")
    op.execute("DELETE FROM attachments WHERE statement_id IS NOT NULL")
    _one_holder(*HOLDERS)
    op.drop_column("attachments", "statement_id")
    for table in ("audit_reports", "disallowances", "statements", "budget_changes", "spending_lines", "budgets"):
        op.drop_table(table)
    op.drop_constraint("allowed_within_amount", "contracts", type_="check")
    op.drop_column("contracts", "allowed")
    op.execute(DECIDED % {"part": "'evaluator'"})
    _gates(*GATES)
