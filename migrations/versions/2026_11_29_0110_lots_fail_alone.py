"""A lot with too few bidders, or too few qualified ones, fails by itself; its bids stay closed or unevaluated."""

import sqlalchemy as sa
from alembic import op

revision = "lots_fail_alone"
down_revision = "delivered_sheets_stay"

BEFORE = ("draft", "submitted", "unconfirmed", "withdrawn", "late", "eligible", "ineligible")
ADDED = ("unopened", "unevaluated")
DECIDED = ("eligible", "ineligible")


def quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def check_statuses(statuses: tuple[str, ...], decided: tuple[str, ...]) -> None:
    """The checks of `bids` that name statuses, for these."""
    for name, condition in (
        ("bidstatus", f"status IN ({quoted(statuses)})"),
        ("decided_has_a_number", f"status NOT IN ({quoted(decided)}) OR ref IS NOT NULL"),
        ("decided_has_date", f"(status IN ({quoted(decided)})) = (decided_at IS NOT NULL)"),
    ):
        op.drop_constraint(op.f(f"ck_bids_{name}"), "bids")
        op.create_check_constraint(name, "bids", condition)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    failure = sa.Enum("bidders", "qualified", name="lotfailure", native_enum=False, create_constraint=True, length=40)
    op.add_column("lots", sa.Column("failed_at", sa.TIMESTAMP(timezone=True)))
    op.add_column("lots", sa.Column("failure", failure))
    op.create_check_constraint("failed_says_why", "lots", "(failed_at IS NULL) = (failure IS NULL)")
    check_statuses((*BEFORE, *ADDED), (*DECIDED, "unevaluated"))


def downgrade() -> None:
    """Bids left closed were handed in; those left unevaluated were found eligible."""
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("UPDATE bids SET status = 'submitted' WHERE status = 'unopened'")
    op.execute("UPDATE bids SET status = 'eligible' WHERE status = 'unevaluated'")
    check_statuses(BEFORE, DECIDED)
    op.drop_constraint(op.f("ck_lots_failed_says_why"), "lots")
    op.drop_column("lots", "failure")
    op.drop_column("lots", "failed_at")
