"""The audit log: a hash chain per procedure ("stream"), written last and in the transaction of the change.

`note` keeps what happened; the rows are appended when the transaction commits, so that a stream's head is
locked only for a moment. The chain is kept by `audit_append()` in the database; the runtime role can call that
function and read, and nothing else. Facts hold ids, codes and amounts, never personal particulars.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.core.actors import Actor
from app.core.db import Base, carry_out, given
from app.core.versions import end_count

NOTED = given(
    stream=sa.Text(),
    at=sa.TIMESTAMP(timezone=True),
    simulated=sa.Boolean(),
    account_id=sa.BigInteger(),
    role=sa.Text(),
    event=sa.Text(),
    object=sa.Text(),
    facts=sa.Text(),
)
APPEND = sa.select(NOTED.c.n, sa.func.audit_append(*list(NOTED.c)[1:-1], sa.cast(NOTED.c.facts, sa.JSON)))

Told = Callable[[int], Awaitable[None]]
TELL_EVERY = 5_000


class AuditEvent(Base):
    __tablename__ = "audit_events"

    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    simulated: Mapped[bool]
    account_id: Mapped[int | None]
    role: Mapped[str]
    event: Mapped[str]
    object: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    prev: Mapped[bytes | None]
    hash: Mapped[bytes]

    __table_args__ = (
        sa.UniqueConstraint("stream", "prev"),
        sa.Index("ix_audit_events_account_id_at", "account_id", "at"),
        sa.CheckConstraint("(seq = 1) = (prev IS NULL)", name="first_has_no_prev"),
    )


async def note(
    session: AsyncSession,
    actor: Actor,
    event: str,
    subject: Any,
    at: datetime,
    *,
    stream: str = "",
    **facts: Any,
) -> None:
    """Note that `event` happened to `subject` (a row with an id).

    `stream` names the procedure ("tenders:7"); by default the subject is its own.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    end_count(session.sync_session)
    name = f"{subject.__tablename__}:{subject.id}"
    session.info.setdefault("audit", []).append(
        {
            "stream": stream or name,
            "at": at,
            "simulated": "clock" in session.info,
            "account_id": actor.account_id,
            "role": actor.role.value,
            "event": event,
            "object": name,
            "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":")),
        }
    )


@event.listens_for(Session, "before_commit")
def append_noted_events(session: Session) -> None:
    noted = session.info.pop("audit", [])
    session.flush()
    in_order = sorted(noted, key=lambda row: row["stream"])  # one lock order over stream heads; sort is stable
    carry_out(session, [(APPEND, row) for row in in_order])


@event.listens_for(Session, "after_soft_rollback")
def _forget_noted_events(session: Session, rolled_back: SessionTransaction) -> None:
    if not rolled_back.nested:
        session.info.pop("audit", None)
        session.info.pop("at_last", None)


class AuditHead(Base):
    """The last event of each stream: what a chain with its tail cut off no longer reaches."""

    __tablename__ = "audit_heads"

    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes]


@dataclass(frozen=True)
class AuditFault:
    """Where a chain breaks: the first event of `stream` that does not follow from the one before."""

    stream: str
    seq: int
    fault: str


def chained(row: AuditEvent, prev: bytes | None) -> bytes:
    """The hash `row` must carry: SHA-256 over the previous hash and every column, as `audit_append()` does."""
    fields = [
        (prev or b"").hex(),
        row.stream,
        str(row.seq),
        row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        str(row.simulated).lower(),
        "" if row.account_id is None else str(row.account_id),
        row.role,
        row.event,
        row.object,
        json.dumps(row.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    ]
    return hashlib.sha256("\x1f".join(fields).encode()).digest()


async def verify(session: AsyncSession, tell: Told | None = None) -> tuple[int, list[AuditFault]]:
    """Recompute every chain: how many events were read, and every break found. `tell` hears now and then how many."""
    heads = {head.stream: head for head in (await session.execute(sa.select(AuditHead))).scalars()}
    query = sa.select(AuditEvent).order_by(AuditEvent.stream, AuditEvent.seq)
    count, faults, last = 0, list[AuditFault](), dict[str, AuditEvent]()
    async for row in await session.stream_scalars(query):
        count += 1
        if fault := _fault_of(row, last.get(row.stream)):
            faults.append(fault)
        last[row.stream] = row
        if tell and count % TELL_EVERY == 0:
            await tell(count)
    for stream in sorted(heads.keys() | last.keys()):
        head, tail = heads.get(stream), last.get(stream)
        if head is None or tail is None or (head.seq, head.hash) != (tail.seq, tail.hash):
            faults.append(AuditFault(stream, tail.seq + 1 if tail else 1, "cut_off"))
    return count, faults


def _fault_of(row: AuditEvent, last: AuditEvent | None) -> AuditFault | None:
    seq, prev = (last.seq + 1, last.hash) if last else (1, None)
    if row.seq != seq:
        return AuditFault(row.stream, seq, "missing")
    if row.prev != prev or row.hash != chained(row, prev):
        return AuditFault(row.stream, row.seq, "altered")
    return None
