"""Residents say how content they are with a service while it is carried out, by a wave of a sample."""

import sqlalchemy as sa
from alembic import op

revision = "satisfaction"
down_revision = "inspections"

ASKED = "('acceptance', 'performing'), ('willingness', 'signed')"
OF_ITS_TIME = """
CREATE OR REPLACE FUNCTION voice_is_of_its_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _status text;
BEGIN
    SELECT status INTO _status FROM contracts WHERE id = NEW.contract_id FOR SHARE;
    IF TG_OP = 'INSERT' AND (NEW.purpose, _status) NOT IN ({asked}) THEN
        RAISE EXCEPTION 'willingness is asked before a contract is carried out, the others while it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_voices_time', TABLE = 'voices';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'asked' OR (OLD.contract_id, OLD.purpose, OLD.method, OLD.wave_id,
        OLD.question, OLD.options, OLD.rule{more_old}, OLD.asked_at) IS DISTINCT FROM (NEW.contract_id, NEW.purpose,
        NEW.method, NEW.wave_id, NEW.question, NEW.options, NEW.rule{more_new}, NEW.asked_at))
    THEN
        RAISE EXCEPTION 'what was asked stays, and what was heard'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_voices_stay', TABLE = 'voices';
    END IF;
    RETURN NEW;
END $$;
"""
PURPOSES = ("willingness", "acceptance")
STATES = ("asked", "willing", "unwilling", "undecided", "accepted", "refused")
SAMPLE = "num_nonnulls(served, needed) = CASE purpose WHEN 'satisfaction' THEN 2 ELSE 0 END"


def _words(name: str, column: str, *words: str) -> None:
    op.drop_constraint(name, "voices", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(name, "voices", f"{column} IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("voices", sa.Column("served", sa.Integer))
    op.add_column("voices", sa.Column("needed", sa.Integer))
    _words("voicepurpose", "purpose", *PURPOSES, "satisfaction")
    _words("voicestatus", "status", *STATES, "heard", "lapsed")
    op.create_check_constraint("satisfaction_has_its_sample", "voices", SAMPLE)
    op.create_check_constraint("sample_is_a_part", "voices", "0 < needed AND needed <= served")
    more = {"more_old": ", OLD.served, OLD.needed", "more_new": ", NEW.served, NEW.needed"}
    op.execute(OF_ITS_TIME.format(asked=f"{ASKED}, ('satisfaction', 'performing')", **more))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM voices WHERE purpose = 'satisfaction'")
    op.execute(OF_ITS_TIME.format(asked=ASKED, more_old="", more_new=""))
    op.drop_column("voices", "needed")
    op.drop_column("voices", "served")
    _words("voicestatus", "status", *STATES, "lapsed")
    _words("voicepurpose", "purpose", *PURPOSES)
