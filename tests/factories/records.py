"""Records of organisations."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.parties.models import Party
from app.records.models import Record
from app.records.rules import VALUES, RecordKind


async def make_record(session: AsyncSession, party: Party, kind: RecordKind, **facts: Any) -> Record:
    """By default one without days, that says the first thing its kind may say."""
    facts.setdefault("value", VALUES[kind][0])
    record = Record(party_id=party.id, kind=kind, recorded_at=await now(session), **facts)
    session.add(record)
    await session.flush()
    return record
