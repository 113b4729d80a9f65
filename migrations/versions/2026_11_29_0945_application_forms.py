"""A notice says what it asks of its applicants; the lines of a budget come to the amount of the bid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "application_forms"
down_revision = "audit_by_account"

MONEY = sa.Numeric(14, 2)
# Asked from both sides when the transaction ends: a version without the lines that its notice asks for is refused, and
# so are lines that come to something else. A last price and a paper that came late have no budget of their own.
BUDGET = """
CREATE FUNCTION budget_is_the_amount() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _version bid_versions%ROWTYPE; _sum numeric; _asked boolean;
BEGIN
    IF TG_TABLE_NAME = 'bid_versions' THEN
        _version := NEW;
    ELSE
        SELECT * INTO _version FROM bid_versions WHERE id = NEW.version_id;
    END IF;
    SELECT sum(amount) INTO _sum FROM budget_lines WHERE version_id = _version.id;
    SELECT application_form -> 'parts' @> '[{"part": "budget"}]' INTO _asked FROM tenders
        WHERE id = _version.tender_id;
    IF _sum <> _version.amount
        OR (_sum IS NULL AND _asked AND NOT _version.is_final AND NOT _version.arrived_late) THEN
        RAISE EXCEPTION 'the budget does not come to the amount of the bid' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_budget_lines_come_to_the_amount', TABLE = 'budget_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER budget_is_the_amount AFTER INSERT ON budget_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION budget_is_the_amount();
CREATE CONSTRAINT TRIGGER budget_is_the_amount AFTER INSERT ON bid_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION budget_is_the_amount();
CREATE TRIGGER bid_version_stays BEFORE UPDATE OR DELETE ON budget_lines
    FOR EACH ROW EXECUTE FUNCTION bid_version_stays();
CREATE TRIGGER bid_versions_are_not_emptied BEFORE TRUNCATE ON budget_lines
    FOR EACH STATEMENT EXECUTE FUNCTION bid_version_stays();
REVOKE UPDATE, DELETE ON budget_lines FROM shuangxuan_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("tenders", sa.Column("application_form", JSONB))
    op.add_column("tenders", sa.Column("form_amendment", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint("a_new_form_is_binding", "tenders", "form_amendment BETWEEN 0 AND binding_amendment")
    op.add_column("bid_versions", sa.Column("application", JSONB))
    create_budget_lines()
    op.execute(BUDGET)


def create_budget_lines() -> None:
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "version_id",
            sa.BigInteger,
            sa.ForeignKey("bid_versions.id", name="fk_budget_lines_version_id"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("unit_price", MONEY, nullable=False),
        sa.Column("quantity", MONEY, nullable=False),
        sa.Column("amount", MONEY, sa.Computed("round(unit_price * quantity, 2)", persisted=True), nullable=False),
        sa.UniqueConstraint("version_id", "position", name="uq_budget_lines_version_id_position"),
        sa.CheckConstraint("unit_price > 0 AND quantity > 0 AND amount > 0", name="line_is_positive"),
        sa.CheckConstraint("heading <> '' AND detail <> ''", name="line_says_what_for"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER budget_is_the_amount ON bid_versions")
    op.drop_table("budget_lines")
    op.execute("DROP FUNCTION budget_is_the_amount()")
    op.drop_column("bid_versions", "application")
    op.drop_constraint(op.f("ck_tenders_a_new_form_is_binding"), "tenders")
    op.drop_column("tenders", "form_amendment")
    op.drop_column("tenders", "application_form")
