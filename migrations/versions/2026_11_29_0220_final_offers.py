"""Final offers of a consultation: sealed with their bidder until their end, then the version that counts."""

import sqlalchemy as sa
from alembic import op

revision = "final_offers"
down_revision = "awards_per_applicant"

INSTANT = sa.TIMESTAMP(timezone=True)
# As before, and: a final one is written only once the time for final offers is over, to a qualified bid.
DEADLINE = """
CREATE OR REPLACE FUNCTION bid_is_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _end timestamptz; _status text; _now timestamptz; _since timestamptz;{final_declared}
BEGIN
    SELECT bids_end, status{final_read} INTO _end, _status{final_kept} FROM tenders WHERE id = NEW.tender_id FOR SHARE;
    _now := shuangxuan_now();
    _since := CASE WHEN NEW.arrived_late THEN _end ELSE _now - interval '1 minute' END;{final_check}
    IF NOT NEW.arrived_late{unless_final} AND (_status <> 'published' OR _now >= _end) THEN
        RAISE EXCEPTION 'received after the deadline %', _end
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_in_time', TABLE = 'bid_versions';
    END IF;
    IF NEW.received_at NOT BETWEEN _since AND _now THEN
        RAISE EXCEPTION 'the receipt does not bear the hour of receipt'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'received_now', TABLE = 'bid_versions';
    END IF;
    RETURN NEW;
END $$;
"""
CHECK = """
    IF NEW.is_final AND (_status <> 'opened' OR _final IS NULL OR _now < _final
        OR NOT EXISTS (SELECT FROM bids WHERE id = NEW.bid_id AND status = 'eligible' AND offered_at < _final)) THEN
        RAISE EXCEPTION 'no final offer may be written now'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'final_in_time', TABLE = 'bid_versions';
    END IF;"""
FINAL = {
    "final_declared": " _final timestamptz;",
    "final_read": ", final_offers_end",
    "final_kept": ", _final",
    "final_check": CHECK,
    "unless_final": " AND NOT NEW.is_final",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("tenders", sa.Column("final_offers_end", INSTANT))
    op.create_check_constraint(
        "final_offers_after_the_opening", "tenders", "final_offers_end IS NULL OR opened_at IS NOT NULL"
    )
    op.add_column("bids", sa.Column("offered_at", INSTANT))
    op.add_column("bid_versions", sa.Column("is_final", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(DEADLINE.format(**FINAL))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(DEADLINE.format(**dict.fromkeys(FINAL, "")))
    op.drop_column("bid_versions", "is_final")
    op.drop_column("bids", "offered_at")
    op.drop_constraint(op.f("ck_tenders_final_offers_after_the_opening"), "tenders")
    op.drop_column("tenders", "final_offers_end")
