"""Endpoints of assessments."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import policy, queries, service
from app.assessments.agreement_schemas import AssessmentAgreement
from app.assessments.policy import WHO
from app.assessments.schemas import (
    AssessmentAnswer,
    AssessmentCompute,
    AssessmentObject,
    AssessmentRead,
    AssessmentReason,
    AssessmentRow,
    AssessmentSheetRead,
    AssessmentSheetSave,
    AssessorCandidate,
    AssessorSeat,
    InterestDeclare,
    OwnSheetRead,
)
from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery

router = web.router("/assessments", "assessments")


async def _read(session: AsyncSession, actor: Actor, assessment_id: int) -> AssessmentRead:
    await session.flush()
    assessment = await policy.read_assessment(session, actor, assessment_id)
    return AssessmentRead.of(await queries.assessment_page(session, assessment), actor, await now(session))


@router.get("", operation_id="list_assessments", dependencies=[allow(WHO["list"])])
async def list_assessments(session: UnitSession, actor: CurrentActor, paging: PagingQuery) -> Page[AssessmentRow]:
    """Those that one runs, marks in, or (once they are announced) is assessed by."""
    found = await queries.list_assessments(session, actor, paging)
    subjects = await queries.subjects_of(session, found.rows)
    results = await queries.results_of(session, [each.id for each in found.rows])
    shown = [(each, results[each.id] if policy.sees_result(actor, each) else []) for each in found.rows]
    return found.page([AssessmentRow.listed(each, subjects[each.id], known) for each, known in shown])


@router.get("/{assessment_id}", operation_id="read_assessment", dependencies=[allow(WHO["read"])])
async def read_assessment(
    session: UnitSession, actor: CurrentActor, response: Response, assessment_id: Id
) -> AssessmentRead:
    found = await _read(session, actor, assessment_id)
    tag_version(response, found.version)
    return found


@router.get("/{assessment_id}/agreement", operation_id="read_assessment_agreement", dependencies=[allow(WHO["read"])])
async def read_assessment_agreement(
    session: UnitSession, actor: CurrentActor, assessment_id: Id
) -> AssessmentAgreement:
    """How the assessors of each group agree, and to each one the own mirror."""
    assessment = await policy.read_assessment(session, actor, assessment_id)
    return AssessmentAgreement.of(await queries.agreements(session, assessment), actor)


@router.get("/{assessment_id}/assessors", operation_id="list_assessors", dependencies=[allow(WHO["list_assessors"])])
async def list_assessors(session: UnitSession, actor: CurrentActor, assessment_id: Id) -> list[AssessorCandidate]:
    """The accounts that may be given a seat, by group."""
    assessment = await policy.read_assessment(session, actor, assessment_id, "list_assessors")
    groups = {group.code: await queries.candidates(session, assessment, group) for group in assessment.terms.groups}
    return [AssessorCandidate.of(group, each) for group, found in groups.items() for each in found]


@router.post("/{assessment_id}/seat", operation_id="seat_assessor", status_code=201, dependencies=[allow(WHO["seat"])])
async def seat_assessor(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessorSeat
) -> AssessmentRead:
    await service.seat_assessor(session, actor, assessment_id, wanted.group, wanted.account_id)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/collect", operation_id="collect_assessment", dependencies=[allow(WHO["collect"])])
async def collect_assessment(session: UnitSession, actor: CurrentActor, assessment_id: Id) -> AssessmentRead:
    await service.collect_assessment(session, actor, assessment_id)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/declare", operation_id="declare_interest", dependencies=[allow(WHO["declare"])])
async def declare_interest(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: InterestDeclare
) -> AssessmentRead:
    await service.declare_interest(session, actor, assessment_id, wanted.interest)
    return await _read(session, actor, assessment_id)


@router.post(
    "/{assessment_id}/seats/{seat_id}/recuse", operation_id="recuse_assessor", dependencies=[allow(WHO["recuse"])]
)
async def recuse_assessor(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, seat_id: Id, wanted: AssessmentReason
) -> AssessmentRead:
    await service.recuse_assessor(session, actor, assessment_id, seat_id, wanted.reason)
    return await _read(session, actor, assessment_id)


@router.get("/{assessment_id}/sheet", operation_id="read_own_sheet", dependencies=[allow(WHO["save"])])
async def read_own_sheet(
    session: UnitSession, actor: CurrentActor, response: Response, assessment_id: Id
) -> OwnSheetRead:
    """The reader's own sheet; the version is that of the sheet."""
    seated = await policy.read_own_seat(session, actor, assessment_id)
    sheet = await queries.last_sheet(session, seated.seat.id)
    marks = (await queries.marks_of(session, [sheet.id]))[sheet.id] if sheet else []
    tag_version(response, sheet.version if sheet else 0)
    shown = AssessmentSheetRead.of(sheet, marks) if sheet else None
    return OwnSheetRead(assessment=await _read(session, actor, assessment_id), sheet=shown)


@router.put("/{assessment_id}/sheet", operation_id="save_assessment_sheet", dependencies=[allow(WHO["save"])])
async def save_assessment_sheet(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, given: IfMatch, wanted: AssessmentSheetSave
) -> AssessmentSheetRead:
    sheet = await service.save_assessment_sheet(session, actor, assessment_id, wanted.given(), given)
    return AssessmentSheetRead.of(sheet, (await queries.marks_of(session, [sheet.id]))[sheet.id])


@router.post("/{assessment_id}/lock", operation_id="lock_assessment_sheet", dependencies=[allow(WHO["lock"])])
async def lock_assessment_sheet(session: UnitSession, actor: CurrentActor, assessment_id: Id) -> AssessmentSheetRead:
    sheet = await service.lock_assessment_sheet(session, actor, assessment_id)
    return AssessmentSheetRead.of(sheet, (await queries.marks_of(session, [sheet.id]))[sheet.id])


@router.post("/{assessment_id}/compute", operation_id="compute_assessment", dependencies=[allow(WHO["compute"])])
async def compute_assessment(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessmentCompute
) -> AssessmentRead:
    await service.compute_assessment(session, actor, assessment_id, wanted.excluded())
    return await _read(session, actor, assessment_id)


@router.post(
    "/{assessment_id}/seats/{seat_id}/reopen",
    operation_id="reopen_assessment_sheet",
    dependencies=[allow(WHO["reopen"])],
)
async def reopen_assessment_sheet(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, seat_id: Id, wanted: AssessmentReason
) -> AssessmentRead:
    await service.reopen_assessment_sheet(session, actor, assessment_id, seat_id, wanted.reason)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/cancel", operation_id="cancel_assessment", dependencies=[allow(WHO["cancel"])])
async def cancel_assessment(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessmentReason
) -> AssessmentRead:
    await service.cancel_assessment(session, actor, assessment_id, wanted.reason)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/object", operation_id="object_to_assessment", dependencies=[allow(WHO["object"])])
async def object_to_assessment(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessmentObject
) -> AssessmentRead:
    await service.object_to_assessment(session, actor, assessment_id, wanted.statement)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/uphold", operation_id="uphold_assessment", dependencies=[allow(WHO["uphold"])])
async def uphold_assessment(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessmentAnswer
) -> AssessmentRead:
    await service.uphold_assessment(session, actor, assessment_id, wanted.answer)
    return await _read(session, actor, assessment_id)


@router.post("/{assessment_id}/revise", operation_id="revise_assessment", dependencies=[allow(WHO["revise"])])
async def revise_assessment(
    session: UnitSession, actor: CurrentActor, assessment_id: Id, wanted: AssessmentAnswer
) -> AssessmentRead:
    await service.revise_assessment(session, actor, assessment_id, wanted.answer)
    return await _read(session, actor, assessment_id)
