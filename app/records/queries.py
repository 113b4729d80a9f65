"""What is recorded of an organisation, and what it comes to on a day."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.records.models import Record, RecordAnswer
from app.records.policy import Holder, read_holder, visible
from app.records.rules import RecordKind, Register, register_of

NOTHING = Register()
STANDING = Record.superseded_at.is_(None)


def holds_on(day: date | sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """As `rules.holds_on` says it, of records that none supersedes."""
    begun = sa.or_(Record.valid_from.is_(None), Record.valid_from <= day)
    return sa.and_(STANDING, begun, sa.or_(Record.valid_until.is_(None), Record.valid_until >= day))


def value_on(kind: RecordKind, party_id: Any, day: date | sa.ColumnElement[Any]) -> sa.Select[str]:
    """What the one record of this kind says that an organisation has on a day."""
    return sa.select(Record.value).where(Record.party_id == party_id, Record.kind == kind, holds_on(day))


def holders_of(kind: RecordKind, values: Collection[str], day: date) -> sa.Select[int]:
    return sa.select(Record.party_id).where(Record.kind == kind, Record.value.in_(values), holds_on(day))


async def registers(session: AsyncSession, party_ids: Collection[int], day: date) -> dict[int, Register]:
    """Of each organisation what its records come to on `day`; of those without any, nothing."""
    query = sa.select(Record).where(Record.party_id.in_(party_ids), STANDING).order_by(Record.id)
    found: defaultdict[int, list[Record]] = defaultdict(list)
    for record in await session.scalars(query):
        found[record.party_id].append(record)
    return defaultdict(lambda: NOTHING, {id: register_of(records, day) for id, records in found.items()})


async def standing_records(session: AsyncSession, party_id: int) -> list[Record]:
    query = sa.select(Record).where(Record.party_id == party_id, STANDING).order_by(Record.id)
    return list(await session.scalars(query))


async def list_records(
    session: AsyncSession, actor: Actor, party_id: int, paging: Paging
) -> tuple[Holder, Found[Record]]:
    """Those that `actor` may see, with the organisation they are of. Refusal: NotFound."""
    holder = await read_holder(session, actor, party_id)
    query = sa.select(Record).where(Record.party_id == party_id, visible(actor, shanghai_date(await now(session))))
    return holder, await paginate(session, query, paging, id=Record.id, sorts={"recorded_at": Record.recorded_at})


async def answers_of(session: AsyncSession, ids: Collection[int]) -> dict[int, RecordAnswer]:
    """Record → what its organisation answered."""
    found = await session.scalars(sa.select(RecordAnswer).where(RecordAnswer.record_id.in_(ids)))
    return {answer.record_id: answer for answer in found}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For whoever entered it: what was to be mended by now, and is to be verified. For its organisation: an answer."""
    if actor.party_id is None:
        return []
    day = shanghai_date(at)
    if actor.role is Role.organization:
        return await _to_answer(session, actor.party_id, day)
    query = sa.select(Record).where(Record.issuer_id == actor.party_id, STANDING, Record.shown_until >= day)
    late = await session.scalars(query.where(Record.due_on < day).order_by(Record.due_on, Record.id))
    return [_waits("supersede", each) for each in late]


async def _to_answer(session: AsyncSession, party_id: int, day: date) -> list[Waiting]:
    """What asks for something, is shown, and is not answered."""
    own = Record.party_id == party_id, STANDING, Record.requirement != "", Record.shown_until >= day
    unanswered = ~sa.exists().where(RecordAnswer.record_id == Record.id)
    query = sa.select(Record).where(*own, unanswered).order_by(Record.due_on, Record.id)
    return [_waits("answer", each) for each in await session.scalars(query)]


def _waits(verb: str, record: Record) -> Waiting:
    due_at = end_of_day(record.due_on) if record.due_on else None
    return Waiting("records", verb, record.id, record.requirement, due_at, record.source, "party", record.party_id)
