"""Objections about the documents, the process and the result of a tender."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor
from app.core.days.calendar_table import work_calendar
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.tenders.notices.policy import read_tender
from app.tenders.objections import queries, service
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import WHO
from app.tenders.objections.schemas import ChallengeRead, ObjectionAnswer, ObjectionFile, ObjectionRead

router = web.router("/objections", "objections")


async def _read(session: AsyncSession, actor: Actor, objection: Objection) -> ObjectionRead:
    return ObjectionRead.of(objection, actor, await work_calendar(session))


@router.get("", operation_id="list_objections", dependencies=[allow(EVERYONE)])
async def list_objections(
    session: UnitSession, actor: CurrentActor, tender_id: Id | None = None
) -> list[ObjectionRead]:
    calendar, found = await work_calendar(session), await queries.list_objections(session, actor, tender_id)
    return [ObjectionRead.of(each, actor, calendar) for each in found]


@router.post("/results/{tender_id}", operation_id="file_objection", status_code=201, dependencies=[allow(WHO["file"])])
async def file_objection(
    session: UnitSession, actor: CurrentActor, tender_id: Id, body: ObjectionFile
) -> ObjectionRead:
    filed = await service.file_objection(session, actor, tender_id, body.lot_id, body.grounds, body.subject)
    return await _read(session, actor, filed)


@router.get("/windows/{tender_id}", operation_id="list_challenges", dependencies=[allow(EVERYONE)])
async def list_challenges(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[ChallengeRead]:
    """What of the tender may be challenged, and until when; nothing for a step that has not ended."""
    tender = await read_tender(session, actor, tender_id)
    return [ChallengeRead.of(each) for each in await queries.challenges(session, actor, tender)]


@router.post("/{objection_id}/accept", operation_id="accept_objection", dependencies=[allow(WHO["accept"])])
async def accept_objection(
    session: UnitSession, actor: CurrentActor, objection_id: Id, body: ObjectionAnswer
) -> ObjectionRead:
    return await _read(session, actor, await service.accept_objection(session, actor, objection_id, body.answer))


@router.post("/{objection_id}/reject", operation_id="reject_objection", dependencies=[allow(WHO["reject"])])
async def reject_objection(
    session: UnitSession, actor: CurrentActor, objection_id: Id, body: ObjectionAnswer
) -> ObjectionRead:
    return await _read(session, actor, await service.reject_objection(session, actor, objection_id, body.answer))


@router.post("/{objection_id}/withdraw", operation_id="withdraw_objection", dependencies=[allow(WHO["withdraw"])])
async def withdraw_objection(session: UnitSession, actor: CurrentActor, objection_id: Id) -> ObjectionRead:
    return await _read(session, actor, await service.withdraw_objection(session, actor, objection_id))
