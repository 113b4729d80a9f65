"""A need sits in one round at a time; pairs of those who are gone lapse; an export has its published digest."""

import sqlalchemy as sa
from alembic import op

revision = "one_seat_per_need"
down_revision = "contract_parties"

INSTANT = sa.TIMESTAMP(timezone=True)
LIVE = "status IN ('proposed', 'confirmed')"

# A round that is over holds nobody. Of two that both hold a need, the one that opened first keeps it.
RELEASE = """
UPDATE round_needs SET released_at = shuangxuan_now() FROM rounds
WHERE rounds.id = round_id AND rounds.status IN ('finished', 'cancelled');

UPDATE round_needs SET released_at = shuangxuan_now() FROM (
    SELECT round_id, need_id, row_number() OVER (PARTITION BY need_id ORDER BY opened_at, round_id) AS place
    FROM round_needs JOIN rounds ON rounds.id = round_id WHERE released_at IS NULL
) held
WHERE held.place > 1 AND (round_needs.round_id, round_needs.need_id) = (held.round_id, held.need_id);
"""

# What nobody can confirm any more is no proposal: its round is over, or its need belongs to another one.
LAPSE = """
UPDATE pairs SET status = 'lapsed', settled_at = shuangxuan_now() FROM round_needs seat
WHERE status = 'proposed' AND (seat.round_id, seat.need_id) = (pairs.round_id, pairs.need_id)
    AND seat.released_at IS NOT NULL;
"""


def allow_states(*states: str) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint("pairstatus", "pairs", type_="check")
    op.create_check_constraint("pairstatus", "pairs", f"status IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("rounds", sa.Column("needs_elsewhere", sa.Integer, nullable=False, server_default="0"))
    op.add_column("rounds", sa.Column("digest", sa.Text))
    op.create_check_constraint("digest_is_sha256", "rounds", "digest ~ '^[0-9a-f]{64}$'")
    op.add_column("round_needs", sa.Column("released_at", INSTANT))
    allow_states("proposed", "confirmed", "declined", "lapsed")
    op.execute(RELEASE)
    op.execute(LAPSE)
    where = {"postgresql_where": sa.text("released_at IS NULL")}
    op.create_index("uq_round_needs_held_need_id", "round_needs", ["need_id"], unique=True, **where)
    op.drop_constraint("uq_pairs_round_id_need_id", "pairs")
    where = {"postgresql_where": sa.text(LIVE)}
    op.create_index("uq_pairs_live_round_id_need_id", "pairs", ["round_id", "need_id"], unique=True, **where)
    where = {"postgresql_where": sa.text("status = 'proposed'")}
    op.create_index("uq_pairs_proposed_need_id", "pairs", ["need_id"], unique=True, **where)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("uq_pairs_proposed_need_id", "pairs")
    op.drop_index("uq_pairs_live_round_id_need_id", "pairs")
    op.execute("DELETE FROM pairs WHERE status = 'lapsed'")
    op.execute(
        "DELETE FROM pairs old USING pairs new WHERE old.status = 'declined' AND old.id < new.id"
        " AND (old.round_id, old.need_id) = (new.round_id, new.need_id)"
    )
    op.create_unique_constraint("uq_pairs_round_id_need_id", "pairs", ["round_id", "need_id"])
    allow_states("proposed", "confirmed", "declined")
    op.drop_index("uq_round_needs_held_need_id", "round_needs")
    op.drop_column("round_needs", "released_at")
    op.drop_constraint("digest_is_sha256", "rounds", type_="check")
    op.drop_column("rounds", "digest")
    op.drop_column("rounds", "needs_elsewhere")
