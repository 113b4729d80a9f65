"""Needs: open to read for everyone once published, written by committees."""

from functools import partial
from typing import Annotated

from fastapi import Response

from app.areas.queries import areas_with_parents
from app.core.actors import EVERYONE
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, asked, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE, UploadedList, long_table_response, table_response
from app.core.reading.listing import Format, Headings
from app.core.reading.parts import gathered
from app.needs import lists, policy, queries, service
from app.needs.policy import WHO
from app.needs.queries import NeedFilter
from app.needs.schemas import (
    NeedCreate,
    NeedRead,
    NeedRow,
    NeedsImported,
    NeedUpdate,
    NeedVersionRead,
    NeedWithdraw,
)
from app.taxonomy.queries import vocabulary

router = web.router("/needs", "needs", web.Open)
Wanted = Annotated[NeedFilter, asked(NeedFilter)]


@router.get("", operation_id="list_needs", dependencies=[allow(EVERYONE)])
async def list_needs(session: UnitSession, actor: CurrentActor, wanted: Wanted, paging: PagingQuery) -> Page[NeedRow]:
    day = shanghai_date(await now(session))
    found = await queries.list_needs(session, actor, wanted, paging, day)
    places = await areas_with_parents(session, {need.community_code for need in found.rows})
    rows = [NeedRow.of(need, places[need.community_code], day) for need in found.rows]
    return found.page(rows, policy.list_actions(actor))


@router.post("", operation_id="draft_need", status_code=201, dependencies=[allow(WHO["draft"])])
async def draft_need(body: NeedCreate, session: UnitSession, actor: CurrentActor, response: Response) -> NeedRead:
    need = await service.draft_need(session, actor, body.values())
    tag_version(response, need.version)
    return NeedRead.of(need, actor, shanghai_date(need.created_at))


@router.post(
    "/from-result/{result_id}",
    operation_id="draft_need_from_result",
    status_code=201,
    dependencies=[allow(WHO["draft"])],
)
async def draft_need_from_result(
    result_id: Id, session: UnitSession, actor: CurrentActor, response: Response
) -> NeedRead:
    need = await service.draft_need_from_result(session, actor, result_id)
    tag_version(response, need.version)
    return NeedRead.of(need, actor, shanghai_date(need.created_at))


@router.get("/export", operation_id="export_needs", dependencies=[allow(EVERYONE)], **or_later(TABLE_FILE))
async def export_needs(
    session: UnitSession,
    actor: CurrentActor,
    work: CurrentWork,
    wanted: Wanted,
    format: Format = "xlsx",
    headings: Headings = "zh",
) -> Response:
    today, columns = shanghai_date(await now(session)), lists.COLUMNS
    work.check(count := await queries.count_needs(session, actor, wanted, today), at_once=3_000)
    found, called = queries.export_needs(session, actor, wanted, today), await vocabulary(session)
    rows = gathered(found, count, partial(lists.exported_row, called=called, headings=headings))
    return await long_table_response(columns.file(headings), columns.exported(headings), rows, xlsx=format == "xlsx")


@router.get(
    "/template",
    operation_id="read_needs_template",
    dependencies=[allow(EVERYONE)],
    **TABLE_FILE,
)
async def read_needs_template(format: Format = "xlsx", headings: Headings = "zh") -> Response:
    return await table_response("needs-template", lists.COLUMNS.header(headings), [], xlsx=format == "xlsx")


@router.post("/import", operation_id="import_needs", dependencies=[allow(WHO["import"])], **or_later())
async def import_needs(
    table: UploadedList, session: UnitSession, actor: CurrentActor, work: CurrentWork, update: bool = False
) -> NeedsImported:
    work.check(len(table.rows), at_once=1_000)
    return NeedsImported.of(await service.import_needs(session, actor, table, update=update))


@router.get("/{need_id}", operation_id="read_need", dependencies=[allow(EVERYONE)])
async def read_need(need_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> NeedRead:
    need = await policy.read_need(session, actor, need_id)
    tag_version(response, need.version)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.put("/{need_id}", operation_id="edit_need", dependencies=[allow(WHO["edit"])])
async def edit_need(
    need_id: Id, given: IfMatch, body: NeedUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> NeedRead:
    need = await service.edit_need(session, actor, need_id, given, body.values())
    tag_version(response, need.version)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.post("/{need_id}/publish", operation_id="publish_need", dependencies=[allow(WHO["publish"])])
async def publish_need(need_id: Id, session: UnitSession, actor: CurrentActor) -> NeedRead:
    need = await service.publish_need(session, actor, need_id)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.post("/{need_id}/withdraw", operation_id="withdraw_need", dependencies=[allow(WHO["withdraw"])])
async def withdraw_need(need_id: Id, body: NeedWithdraw, session: UnitSession, actor: CurrentActor) -> NeedRead:
    need = await service.withdraw_need(session, actor, need_id, body.reason)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.post("/{need_id}/advertise", operation_id="advertise_need", dependencies=[allow(WHO["advertise"])])
async def advertise_need(need_id: Id, session: UnitSession, actor: CurrentActor) -> NeedRead:
    need = await service.advertise_need(session, actor, need_id)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.post("/{need_id}/take_off", operation_id="take_off_need", dependencies=[allow(WHO["take_off"])])
async def take_off_need(need_id: Id, session: UnitSession, actor: CurrentActor) -> NeedRead:
    need = await service.take_off_need(session, actor, need_id)
    return NeedRead.of(need, actor, shanghai_date(await now(session)))


@router.get("/{need_id}/versions", operation_id="list_need_versions", dependencies=[allow(EVERYONE)])
async def list_need_versions(need_id: Id, session: UnitSession, actor: CurrentActor) -> list[NeedVersionRead]:
    need = await policy.read_need(session, actor, need_id)
    return [NeedVersionRead.of(version) for version in await queries.need_versions(session, need.id)]
