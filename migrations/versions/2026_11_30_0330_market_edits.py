"""What has changed for rankings is written down by triggers, instead of being found by reading every row."""

import sqlalchemy as sa
from alembic import op

revision = "market_edits"
down_revision = "stopped_errands"

FUNCTIONS = """
CREATE FUNCTION market_edited(side text, thing bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO market_edits (xid, side, thing_id) VALUES (pg_current_xact_id()::text::bigint, side, thing)
    ON CONFLICT ON CONSTRAINT pk_market_edits DO UPDATE SET edit = nextval('market_edits_edit_seq')
$$;
CREATE FUNCTION market_need_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('need', coalesce(NEW.id, OLD.id)); RETURN NULL; END $$;
CREATE FUNCTION market_part_of_need_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('need', coalesce(NEW.need_id, OLD.need_id)); RETURN NULL; END $$;
CREATE FUNCTION market_offer_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('offer', coalesce(NEW.id, OLD.id)); RETURN NULL; END $$;
CREATE FUNCTION market_part_of_offer_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('offer', coalesce(NEW.offer_id, OLD.offer_id)); RETURN NULL; END $$;
CREATE FUNCTION market_provider_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM market_edited('offer', id) FROM offers WHERE party_id = NEW.id; RETURN NULL; END $$;
"""
TRIGGERS = {
    "needs": "market_need_edited",
    "need_populations": "market_part_of_need_edited",
    "offers": "market_offer_edited",
    "offer_categories": "market_part_of_offer_edited",
    "offer_populations": "market_part_of_offer_edited",
    "offer_areas": "market_part_of_offer_edited",
}
OF_PROVIDER = "rating_a, rectification, rectification_from, rectification_until"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(sa.schema.CreateSequence(sa.Sequence("market_edits_edit_seq")))
    op.create_table(
        "market_edits",
        sa.Column("xid", sa.BigInteger, autoincrement=False),
        sa.Column("side", sa.Text),
        sa.Column("thing_id", sa.BigInteger, autoincrement=False),
        sa.Column(
            "edit", sa.BigInteger, nullable=False, server_default=sa.text("nextval('market_edits_edit_seq'::regclass)")
        ),
        sa.PrimaryKeyConstraint("xid", "side", "thing_id", name="pk_market_edits"),
        sa.CheckConstraint("side IN ('need', 'offer')", name="of_a_side"),
    )
    op.execute(FUNCTIONS)
    for table, function in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER market_edited AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    op.execute(
        f"CREATE TRIGGER market_edited AFTER UPDATE OF {OF_PROVIDER} ON parties"
        " FOR EACH ROW EXECUTE FUNCTION market_provider_edited()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in (*TRIGGERS, "parties"):
        op.execute(f"DROP TRIGGER market_edited ON {table}")
    for function in (*dict.fromkeys(TRIGGERS.values()), "market_provider_edited"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION market_edited(text, bigint)")
    op.drop_table("market_edits")
    op.execute("DROP SEQUENCE market_edits_edit_seq")
