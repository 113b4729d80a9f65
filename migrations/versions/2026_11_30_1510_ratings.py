"""Ratings with their committees and open ballots; none before a bar ends, none without its votes."""

import sqlalchemy as sa
from alembic import op

revision = "ratings"
down_revision = "unmet_needs"

INSTANT = sa.TIMESTAMP(timezone=True)
GRADED = ("confirmed", "lowered", "revoked", "rectifying", "passed", "suspended", "disqualified")
IN_GRADED = "(" + ", ".join(f"'{each}'" for each in GRADED) + ")"
RULES = """
CREATE FUNCTION rating_waits_for_its_bar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM records WHERE party_id = NEW.party_id AND kind = 'rating_bar' AND superseded_at IS NULL
        AND daterange(valid_from, valid_until, '[]') @> (NEW.applied_at AT TIME ZONE 'Asia/Shanghai')::date
    ) THEN
        RAISE EXCEPTION 'a grade that was lowered or revoked bars the next one for years'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ratings_unbarred', TABLE = 'ratings';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rating_waits_for_its_bar BEFORE INSERT ON ratings
    FOR EACH ROW EXECUTE FUNCTION rating_waits_for_its_bar();

CREATE FUNCTION rating_is_voted_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _members int;
    _present int;
    _ayes int;
BEGIN
    IF NEW.status <> 'confirmed' OR OLD.status = 'confirmed' OR NEW.scheme <> 'national_5a' THEN
        RETURN NEW;
    END IF;
    SELECT count(*) INTO _members FROM rating_members
        WHERE party_id = NEW.office_id AND NEW.valid_from BETWEEN from_on AND until_on;
    SELECT count(*), count(*) FILTER (WHERE choice = 'aye') INTO _present, _ayes
        FROM rating_ballots JOIN assessments ON assessments.id = NEW.assessment_id
        WHERE rating_id = NEW.id AND rating_ballots.number = assessments.number;
    IF _members = 0 OR _present * 3 < _members * 2 OR _ayes * 2 < _members THEN
        RAISE EXCEPTION 'two thirds of the committee are present, and half of all members agree'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_ratings_voted_on', TABLE = 'ratings';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rating_is_voted_on BEFORE UPDATE ON ratings
    FOR EACH ROW EXECUTE FUNCTION rating_is_voted_on();

REVOKE DELETE ON ratings FROM shuangxuan_app;
REVOKE UPDATE, DELETE ON rating_members, rating_ballots FROM shuangxuan_app;
"""


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _to(name: str, table: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _years(*days: str) -> sa.CheckConstraint:
    within = (f"{day} >= '1900-01-01Z' AND {day} < '2201-01-01Z'" for day in days)
    return sa.CheckConstraint(" AND ".join(within), name="years_1900_to_2200")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _ratings()
    _ballots()
    op.execute(RULES)


def _ratings() -> None:
    until = sa.Computed("(valid_from + make_interval(years => years))::date - 1", persisted=True)
    op.create_table(
        "ratings",
        _id(),
        _to("party_id", "parties"),
        _to("office_id", "parties", nullable=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("assessment_id", sa.BigInteger, sa.ForeignKey("assessments.id"), unique=True),
        sa.Column("status", _words("ratingstatus", "applied", "declined", "admitted", *GRADED), nullable=False),
        _text("grade"),
        sa.Column("years", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date, until),
        _text("source"),
        _text("reason"),
        sa.Column("due_on", sa.Date),
        sa.Column("plate_due_on", sa.Date),
        sa.Column("plate_returned_on", sa.Date),
        sa.Column("applied_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        _years("valid_from", "due_on", "plate_due_on", "plate_returned_on"),
        sa.CheckConstraint("years > 0", name="holds_for_years"),
        sa.CheckConstraint(
            f"(status IN {IN_GRADED}) = (grade <> '') AND (grade <> '') = (valid_from IS NOT NULL)",
            name="graded_from_a_day",
        ),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name="declined_for_a_reason"),
        sa.CheckConstraint("plate_returned_on IS NULL OR plate_due_on IS NOT NULL", name="returned_what_was_due"),
    )
    op.create_index("ix_ratings_party_id", "ratings", ["party_id"])
    op.create_index("ix_ratings_office_id", "ratings", ["office_id"])
    op.create_index(
        "uq_ratings_one_open",
        "ratings",
        ["party_id", "scheme"],
        unique=True,
        postgresql_where=sa.text("status IN ('applied', 'admitted')"),
    )


def _ballots() -> None:
    op.create_table(
        "rating_members",
        _id(),
        _to("party_id", "parties"),
        sa.Column("name", sa.Text, nullable=False),
        _to("works_for_id", "parties", nullable=True),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        _years("from_on", "until_on"),
        sa.UniqueConstraint("party_id", "name", "from_on", name="uq_rating_members_party_id_name_from_on"),
        sa.CheckConstraint("btrim(name) <> '' AND until_on >= from_on", name="named_for_a_term"),
    )
    op.create_index("ix_rating_members_party_id", "rating_members", ["party_id"])
    op.create_index("ix_rating_members_works_for_id", "rating_members", ["works_for_id"])
    op.create_table(
        "rating_ballots",
        _id(),
        _to("rating_id", "ratings"),
        sa.Column("number", sa.Integer, nullable=False),
        _to("member_id", "rating_members"),
        sa.Column("choice", _words("ballot", "aye", "nay", "abstain"), nullable=False),
        sa.Column("cast_at", INSTANT, nullable=False),
        sa.UniqueConstraint("rating_id", "number", "member_id", name="uq_rating_ballots_rating_id_number_member_id"),
    )
    op.create_index("ix_rating_ballots_member_id", "rating_ballots", ["member_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("rating_ballots", "rating_members", "ratings"):
        op.drop_table(table)
    for function in ("rating_waits_for_its_bar", "rating_is_voted_on"):
        op.execute(f"DROP FUNCTION {function}()")
