"""Responses, for those who run the survey: entered, imported, reviewed, exported."""

from typing import Annotated

from fastapi import Form
from fastapi import Response as HttpResponse
from pydantic import Json
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Code, Id
from app.core.http import unit as web
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE, UploadedAnswers, long_table_response
from app.core.reading.listing import Format, Headings
from app.core.reading.parts import gathered
from app.surveys.questionnaires import policy as surveys
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.responses import entry, policy, queries, service
from app.surveys.responses.models import Response
from app.surveys.responses.policy import WHO
from app.surveys.responses.schemas import (
    UNEXPLAINED,
    Confirmed,
    Decide,
    ImportRead,
    Invalidate,
    ResponseEnter,
    ResponseEntered,
    ResponseRead,
    ResponseRow,
    ResponsesImportedRead,
    ResponsesPreview,
)
from app.surveys.responses.tables.mapping import AnswerMapping
from app.surveys.responses.tables.spoken import Spoken
from app.surveys.waves import policy as waves
from app.surveys.waves.rules import ResponseStatus

GivenMapping = Annotated[Json[AnswerMapping] | None, Form()]
router = web.router("/surveys", "surveys")
links = web.router("/surveys", "surveys", web.Unkept)  # answered with one-time links or answers, which nobody may keep


async def response_read(session: AsyncSession, survey: Survey, response: Response, actor: Actor) -> ResponseRead:
    return ResponseRead.seen(response, survey, actor, await queries.reviews_of(session, response.id))


@router.post(
    "/waves/{wave_id}/enter", operation_id="enter_response", status_code=201, dependencies=[allow(waves.WHO["enter"])]
)
async def enter_response(
    wave_id: Id, body: ResponseEnter, session: UnitSession, actor: CurrentActor
) -> ResponseEntered:
    survey, response, code = await entry.enter_response(session, actor, wave_id, **dict(body))
    return ResponseEntered(response=ResponseRead.seen(response, survey, actor, []), receipt_code=code)


@links.post(
    "/waves/{wave_id}/preview_responses",
    operation_id="preview_responses",
    dependencies=[allow(waves.WHO["import_responses"])],
)
async def preview_responses(
    wave_id: Id, table: UploadedAnswers, session: UnitSession, actor: CurrentActor, mapping: GivenMapping = None
) -> ResponsesPreview:
    """How a file's columns and cells would be read. `mapping`: what is decided already."""
    return ResponsesPreview.of(await entry.preview_responses(session, actor, wave_id, table, mapping))


@router.post(
    "/waves/{wave_id}/import_responses",
    operation_id="import_responses",
    dependencies=[allow(waves.WHO["import_responses"])],
    **or_later(),
)
async def import_responses(
    wave_id: Id,
    table: UploadedAnswers,
    session: UnitSession,
    actor: CurrentActor,
    work: CurrentWork,
    community_code: Code | None = None,
    mapping: GivenMapping = None,
) -> ResponsesImportedRead:
    """`mapping`: a person's decision on columns and cells that the file itself leaves in doubt."""
    await waves.access_wave(session, actor, wave_id, "import_responses")
    work.check(len(table.rows), at_once=2_000)
    done = await entry.import_responses(session, actor, wave_id, table, community_code, mapping)
    return ResponsesImportedRead(added=done.added, unchanged=done.unchanged, not_returned=done.not_returned)


@router.get(
    "/waves/{wave_id}/imports", operation_id="list_imports", dependencies=[allow(waves.WHO["import_responses"])]
)
async def list_imports(wave_id: Id, session: UnitSession, actor: CurrentActor) -> list[ImportRead]:
    """The files that were imported, and how they were read, for the party that runs the survey."""
    _, wave = await waves.access_wave(session, actor, wave_id, "import_responses")
    return [ImportRead.model_validate(kept) for kept in await queries.imports_of(session, wave.id)]


@router.post(
    "/waves/{wave_id}/confirm_unflagged",
    operation_id="confirm_unflagged",
    dependencies=[allow(waves.WHO["confirm_unflagged"])],
)
async def confirm_unflagged(wave_id: Id, session: UnitSession, actor: CurrentActor) -> Confirmed:
    return Confirmed(count=await service.confirm_unflagged(session, actor, wave_id))


@router.get("/waves/{wave_id}/responses", operation_id="list_responses", dependencies=[allow(surveys.WHO["read"])])
async def list_responses(
    wave_id: Id,
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    status: ResponseStatus | None = None,
    flagged: bool | None = None,
) -> Page[ResponseRow]:
    survey, wave = await waves.read_wave(session, actor, wave_id)
    found = await queries.list_responses(session, wave.id, paging, status=status, flagged=flagged)
    return found.page([ResponseRow.of(response, survey, actor) for response in found.rows])


@router.get(
    "/waves/{wave_id}/export_responses",
    operation_id="export_responses",
    dependencies=[allow(waves.WHO["export_responses"])],
    **or_later(TABLE_FILE),
)
async def export_responses(
    wave_id: Id,
    session: UnitSession,
    actor: CurrentActor,
    work: CurrentWork,
    format: Format = "xlsx",
    headings: Headings = "zh",
) -> HttpResponse:
    survey, wave = await waves.access_wave(session, actor, wave_id, "export_responses")
    work.check(count := await queries.count_responses(session, wave.id), at_once=5_000)
    spoken = Spoken(definition_of(survey), headings)
    rows = gathered(queries.export_responses(session, wave), count, lambda found: spoken.row(*found))
    name = "答卷" if headings == "zh" else "answers"
    return await long_table_response(f"{name}-{wave.id}", spoken.header(), rows, xlsx=format == "xlsx")


@router.get("/responses/{response_id}", operation_id="read_response", dependencies=[allow(surveys.WHO["read"])])
async def read_response(response_id: Id, session: UnitSession, actor: CurrentActor, http: HttpResponse) -> ResponseRead:
    survey, _, found = await policy.read_response(session, actor, response_id)
    tag_version(http, found.version)
    return await response_read(session, survey, found, actor)


@router.post("/responses/{response_id}/confirm", operation_id="confirm_response", dependencies=[allow(WHO["confirm"])])
async def confirm_response(
    response_id: Id, session: UnitSession, actor: CurrentActor, body: Decide = UNEXPLAINED
) -> ResponseRead:
    survey, response = await service.confirm_response(session, actor, response_id, body.note)
    return await response_read(session, survey, response, actor)


@router.post(
    "/responses/{response_id}/invalidate", operation_id="invalidate_response", dependencies=[allow(WHO["invalidate"])]
)
async def invalidate_response(
    response_id: Id, body: Invalidate, session: UnitSession, actor: CurrentActor
) -> ResponseRead:
    survey, response = await service.invalidate_response(session, actor, response_id, body.reason, body.note)
    return await response_read(session, survey, response, actor)


@router.post(
    "/responses/{response_id}/mark_duplicate",
    operation_id="mark_duplicate_response",
    dependencies=[allow(WHO["mark_duplicate"])],
)
async def mark_duplicate_response(
    response_id: Id, body: Decide, session: UnitSession, actor: CurrentActor
) -> ResponseRead:
    survey, response = await service.mark_duplicate_response(session, actor, response_id, body.note)
    return await response_read(session, survey, response, actor)


@router.post("/responses/{response_id}/restore", operation_id="restore_response", dependencies=[allow(WHO["restore"])])
async def restore_response(
    response_id: Id, session: UnitSession, actor: CurrentActor, body: Decide = UNEXPLAINED
) -> ResponseRead:
    survey, response = await service.restore_response(session, actor, response_id, body.note)
    return await response_read(session, survey, response, actor)
