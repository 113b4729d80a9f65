"""Waves and their responses, for those who run the survey."""

from typing import Annotated, Literal

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Json
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Code, Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, public_address, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE, UploadedAnswers, table_response
from app.surveys import policy, queries
from app.surveys.models import Survey, Wave
from app.surveys.policy import WHO
from app.surveys.responses import entry, reviewing
from app.surveys.responses.schemas import (
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
from app.surveys.rules import ResponseState
from app.surveys.schemas import (
    Handout,
    IssueCreate,
    IssueRead,
    LinkRead,
    LinksRead,
    SheetsIssued,
    SheetsRead,
    WaveCreate,
    WaveRead,
    WaveUpdate,
)
from app.surveys.waves import printing
from app.surveys.waves import service as waves

GivenMapping = Annotated[Json[AnswerMapping] | None, Form()]
router = web.router("/surveys", "surveys")
links = web.router("/surveys", "surveys", web.Unkept)  # answered with one-time links or answers, which nobody may keep


async def wave_read(session: AsyncSession, survey: Survey, wave: Wave, actor: Actor) -> WaveRead:
    tallies, frames = await queries.tallies(session, [wave]), await queries.frames_of(session, [wave.id])
    return WaveRead.of(survey, wave, frames[wave.id], tallies[wave.id], actor)


async def wave_after(session: AsyncSession, wave: Wave, actor: Actor) -> WaveRead:
    return await wave_read(session, await session.get_one(Survey, wave.survey_id), wave, actor)


async def response_read(session: AsyncSession, response_id: Id, actor: Actor) -> ResponseRead:
    survey, _, response = await policy.read_response(session, actor, response_id)
    return ResponseRead.seen(response, survey, actor, await queries.reviews_of(session, response_id))


@router.get("/{survey_id}/waves", operation_id="list_waves", dependencies=[allow(WHO["read"])])
async def list_waves(survey_id: Id, session: UnitSession, actor: CurrentActor) -> list[WaveRead]:
    survey = await policy.read_survey(session, actor, survey_id)
    found = await queries.waves_of(session, survey.id)
    tallies = await queries.tallies(session, found)
    frames = await queries.frames_of(session, [wave.id for wave in found])
    return [WaveRead.of(survey, wave, frames[wave.id], tallies[wave.id], actor) for wave in found]


@router.post(
    "/{survey_id}/waves", operation_id="create_wave", status_code=201, dependencies=[allow(WHO["create_wave"])]
)
async def create_wave(survey_id: Id, body: WaveCreate, session: UnitSession, actor: CurrentActor) -> WaveRead:
    wave = await waves.create_wave(
        session,
        actor,
        survey_id,
        channel=body.channel,
        communities=body.communities,
        title=body.title,
        opens_at=body.opens_at,
        closes_at=body.closes_at,
    )
    return await wave_after(session, wave, actor)


@router.get("/waves/{wave_id}", operation_id="read_wave", dependencies=[allow(WHO["read"])])
async def read_wave(wave_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> WaveRead:
    survey, wave = await policy.read_wave(session, actor, wave_id)
    tag_version(response, wave.version)
    return await wave_read(session, survey, wave, actor)


@router.put("/waves/{wave_id}", operation_id="edit_wave", dependencies=[allow(WHO["edit"])])
async def edit_wave(
    wave_id: Id, given: IfMatch, body: WaveUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> WaveRead:
    wave = await waves.edit_wave(session, actor, wave_id, given, **dict(body))
    tag_version(response, wave.version)
    return await wave_after(session, wave, actor)


@router.post("/waves/{wave_id}/open", operation_id="open_wave", dependencies=[allow(WHO["open"])])
async def open_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_after(session, await waves.open_wave(session, actor, wave_id), actor)


@router.post("/waves/{wave_id}/close", operation_id="close_wave", dependencies=[allow(WHO["close"])])
async def close_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_after(session, await waves.close_wave(session, actor, wave_id), actor)


@router.post("/waves/{wave_id}/discard", operation_id="discard_wave", dependencies=[allow(WHO["discard"])])
async def discard_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_after(session, await waves.discard_wave(session, actor, wave_id), actor)


@router.get("/waves/{wave_id}/issues", operation_id="list_issues", dependencies=[allow(WHO["read"])])
async def list_issues(wave_id: Id, session: UnitSession, actor: CurrentActor) -> list[IssueRead]:
    _, wave = await policy.read_wave(session, actor, wave_id)
    return [IssueRead.of(issue) for issue in await queries.ledger_of(session, wave.id)]


@router.post(
    "/waves/{wave_id}/issue", operation_id="record_issued", status_code=201, dependencies=[allow(WHO["issue"])]
)
async def record_issued(wave_id: Id, body: IssueCreate, session: UnitSession, actor: CurrentActor) -> IssueRead:
    return IssueRead.of(await waves.record_issued(session, actor, wave_id, **dict(body)))


@links.post(
    "/waves/{wave_id}/make_tokens",
    operation_id="make_tokens",
    status_code=201,
    dependencies=[allow(WHO["make_tokens"])],
)
async def make_tokens(
    wave_id: Id, body: Handout, request: Request, session: UnitSession, actor: CurrentActor
) -> LinksRead:
    tokens = await waves.make_tokens(session, actor, wave_id, **dict(body))
    paths = [f"/s/{token}" for token in tokens]
    at = public_address(request)
    return LinksRead(links=[LinkRead(path=path, qr_svg=printing.qr_svg(f"{at}{path}")) for path in paths])


@links.post(
    "/waves/{wave_id}/print_tokens",
    operation_id="print_tokens",
    response_class=HTMLResponse,
    dependencies=[allow(WHO["make_tokens"])],
)
async def print_tokens(
    wave_id: Id, body: Handout, request: Request, session: UnitSession, actor: CurrentActor
) -> HTMLResponse:
    """New one-time links as cards to print and cut out; they cannot be shown again."""
    tokens = await waves.make_tokens(session, actor, wave_id, **dict(body))
    survey, _ = await policy.read_wave(session, actor, wave_id)
    place = await queries.place_of(session, body.community_code)
    addresses = [f"{public_address(request)}/s/{token}" for token in tokens]
    return HTMLResponse(printing.link_cards(queries.definition_of(survey), place, addresses))


@router.post(
    "/waves/{wave_id}/make_sheets",
    operation_id="make_sheets",
    status_code=201,
    dependencies=[allow(WHO["make_sheets"])],
)
async def make_sheets(wave_id: Id, body: Handout, session: UnitSession, actor: CurrentActor) -> SheetsRead:
    return SheetsRead(serials=await waves.make_sheets(session, actor, wave_id, **dict(body)))


@router.get(
    "/waves/{wave_id}/print_sheets",
    operation_id="print_sheets",
    response_class=HTMLResponse,
    dependencies=[allow(WHO["make_sheets"])],
)
async def print_sheets(
    wave_id: Id, session: UnitSession, actor: CurrentActor, community_code: Code | None = None
) -> HTMLResponse:
    """The numbered paper questionnaires of the wave, one to a page, with their serials as QR codes."""
    survey, wave = await policy.read_wave(session, actor, wave_id)
    sheets = await queries.sheets_of(session, wave.id)
    wanted = {serial: code for serial, code in sheets.items() if community_code in (None, code)}
    places = {code: await queries.place_of(session, code) for code in sorted(set(wanted.values()))}
    numbered = [(serial, places[code]) for serial, code in wanted.items()]
    return HTMLResponse(printing.paper_sheets(queries.definition_of(survey), numbered))


@router.post("/waves/{wave_id}/import_issued", operation_id="import_issued", dependencies=[allow(WHO["import_issued"])])
async def import_issued(wave_id: Id, table: UploadedAnswers, session: UnitSession, actor: CurrentActor) -> SheetsIssued:
    return SheetsIssued(added=await waves.import_issued(session, actor, wave_id, table))


@router.post(
    "/waves/{wave_id}/enter", operation_id="enter_response", status_code=201, dependencies=[allow(WHO["enter"])]
)
async def enter_response(
    wave_id: Id, body: ResponseEnter, session: UnitSession, actor: CurrentActor
) -> ResponseEntered:
    survey, response, code = await entry.enter_response(session, actor, wave_id, **dict(body))
    return ResponseEntered(response=ResponseRead.seen(response, survey, actor, []), receipt_code=code)


@links.post(
    "/waves/{wave_id}/preview_responses",
    operation_id="preview_responses",
    dependencies=[allow(WHO["import_responses"])],
)
async def preview_responses(
    wave_id: Id, table: UploadedAnswers, session: UnitSession, actor: CurrentActor, mapping: GivenMapping = None
) -> ResponsesPreview:
    """What a file's columns and cells would be taken for; `mapping`: what is decided already."""
    return ResponsesPreview.of(await entry.preview_responses(session, actor, wave_id, table, mapping))


@router.post(
    "/waves/{wave_id}/import_responses",
    operation_id="import_responses",
    dependencies=[allow(WHO["import_responses"])],
)
async def import_responses(
    wave_id: Id,
    table: UploadedAnswers,
    session: UnitSession,
    actor: CurrentActor,
    community_code: Code | None = None,
    mapping: GivenMapping = None,
) -> ResponsesImportedRead:
    """`mapping`: what a person takes the file's columns and cells for, where the file itself leaves a doubt."""
    done = await entry.import_responses(session, actor, wave_id, table, community_code, mapping)
    return ResponsesImportedRead(added=done.added, unchanged=done.unchanged, not_returned=done.not_returned)


@router.get("/waves/{wave_id}/imports", operation_id="list_imports", dependencies=[allow(WHO["import_responses"])])
async def list_imports(wave_id: Id, session: UnitSession, actor: CurrentActor) -> list[ImportRead]:
    """The files that were taken, and by which mapping, for the party that asked."""
    _, wave = await policy.access_wave(session, actor, wave_id, "import_responses")
    return [ImportRead.model_validate(kept) for kept in await queries.imports_of(session, wave.id)]


@router.post(
    "/waves/{wave_id}/confirm_unflagged",
    operation_id="confirm_unflagged",
    dependencies=[allow(WHO["confirm_unflagged"])],
)
async def confirm_unflagged(wave_id: Id, session: UnitSession, actor: CurrentActor) -> Confirmed:
    return Confirmed(count=await reviewing.confirm_unflagged(session, actor, wave_id))


@router.get("/waves/{wave_id}/responses", operation_id="list_responses", dependencies=[allow(WHO["read"])])
async def list_responses(
    wave_id: Id,
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    status: ResponseState | None = None,
    flagged: bool | None = None,
) -> Page[ResponseRow]:
    survey, wave = await policy.read_wave(session, actor, wave_id)
    found, cursor = await queries.list_responses(session, wave.id, paging, status=status, flagged=flagged)
    return Page(items=[ResponseRow.of(response, survey, actor) for response in found], next_cursor=cursor)


@router.get(
    "/waves/{wave_id}/export_responses",
    operation_id="export_responses",
    dependencies=[allow(WHO["export_responses"])],
    **TABLE_FILE,
)
async def export_responses(
    wave_id: Id, session: UnitSession, actor: CurrentActor, format: Literal["xlsx", "csv"] = "xlsx"
) -> Response:
    survey, wave = await policy.access_wave(session, actor, wave_id, "export_responses")
    header, rows = await queries.export_rows(session, survey, wave)
    return table_response(f"wave-{wave.id}", header, rows, xlsx=format == "xlsx")


@router.get("/responses/{response_id}", operation_id="read_response", dependencies=[allow(WHO["read"])])
async def read_response(response_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> ResponseRead:
    found = await response_read(session, response_id, actor)
    tag_version(response, found.version)
    return found


@router.post("/responses/{response_id}/confirm", operation_id="confirm_response", dependencies=[allow(WHO["confirm"])])
async def confirm_response(response_id: Id, body: Decide, session: UnitSession, actor: CurrentActor) -> ResponseRead:
    await reviewing.confirm_response(session, actor, response_id, body.note)
    return await response_read(session, response_id, actor)


@router.post(
    "/responses/{response_id}/invalidate", operation_id="invalidate_response", dependencies=[allow(WHO["invalidate"])]
)
async def invalidate_response(
    response_id: Id, body: Invalidate, session: UnitSession, actor: CurrentActor
) -> ResponseRead:
    await reviewing.invalidate_response(session, actor, response_id, body.reason, body.note)
    return await response_read(session, response_id, actor)


@router.post(
    "/responses/{response_id}/mark_duplicate",
    operation_id="mark_duplicate_response",
    dependencies=[allow(WHO["mark_duplicate"])],
)
async def mark_duplicate_response(
    response_id: Id, body: Decide, session: UnitSession, actor: CurrentActor
) -> ResponseRead:
    await reviewing.mark_duplicate_response(session, actor, response_id, body.note)
    return await response_read(session, response_id, actor)


@router.post("/responses/{response_id}/restore", operation_id="restore_response", dependencies=[allow(WHO["restore"])])
async def restore_response(response_id: Id, body: Decide, session: UnitSession, actor: CurrentActor) -> ResponseRead:
    await reviewing.restore_response(session, actor, response_id, body.note)
    return await response_read(session, response_id, actor)
