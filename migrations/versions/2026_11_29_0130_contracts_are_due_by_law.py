"""The day by which a procurement contract is due stays; a signed contract says until when it is made public."""

import sqlalchemy as sa
from alembic import op

revision = "contracts_are_due_by_law"
down_revision = "lots_fail_alone"

DAY = """
CREATE FUNCTION contract_day_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.due_by_law AND (NEW.contract_by, NEW.due_by_law) IS DISTINCT FROM (OLD.contract_by, OLD.due_by_law) THEN
        RAISE EXCEPTION 'the law says until when this contract is signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_contracts_day_stays', TABLE = 'contracts';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_day_stays BEFORE UPDATE ON contracts FOR EACH ROW EXECUTE FUNCTION contract_day_stays();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("contracts", sa.Column("due_by_law", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("contracts", sa.Column("announce_by", sa.Date))
    op.execute(DAY)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER contract_day_stays ON contracts")
    op.execute("DROP FUNCTION contract_day_stays()")
    op.drop_column("contracts", "announce_by")
    op.drop_column("contracts", "due_by_law")
