"""The runtime role, the clock, the audit chains, answered requests, and the job queue."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "ground_floor"
down_revision = None

QUEUE = Path(__file__).parents[1] / "procrastinate-3.10.0.sql"

ROLE = """
DO $$ BEGIN
    CREATE ROLE shuangxuan_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT shuangxuan_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO shuangxuan_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shuangxuan_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO shuangxuan_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO shuangxuan_app;
"""

CLOCK = """
CREATE FUNCTION shuangxuan_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(nullif(current_setting('shuangxuan.now', true), '')::timestamptz, clock_timestamp())
$$;
"""

AUDIT = """
CREATE FUNCTION audit_append(
    _stream text, _at timestamptz, _simulated boolean, _account_id bigint, _role text, _event text, _object text,
    _facts json
) RETURNS bytea LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    _seq bigint; _prev bytea; _hash bytea; _sep text := chr(31);
BEGIN
    INSERT INTO audit_heads AS head (stream, seq, hash) VALUES (_stream, 0, '')
        ON CONFLICT (stream) DO UPDATE SET seq = head.seq
        RETURNING head.seq + 1, nullif(head.hash, '') INTO _seq, _prev;
    _hash := sha256(convert_to(
        encode(coalesce(_prev, ''), 'hex') || _sep || _stream || _sep || _seq || _sep
        || to_char(_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || _sep || _simulated::text || _sep
        || coalesce(_account_id::text, '') || _sep || _role || _sep || _event || _sep
        || _object || _sep || _facts::text,
        'UTF8'));
    INSERT INTO audit_events VALUES
        (_stream, _seq, _at, _simulated, _account_id, _role, _event, _object, _facts, _prev, _hash);
    UPDATE audit_heads SET seq = _seq, hash = _hash WHERE stream = _stream;
    RETURN _hash;
END $$;
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
REVOKE INSERT, UPDATE, DELETE ON audit_events, audit_heads FROM shuangxuan_app;
GRANT SELECT ON audit_events, audit_heads TO shuangxuan_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(ROLE)
    op.execute(CLOCK)
    op.create_table(
        "audit_events",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("prev", sa.LargeBinary),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "prev", name="uq_audit_events_stream_prev"),
        sa.CheckConstraint("(seq = 1) = (prev IS NULL)", name="first_has_no_prev"),
    )
    op.create_table(
        "audit_heads",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.execute(AUDIT)
    op.create_table(
        "idempotency",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("status", sa.BigInteger),
        sa.Column("body", sa.Text),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    # The driver's own connection: the file has % signs that SQLAlchemy would take for parameters.
    op.get_bind().connection.driver_connection.execute(QUEUE.read_text(encoding="utf-8"))


def downgrade() -> None:
    raise NotImplementedError("the ground floor is not taken away; restore a backup instead")
