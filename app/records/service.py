"""Use cases of records: entered by an office, superseded by another one, and kept as a roster brings them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.db import table_of
from app.core.events import happened
from app.core.moves import check_move
from app.records.models import Record, recorded
from app.records.policy import access_holder, access_record
from app.records.queries import standing_records
from app.records.rules import MOVES, Enrolled, Fact, check_fact, check_free, check_unbarred, with_term


async def enter_record(session: AsyncSession, actor: Actor, party_id: int, given: Fact) -> Record:
    """Refusals: those of `check_fact`, RecordOverlaps, RatingBarred."""
    await access_holder(session, actor, party_id, "enter")
    at = await now(session)
    fact = with_term(given)
    check_fact(fact)
    known = await standing_records(session, party_id)
    check_free(fact, known)
    check_unbarred(fact, known)
    record = await _kept(session, actor, party_id, fact, at)
    await happened(session, actor, "record.entered", record, at, **_noted(record))
    return record


async def supersede_record(
    session: AsyncSession, actor: Actor, record_id: int, *, valid_from: date | None, **said: Any
) -> Record:
    """Another record in the place of this one, of the same kind and title; without `valid_from` it begins with it.

    Refusals: MoveRefused, those of `check_fact`, RecordOverlaps.
    """
    old = await access_record(session, actor, record_id, "supersede")
    at = await now(session)
    check_move(MOVES, old.status, "supersede")
    fact = with_term(Fact(old.kind, title=old.title, valid_from=valid_from or old.valid_from, **said))
    check_fact(fact)
    check_free(fact, [each for each in await standing_records(session, old.party_id) if each.id != old.id])
    old.superseded_at = at
    await session.flush()
    record = await _kept(session, actor, old.party_id, fact, at, supersedes_id=old.id)
    await happened(session, actor, "record.superseded", record, at, **_noted(record), supersedes=old.id)
    return record


async def keep_enrolled(session: AsyncSession, actor: Actor, enrolled: Enrolled) -> None:
    """Follows from a roster: what it says of an organisation is kept, without an issuer. In one statement, since a
    roster may bring thousands."""
    if enrolled.facts:
        at = await now(session)
        rows = [recorded(enrolled.party_id, fact, at) for fact in enrolled.facts]
        await session.execute(sa.insert(table_of(Record)), rows)


async def _kept(
    session: AsyncSession, actor: Actor, party_id: int, fact: Fact, at: datetime, supersedes_id: int | None = None
) -> Record:
    record = Record(**recorded(party_id, fact, at), issuer_id=actor.party_id, supersedes_id=supersedes_id)
    session.add(record)
    await session.flush()
    return record


def _noted(record: Record) -> dict[str, Any]:
    days = {"from": record.valid_from, "until": record.valid_until}
    return {"party": record.party_id, "kind": record.kind.value, "value": record.value, **days}
