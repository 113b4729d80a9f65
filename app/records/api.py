"""Endpoints of records."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.core.paging import Page, PagingQuery
from app.records import policy, queries, service
from app.records.models import Record
from app.records.policy import WHO
from app.records.rules import RecordKind
from app.records.schemas import (
    KindRead,
    PartyRecordRead,
    RecordEnter,
    RecordLift,
    RecordReply,
    RecordSupersede,
    TermRead,
    TermsRead,
)
from app.records.terms import terms, version

of_party = web.router("/parties/{party_id}/records", "records", web.Open)
router = web.router("/records", "records", web.Open)


async def _read(session: AsyncSession, actor: Actor, record: Record) -> PartyRecordRead:
    await session.flush()
    holder = await policy.read_holder(session, actor, record.party_id)
    return PartyRecordRead.seen_by(actor, holder, record, await queries.told_of(session, [record]))


@of_party.get("", operation_id="list_records", dependencies=[allow(WHO["list"])])
async def list_records(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, party_id: Id
) -> Page[PartyRecordRead]:
    """Of one organisation, those that one may see."""
    holder, found = await queries.list_records(session, actor, party_id, paging)
    told = await queries.told_of(session, found.rows)
    rows = [PartyRecordRead.seen_by(actor, holder, each, told) for each in found.rows]
    return found.page(rows, policy.list_actions(actor, holder))


@of_party.post("", status_code=201, operation_id="enter_record", dependencies=[allow(WHO["enter"])])
async def enter_record(session: UnitSession, actor: CurrentActor, party_id: Id, given: RecordEnter) -> PartyRecordRead:
    record = await service.enter_record(session, actor, party_id, given.fact())
    return await _read(session, actor, record)


@router.get("/terms", operation_id="read_terms", dependencies=[allow(WHO["read"])])
async def read_terms() -> TermsRead:
    """What records may say, and the numbers that they go by, each with its source."""
    kinds = [KindRead.of(kind) for kind in RecordKind]
    return TermsRead(version=version(), items=[TermRead(**vars(term)) for term in terms().values()], kinds=kinds)


@router.get("/{record_id}", operation_id="read_record", dependencies=[allow(WHO["read"])])
async def read_record(session: UnitSession, actor: CurrentActor, record_id: Id) -> PartyRecordRead:
    record = await policy.read_record(session, actor, record_id)
    return await _read(session, actor, record)


@router.post("/{record_id}/supersede", operation_id="supersede_record", dependencies=[allow(WHO["supersede"])])
async def supersede_record(
    session: UnitSession, actor: CurrentActor, record_id: Id, given: RecordSupersede
) -> PartyRecordRead:
    record = await service.supersede_record(session, actor, record_id, **given.model_dump())
    return await _read(session, actor, record)


@router.post("/{record_id}/lift", operation_id="lift_record", dependencies=[allow(WHO["lift"])])
async def lift_record(session: UnitSession, actor: CurrentActor, record_id: Id, given: RecordLift) -> PartyRecordRead:
    """Whoever is on a list is taken off it."""
    return await _read(session, actor, await service.lift_record(session, actor, record_id, **dict(given)))


@router.post("/{record_id}/answer", operation_id="answer_record", dependencies=[allow(WHO["answer"])])
async def answer_record(
    session: UnitSession, actor: CurrentActor, record_id: Id, given: RecordReply
) -> PartyRecordRead:
    return await _read(session, actor, await service.answer_record(session, actor, record_id, given.answer))
