"""What is held under a contract, who signed in, and whom the lots fell on to be asked whether they were there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "service_sessions"
down_revision = "budgets"

INSTANT = sa.TIMESTAMP(timezone=True)
YEARS = " AND ".join(f"{at} >= '1900-01-01Z' AND {at} < '2201-01-01Z'" for at in ("starts_at", "ends_at"))
HOLDERS = "need_id, offer_id, bid_id, contract_id, milestone_id, statement_id"
RULES = """
CREATE FUNCTION session_is_of_its_contract() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _contract contracts;
BEGIN
    SELECT * INTO _contract FROM contracts WHERE id = NEW.contract_id FOR SHARE;
    IF (NEW.starts_at AT TIME ZONE 'Asia/Shanghai')::date < _contract.starts_on
        OR (NEW.ends_at AT TIME ZONE 'Asia/Shanghai')::date > _contract.ends_on
    THEN
        RAISE EXCEPTION 'a session takes place between the days of its contract'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_service_sessions_days', TABLE = 'service_sessions';
    END IF;
    IF _contract.status <> 'performing' OR TG_OP = 'UPDATE' AND (OLD.status <> 'planned'
        OR (OLD.contract_id, OLD.door, OLD.planned_at) IS DISTINCT FROM (NEW.contract_id, NEW.door, NEW.planned_at))
    THEN
        RAISE EXCEPTION 'sessions are planned and settled while their contract is carried out, each of them once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_service_sessions_stay', TABLE = 'service_sessions';
    END IF;
    PERFORM acts_for(NEW.contract_id, CASE TG_OP WHEN 'INSERT' THEN NEW.planned_by ELSE NEW.settled_by END,
        'contractor');
    RETURN NEW;
END $$;
CREATE TRIGGER session_is_of_its_contract BEFORE INSERT OR UPDATE ON service_sessions
    FOR EACH ROW EXECUTE FUNCTION session_is_of_its_contract();

CREATE FUNCTION sign_in_is_within_its_session() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _session service_sessions;
BEGIN
    SELECT * INTO _session FROM service_sessions
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.service_session_id ELSE NEW.service_session_id END FOR SHARE;
    IF _session.status <> 'planned' OR TG_OP = 'UPDATE' OR TG_OP = 'DELETE' AND OLD.kind <> 'paper' THEN
        RAISE EXCEPTION 'who signed in stays as it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_session_sign_ins_stay', TABLE = 'session_sign_ins';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.signed_at < _session.starts_at OR NEW.kind <> 'paper' AND NEW.signed_at >= _session.ends_at THEN
        RAISE EXCEPTION 'people sign in while the session takes place'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_session_sign_ins_hours', TABLE = 'session_sign_ins';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sign_in_is_within_its_session BEFORE INSERT OR UPDATE OR DELETE ON session_sign_ins
    FOR EACH ROW EXECUTE FUNCTION sign_in_is_within_its_session();

CREATE FUNCTION draw_is_of_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status = 'closed' OR (OLD.contract_id, OLD.sessions, OLD.seed, OLD.population,
        OLD.size, OLD.drawn_at) IS DISTINCT FROM (NEW.contract_id, NEW.sessions, NEW.seed, NEW.population, NEW.size,
        NEW.drawn_at))
    THEN
        RAISE EXCEPTION 'a draw stays as it was drawn'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_call_back_draws_stay', TABLE = 'call_back_draws';
    END IF;
    PERFORM acts_for(NEW.contract_id, NEW.drawn_by, 'evaluator');
    RETURN NEW;
END $$;
CREATE TRIGGER draw_is_of_one_side BEFORE INSERT OR UPDATE ON call_back_draws
    FOR EACH ROW EXECUTE FUNCTION draw_is_of_one_side();

CREATE FUNCTION call_back_is_of_its_draw() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _draw call_back_draws;
BEGIN
    SELECT * INTO _draw FROM call_back_draws WHERE id = NEW.draw_id;
    IF _draw.status <> 'open' OR NEW.position > _draw.size
        OR TG_OP = 'UPDATE' AND (OLD.status IN ('confirmed', 'denied')
            OR (OLD.draw_id, OLD.sign_in_id, OLD.position) IS DISTINCT FROM
               (NEW.draw_id, NEW.sign_in_id, NEW.position))
        OR TG_OP = 'INSERT' AND NOT EXISTS (
            SELECT FROM session_sign_ins i JOIN service_sessions s ON s.id = i.service_session_id
            WHERE i.id = NEW.sign_in_id AND s.contract_id = _draw.contract_id AND s.status = 'concluded')
    THEN
        RAISE EXCEPTION 'only who was drawn is called, and an answer stays as it was given'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_call_backs_drawn', TABLE = 'call_backs';
    END IF;
    PERFORM acts_for(_draw.contract_id, NEW.recorded_by, 'evaluator');
    RETURN NEW;
END $$;
CREATE TRIGGER call_back_is_of_its_draw BEFORE INSERT OR UPDATE ON call_backs
    FOR EACH ROW EXECUTE FUNCTION call_back_is_of_its_draw();
REVOKE DELETE ON service_sessions, call_back_draws, call_backs FROM shuangxuan_app;
"""
TRIGGERS = {
    "call_back_is_of_its_draw": "call_backs",
    "draw_is_of_one_side": "call_back_draws",
    "sign_in_is_within_its_session": "session_sign_ins",
    "session_is_of_its_contract": "service_sessions",
}


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _sessions()
    _call_backs()
    op.add_column(
        "attachments",
        sa.Column("service_session_id", sa.BigInteger, sa.ForeignKey("service_sessions.id", ondelete="CASCADE")),
    )
    op.create_unique_constraint(
        "uq_attachments_service_session_id_sha256", "attachments", ["service_session_id", "sha256"]
    )
    op.drop_constraint("hangs_on_one_thing", "attachments", type_="check")
    op.create_check_constraint("hangs_on_one_thing", "attachments", f"num_nonnulls({HOLDERS}, service_session_id) = 1")
    op.execute(RULES)


def _sessions() -> None:
    op.create_table(
        "service_sessions",
        _id(),
        sa.Column("contract_id", sa.BigInteger, sa.ForeignKey("contracts.id"), nullable=False, index=True),
        sa.Column(
            "kind",
            _words("sessionkind", "activity", "course", "visit", "counselling", "other"),
            nullable=False,
        ),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("counts_for", JSONB, nullable=False),
        sa.Column("status", _words("sessionstatus", "planned", "concluded", "cancelled"), nullable=False),
        sa.Column("door", sa.Text, nullable=False, unique=True),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("planned_by", sa.BigInteger),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint(YEARS, name="years_1900_to_2200"),
        sa.CheckConstraint("starts_at < ends_at", name="ends_after_its_start"),
        sa.CheckConstraint("planned > 0", name="expects_people"),
        sa.CheckConstraint("btrim(title) <> '' AND btrim(place) <> ''", name="says_what_and_where"),
        sa.CheckConstraint("(status = 'planned') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'cancelled') = (reason <> '')", name="cancelled_with_a_reason"),
    )
    op.create_table(
        "session_sign_ins",
        _id(),
        sa.Column("service_session_id", sa.BigInteger, sa.ForeignKey("service_sessions.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", _words("signinkind", "paper", "qr", "leader"), nullable=False),
        sa.Column("household_hash", sa.Text, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.UniqueConstraint("service_session_id", "household_hash"),
        sa.UniqueConstraint("service_session_id", "number"),
        sa.CheckConstraint("number > 0", name="rows_count_from_one"),
        sa.CheckConstraint("household_hash ~ '^[0-9a-f]{64}$'", name="household_is_hashed"),
    )


def _call_backs() -> None:
    op.create_table(
        "call_back_draws",
        _id(),
        sa.Column("contract_id", sa.BigInteger, sa.ForeignKey("contracts.id"), nullable=False, index=True),
        sa.Column("sessions", JSONB, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("status", _words("drawstatus", "open", "closed"), nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("drawn_by", sa.BigInteger),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint("size > 0 AND size <= population", name="is_a_part"),
        sa.CheckConstraint("seed <> ''", name="has_a_seed"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )
    op.create_index(
        "uq_call_back_draws_one_at_a_time",
        "call_back_draws",
        ["contract_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "call_backs",
        _id(),
        sa.Column("draw_id", sa.BigInteger, sa.ForeignKey("call_back_draws.id"), nullable=False),
        sa.Column("sign_in_id", sa.BigInteger, sa.ForeignKey("session_sign_ins.id"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column(
            "status",
            _words("callbackstatus", "drawn", "reached", "confirmed", "denied", "not_reached"),
            nullable=False,
        ),
        sa.Column("recorded_at", INSTANT),
        sa.Column("recorded_by", sa.BigInteger),
        sa.UniqueConstraint("draw_id", "sign_in_id"),
        sa.UniqueConstraint("draw_id", "position"),
        sa.CheckConstraint("position > 0", name="positions_count_from_one"),
        sa.CheckConstraint("(status = 'drawn') = (recorded_at IS NULL)", name="recorded_has_its_date"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM attachments WHERE service_session_id IS NOT NULL")
    op.drop_constraint("hangs_on_one_thing", "attachments", type_="check")
    op.drop_column("attachments", "service_session_id")
    op.create_check_constraint("hangs_on_one_thing", "attachments", f"num_nonnulls({HOLDERS}) = 1")
    for table in ("call_backs", "call_back_draws", "session_sign_ins", "service_sessions"):
        op.drop_table(table)
