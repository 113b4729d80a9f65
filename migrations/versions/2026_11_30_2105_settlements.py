"""After an early end money still has a way: a last payment of what the final audit allows, or what is paid back.

What settles a contract is no instalment's: the database spreads it over them, and takes what is paid back off the last
ones first, so that their sum stays what was paid.
"""

import sqlalchemy as sa
from alembic import op

revision = "settlements"
down_revision = "record_answers"

RULES = """
CREATE OR REPLACE FUNCTION payment_is_added_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _part instalments; _more numeric; _rest numeric := NEW.amount;
BEGIN
    PERFORM FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    IF NEW.amount > 0 AND (NEW.instalment_id IS NULL)
        <> (SELECT status = 'terminated' FROM contracts WHERE id = NEW.contract_id)
    THEN
        RAISE EXCEPTION 'a contract is settled once it has ended early, and paid by instalments before'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_payments_settle_what_ended', TABLE = 'payments';
    END IF;
    FOR _part IN
        SELECT * FROM instalments
        WHERE contract_id = NEW.contract_id AND (NEW.instalment_id IS NULL OR id = NEW.instalment_id)
        ORDER BY CASE WHEN NEW.amount > 0 THEN position ELSE -position END FOR NO KEY UPDATE
    LOOP
        _more := CASE
            WHEN NEW.instalment_id IS NOT NULL THEN _rest
            WHEN _rest > 0 THEN least(_rest, _part.amount - _part.paid)
            ELSE greatest(_rest, -_part.paid)
        END;
        UPDATE instalments SET paid = paid + _more WHERE id = _part.id;
        _rest := _rest - _more;
    END LOOP;
    IF _rest <> 0 THEN
        RAISE EXCEPTION 'the instalments of this contract do not take this payment' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_payments_instalment_of_the_contract', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payment_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _paid numeric; _contract contracts;
BEGIN
    SELECT * INTO _contract FROM contracts WHERE id = NEW.contract_id FOR NO KEY UPDATE;
    SELECT sum(paid) INTO _paid FROM instalments WHERE contract_id = NEW.contract_id;
    IF NEW.amount > 0 AND (_paid > _contract.allowed OR NEW.instalment_id IS NULL AND _contract.allowed IS NULL) THEN
        RAISE EXCEPTION 'no more is paid than the audit allows' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_payments_allowed', TABLE = 'payments';
    END IF;
    IF NEW.amount < 0 AND _paid < coalesce(_contract.allowed, _contract.amount) THEN
        RAISE EXCEPTION 'no more is paid back than was paid beyond what the audit allows'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_payments_owed_back', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER payment_waits_for_findings ON payments;
CREATE TRIGGER payment_waits_for_findings AFTER INSERT ON payments
    FOR EACH ROW WHEN (NEW.amount > 0) EXECUTE FUNCTION payment_waits_for_findings();

INSERT INTO milestones (contract_id, gate, status)
    SELECT id, 'final_audit', 'scheduled' FROM contracts
    WHERE status = 'terminated' AND signed_at IS NOT NULL
    ON CONFLICT (contract_id, gate) DO NOTHING;
"""
# What settled a contract is kept as paid of its last instalment; what was paid back is not known any more.
BEFORE = """
CREATE OR REPLACE FUNCTION payment_is_added_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE instalments SET paid = paid + NEW.amount WHERE id = NEW.instalment_id AND contract_id = NEW.contract_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the instalment is not of this contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_payments_instalment_of_the_contract', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payment_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER payment_waits_for_findings ON payments;
CREATE TRIGGER payment_waits_for_findings AFTER INSERT ON payments
    FOR EACH ROW EXECUTE FUNCTION payment_waits_for_findings();

DELETE FROM payments WHERE amount < 0;
UPDATE payments p SET instalment_id = (
    SELECT id FROM instalments WHERE contract_id = p.contract_id ORDER BY position DESC LIMIT 1
) WHERE instalment_id IS NULL;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.alter_column("payments", "instalment_id", existing_type=sa.BigInteger, nullable=True)
    op.drop_constraint("amount_is_positive", "payments", type_="check")
    op.create_check_constraint(
        "is_paid_or_paid_back", "payments", "amount > 0 OR (amount < 0 AND instalment_id IS NULL)"
    )
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(BEFORE)
    op.drop_constraint("is_paid_or_paid_back", "payments", type_="check")
    op.create_check_constraint("amount_is_positive", "payments", "amount > 0")
    op.alter_column("payments", "instalment_id", existing_type=sa.BigInteger, nullable=False)
