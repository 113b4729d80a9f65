"""Nobody is put on a list unheard: records say when an organisation was heard and when it was decided."""

import sqlalchemy as sa
from alembic import op

revision = "hearings"
down_revision = "known_facts"

YEARS = "years_1900_to_2200"
DAYS = ("valid_from", "valid_until", "due_on", "shown_until")
ADDED = ("heard_on", "decided_on")
IN_ORDER = (
    "(heard_on IS NULL OR decided_on IS NOT NULL AND heard_on <= decided_on AND shown_until IS NOT NULL)"
    " AND decided_on <= (recorded_at AT TIME ZONE 'Asia/Shanghai')::date"
)
# What stood on a list before this says no day of a hearing; it may be ended all the same.
HEARD = """
CREATE FUNCTION record_is_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.heard_on IS NULL THEN
        RAISE EXCEPTION 'nobody is put on a list unheard' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_records_nobody_is_listed_unheard', TABLE = 'records';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_is_heard BEFORE INSERT ON records FOR EACH ROW
    WHEN (NEW.kind IN ('abnormal', 'serious') AND NEW.issuer_id IS NOT NULL AND NEW.supersedes_id IS NULL)
    EXECUTE FUNCTION record_is_heard();
"""


def _within_years(days: tuple[str, ...]) -> str:
    return " AND ".join(f"{day} >= '1900-01-01Z' AND {day} < '2201-01-01Z'" for day in days)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name in ADDED:
        op.add_column("records", sa.Column(name, sa.Date))
    op.drop_constraint(YEARS, "records", type_="check")
    op.create_check_constraint(YEARS, "records", _within_years(DAYS + ADDED))
    op.create_check_constraint("heard_then_decided_then_entered", "records", IN_ORDER)
    op.execute(HEARD)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER record_is_heard ON records")
    op.execute("DROP FUNCTION record_is_heard()")
    op.drop_constraint("heard_then_decided_then_entered", "records", type_="check")
    op.drop_constraint(YEARS, "records", type_="check")
    op.create_check_constraint(YEARS, "records", _within_years(DAYS))
    for name in ADDED:
        op.drop_column("records", name)
