"""What residents say of a contract by a wave or a meeting; what they answer on the page is counted, not entered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "voices"
down_revision = "ratings"

INSTANT = sa.TIMESTAMP(timezone=True)
RULES = """
CREATE FUNCTION voice_is_of_its_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _status text;
BEGIN
    SELECT status INTO _status FROM contracts WHERE id = NEW.contract_id FOR SHARE;
    IF TG_OP = 'INSERT' AND (NEW.purpose, _status) NOT IN (('acceptance', 'performing'), ('willingness', 'signed')) THEN
        RAISE EXCEPTION 'acceptance is asked while a contract is carried out, willingness before it starts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_voices_time', TABLE = 'voices';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'asked' OR (OLD.contract_id, OLD.purpose, OLD.method, OLD.wave_id,
        OLD.question, OLD.options, OLD.rule, OLD.asked_at) IS DISTINCT FROM (NEW.contract_id, NEW.purpose, NEW.method,
        NEW.wave_id, NEW.question, NEW.options, NEW.rule, NEW.asked_at))
    THEN
        RAISE EXCEPTION 'what was asked stays, and what was heard'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_voices_stay', TABLE = 'voices';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voice_is_of_its_time BEFORE INSERT OR UPDATE ON voices
    FOR EACH ROW EXECUTE FUNCTION voice_is_of_its_time();

CREATE FUNCTION page_is_counted_from_its_wave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.channel = 'page' AND NEW.wave_id IS DISTINCT FROM
        (SELECT acceptance_wave_id FROM contracts WHERE id = NEW.contract_id)
    THEN
        RAISE EXCEPTION 'what residents answer on the page is counted from the wave that asks them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_resident_acceptances_of_its_wave',
                TABLE = 'resident_acceptances';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER page_is_counted_from_its_wave AFTER INSERT OR UPDATE ON resident_acceptances
    FOR EACH ROW EXECUTE FUNCTION page_is_counted_from_its_wave();
REVOKE DELETE ON voices FROM shuangxuan_app;
"""
STATES = ("asked", "willing", "unwilling", "undecided", "accepted", "refused", "lapsed")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("contracts", sa.Column("acceptance_wave_id", sa.BigInteger, sa.ForeignKey("waves.id")))
    op.add_column("resident_acceptances", sa.Column("wave_id", sa.BigInteger, sa.ForeignKey("waves.id")))
    op.create_check_constraint(
        "waves_are_answered_on_their_page", "resident_acceptances", "wave_id IS NULL OR channel = 'page'"
    )
    op.create_table(
        "voices",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("contract_id", sa.BigInteger, sa.ForeignKey("contracts.id"), nullable=False, index=True),
        sa.Column("purpose", _words("voicepurpose", "willingness", "acceptance"), nullable=False),
        sa.Column("method", _words("voicemethod", "survey", "meeting"), nullable=False),
        sa.Column("wave_id", sa.BigInteger, sa.ForeignKey("waves.id"), unique=True),
        sa.Column("question", sa.Text, nullable=False, server_default=""),
        sa.Column("options", JSONB, nullable=False, server_default="[]"),
        sa.Column("rule", _words("willingnessrule", "share_two_thirds", "low_half", "low_two_thirds")),
        sa.Column("status", _words("voicestatus", *STATES), nullable=False),
        sa.Column("asked", sa.Integer),
        sa.Column("answers", sa.Integer),
        sa.Column("ayes", sa.Integer),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.BigInteger),
        sa.Column("heard_at", INSTANT),
        sa.CheckConstraint("(method = 'survey') = (wave_id IS NOT NULL)", name="survey_has_its_wave"),
        sa.CheckConstraint("(method = 'survey') = (question <> '')", name="survey_has_its_question"),
        sa.CheckConstraint("method = 'survey' OR purpose = 'willingness'", name="meetings_decide_on_willingness"),
        sa.CheckConstraint(
            "(rule IS NOT NULL) = (method = 'survey' AND purpose = 'willingness')", name="willingness_has_its_rule"
        ),
        sa.CheckConstraint("(status = 'asked') = (heard_at IS NULL)", name="heard_has_its_date"),
        sa.CheckConstraint(
            "status IN ('asked', 'lapsed') OR num_nonnulls(asked, answers, ayes) = 3", name="heard_has_counts"
        ),
        sa.CheckConstraint("0 <= ayes AND ayes <= answers AND answers <= asked", name="counts_nest"),
    )
    op.create_index(
        "uq_voices_one_at_a_time",
        "voices",
        ["contract_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER page_is_counted_from_its_wave ON resident_acceptances")
    op.execute("DROP FUNCTION page_is_counted_from_its_wave()")
    op.drop_table("voices")
    op.execute("DROP FUNCTION voice_is_of_its_time()")
    op.drop_constraint("waves_are_answered_on_their_page", "resident_acceptances", type_="check")
    op.drop_column("resident_acceptances", "wave_id")
    op.drop_column("contracts", "acceptance_wave_id")
