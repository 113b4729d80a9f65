"""No sheet of a judge for an applicant of whom the judge's account is a member."""

from alembic import op

revision = "judges_of_no_applicant"
down_revision = "memberships_end"

JUDGES = """
CREATE FUNCTION judge_is_of_no_applicant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM panel_members j JOIN memberships m ON m.account_id = j.account_id
        JOIN bids b ON b.party_id = m.party_id WHERE j.id = NEW.member_id AND b.id = NEW.bid_id
    ) THEN
        RAISE EXCEPTION 'the judge is a member of this applicant' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'ck_score_sheets_judge_of_no_applicant', TABLE = 'score_sheets';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER judge_is_of_no_applicant BEFORE INSERT OR UPDATE ON score_sheets
    FOR EACH ROW EXECUTE FUNCTION judge_is_of_no_applicant();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(JUDGES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP TRIGGER judge_is_of_no_applicant ON score_sheets")
    op.execute("DROP FUNCTION judge_is_of_no_applicant()")
