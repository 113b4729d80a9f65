"""Waves, for those who run the survey."""

import asyncio

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Code, Id
from app.core.http import unit as web
from app.core.http.pages import answering
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, public_address, tag_version
from app.core.reading.files import UploadedAnswers, answers_file, download
from app.surveys.questionnaires import policy as surveys
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import asked_by, definition_of
from app.surveys.waves import policy, printing, queries, service, tallies
from app.surveys.waves.models import Wave
from app.surveys.waves.policy import WHO
from app.surveys.waves.schemas import (
    Handout,
    IssueCreate,
    IssueRead,
    LinkRead,
    LinksRead,
    OneTimeLink,
    SheetsIssued,
    SheetsRead,
    WaveCreate,
    WaveRead,
    WaveUpdate,
)

router = web.router("/surveys", "surveys")
PDF = "application/pdf"
links = web.router("/surveys", "surveys", web.Unkept)  # answered with one-time links or answers, which nobody may keep


async def wave_read(session: AsyncSession, wave: Wave, actor: Actor) -> WaveRead:
    [counted] = await tallies.counted(session, [wave])
    return WaveRead.of(await session.get_one(Survey, wave.survey_id), counted, actor)


@router.get("/{survey_id}/waves", operation_id="list_waves", dependencies=[allow(surveys.WHO["read"])])
async def list_waves(survey_id: Id, session: UnitSession, actor: CurrentActor) -> list[WaveRead]:
    survey = await surveys.read_survey(session, actor, survey_id)
    counted = await tallies.counted(session, await queries.waves_of(session, survey.id))
    return [WaveRead.of(survey, each, actor) for each in counted]


@router.post(
    "/{survey_id}/waves", operation_id="create_wave", status_code=201, dependencies=[allow(surveys.WHO["create_wave"])]
)
async def create_wave(survey_id: Id, body: WaveCreate, session: UnitSession, actor: CurrentActor) -> WaveRead:
    wave = await service.create_wave(session, actor, survey_id, **dict(body))
    return await wave_read(session, wave, actor)


@router.get("/waves/{wave_id}", operation_id="read_wave", dependencies=[allow(surveys.WHO["read"])])
async def read_wave(wave_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> WaveRead:
    _, wave = await policy.read_wave(session, actor, wave_id)
    tag_version(response, wave.version)
    return await wave_read(session, wave, actor)


@router.put("/waves/{wave_id}", operation_id="edit_wave", dependencies=[allow(WHO["edit"])])
async def edit_wave(
    wave_id: Id, given: IfMatch, body: WaveUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> WaveRead:
    wave = await service.edit_wave(session, actor, wave_id, given, **dict(body))
    tag_version(response, wave.version)
    return await wave_read(session, wave, actor)


@router.post("/waves/{wave_id}/open", operation_id="open_wave", dependencies=[allow(WHO["open"])])
async def open_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_read(session, await service.open_wave(session, actor, wave_id), actor)


@router.post("/waves/{wave_id}/close", operation_id="close_wave", dependencies=[allow(WHO["close"])])
async def close_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_read(session, await service.close_wave(session, actor, wave_id), actor)


@router.post("/waves/{wave_id}/discard", operation_id="discard_wave", dependencies=[allow(WHO["discard"])])
async def discard_wave(wave_id: Id, session: UnitSession, actor: CurrentActor) -> WaveRead:
    return await wave_read(session, await service.discard_wave(session, actor, wave_id), actor)


@router.get("/waves/{wave_id}/issues", operation_id="list_issues", dependencies=[allow(surveys.WHO["read"])])
async def list_issues(wave_id: Id, session: UnitSession, actor: CurrentActor) -> list[IssueRead]:
    _, wave = await policy.read_wave(session, actor, wave_id)
    return [IssueRead.of(issue) for issue in await queries.ledger_of(session, wave.id)]


@router.post(
    "/waves/{wave_id}/issue", operation_id="issue_questionnaires", status_code=201, dependencies=[allow(WHO["issue"])]
)
async def issue_questionnaires(wave_id: Id, body: IssueCreate, session: UnitSession, actor: CurrentActor) -> IssueRead:
    return IssueRead.of(await service.issue_questionnaires(session, actor, wave_id, **dict(body)))


@links.post(
    "/waves/{wave_id}/make_tokens",
    operation_id="make_tokens",
    status_code=201,
    dependencies=[allow(WHO["make_tokens"])],
)
async def make_tokens(
    wave_id: Id, body: Handout, request: Request, session: UnitSession, actor: CurrentActor
) -> LinksRead:
    tokens = await service.make_tokens(session, actor, wave_id, **dict(body))
    return LinksRead(links=[OneTimeLink.of(token, public_address(request)) for token in tokens])


@links.post(
    "/waves/{wave_id}/print_tokens",
    operation_id="print_tokens",
    dependencies=[allow(WHO["make_tokens"])],
    **answers_file(PDF),
)
async def print_tokens(
    wave_id: Id, body: Handout, request: Request, session: UnitSession, actor: CurrentActor
) -> Response:
    """New one-time links as cards to print and cut out; they cannot be shown again."""
    site, tokens = public_address(request), await service.make_tokens(session, actor, wave_id, **dict(body))
    place, asking = await queries.place_of(session, body.community_code), await _asking(session, actor, wave_id)
    cards = await asyncio.to_thread(printing.link_cards, asking, place, [site + answering(token) for token in tokens])
    return download(f"cards-{wave_id}.pdf", cards, PDF)


async def _asking(session: AsyncSession, actor: Actor, wave_id: int) -> printing.Asking:
    survey, wave = await policy.read_wave(session, actor, wave_id)
    return printing.Asking(
        definition_of(survey),
        await asked_by(session, survey),
        wave.closes_at,
        survey.is_demonstration,
        shanghai_date(await now(session)),
    )


@router.get("/waves/{wave_id}/link", operation_id="read_open_link", dependencies=[allow(WHO["print_poster"])])
async def read_open_link(wave_id: Id, request: Request, session: UnitSession, actor: CurrentActor) -> LinkRead:
    """The one address of an open link, to be copied or shown as a QR code."""
    return LinkRead.of(await policy.open_token(session, actor, wave_id), public_address(request))


@router.get(
    "/waves/{wave_id}/print_poster",
    operation_id="print_poster",
    dependencies=[allow(WHO["print_poster"])],
    **answers_file(PDF),
)
async def print_poster(wave_id: Id, request: Request, session: UnitSession, actor: CurrentActor) -> Response:
    """The open link as an A4 page to hang up, with its QR code."""
    link = OneTimeLink.of(await policy.open_token(session, actor, wave_id), public_address(request))
    [code] = (await queries.frames_of(session, [wave_id]))[wave_id]
    place, asking = await queries.place_of(session, code), await _asking(session, actor, wave_id)
    return download(f"poster-{wave_id}.pdf", await asyncio.to_thread(printing.poster, asking, place, link.address), PDF)


@router.post(
    "/waves/{wave_id}/make_sheets",
    operation_id="make_sheets",
    status_code=201,
    dependencies=[allow(WHO["make_sheets"])],
)
async def make_sheets(wave_id: Id, body: Handout, session: UnitSession, actor: CurrentActor) -> SheetsRead:
    return SheetsRead(serials=await service.make_sheets(session, actor, wave_id, **dict(body)))


@router.get(
    "/waves/{wave_id}/print_sheets",
    operation_id="print_sheets",
    dependencies=[allow(WHO["make_sheets"])],
    **or_later(answers_file(PDF)),
)
async def print_sheets(
    wave_id: Id, session: UnitSession, actor: CurrentActor, work: CurrentWork, community_code: Code | None = None
) -> Response:
    """The numbered paper questionnaires of the wave, each on pages of its own, with their serials as QR codes."""
    asking = await _asking(session, actor, wave_id)
    sheets = await queries.placed_sheets(session, wave_id, community_code)
    work.check(len(sheets), at_once=60)
    return download(f"sheets-{wave_id}.pdf", await asyncio.to_thread(printing.paper_sheets, asking, sheets), PDF)


@router.post("/waves/{wave_id}/import_issued", operation_id="import_issued", dependencies=[allow(WHO["import_issued"])])
async def import_issued(wave_id: Id, table: UploadedAnswers, session: UnitSession, actor: CurrentActor) -> SheetsIssued:
    return SheetsIssued(added=await service.import_issued(session, actor, wave_id, table))
