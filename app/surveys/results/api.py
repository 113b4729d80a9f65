"""What a survey found: for those who run it, and once it is closed for everybody."""

import asyncio

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import Code, Id, Search
from app.core.http import unit as web
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import WHO, access_survey, read_survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.survey_read import SurveyRead, survey_read
from app.surveys.responses.queries import count_valid
from app.surveys.results import policy, queries, service
from app.surveys.results.findings import findings
from app.surveys.results.schemas import FindingsRead, ReturnsRead, SummaryRead, SurveyResultRead
from app.surveys.waves.queries import waves_of
from app.surveys.waves.tallies import tallies


async def returns_read(session: AsyncSession, survey: Survey) -> ReturnsRead:
    waves = await waves_of(session, survey.id)
    return ReturnsRead.of(waves, await tallies(session, waves))


router = web.router("/surveys", "surveys")


@router.post("/{survey_id}/close", operation_id="close_survey", dependencies=[allow(WHO["close"])], **or_later())
async def close_survey(
    survey_id: Id, session: UnitSession, actor: CurrentActor, work: CurrentWork, response: Response
) -> SurveyRead:
    await access_survey(session, actor, survey_id, "close")
    work.check(await count_valid(session, survey_id), at_once=3_000)
    survey = await service.close_survey(session, actor, survey_id)
    return await survey_read(session, survey, actor, response)


@router.get("/{survey_id}/findings", operation_id="read_findings", dependencies=[allow(WHO["read"])])
async def read_findings(
    survey_id: Id, session: UnitSession, actor: CurrentActor, stratum: Search | None = None
) -> FindingsRead:
    """Every question's answers so far, by `stratum` (a single-choice question or community_code) besides."""
    survey = await read_survey(session, actor, survey_id)
    said = await queries.said_in(session, survey.id)
    found = await asyncio.to_thread(findings, definition_of(survey), survey.targets, said, stratum)
    return FindingsRead.of(survey, await returns_read(session, survey), found)


@router.get("/{survey_id}/results", operation_id="list_results", dependencies=[allow(WHO["read"])])
async def list_results(
    survey_id: Id, session: UnitSession, actor: CurrentActor, community_code: Code | None = None
) -> list[SurveyResultRead]:
    """How strongly each category is wanted, once the survey is closed: what needs rest on."""
    survey = await read_survey(session, actor, survey_id)
    return [
        SurveyResultRead.model_validate(result)
        for result in await queries.results_of(session, survey.id, community_code)
    ]


@router.get(
    "/{survey_id}/summary", operation_id="read_survey_summary", dependencies=[allow(policy.WHO["read_summary"])]
)
async def read_survey_summary(survey_id: Id, session: UnitSession) -> SummaryRead:
    """A closed survey for everybody, as it was published: public questions only, small counts hidden."""
    survey, figures = await policy.closed_survey(session, survey_id)
    return SummaryRead.of(survey, await waves_of(session, survey.id), figures)
