"""Contracts, signatures, instalments, milestones, payments, residents' acceptance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "contracts"
down_revision = "objections"

INSTANT = sa.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(14, 2)
SHARE = sa.Numeric(5, 4)
STATUSES = ("draft", "half_signed", "signed", "performing", "completed", "terminated")
MILESTONE_STATUSES = ("scheduled", "reported", "met", "not_met")
GATES = ("signing", "midterm_evaluation", "final_evaluation", "resident_acceptance")

# Two payments at the same time meet at the instalment's row, and its CHECK refuses the one that is too much.
PAYMENTS = """
CREATE FUNCTION payment_is_added_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE instalments SET paid = paid + NEW.amount WHERE id = NEW.instalment_id AND contract_id = NEW.contract_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the instalment is not of this contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_payments_instalment_of_the_contract', TABLE = 'payments';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_is_added_up AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION payment_is_added_up();
REVOKE UPDATE, DELETE ON payments FROM shuangxuan_app;
REVOKE UPDATE, DELETE ON signatures FROM shuangxuan_app;

CREATE FUNCTION instalments_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _amount numeric; _sum numeric;
BEGIN
    SELECT amount INTO _amount FROM contracts WHERE id = NEW.contract_id;
    SELECT sum(amount) INTO _sum FROM instalments WHERE contract_id = NEW.contract_id;
    IF _sum <> _amount THEN
        RAISE EXCEPTION 'the instalments do not add up to the contract' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_instalments_add_up', TABLE = 'instalments';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER instalments_add_up AFTER INSERT OR UPDATE OF amount ON instalments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION instalments_add_up();
"""


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before the names of checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def to(column: str, target: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    """A foreign key column."""
    key = sa.ForeignKey(target, name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Text if column.endswith("_code") else sa.BigInteger, key, nullable=nullable)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_contracts()
    create_signatures()
    create_instalments()
    create_milestones()
    create_acceptances()
    op.execute(PAYMENTS)


def create_contracts() -> None:
    op.create_table(
        "contracts",
        number(),
        version(),
        sa.Column("number", sa.Text, nullable=False),
        to("award_id", "awards.id", "contracts", nullable=True),
        to("pair_id", "pairs.id", "contracts", nullable=True),
        to("tender_id", "tenders.id", "contracts", nullable=True),
        to("need_id", "needs.id", "contracts", nullable=True),
        to("purchaser_id", "parties.id", "contracts"),
        to("contractor_id", "parties.id", "contracts"),
        to("area_code", "areas.code", "contracts"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind_zh", sa.Text, nullable=False),
        sa.Column("basis_zh", sa.Text, nullable=False),
        sa.Column("lot_zh", sa.Text, nullable=False, server_default=""),
        sa.Column("places_zh", sa.Text, nullable=False, server_default=""),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("awarded", MONEY, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("targets", JSONB, nullable=False),
        sa.Column("contract_by", sa.Date),
        sa.Column("contract_rule", sa.Text, nullable=False, server_default=""),
        sa.Column("acceptance_answers", sa.Integer, nullable=False),
        sa.Column("acceptance_share", SHARE, nullable=False),
        sa.Column("acceptance_rule", sa.Text, nullable=False, server_default=""),
        sa.Column("status", text_enum("contractstatus", *STATUSES), nullable=False),
        sa.Column("is_demonstration", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("signed_at", INSTANT),
        sa.Column("completed_at", INSTANT),
        sa.Column("terminated_at", INSTANT),
        sa.Column("terminated_reason", sa.Text),
        *(sa.UniqueConstraint(column, name=f"uq_contracts_{column}") for column in ("number", "award_id", "pair_id")),
        sa.CheckConstraint("num_nonnulls(award_id, pair_id) = 1", name="comes_from_an_award_or_a_pair"),
        sa.CheckConstraint("(award_id IS NULL) = (tender_id IS NULL)", name="award_has_its_tender"),
        sa.CheckConstraint("purchaser_id <> contractor_id", name="has_two_sides"),
        sa.CheckConstraint("amount > 0 AND amount = awarded", name="amount_is_what_was_awarded"),
        sa.CheckConstraint("starts_on <= ends_on", name="ends_after_its_start"),
        sa.CheckConstraint("title <> '' AND number <> ''", name="has_a_title"),
        sa.CheckConstraint(
            "CASE WHEN status IN ('draft', 'half_signed') THEN signed_at IS NULL"
            " WHEN status = 'terminated' THEN true ELSE signed_at IS NOT NULL END",
            name="signed_has_date",
        ),
        sa.CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_has_date"),
        sa.CheckConstraint(
            "(status = 'terminated') = (terminated_at IS NOT NULL AND coalesce(terminated_reason, '') <> '')",
            name="terminated_has_date_and_reason",
        ),
    )
    for column in ("tender_id", "need_id", "purchaser_id", "contractor_id", "area_code"):
        op.create_index(f"ix_contracts_{column}", "contracts", [column])


def create_signatures() -> None:
    op.create_table(
        "signatures",
        number(),
        to("contract_id", "contracts.id", "signatures"),
        sa.Column("side", text_enum("side", "purchaser", "contractor"), nullable=False),
        to("account_id", "accounts.id", "signatures", nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.UniqueConstraint("contract_id", "side", name="uq_signatures_contract_id_side"),
        sa.CheckConstraint("name <> ''", name="has_a_name"),
    )
    op.create_index("ix_signatures_account_id", "signatures", ["account_id"])


def create_instalments() -> None:
    op.create_table(
        "instalments",
        number(),
        to("contract_id", "contracts.id", "instalments"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("label_zh", sa.Text, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False, server_default=""),
        sa.Column("share", SHARE, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("gates", JSONB, nullable=False),
        sa.Column("paid", MONEY, nullable=False, server_default="0"),
        sa.UniqueConstraint("contract_id", "name", name="uq_instalments_contract_id_name"),
        sa.UniqueConstraint("contract_id", "position", name="uq_instalments_contract_id_position"),
        sa.CheckConstraint("amount > 0 AND share > 0 AND share <= 1", name="is_a_part"),
        sa.CheckConstraint("paid >= 0 AND paid <= amount", name="paid_within_amount"),
    )
    op.create_table(
        "payments",
        number(),
        to("contract_id", "contracts.id", "payments"),
        to("instalment_id", "instalments.id", "payments"),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("voucher", sa.Text, nullable=False),
        sa.Column("paid_at", INSTANT, nullable=False),
        sa.UniqueConstraint("contract_id", "voucher", name="uq_payments_contract_id_voucher"),
        sa.CheckConstraint("amount > 0", name="amount_is_positive"),
        sa.CheckConstraint("voucher <> ''", name="has_a_voucher"),
    )
    op.create_index("ix_payments_contract_id", "payments", ["contract_id"])
    op.create_index("ix_payments_instalment_id", "payments", ["instalment_id"])


def create_milestones() -> None:
    op.create_table(
        "milestones",
        number(),
        version(),
        to("contract_id", "contracts.id", "milestones"),
        sa.Column("gate", text_enum("gate", *GATES), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("status", text_enum("milestonestatus", *MILESTONE_STATUSES), nullable=False),
        sa.Column("report", sa.Text, nullable=False, server_default=""),
        sa.Column("reported_at", INSTANT),
        sa.Column("opinion", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", INSTANT),
        sa.UniqueConstraint("contract_id", "gate", name="uq_milestones_contract_id_gate"),
        sa.CheckConstraint("status <> 'reported' OR reported_at IS NOT NULL", name="reported_has_date"),
        sa.CheckConstraint("status NOT IN ('met', 'not_met') OR decided_at IS NOT NULL", name="decided_has_date"),
    )


def create_acceptances() -> None:
    op.create_table(
        "resident_acceptances",
        number(),
        to("contract_id", "contracts.id", "resident_acceptances"),
        sa.Column("channel", text_enum("acceptancechannel", "page", "paper", "phone", "meeting"), nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("accepting", sa.Integer, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.UniqueConstraint("contract_id", "channel", name="uq_resident_acceptances_contract_id_channel"),
        sa.CheckConstraint("0 <= accepting AND accepting <= answers AND answers <= asked", name="counts_nest"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    tables = ("resident_acceptances", "milestones", "payments", "instalments", "signatures", "contracts")
    for table in tables:
        op.drop_table(table)
    for function in ("payment_is_added_up", "instalments_add_up"):
        op.execute(f"DROP FUNCTION {function}()")
