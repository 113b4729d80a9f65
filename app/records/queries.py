"""What is recorded of an organisation, and what it comes to on a day."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.records.models import Record, RecordAnswer
from app.records.policy import Holder, read_holder, visible
from app.records.registers import Register, register_of
from app.records.rules import LISTS, OVER_WHEN_ENDED, VALUES, RecordKind
from app.records.terms import after, terms

NOTHING = Register()
STANDING = Record.superseded_at.is_(None)


class Told(NamedTuple):
    """What is said beside records on `day`: by record its answer, and of one that was entered late by when it should
    have been."""

    day: date
    answers: dict[int, RecordAnswer]
    late: dict[int, date]


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


async def told_of(session: AsyncSession, records: Collection[Record]) -> Told:
    answers = await answers_of(session, [each.id for each in records])
    return Told(shanghai_date(await now(session)), answers, await _entered_late(session, records))


async def _entered_late(session: AsyncSession, records: Collection[Record]) -> dict[int, date]:
    """What stands in the place of another is not measured: the other was entered first."""
    measured = [(each, each.decided_on) for each in records if each.decided_on and each.supersedes_id is None]
    if not measured:
        return {}
    calendar, length = await work_calendar(session), terms()["entered"].length
    due = {each.id: calendar.add_working_days(decided_on, length).on for each, decided_on in measured}
    return {each.id: due[each.id] for each, _ in measured if shanghai_date(each.recorded_at) > due[each.id]}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For whoever entered it: what was to be mended by now, and is to be verified; who on a list has answered; who has
    been on the first of them for two years. For its organisation: an answer."""
    if actor.party_id is None:
        return []
    day = shanghai_date(at)
    if actor.role is Role.organization:
        return await _to_answer(session, actor.party_id, day)
    query = sa.select(Record).where(Record.issuer_id == actor.party_id, STANDING, _asks(day))
    late = await session.scalars(query.where(Record.due_on < day).order_by(Record.due_on, Record.id))
    return [
        *(_waits("supersede", each) for each in late),
        *await _to_lift(session, actor, day),
        *await _to_escalate(session, actor, day),
    ]


def _asks(day: date) -> sa.ColumnElement[bool]:
    """What is shown, and is not over."""
    is_over = sa.and_(Record.kind.in_(OVER_WHEN_ENDED), Record.valid_until < day)
    return sa.and_(Record.shown_until >= day, sa.func.coalesce(~is_over, sa.true()))


async def _to_lift(session: AsyncSession, actor: Actor, day: date) -> list[Waiting]:
    """Whoever has said what was mended is taken off a list within some working days, where it is so."""
    query = sa.select(Record, RecordAnswer.answered_at).join(RecordAnswer, RecordAnswer.record_id == Record.id)
    here = Record.issuer_id == actor.party_id, Record.kind.in_(LISTS), holds_on(day)
    rows = (await session.execute(query.where(*here).order_by(Record.id))).all()
    calendar, term = await work_calendar(session) if rows else None, terms()["removed"]
    due = {
        record.id: calendar.add_working_days(shanghai_date(answered_at), term.length, term.source)
        for record, answered_at in rows
        if calendar
    }
    return [replace(_waits("lift", each), due_at=due[each.id].at, rule=term.source, counted=True) for each, _ in rows]


async def _to_escalate(session: AsyncSession, actor: Actor, day: date) -> list[Waiting]:
    """Whoever has been on the list of abnormal activity for two years is entered in that of serious breaches."""
    serious = holders_of(RecordKind.serious, VALUES[RecordKind.serious], day)
    here = Record.issuer_id == actor.party_id, Record.kind == RecordKind.abnormal, holds_on(day)
    query = sa.select(Record).where(*here, Record.party_id.not_in(serious)).order_by(Record.valid_from, Record.id)
    source = terms()["abnormal_becomes_serious"].source
    entries = [(each, each.valid_from) for each in await session.scalars(query) if each.valid_from]
    ripe = [(each, after(entered, "abnormal_becomes_serious")) for each, entered in entries]
    return [replace(_waits("enter", each), due_at=end_of_day(due), rule=source) for each, due in ripe if due <= day]


async def _to_answer(session: AsyncSession, party_id: int, day: date) -> list[Waiting]:
    """What asks for something, is shown, and is not answered."""
    own = Record.party_id == party_id, STANDING, Record.requirement != "", _asks(day)
    unanswered = ~sa.exists().where(RecordAnswer.record_id == Record.id)
    query = sa.select(Record).where(*own, unanswered).order_by(Record.due_on, Record.id)
    return [_waits("answer", each) for each in await session.scalars(query)]


def _waits(verb: str, record: Record) -> Waiting:
    due_at = end_of_day(record.due_on) if record.due_on else None
    return Waiting("records", verb, record.id, record.requirement, due_at, record.source, "party", record.party_id)
