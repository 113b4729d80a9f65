"""Days and instants that people fill in lie in the years 1900 to 2200.

Rows that lie beyond survive: they are moved to the nearest bound, which is how the application reads them anyway.
"""

from alembic import op

revision = "years_have_bounds"
down_revision = "judges_of_no_applicant"

DATED = {
    "needs": ("starts_on", "expires_on", "published_at"),
    "offers": ("available_from", "available_until", "published_at"),
    "parties": ("rectification_from", "rectification_until"),
    "waves": ("opens_at", "closes_at"),
    "responses": ("submitted_at",),
    "rounds": ("opens_at", "closes_at"),
    "tenders": (
        "enquiries_end",
        "bids_end",
        "prequalification_end",
        "evaluation_end",
        "objections_end",
        "contracts_end",
        "contract_start",
        "contract_end",
    ),
    "results": ("notice_ends_on", "objections_end"),
    "bid_versions": ("received_at",),
    "contracts": ("starts_on", "ends_on", "contract_by"),
    "milestones": ("due_on",),
}
FIRST, LAST, END = "1900-01-01Z", "2200-12-31Z", "2201-01-01Z"

# A row that cannot be moved (append-only, or another check would be broken) is left, and the constraint not validated.
MEND = """
DO $$
DECLARE
    _row tid;
BEGIN
    FOR _row IN SELECT ctid FROM {table} WHERE NOT ({within}) LOOP
        BEGIN
            UPDATE {table} SET {nearest} WHERE ctid = _row;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    BEGIN
        ALTER TABLE {table} VALIDATE CONSTRAINT {name};
    EXCEPTION WHEN check_violation THEN NULL;
    END;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, columns in DATED.items():
        name = f"ck_{table}_years_1900_to_2200"
        within = " AND ".join(f"{column} >= '{FIRST}' AND {column} < '{END}'" for column in columns)
        nearest = ", ".join(
            f"{column} = CASE WHEN {column} < '{FIRST}' THEN '{FIRST}' WHEN {column} >= '{END}' THEN '{LAST}'"
            f" ELSE {column} END"
            for column in columns
        )
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({within}) NOT VALID")
        op.execute(MEND.format(table=table, name=name, within=within, nearest=nearest))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in DATED:
        op.drop_constraint(f"ck_{table}_years_1900_to_2200", table)
