"""A survey says what for residents are asked; one that speaks for a contract is for what it was asked to say."""

import sqlalchemy as sa
from alembic import op

revision = "survey_purposes"
down_revision = "voices"

PURPOSES = ("need", "willingness", "feedback", "acceptance", "satisfaction", "call_back")
# The last wave asked decides where one survey spoke for both.
BY_USE = """
UPDATE surveys SET purpose = last.purpose FROM (
    SELECT DISTINCT ON (waves.survey_id) waves.survey_id, voices.purpose
    FROM voices JOIN waves ON waves.id = voices.wave_id
    ORDER BY waves.survey_id, voices.asked_at DESC, voices.id DESC
) last WHERE last.survey_id = surveys.id
"""
RULES = """
CREATE FUNCTION voice_is_asked_for_its_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.wave_id IS NOT NULL AND NEW.purpose <>
        (SELECT s.purpose FROM surveys s JOIN waves w ON w.survey_id = s.id WHERE w.id = NEW.wave_id)
    THEN
        RAISE EXCEPTION 'a wave speaks for what its survey is for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_voices_purpose', TABLE = 'voices';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voice_is_asked_for_its_purpose BEFORE INSERT ON voices
    FOR EACH ROW EXECUTE FUNCTION voice_is_asked_for_its_purpose();

CREATE FUNCTION purpose_stays_once_it_was_asked_for() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.purpose <> NEW.purpose AND EXISTS
        (SELECT FROM voices v JOIN waves w ON w.id = v.wave_id WHERE w.survey_id = NEW.id)
    THEN
        RAISE EXCEPTION 'a wave of this survey speaks for a contract'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_surveys_purpose_stays', TABLE = 'surveys';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purpose_stays_once_it_was_asked_for BEFORE UPDATE OF purpose ON surveys
    FOR EACH ROW EXECUTE FUNCTION purpose_stays_once_it_was_asked_for();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    purpose = sa.Enum(*PURPOSES, name="surveypurpose", native_enum=False, create_constraint=True, length=40)
    op.add_column("surveys", sa.Column("purpose", purpose, nullable=False, server_default="need"))
    op.execute(BY_USE)
    op.execute(RULES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER purpose_stays_once_it_was_asked_for ON surveys")
    op.execute("DROP FUNCTION purpose_stays_once_it_was_asked_for()")
    op.execute("DROP TRIGGER voice_is_asked_for_its_purpose ON voices")
    op.execute("DROP FUNCTION voice_is_asked_for_its_purpose()")
    op.drop_column("surveys", "purpose")
