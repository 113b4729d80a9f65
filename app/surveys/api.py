"""Questionnaires and what they found, for those who run them; the summary of a closed survey for everybody."""

from typing import Annotated

from fastapi import Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Code, Id, Search
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import XLSX, Uploaded, answers_file, download
from app.surveys import policy, queries, service
from app.surveys.models import Survey
from app.surveys.policy import WHO
from app.surveys.questionnaires.xlsform.export import write_xlsform
from app.surveys.questionnaires.xlsform.reading import Form, read_xlsform
from app.surveys.results import results
from app.surveys.results.schemas import FindingsRead, ReturnsRead, SummaryRead, SurveyResultRead
from app.surveys.rules import SurveyStatus
from app.surveys.schemas import SurveyCreate, SurveyRead, SurveyRow, SurveyUpdate, TargetsSet

router = web.router("/surveys", "surveys")
UploadedForm = Annotated[Form, Depends(Uploaded(lambda name, content: read_xlsform(content, name)))]


async def survey_read(session: AsyncSession, survey: Survey, actor: Actor, response: Response) -> SurveyRead:
    tag_version(response, survey.version)
    return SurveyRead.seen(survey, actor, is_answered=await queries.is_answered(session, survey.id))


async def returns_read(session: AsyncSession, survey: Survey) -> ReturnsRead:
    waves = await queries.waves_of(session, survey.id)
    return ReturnsRead.of(waves, await queries.tallies(session, waves))


@router.get("", operation_id="list_surveys", dependencies=[allow(WHO["read"])])
async def list_surveys(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, status: SurveyStatus | None = None
) -> Page[SurveyRow]:
    found, cursor = await queries.list_surveys(session, actor, paging, status)
    return Page(items=[SurveyRow.of(survey) for survey in found], next_cursor=cursor)


@router.post("", operation_id="create_survey", status_code=201, dependencies=[allow(WHO["create"])])
async def create_survey(
    body: SurveyCreate, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.create_survey(session, actor, body.definition)
    return await survey_read(session, survey, actor, response)


@router.post("/import", operation_id="import_survey", status_code=201, dependencies=[allow(WHO["create"])])
async def import_survey(
    form: UploadedForm, session: UnitSession, actor: CurrentActor, response: Response, leave_out: bool = False
) -> SurveyRead:
    """A new draft from an XLSForm workbook; `leave_out`: without what of it cannot be taken."""
    with form.placing():
        survey = await service.create_survey(session, actor, form.taken(leave_out=leave_out))
    return await survey_read(session, survey, actor, response)


@router.get("/{survey_id}", operation_id="read_survey", dependencies=[allow(WHO["read"])])
async def read_survey(survey_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> SurveyRead:
    survey = await policy.read_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)


@router.put("/{survey_id}", operation_id="edit_survey", dependencies=[allow(WHO["edit"])])
async def edit_survey(
    survey_id: Id, given: IfMatch, body: SurveyUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.edit_survey(session, actor, survey_id, given, body.definition)
    return await survey_read(session, survey, actor, response)


@router.put("/{survey_id}/import", operation_id="replace_questionnaire", dependencies=[allow(WHO["edit"])])
async def replace_questionnaire(
    survey_id: Id,
    given: IfMatch,
    form: UploadedForm,
    session: UnitSession,
    actor: CurrentActor,
    response: Response,
    leave_out: bool = False,
) -> SurveyRead:
    """The questionnaire as an XLSForm workbook has it; `leave_out`: without what of it cannot be taken."""
    with form.placing():
        definition = form.taken(leave_out=leave_out)
        survey = await service.edit_survey(session, actor, survey_id, given, definition)
    return await survey_read(session, survey, actor, response)


@router.get(
    "/{survey_id}/export", operation_id="export_survey", dependencies=[allow(WHO["read"])], **answers_file(XLSX)
)
async def export_survey(survey_id: Id, session: UnitSession, actor: CurrentActor) -> Response:
    """The questionnaire as an XLSForm workbook."""
    survey = await policy.read_survey(session, actor, survey_id)
    return download(f"survey-{survey.id}.xlsx", write_xlsform(queries.definition_of(survey)), XLSX)


@router.put("/{survey_id}/targets", operation_id="set_targets", dependencies=[allow(WHO["target"])])
async def set_targets(
    survey_id: Id, given: IfMatch, body: TargetsSet, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.set_targets(session, actor, survey_id, given, body.plain())
    return await survey_read(session, survey, actor, response)


@router.post("/{survey_id}/publish", operation_id="publish_survey", dependencies=[allow(WHO["publish"])])
async def publish_survey(survey_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> SurveyRead:
    survey = await service.publish_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)


@router.post("/{survey_id}/close", operation_id="close_survey", dependencies=[allow(WHO["close"])])
async def close_survey(survey_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> SurveyRead:
    survey = await service.close_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)


@router.get("/{survey_id}/findings", operation_id="read_findings", dependencies=[allow(WHO["read"])])
async def read_findings(
    survey_id: Id, session: UnitSession, actor: CurrentActor, stratum: Search | None = None
) -> FindingsRead:
    """Every question's answers so far, by `stratum` (a single-choice question or community_code) besides."""
    survey = await policy.read_survey(session, actor, survey_id)
    valid = await queries.valid_answers(session, survey.id)
    found = results.findings(queries.definition_of(survey), survey.targets, valid, stratum)
    return FindingsRead.of(survey, await returns_read(session, survey), found)


@router.get("/{survey_id}/results", operation_id="list_results", dependencies=[allow(WHO["read"])])
async def list_results(
    survey_id: Id, session: UnitSession, actor: CurrentActor, community_code: Code | None = None
) -> list[SurveyResultRead]:
    """How strongly each category is wanted, once the survey is closed: what needs rest on."""
    survey = await policy.read_survey(session, actor, survey_id)
    return [
        SurveyResultRead.model_validate(result)
        for result in await queries.results_of(session, survey.id, community_code)
    ]


@router.get("/{survey_id}/summary", operation_id="read_survey_summary", dependencies=[allow(WHO["read_summary"])])
async def read_survey_summary(survey_id: Id, session: UnitSession) -> SummaryRead:
    """A closed survey for everybody, as it was published: public questions only, small counts hidden."""
    survey, figures = await policy.closed_survey(session, survey_id)
    return SummaryRead.of(survey, await queries.waves_of(session, survey.id), figures)
