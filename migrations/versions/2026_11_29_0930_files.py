"""Files outside the database, their rows within, and what they hang on; a bid's receipt vouches for its files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "files"
down_revision = "steps_of_tenders"

INSTANT = sa.TIMESTAMP(timezone=True)
KINDS = ("pdf", "docx", "xlsx", "png", "jpeg", "webp")
HOLDERS = ("need", "offer", "bid", "contract", "milestone")
# What was handed in stays with its files: the bid's row is held, so that nothing slips in while it is handed in.
SEALED = """
CREATE FUNCTION bid_files_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _bid bigint; _status text;
BEGIN
    FOREACH _bid IN ARRAY ARRAY[OLD.bid_id, NEW.bid_id] LOOP
        SELECT status INTO _status FROM bids WHERE id = _bid FOR SHARE;
        IF FOUND AND _status NOT IN ('draft', 'withdrawn') THEN
            RAISE EXCEPTION 'the bid was handed in with its files' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'bid_files_are_fixed', TABLE = 'attachments';
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER bid_files_are_fixed BEFORE INSERT OR UPDATE OR DELETE ON attachments
    FOR EACH ROW EXECUTE FUNCTION bid_files_are_fixed();
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "stored_files",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("kind", sa.Enum(*KINDS, name="filekind", native_enum=False, create_constraint=True, length=40)),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_one"),
        sa.CheckConstraint("size > 0", name="size_is_positive"),
    )
    op.alter_column("stored_files", "kind", nullable=False)
    op.create_index("ix_stored_files_held_at", "stored_files", ["held_at"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        to("sha256", "stored_files.sha256", sa.Text()),
        *(to(f"{holder}_id", f"{holder}s.id", nullable=True, ondelete="CASCADE") for holder in HOLDERS),
        sa.Column("name", sa.Text, nullable=False),
        to("party_id", "parties.id"),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("attached_at", INSTANT, nullable=False),
        *(
            sa.UniqueConstraint(f"{holder}_id", "sha256", name=f"uq_attachments_{holder}_id_sha256")
            for holder in HOLDERS
        ),
        sa.CheckConstraint(
            "num_nonnulls(need_id, offer_id, bid_id, contract_id, milestone_id) = 1", name="hangs_on_one_thing"
        ),
        sa.CheckConstraint("name <> '' AND length(name) <= 200 AND name !~ '[/\\\\]'", name="name_is_no_path"),
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])
    op.create_index("ix_attachments_party_id", "attachments", ["party_id"])
    op.execute(SEALED)
    op.add_column("bid_versions", sa.Column("files", JSONB, nullable=False, server_default="[]"))


def to(
    column: str, target: str, kind: sa.types.TypeEngine[object] | None = None, *, nullable: bool = False, **rule: str
) -> sa.Column[object]:
    key = sa.ForeignKey(target, name=f"fk_attachments_{column}", **rule)
    return sa.Column(column, kind or sa.BigInteger(), key, nullable=nullable)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("bid_versions", "files")
    op.drop_table("attachments")
    op.drop_table("stored_files")
    op.execute("DROP FUNCTION bid_files_are_fixed()")
