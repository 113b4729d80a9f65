"""Who may read and who may enter records: what is public, everybody reads; an organisation all of its own. The bureau
enters those of organisations of its area, or of none; the street office those of the groups it knows.

This room lies below that of parties, which shows what records come to. What it has to know of an organisation, `flow`
has it ask there: `of_parties(…)`.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.records.models import Record
from app.records.rules import MOVES, Visibility, unanswerable, unliftable

ENTERS = frozenset({Role.purchaser, Role.street})
SEES_ALL = ENTERS | {Role.admin, Role.clock}
ANSWERS = frozenset({Role.organization})
WHO = {"list": EVERYONE, "read": EVERYONE, "enter": ENTERS, "supersede": ENTERS, "lift": ENTERS, "answer": ANSWERS}
WRITES = frozenset({"enter", "supersede", "lift"})


class Holder(NamedTuple):
    """An organisation as its records need it; `is_known_to_streets`: a group without registration."""

    party_id: int
    area_code: str | None
    is_organization: bool
    is_known_to_streets: bool


# The holder of this number, seen or locked. Refusal: NotFound where the actor does not see it.
ReadHolder = Callable[[AsyncSession, Actor, int], Awaitable[Holder]]
HOLDERS: dict[str, ReadHolder] = {}


def of_parties(read: ReadHolder, lock: ReadHolder) -> None:
    HOLDERS.update(read=read, lock=lock)


async def read_holder(session: AsyncSession, actor: Actor, party_id: int) -> Holder:
    """Refusal: NotFound."""
    return await HOLDERS["read"](session, actor, party_id)


async def access_holder(session: AsyncSession, actor: Actor, party_id: int, verb: str) -> Holder:
    """The organisation, locked, so that what is entered of it comes one after the other. Refusals: NotFound, Denied."""
    holder = await HOLDERS["lock"](session, actor, party_id)
    return granted(holder, verb, partial(denial, actor, verb), party=party_id)


def denial(actor: Actor, verb: str, holder: Holder) -> str | None:
    """Why `actor` may not `verb` records of this organisation, already seen; None when they may."""
    if not actor.may(verb, WHO[verb]) or (verb in WRITES and not holder.is_organization):
        return "role"
    if verb == "answer":
        return None if holder.party_id == actor.party_id else "party"
    if verb not in WRITES:
        return None
    if actor.role is Role.street and not holder.is_known_to_streets:
        return "role"
    is_nowhere = holder.area_code is None and actor.role is Role.purchaser
    return None if is_nowhere or actor.covers(holder.area_code or "") else "area"


def actions(actor: Actor, holder: Holder, record: Record, day: date, *, is_answered: bool) -> list[str]:
    refused = {"answer": unanswerable(record, is_answered=is_answered), "lift": unliftable(record, day)}
    verbs = [verb for verb in verbs_from(MOVES, record.status) if refused.get(verb) is None]
    return [verb for verb in verbs if denial(actor, verb, holder) is None]


def list_actions(actor: Actor, holder: Holder) -> list[str]:
    return [verb for verb in ("enter",) if denial(actor, verb, holder) is None]


def visible(actor: Actor, day: date) -> sa.ColumnElement[bool]:
    """What is public until it disappears; an organisation and the offices see all."""
    if actor.role in SEES_ALL:
        return sa.true()
    is_shown = sa.or_(Record.shown_until.is_(None), Record.shown_until >= day)
    is_public = sa.and_(Record.visibility == Visibility.public, is_shown)
    return is_public if actor.party_id is None else sa.or_(is_public, Record.party_id == actor.party_id)


async def read_record(session: AsyncSession, actor: Actor, record_id: int) -> Record:
    """Refusal: NotFound, also where the organisation is not seen."""
    return await _record(session, actor, record_id)


async def access_record(session: AsyncSession, actor: Actor, record_id: int, verb: str) -> Record:
    """The record for `verb`, after its organisation was locked. Refusals: NotFound, Denied."""
    record = await _record(session, actor, record_id)
    await access_holder(session, actor, record.party_id, verb)
    await session.refresh(record)
    return record


async def _record(session: AsyncSession, actor: Actor, record_id: int) -> Record:
    day = shanghai_date(await now(session))
    record = await session.scalar(sa.select(Record).where(Record.id == record_id, visible(actor, day)))
    if record is None:
        raise NotFound(record=record_id)
    try:
        await read_holder(session, actor, record.party_id)
    except NotFound:
        raise NotFound(record=record_id) from None
    return record
