"""Double-selection rounds: seats, preference lists, pairs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "selection"
down_revision = "needs_and_offers"

INSTANT = sa.TIMESTAMP(timezone=True)


def text_enum(name: str, *values: str) -> sa.Enum:
    """Text with a CHECK, named after the Python enum in lower case."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def to(target: str, name: str) -> sa.ForeignKey:
    return sa.ForeignKey(target, name=f"fk_{name}")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "rounds",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("party_id", sa.BigInteger, to("parties.id", "rounds_party_id"), nullable=False),
        sa.Column("area_code", sa.Text, to("areas.code", "rounds_area_code"), nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False, server_default=""),
        sa.Column(
            "status", text_enum("roundstatus", "draft", "open", "proposed", "finished", "cancelled"), nullable=False
        ),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("micro_grant_limit", sa.Numeric(14, 2), nullable=False, server_default="10000"),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("certificate", JSONB),
        sa.Column("unmatched", JSONB),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("proposed_at", INSTANT),
        sa.CheckConstraint("opens_at < closes_at", name="closes_after_it_opens"),
        sa.CheckConstraint("micro_grant_limit >= 0", name="limit_is_not_negative"),
        sa.CheckConstraint("title_zh <> '' AND seed <> ''", name="has_a_title_and_a_seed"),
        sa.CheckConstraint(
            "status NOT IN ('open', 'proposed', 'finished') OR opened_at IS NOT NULL", name="opened_has_date"
        ),
        sa.CheckConstraint(
            "status NOT IN ('proposed', 'finished') OR num_nulls(proposed_at, certificate, unmatched) = 0",
            name="proposed_has_its_certificate",
        ),
    )
    op.create_index("ix_rounds_party_id", "rounds", ["party_id"])
    op.create_index("ix_rounds_area_code", "rounds", ["area_code"])
    for side, extra in (("need", []), ("offer", [sa.Column("places", sa.Integer, nullable=False, server_default="1")])):
        table = f"round_{side}s"
        op.create_table(
            table,
            sa.Column("round_id", sa.BigInteger, to("rounds.id", f"{table}_round_id"), primary_key=True),
            sa.Column(f"{side}_id", sa.BigInteger, to(f"{side}s.id", f"{table}_{side}_id"), primary_key=True),
            sa.Column("party_id", sa.BigInteger, to("parties.id", f"{table}_party_id"), nullable=False),
            sa.Column("key", sa.Text, nullable=False),
            sa.Column(f"{side}_version", sa.Integer, nullable=False),
            *extra,
            sa.UniqueConstraint("round_id", "key", name=f"uq_{table}_round_id_key"),
        )
        op.create_index(f"ix_{table}_{side}_id", table, [f"{side}_id"])
        op.create_index(f"ix_{table}_party_id", table, ["party_id"])
    op.create_check_constraint("has_a_place", "round_offers", "places >= 1")
    op.create_table(
        "preference_lists",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("round_id", sa.BigInteger, to("rounds.id", "preference_lists_round_id"), nullable=False),
        sa.Column("side", text_enum("side", "need", "offer"), nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("groups", JSONB, nullable=False),
        sa.Column("source", text_enum("listsource", "submitted", "derived"), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.UniqueConstraint("round_id", "side", "subject_id", name="uq_preference_lists_round_id_side_subject_id"),
    )
    op.create_table(
        "pairs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("round_id", sa.BigInteger, to("rounds.id", "pairs_round_id"), nullable=False),
        sa.Column("need_id", sa.BigInteger, to("needs.id", "pairs_need_id"), nullable=False),
        sa.Column("offer_id", sa.BigInteger, to("offers.id", "pairs_offer_id"), nullable=False),
        sa.Column("need_party_id", sa.BigInteger, to("parties.id", "pairs_need_party_id"), nullable=False),
        sa.Column("offer_party_id", sa.BigInteger, to("parties.id", "pairs_offer_party_id"), nullable=False),
        sa.Column("status", text_enum("pairstatus", "proposed", "confirmed", "declined"), nullable=False),
        sa.Column("need_answer", text_enum("answer", "confirmed", "declined")),
        sa.Column("offer_answer", text_enum("offer_answer", "confirmed", "declined")),
        sa.Column("basis", text_enum("basis", "micro_grant", "tender_lot")),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.UniqueConstraint("round_id", "need_id", name="uq_pairs_round_id_need_id"),
        sa.CheckConstraint(
            "(status = 'confirmed') = (need_answer IS NOT DISTINCT FROM 'confirmed'"
            " AND offer_answer IS NOT DISTINCT FROM 'confirmed')",
            name="confirmed_by_both",
        ),
        sa.CheckConstraint("(status = 'proposed') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'confirmed') = (basis IS NOT NULL)", name="confirmed_is_a_basis"),
    )
    for column in ("offer_id", "need_party_id", "offer_party_id"):
        op.create_index(f"ix_pairs_{column}", "pairs", [column])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("pairs", "preference_lists", "round_offers", "round_needs", "rounds"):
        op.drop_table(table)
