"""Surveys: questionnaires, waves, what was issued, tokens, responses and their reviews, results."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "surveys"
down_revision = "parties"

INSTANT = sa.TIMESTAMP(timezone=True)
SHARE = sa.Numeric(5, 4)
RESPONSE_STATES = ("submitted", "valid", "invalid", "duplicate", "withdrawn")
QUALITIES = ("too_fast", "straight_lining", "outside_frame", "same_content", "required_missing", "other")
TABLES = (
    "survey_results",
    "response_reviews",
    "responses",
    "sheets",
    "tokens",
    "issues",
    "wave_communities",
    "waves",
    "surveys",
)

FROZEN = """
CREATE FUNCTION survey_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.definition IS DISTINCT FROM OLD.definition AND EXISTS (
        SELECT FROM responses JOIN waves ON waves.id = responses.wave_id WHERE waves.survey_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'the questionnaire has been answered'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'surveys_are_frozen_by_the_first_answer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER surveys_are_frozen_by_the_first_answer BEFORE UPDATE OF definition ON surveys
    FOR EACH ROW EXECUTE FUNCTION survey_is_frozen();
"""
LEDGER = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_are_append_only';
END $$;
CREATE TRIGGER issues_are_append_only BEFORE UPDATE OR DELETE ON issues
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER response_reviews_are_append_only BEFORE UPDATE OR DELETE ON response_reviews
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
"""


def one_of(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK, named after the Python enum in lower case."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def own_id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def number(table: str, name: str, target: str, *, key: bool = False) -> sa.Column[int]:
    foreign = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.BigInteger, foreign, nullable=False, primary_key=key)


def code(table: str, name: str, target: str, *, key: bool = False, nullable: bool = False) -> sa.Column[str]:
    foreign = sa.ForeignKey(f"{target}.code", name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Text, foreign, nullable=nullable, primary_key=key)


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def in_frame(table: str) -> sa.ForeignKeyConstraint:
    """The community is one that the wave goes to."""
    return sa.ForeignKeyConstraint(
        ["wave_id", "community_code"],
        ["wave_communities.wave_id", "wave_communities.community_code"],
        name=f"fk_{table}_wave_id_community_code",
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    create_surveys()
    create_waves()
    create_issued()
    create_responses()
    create_results()
    op.execute(FROZEN)
    op.execute(LEDGER)


def create_surveys() -> None:
    op.create_table(
        "surveys",
        own_id(),
        version(),
        number("surveys", "party_id", "parties"),
        sa.Column("definition", JSONB, nullable=False),
        sa.Column("targets", JSONB, nullable=False, server_default="[]"),
        sa.Column("status", one_of("surveystatus", "draft", "published", "closed"), nullable=False),
        sa.Column("is_demonstration", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_has_its_date"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )
    op.create_index("ix_surveys_party_id", "surveys", ["party_id"])


def create_waves() -> None:
    op.create_table(
        "waves",
        own_id(),
        version(),
        number("waves", "survey_id", "surveys"),
        words("title"),
        sa.Column("channel", one_of("channel", "link", "open_link", "paper", "phone", "meeting"), nullable=False),
        sa.Column("state", one_of("wavestate", "draft", "open", "closed", "discarded"), nullable=False),
        sa.Column("opens_at", INSTANT),
        sa.Column("closes_at", INSTANT),
        sa.Column("open_token", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.UniqueConstraint("open_token", name="uq_waves_open_token"),
        sa.CheckConstraint("opens_at < closes_at", name="closes_after_it_opens"),
        sa.CheckConstraint("(channel = 'open_link') = (open_token IS NOT NULL)", name="only_open_links_have_one_token"),
        sa.CheckConstraint("(state IN ('open', 'closed')) = (opened_at IS NOT NULL)", name="opened_has_its_date"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )
    op.create_index("ix_waves_survey_id", "waves", ["survey_id"])
    op.create_table(
        "wave_communities",
        number("wave_communities", "wave_id", "waves", key=True),
        code("wave_communities", "community_code", "areas", key=True),
        sa.CheckConstraint("community_code NOT LIKE '%000'", name="is_a_community"),
    )
    op.create_index("ix_wave_communities_community_code", "wave_communities", ["community_code"])


def create_issued() -> None:
    op.create_table(
        "issues",
        own_id(),
        sa.Column("wave_id", sa.BigInteger, nullable=False),
        sa.Column("community_code", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        words("reason"),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("at", INSTANT, nullable=False),
        in_frame("issues"),
        sa.CheckConstraint("count > 0 OR (count < 0 AND reason <> '')", name="corrections_have_a_reason"),
    )
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("wave_id", sa.BigInteger, nullable=False),
        sa.Column("community_code", sa.Text, nullable=False),
        sa.Column("is_spent", sa.Boolean, nullable=False, server_default=sa.false()),
        in_frame("tokens"),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_is_hashed"),
    )
    op.create_table(
        "sheets",
        sa.Column("wave_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("community_code", sa.Text, nullable=False),
        in_frame("sheets"),
        sa.CheckConstraint("serial <> ''", name="serial_is_not_blank"),
    )
    for table in ("issues", "tokens", "sheets"):
        op.create_index(f"ix_{table}_wave_id_community_code", table, ["wave_id", "community_code"])


def create_responses() -> None:
    op.create_table(
        "responses",
        own_id(),
        version(),
        number("responses", "wave_id", "waves"),
        code("responses", "community_code", "areas"),
        sa.Column("serial", sa.Text),
        sa.Column("source", one_of("source", "page", "keyboard", "table", "wenjuanxing"), nullable=False),
        sa.Column("status", one_of("responsestate", *RESPONSE_STATES), nullable=False),
        sa.Column("reason", one_of("quality", *QUALITIES)),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("seconds", sa.Integer),
        sa.Column("suggestions", JSONB, nullable=False, server_default="[]"),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("receipt_hash", sa.Text),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.UniqueConstraint("wave_id", "serial", name="uq_responses_wave_id_serial"),
        sa.UniqueConstraint("receipt_hash", name="uq_responses_receipt_hash"),
        sa.CheckConstraint("serial <> ''", name="serial_is_not_blank"),
        sa.CheckConstraint("seconds >= 0", name="seconds_are_not_negative"),
        sa.CheckConstraint("(status = 'invalid') = (reason IS NOT NULL)", name="invalid_has_its_reason"),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR (answers = '{}'::jsonb AND fingerprint = '' AND suggestions = '[]'::jsonb)",
            name="withdrawn_keeps_no_answers",
        ),
        sa.CheckConstraint("receipt_hash ~ '^[0-9a-f]{64}$'", name="receipt_is_hashed"),
    )
    op.create_index("ix_responses_community_code", "responses", ["community_code"])
    op.create_index("ix_responses_wave_id_community_code_status", "responses", ["wave_id", "community_code", "status"])
    op.create_table(
        "response_reviews",
        own_id(),
        number("response_reviews", "response_id", "responses"),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("before", one_of("responsestate", *RESPONSE_STATES)),
        sa.Column("after", one_of("after_state", *RESPONSE_STATES), nullable=False),
        sa.Column("reason", one_of("quality", *QUALITIES)),
        words("note"),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_response_reviews_response_id", "response_reviews", ["response_id"])


def create_results() -> None:
    op.create_table(
        "survey_results",
        own_id(),
        number("survey_results", "survey_id", "surveys"),
        code("survey_results", "community_code", "areas", nullable=True),
        code("survey_results", "category_code", "categories"),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        *(sa.Column(name, SHARE, nullable=False) for name in ("share", "low", "high")),
        *(sa.Column(f"weighted_{name}", SHARE) for name in ("share", "low", "high")),
        sa.Column("effective_n", sa.Numeric(12, 4), nullable=False),
        sa.Column("intensity", SHARE),
        *(sa.Column(name, SHARE, nullable=False) for name in ("demand_index", "index_low", "index_high")),
        sa.Column("is_small", sa.Boolean, nullable=False),
        sa.UniqueConstraint(
            "survey_id",
            "community_code",
            "category_code",
            name="uq_survey_results_survey_id_community_code_category_code",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("n > 0 AND votes BETWEEN 0 AND n", name="votes_are_of_n"),
        sa.CheckConstraint("0 <= low AND low <= share AND share <= high AND high <= 1", name="share_in_its_interval"),
        sa.CheckConstraint(
            "num_nulls(weighted_share, weighted_low, weighted_high) IN (0, 3)", name="weighted_is_whole"
        ),
        sa.CheckConstraint(
            "0 <= index_low AND index_low <= demand_index AND demand_index <= index_high AND index_high <= 1",
            name="index_in_its_interval",
        ),
    )
    for column in ("community_code", "category_code"):
        op.create_index(f"ix_survey_results_{column}", "survey_results", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION survey_is_frozen, ledger_is_append_only")
