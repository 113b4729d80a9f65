"""Use cases of records: entered by an office, superseded by another one, and kept as a roster brings them."""

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.bounds import FIRST_DAY
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.db import table_of
from app.core.events import happened
from app.core.moves import check_move
from app.records.models import Record, RecordAnswer, recorded
from app.records.policy import access_holder, access_record, read_holder
from app.records.queries import answers_of, standing_records
from app.records.rules import (
    DAY,
    MOVES,
    OVER_WHEN_ENDED,
    Enrolled,
    Fact,
    RecordKind,
    check_decided,
    check_fact,
    check_free,
    check_unbarred,
    holds_on,
    lifted,
    overlaps,
    unanswerable,
    unliftable,
    with_term,
)


class Ruling(Protocol):
    """What an office decided of an organisation on a day: the facts, and the kind and title of what ends with it."""

    @property
    def party_id(self) -> int: ...
    @property
    def on(self) -> date: ...
    @property
    def facts(self) -> tuple[Fact, ...]: ...
    @property
    def ended(self) -> tuple[RecordKind, str] | None: ...


async def enter_record(session: AsyncSession, actor: Actor, party_id: int, given: Fact) -> Record:
    """Refusals: those of `check_fact` and `check_decided`, RecordOverlaps, RatingBarred."""
    await access_holder(session, actor, party_id, "enter")
    at = await now(session)
    fact = with_term(given)
    check_fact(fact)
    check_decided(fact, shanghai_date(at))
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

    Refusals: MoveRefused, those of `check_fact` and `check_decided`, RecordOverlaps.
    """
    old = await access_record(session, actor, record_id, "supersede")
    at = await now(session)
    check_move(MOVES, old.status, "supersede")
    fact = with_term(Fact(old.kind, title=old.title, valid_from=valid_from or old.valid_from, **said))
    check_fact(fact)
    check_decided(fact, shanghai_date(at))
    check_free(fact, [each for each in await standing_records(session, old.party_id) if each.id != old.id])
    old.superseded_at = at
    await session.flush()
    record = await _kept(session, actor, old.party_id, fact, at, supersedes_id=old.id)
    await happened(session, actor, "record.superseded", record, at, **_noted(record), supersedes=old.id)
    return record


async def lift_record(session: AsyncSession, actor: Actor, record_id: int, source: str, words: str) -> Record:
    """Taken off a list from today on, by the paper `source`: it was mended. Refusals: NotOnList, MoveRefused."""
    old = await access_record(session, actor, record_id, "lift")
    at = await now(session)
    check_move(MOVES, old.status, "lift")
    if refusal := unliftable(old, shanghai_date(at)):
        raise refusal
    old.superseded_at = at
    await session.flush()
    fact = lifted(_fact_of(old), source, words, shanghai_date(at))
    record = await _kept(session, actor, old.party_id, fact, at, supersedes_id=old.id)
    await happened(session, actor, "record.lifted", record, at, **_noted(record), supersedes=old.id)
    return record


async def answer_record(session: AsyncSession, actor: Actor, record_id: int, answer: str) -> Record:
    """What the organisation says to an adverse entry, and what it has done; read with the entry by whoever reads it.

    Refusals: AnswerMisplaced, RecordAnswered, MoveRefused.
    """
    record = await access_record(session, actor, record_id, "answer")
    at = await now(session)
    check_move(MOVES, record.status, "answer")
    is_answered = bool(await answers_of(session, [record.id]))
    if refusal := unanswerable(record, is_answered=is_answered):
        raise refusal
    session.add(RecordAnswer(record_id=record.id, answer=answer, answered_at=at, answered_by=actor.account_id))
    await happened(session, actor, "record.answered", record, at, party=record.party_id, kind=record.kind.value)
    return record


async def keep_enrolled(session: AsyncSession, actor: Actor, enrolled: Enrolled) -> None:
    """Follows from a roster: what it says of an organisation is kept, without an issuer. In one statement, since a
    roster may bring thousands."""
    if enrolled.facts:
        at = await now(session)
        rows = [recorded(enrolled.party_id, fact, at) for fact in enrolled.facts]
        await session.execute(sa.insert(table_of(Record)), rows)


async def keep_ruling(session: AsyncSession, actor: Actor, ruling: Ruling) -> None:
    """Follows from a decision of another room. What stands for that time ends the day before; what began with it or
    later is superseded, and so is what was ordered by its being passed. Refusals: those of `check_fact`."""
    await read_holder(session, actor, ruling.party_id)
    at = await now(session)
    for fact in map(with_term, ruling.facts):
        check_fact(fact)
        standing = await standing_records(session, ruling.party_id)
        met = [each for each in standing if overlaps(fact, each)]
        begun = [each for each in met if (each.valid_from or FIRST_DAY) >= (fact.valid_from or FIRST_DAY)]
        if fact.kind is RecordKind.rectification:
            begun = [each for each in standing if each.kind is fact.kind]
        for each in (each for each in met if each not in begun):
            await _end(session, each, ruling.on, at)
        for each in begun:
            each.superseded_at = at
        await session.flush()
        await _kept(session, actor, ruling.party_id, fact, at, supersedes_id=begun[0].id if begun else None)
    if ruling.ended:
        for each in await standing_records(session, ruling.party_id):
            if (each.kind, each.title) == ruling.ended and holds_on(each, ruling.on):
                await _end(session, each, ruling.on, at)


async def _end(session: AsyncSession, record: Record, on: date, at: datetime) -> None:
    """The same record up to the day before `on`; nothing in its place where it began on that day."""
    record.superseded_at = at
    await session.flush()
    if (record.valid_from or FIRST_DAY) < on:
        kept = recorded(record.party_id, replace(_fact_of(record), valid_until=on - DAY, **_over(record)), at)
        session.add(Record(**kept, issuer_id=record.issuer_id, supersedes_id=record.id))
        await session.flush()


def _over(record: Record) -> dict[str, Any]:
    """The way back of what has ended: none, but where the entry disappears on the day that was said."""
    return (
        {}
        if record.kind in OVER_WHEN_ENDED
        else dict.fromkeys(("due_on", "shown_until", "heard_on")) | {"requirement": ""}
    )


def _fact_of(record: Record) -> Fact:
    return Fact(**{each.name: getattr(record, each.name) for each in fields(Fact)})


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
