"""Firms are engaged for a contract; one person acts for one part of it, and answers for one side of a pair."""

import sqlalchemy as sa
from alembic import op

revision = "engagements"
down_revision = "password_resets"

INSTANT = sa.TIMESTAMP(timezone=True)
KINDS, PARTS = ("evaluation", "audit"), ("client", "contractor", "evaluator", "auditor")
# Who did what: table → its new columns, each an account (none: a file, the clock, or from before they were kept).
WHO = {
    "milestones": ("reported_by", "decided_by"),
    "payments": ("recorded_by",),
    "resident_acceptances": ("recorded_by",),
    "pairs": ("need_answered_by", "offer_answered_by"),
    "preference_lists": ("submitted_by",),
}

# Two acts of one account for two parts at the same time meet at the primary key of contract_people.
PEOPLE = """
CREATE FUNCTION acts_for(_contract bigint, _account bigint, _part text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _acted text;
BEGIN
    IF _account IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO contract_people (contract_id, account_id, part) VALUES (_contract, _account, _part)
        ON CONFLICT DO NOTHING;
    SELECT part INTO _acted FROM contract_people WHERE contract_id = _contract AND account_id = _account;
    IF _acted <> _part OR (_part IN ('evaluator', 'auditor') AND EXISTS (
        SELECT FROM memberships m JOIN contracts c ON c.id = _contract
        WHERE m.account_id = _account AND (m.party_id IN (c.purchaser_id, c.contractor_id) OR (
            m.role IN ('committee', 'street', 'purchaser') AND m.area <> '' AND starts_with(c.area_code, m.area)
        ))
    )) THEN
        RAISE EXCEPTION 'the account acts for another side of the contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_contract_people_one_part', TABLE = 'contract_people';
    END IF;
END $$;
REVOKE UPDATE, DELETE ON contract_people FROM shuangxuan_app;

CREATE FUNCTION signature_is_of_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM acts_for(NEW.contract_id, NEW.account_id, CASE NEW.side WHEN 'purchaser' THEN 'client' ELSE NEW.side END);
    RETURN NULL;
END $$;
CREATE TRIGGER signature_is_of_one_side AFTER INSERT ON signatures
    FOR EACH ROW EXECUTE FUNCTION signature_is_of_one_side();

CREATE FUNCTION recorder_is_of_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM acts_for(NEW.contract_id, NEW.recorded_by, 'client');
    RETURN NULL;
END $$;
CREATE TRIGGER recorder_is_of_one_side AFTER INSERT ON payments
    FOR EACH ROW EXECUTE FUNCTION recorder_is_of_one_side();
CREATE TRIGGER recorder_is_of_one_side AFTER INSERT OR UPDATE ON resident_acceptances
    FOR EACH ROW EXECUTE FUNCTION recorder_is_of_one_side();

CREATE FUNCTION milestone_is_decided_by_the_engaged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reported_by IS DISTINCT FROM OLD.reported_by THEN
        PERFORM acts_for(NEW.contract_id, NEW.reported_by, 'contractor');
    END IF;
    IF NEW.decided_by IS DISTINCT FROM OLD.decided_by THEN
        PERFORM acts_for(NEW.contract_id, NEW.decided_by, 'evaluator');
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
CREATE TRIGGER milestone_is_decided_by_the_engaged AFTER UPDATE ON milestones
    FOR EACH ROW EXECUTE FUNCTION milestone_is_decided_by_the_engaged();

CREATE FUNCTION firm_is_independent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM contracts WHERE id = NEW.contract_id AND NEW.party_id IN (purchaser_id, contractor_id))
        OR EXISTS (
            SELECT FROM engagements
            WHERE contract_id = NEW.contract_id AND party_id = NEW.party_id AND kind <> NEW.kind
        )
    THEN
        RAISE EXCEPTION 'the firm is another party of the contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_engagements_four_different_parties', TABLE = 'engagements';
    END IF;
    PERFORM acts_for(NEW.contract_id, NEW.engaged_by, 'client');
    RETURN NEW;
END $$;
CREATE TRIGGER firm_is_independent BEFORE INSERT OR UPDATE OF party_id, contract_id, kind ON engagements
    FOR EACH ROW EXECUTE FUNCTION firm_is_independent();
"""

# Whoever signed is known; where one account signed for both sides, its first signature stands. The demonstration
# goes on: its firms are engaged for the contract that was shown to them.
BEFORE = """
INSERT INTO contract_people (contract_id, account_id, part)
    SELECT contract_id, account_id, CASE side WHEN 'purchaser' THEN 'client' ELSE side END
    FROM signatures WHERE account_id IS NOT NULL ORDER BY id
    ON CONFLICT DO NOTHING;
INSERT INTO engagements (contract_id, party_id, kind, engaged_at)
    SELECT shown.contract_id, firm.id, CASE firm.ref WHEN 'evaluator' THEN 'evaluation' ELSE 'audit' END,
        shuangxuan_now()
    FROM parties firm CROSS JOIN (
        SELECT DISTINCT m.contract_id FROM milestones m JOIN contracts c ON c.id = m.contract_id
        JOIN memberships s ON s.party_id = c.contractor_id JOIN accounts a ON a.id = s.account_id
        WHERE a.is_demonstration AND m.status = 'reported'
    ) shown
    WHERE firm.ref_scheme = 'demonstration' AND firm.ref IN ('evaluator', 'auditor');
"""
TRIGGERS = {
    "signature_is_of_one_side": ("signatures",),
    "recorder_is_of_one_side": ("payments", "resident_acceptances"),
    "milestone_is_decided_by_the_engaged": ("milestones",),
    "firm_is_independent": (),
}


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, columns in WHO.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.BigInteger))
    op.create_check_constraint("decided_by_somebody_else", "milestones", "reported_by <> decided_by")
    op.create_check_constraint("answered_by_two", "pairs", "need_answered_by <> offer_answered_by")
    create_engagements()
    op.create_table(
        "contract_people",
        sa.Column("contract_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("part", text_enum("part", *PARTS), nullable=False),
        sa.PrimaryKeyConstraint("contract_id", "account_id", name="pk_contract_people"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_contract_people_contract_id"),
    )
    op.execute(BEFORE)
    op.execute(PEOPLE)


def create_engagements() -> None:
    op.create_table(
        "engagements",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("contract_id", sa.BigInteger, nullable=False),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("kind", text_enum("engagementkind", *KINDS), nullable=False),
        sa.Column("engaged_at", INSTANT, nullable=False),
        sa.Column("engaged_by", sa.BigInteger),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_engagements_contract_id"),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_engagements_party_id"),
        sa.CheckConstraint("engaged_at <= ended_at", name="ends_after_its_start"),
    )
    op.create_index("ix_engagements_party_id", "engagements", ["party_id"])
    op.create_index(
        "uq_engagements_one_at_a_time",
        "engagements",
        ["contract_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("engagements")
    for function, tables in TRIGGERS.items():
        for table in tables:
            op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION acts_for(bigint, bigint, text)")
    op.drop_table("contract_people")
    op.drop_constraint("decided_by_somebody_else", "milestones", type_="check")
    op.drop_constraint("answered_by_two", "pairs", type_="check")
    for table, columns in WHO.items():
        for column in columns:
            op.drop_column(table, column)
