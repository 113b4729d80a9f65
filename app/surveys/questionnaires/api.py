"""Surveys and their questionnaires, for those who run them."""

from typing import Annotated

from fastapi import Depends, Response

from app.core.fields import Id, Search
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow
from app.core.paging import Page, PagingQuery
from app.core.reading.files import XLSX, Uploaded, answers_file, download
from app.surveys.questionnaires import policy, queries, service
from app.surveys.questionnaires.policy import WHO
from app.surveys.questionnaires.rules import SurveyPurpose, SurveyStatus
from app.surveys.questionnaires.schemas import SurveyCreate, SurveyUpdate, TargetsSet
from app.surveys.questionnaires.survey_read import SurveyRead, SurveyRow, survey_read
from app.surveys.questionnaires.xlsform.export import write_xlsform
from app.surveys.questionnaires.xlsform.reading import Form, read_xlsform

router = web.router("/surveys", "surveys")
UploadedForm = Annotated[Form, Depends(Uploaded(lambda name, content: read_xlsform(content, name)))]


@router.get("", operation_id="list_surveys", dependencies=[allow(WHO["read"])])
async def list_surveys(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    status: SurveyStatus | None = None,
    purpose: SurveyPurpose | None = None,
    area: Search = "",
) -> Page[SurveyRow]:
    """`area`: those that were taken somewhere in it, by a code or its beginning."""
    found = await queries.list_surveys(session, actor, paging, status, purpose, area)
    return found.page([SurveyRow.of(survey) for survey in found.rows], policy.list_actions(actor))


@router.post("", operation_id="create_survey", status_code=201, dependencies=[allow(WHO["create"])])
async def create_survey(
    body: SurveyCreate, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.create_survey(session, actor, body.definition, purpose=body.purpose)
    return await survey_read(session, survey, actor, response)


@router.post("/import", operation_id="import_survey", status_code=201, dependencies=[allow(WHO["create"])])
async def import_survey(
    form: UploadedForm,
    session: UnitSession,
    actor: CurrentActor,
    response: Response,
    leave_out: bool = False,
    purpose: SurveyPurpose = SurveyPurpose.need,
) -> SurveyRead:
    """A new draft from an XLSForm workbook. `leave_out`: drop what we do not support instead of refusing the form."""
    with form.placing():
        survey = await service.create_survey(session, actor, form.taken(leave_out=leave_out), purpose=purpose)
    return await survey_read(session, survey, actor, response)


@router.get("/{survey_id}", operation_id="read_survey", dependencies=[allow(WHO["read"])])
async def read_survey(survey_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> SurveyRead:
    survey = await policy.read_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)


@router.put("/{survey_id}", operation_id="edit_survey", dependencies=[allow(WHO["edit"])])
async def edit_survey(
    survey_id: Id, given: IfMatch, body: SurveyUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.edit_survey(session, actor, survey_id, given, body.definition, body.purpose)
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
    """Replace the questionnaire with that of an XLSForm workbook. `leave_out`: as for the import."""
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


@router.put("/{survey_id}/targets", operation_id="target_survey", dependencies=[allow(WHO["target"])])
async def target_survey(
    survey_id: Id, given: IfMatch, body: TargetsSet, session: UnitSession, actor: CurrentActor, response: Response
) -> SurveyRead:
    survey = await service.target_survey(session, actor, survey_id, given, body.plain())
    return await survey_read(session, survey, actor, response)


@router.post("/{survey_id}/publish", operation_id="publish_survey", dependencies=[allow(WHO["publish"])])
async def publish_survey(survey_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> SurveyRead:
    survey = await service.publish_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)
