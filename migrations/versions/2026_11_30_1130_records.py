"""What is dated of an organisation becomes records: grades, inspections, rectifications, Party building,
qualifications. Every value that the columns of parties held is kept, without an issuer, as it was listed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "records"
down_revision = "panel_agreements"

KINDS = (
    "rating_a",
    "rating_four_level",
    "rating_bar",
    "inspection",
    "rectification",
    "party_building",
    "party_check",
    "qualification",
    "award",
    "penalty",
    "abnormal",
    "serious",
)
VALUE_IS_OF_ITS_KIND = """CASE kind
    WHEN 'rating_a' THEN value IN ('1A', '2A', '3A', '4A', '5A')
    WHEN 'rating_four_level' THEN value IN ('excellent', 'good', 'qualified', 'unqualified')
    WHEN 'rating_bar' THEN value IN ('lowered', 'revoked')
    WHEN 'inspection' THEN value IN ('basically_qualified', 'qualified', 'unqualified')
    WHEN 'rectification' THEN value IN ('ordered', 'passed')
    WHEN 'party_building' THEN value IN ('instructor', 'joint_branch', 'none', 'own_branch')
    WHEN 'party_check' THEN value IN ('no', 'yes')
    WHEN 'qualification' THEN value IN ('')
    WHEN 'award' THEN value IN ('')
    WHEN 'penalty' THEN value IN ('fine', 'stop_order', 'warning')
    WHEN 'abnormal' THEN value IN ('correction_late', 'no_party_organisation', 'no_report', 'penalty', 'unreachable')
    WHEN 'serious' THEN value IN ('court_defaulter', 'fraud', 'penalty', 'two_years_abnormal')
END"""
HAS_A_WAY_BACK = """shown_until IS NULL OR CASE kind
    WHEN 'rating_four_level' THEN value IN ('unqualified')
    WHEN 'rating_bar' THEN value IN ('lowered', 'revoked')
    WHEN 'inspection' THEN value IN ('basically_qualified', 'unqualified')
    WHEN 'rectification' THEN value IN ('ordered')
    WHEN 'penalty' THEN value IN ('fine', 'stop_order', 'warning')
    WHEN 'abnormal' THEN value IN ('correction_late', 'no_party_organisation', 'no_report', 'penalty', 'unreachable')
    WHEN 'serious' THEN value IN ('court_defaulter', 'fraud', 'penalty', 'two_years_abnormal')
    ELSE false
END"""
CHECKS = {
    "value_is_of_its_kind": VALUE_IS_OF_ITS_KIND,
    "titled_where_there_may_be_several": (
        "(kind IN ('award', 'party_check', 'penalty', 'qualification')) = (title <> '')"
    ),
    "ends_after_its_start": "valid_from <= valid_until",
    "what_is_public_by_law_is_public": "visibility = 'public' OR kind IN ('award', 'party_check', 'qualification')",
    "entered_with_its_source": "issuer_id IS NULL OR issuer <> '' AND source <> ''",
    "way_back_is_whole": (
        "(requirement <> '') = (due_on IS NOT NULL) AND (due_on IS NULL) = (shown_until IS NULL)"
        " AND shown_until >= due_on AND shown_until >= valid_until"
    ),
    "only_adverse_ones_have_a_way_back": HAS_A_WAY_BACK,
    "supersedes_an_earlier_one": "supersedes_id < id",
    "years_1900_to_2200": " AND ".join(
        f"{column} >= '1900-01-01Z' AND {column} < '2201-01-01Z'"
        for column in ("valid_from", "valid_until", "due_on", "shown_until")
    ),
}
TRIGGERS = """
CREATE FUNCTION record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL THEN
        OLD.superseded_at := NEW.superseded_at;
        IF OLD = NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a record is not changed, only superseded'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'records_stay';
END $$;
CREATE TRIGGER record_stays BEFORE UPDATE OR DELETE ON records FOR EACH ROW EXECUTE FUNCTION record_stays();
CREATE FUNCTION record_is_of_an_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM parties WHERE id = NEW.party_id AND kind = 'organization') THEN
        RAISE EXCEPTION 'only organisations have records'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'records_are_of_organizations';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_is_of_an_organization BEFORE INSERT ON records
    FOR EACH ROW EXECUTE FUNCTION record_is_of_an_organization();
CREATE FUNCTION market_record_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('offer', id) FROM offers WHERE party_id = NEW.party_id; RETURN NULL; END $$;
CREATE TRIGGER market_edited AFTER INSERT OR UPDATE ON records
    FOR EACH ROW WHEN (NEW.kind IN ('rating_a', 'rectification')) EXECUTE FUNCTION market_record_written();
"""
KEEP = "INSERT INTO records (party_id, kind, value, title, words, valid_from, valid_until, recorded_at) "
MOVED = (
    "SELECT id, 'rating_a', rating_a, '', '', make_date(rating_year, 1, 1), NULL, created_at"
    " FROM parties WHERE rating_a IS NOT NULL ORDER BY id",
    "SELECT id, 'rating_four_level', rating_four_level, '', '', make_date(rating_year, 1, 1), NULL, created_at"
    " FROM parties WHERE rating_four_level IS NOT NULL ORDER BY id",
    "SELECT id, 'rectification', 'ordered', '', rectification, rectification_from, rectification_until, created_at"
    " FROM parties WHERE rectification IS NOT NULL ORDER BY id",
    "SELECT id, 'inspection', annual_inspection, '', '', make_date(annual_inspection_year, 1, 1),"
    " make_date(annual_inspection_year, 12, 31), created_at"
    " FROM parties WHERE annual_inspection IS NOT NULL ORDER BY id",
    "SELECT id, 'party_building', party_building, '', '', NULL, NULL, created_at"
    " FROM parties WHERE party_building IS NOT NULL ORDER BY id",
    "SELECT id, 'qualification', '', title, '', NULL, NULL, created_at FROM parties,"
    " LATERAL (SELECT title, min(place) AS place FROM jsonb_array_elements_text(qualifications)"
    " WITH ORDINALITY held (title, place) WHERE title <> '' GROUP BY title) held ORDER BY id, place",
)
COLUMNS = {
    "rating_a": ("ratinga", ("1A", "2A", "3A", "4A", "5A")),
    "rating_four_level": ("fourlevel", ("excellent", "good", "qualified", "unqualified")),
    "annual_inspection": ("inspection", ("qualified", "basically_qualified", "unqualified")),
    "party_building": ("partybuilding", ("own_branch", "joint_branch", "instructor", "none")),
}
OLD_CHECKS = {
    "only_organizations_are_rated": (
        "kind = 'organization' OR num_nonnulls(rating_a, rating_four_level, rating_year, rectification,"
        " annual_inspection, party_building) = 0"
    ),
    "rating_has_its_year": "(rating_year IS NULL) = (rating_a IS NULL AND rating_four_level IS NULL)",
    "inspection_has_its_year": "(annual_inspection IS NULL) = (annual_inspection_year IS NULL)",
    "rectification_dates_belong_to_one": (
        "rectification IS NOT NULL OR (rectification_from IS NULL AND rectification_until IS NULL)"
    ),
    "rectification_ends_after_its_start": "rectification_from <= rectification_until",
    "years_1900_to_2200": " AND ".join(
        f"{column} >= '1900-01-01Z' AND {column} < '2201-01-01Z'"
        for column in ("rectification_from", "rectification_until")
    ),
}
# What stands last of each kind is put back where it came from.
PUT_BACK = """
CREATE TEMPORARY TABLE last ON COMMIT DROP AS
    SELECT DISTINCT ON (party_id, kind) * FROM records WHERE superseded_at IS NULL
    ORDER BY party_id, kind, valid_from DESC NULLS LAST, id DESC;
UPDATE parties SET rating_a = value, rating_year = extract(year FROM valid_from)
    FROM last WHERE party_id = parties.id AND last.kind = 'rating_a';
UPDATE parties SET rating_four_level = value, rating_year = coalesce(rating_year, extract(year FROM valid_from))
    FROM last WHERE party_id = parties.id AND last.kind = 'rating_four_level';
UPDATE parties SET rectification = words, rectification_from = valid_from, rectification_until = valid_until
    FROM last WHERE party_id = parties.id AND last.kind = 'rectification' AND value = 'ordered';
UPDATE parties SET annual_inspection = value, annual_inspection_year = extract(year FROM valid_from)
    FROM last WHERE party_id = parties.id AND last.kind = 'inspection';
UPDATE parties SET party_building = value FROM last WHERE party_id = parties.id AND last.kind = 'party_building';
UPDATE parties SET qualifications = titles
    FROM (SELECT party_id, jsonb_agg(title ORDER BY id) AS titles FROM records
          WHERE superseded_at IS NULL AND kind = 'qualification' GROUP BY party_id) held
    WHERE held.party_id = parties.id;
"""


def one_of(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK; the naming convention puts `ck_<table>_` before its name."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_records()
    for moved in MOVED:
        op.execute(KEEP + moved)
    op.execute(TRIGGERS)
    op.execute("DROP TRIGGER market_edited ON parties; DROP FUNCTION market_provider_edited()")
    for name in OLD_CHECKS:
        op.drop_constraint(op.f(f"ck_parties_{name}"), "parties")
    for name in (*COLUMNS, "rating_year", "annual_inspection_year", "qualifications"):
        op.drop_column("parties", name)
    for name in ("rectification", "rectification_from", "rectification_until"):
        op.drop_column("parties", name)


def create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("party_id", sa.BigInteger, sa.ForeignKey("parties.id"), nullable=False, index=True),
        sa.Column("kind", one_of("recordkind", *KINDS), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        words("title"),
        words("words"),
        words("issuer"),
        sa.Column("issuer_id", sa.BigInteger, sa.ForeignKey("parties.id"), index=True),
        words("source"),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("visibility", one_of("visibility", "public", "within"), nullable=False, server_default="public"),
        words("requirement"),
        sa.Column("due_on", sa.Date),
        sa.Column("shown_until", sa.Date),
        sa.Column("supersedes_id", sa.BigInteger, sa.ForeignKey("records.id"), unique=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.TIMESTAMP(timezone=True)),
        ExcludeConstraint(
            (sa.text("int8range(party_id, party_id, '[]')"), "&&"),
            (sa.text("int8range(hashtext(kind || ' ' || title), hashtext(kind || ' ' || title), '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until, '[]')"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            using="gist",
            name="one_of_a_kind_at_a_time",
        ),
        *(sa.CheckConstraint(check, name=name) for name, check in CHECKS.items()),
    )
    standing = sa.text("superseded_at IS NULL")
    op.create_index("ix_records_kind_value", "records", ["kind", "value", "party_id"], postgresql_where=standing)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name, (kind, values) in COLUMNS.items():
        op.add_column("parties", sa.Column(name, one_of(kind, *values)))
    for name in ("rating_year", "annual_inspection_year"):
        op.add_column("parties", sa.Column(name, sa.Integer))
    op.add_column("parties", sa.Column("rectification", sa.Text))
    for name in ("rectification_from", "rectification_until"):
        op.add_column("parties", sa.Column(name, sa.Date))
    op.add_column("parties", sa.Column("qualifications", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")))
    op.execute(PUT_BACK)
    for name, check in OLD_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_parties_{name}"), "parties", check)
    op.drop_table("records")
    op.execute("DROP FUNCTION record_stays(), record_is_of_an_organization(), market_record_written()")
    op.execute(
        "CREATE FUNCTION market_provider_edited() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN PERFORM market_edited('offer', id) FROM offers WHERE party_id = NEW.id; RETURN NULL; END $$;"
        "CREATE TRIGGER market_edited AFTER UPDATE OF rating_a, rectification, rectification_from, rectification_until"
        " ON parties FOR EACH ROW EXECUTE FUNCTION market_provider_edited()"
    )
