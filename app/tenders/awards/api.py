"""Endpoints of results and awards."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.papers.printed import PAPER, PaperKind, printed
from app.tenders.awards import policy, queries, service
from app.tenders.awards.documents import result_document
from app.tenders.awards.policy import AWARD_WHO, WHO
from app.tenders.awards.progress_schemas import ProgressRead
from app.tenders.awards.schemas import SHEET, AwardRead, AwardRow, OwnOutcome, ResultPublish, ResultRead
from app.tenders.notices.policy import read_tender

router = web.router("/awards", "awards")


async def _result(session: AsyncSession, actor: Actor, tender_id: Id) -> ResultRead:
    tender, result = await policy.read_result(session, actor, tender_id)
    return ResultRead.of(await queries.result_page(session, tender, result), actor)


@router.get("", operation_id="list_awards", dependencies=[allow(WHO["read"])])
async def list_awards(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, tender_id: Id | None = None
) -> Page[AwardRow]:
    found = await queries.list_awards(session, actor, paging, tender_id)
    return found.page([AwardRow.of(award) for award in found.rows])


@router.get("/own", operation_id="list_own_outcomes", dependencies=[allow(WHO["list_own"])])
async def list_own_outcomes(session: UnitSession, actor: CurrentActor) -> list[OwnOutcome]:
    return [OwnOutcome.told(outcome, actor) for outcome in await queries.own_outcomes(session, actor)]


@router.get("/results/{tender_id}", operation_id="read_result", dependencies=[allow(WHO["read"])])
async def read_result(session: UnitSession, actor: CurrentActor, response: Response, tender_id: Id) -> ResultRead:
    result = await _result(session, actor, tender_id)
    tag_version(response, result.version)
    return result


@router.get("/results/{tender_id}/progress", operation_id="read_progress", dependencies=[allow(WHO["read"])])
async def read_progress(session: UnitSession, actor: CurrentActor, tender_id: Id) -> ProgressRead:
    tender = await read_tender(session, actor, tender_id)
    progress = await queries.progress_of(session, tender, await policy.seen_result(session, actor, tender_id))
    return ProgressRead.of(progress, await queries.own_cuts(session, actor, tender_id), actor)


@router.post(
    "/results/{tender_id}/propose", operation_id="propose_awards", status_code=201, dependencies=[allow(WHO["propose"])]
)
async def propose_awards(session: UnitSession, actor: CurrentActor, tender_id: Id) -> ResultRead:
    await service.propose_awards(session, actor, tender_id)
    return await _result(session, actor, tender_id)


@router.get(
    "/results/{tender_id}/export", operation_id="export_result", dependencies=[allow(WHO["read"])], **TABLE_FILE
)
async def export_result(
    session: UnitSession, actor: CurrentActor, tender_id: Id, format: Format = "xlsx", headings: Headings = "zh"
) -> Response:
    result = await _result(session, actor, tender_id)
    return await SHEET.response(result.rows(), headings, format)


@router.get("/results/{tender_id}/paper", operation_id="read_result_paper", dependencies=[allow(WHO["read"])], **PAPER)
async def read_result_paper(
    session: UnitSession, actor: CurrentActor, tender_id: Id, kind: PaperKind = "pdf"
) -> Response:
    tender, result = await policy.read_published(session, actor, tender_id)
    paper = result_document(await queries.result_page(session, tender, result))
    return await printed(paper, f"result-{tender_id}", kind)


@router.post("/results/{tender_id}/publish", operation_id="publish_result", dependencies=[allow(WHO["publish"])])
async def publish_result(session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: ResultPublish) -> ResultRead:
    await service.publish_result(session, actor, tender_id, wanted.notice_ends_on)
    return await _result(session, actor, tender_id)


@router.post("/results/{tender_id}/confirm", operation_id="confirm_awards", dependencies=[allow(WHO["confirm"])])
async def confirm_awards(session: UnitSession, actor: CurrentActor, tender_id: Id) -> ResultRead:
    await service.confirm_awards(session, actor, tender_id)
    return await _result(session, actor, tender_id)


@router.get("/{award_id}", operation_id="read_award", dependencies=[allow(WHO["read"])])
async def read_award(session: UnitSession, actor: CurrentActor, response: Response, award_id: Id) -> AwardRead:
    award = await policy.read_award(session, actor, award_id)
    tag_version(response, award.version)
    return AwardRead.read(award, actor)


@router.post("/{award_id}/accept_cut", operation_id="accept_cut", dependencies=[allow(AWARD_WHO["accept_cut"])])
async def accept_cut(session: UnitSession, actor: CurrentActor, award_id: Id) -> AwardRead:
    return AwardRead.read(await service.accept_cut(session, actor, award_id), actor)


@router.post("/{award_id}/decline_cut", operation_id="decline_cut", dependencies=[allow(AWARD_WHO["decline_cut"])])
async def decline_cut(session: UnitSession, actor: CurrentActor, award_id: Id) -> AwardRead:
    return AwardRead.read(await service.decline_cut(session, actor, award_id), actor)
