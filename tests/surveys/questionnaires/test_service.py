"""What those who ask do with a questionnaire."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import MoveRefused, StaleVersion
from app.surveys.questionnaires import service as surveys
from app.surveys.questionnaires.definition_checks import DefinitionRefused
from app.surveys.questionnaires.rules import SurveyFrozen, SurveyStatus
from app.surveys.questionnaires.targets import TargetUnfit
from app.surveys.results import service as closing
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_response, make_survey, make_wave, services_definition
from tests.surveys.factories import committee, refused_with

pytestmark = pytest.mark.anyio


async def test_a_survey_is_drafted_reworded_published_and_closed(session: AsyncSession) -> None:
    actor = await committee(session)
    await make_survey(session)  # brings the categories
    survey = await surveys.create_survey(session, actor, services_definition())
    assert (survey.status, survey.version, survey.party_id) == (SurveyStatus.draft, 1, actor.party_id)
    await surveys.edit_survey(session, actor, survey.id, 1, services_definition())
    await surveys.publish_survey(session, actor, survey.id)
    await closing.close_survey(session, actor, survey.id)
    assert (survey.status, survey.version) == (SurveyStatus.closed, 4)
    assert await refused_with(MoveRefused, surveys.publish_survey(session, actor, survey.id))


async def test_a_questionnaire_that_votes_for_no_known_category_names_its_question(session: AsyncSession) -> None:
    refusal = await refused_with(
        DefinitionRefused, surveys.create_survey(session, await committee(session), services_definition())
    )
    assert isinstance(refusal, DefinitionRefused)
    assert [(fault.row, fault.error.facts) for fault in refusal.rows] == [(2, {"code": "0101"}), (2, {"code": "0201"})]


async def test_an_answered_questionnaire_is_frozen(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    await make_response(session, await make_wave(session, survey))
    await refused_with(SurveyFrozen, surveys.edit_survey(session, actor, survey.id, 1, services_definition()))


async def test_an_edit_of_a_stale_reading_is_refused(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session, status=SurveyStatus.draft)
    await refused_with(StaleVersion, surveys.edit_survey(session, actor, survey.id, 4, services_definition()))


async def test_targets_must_fit_the_questionnaire(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    for margin, counts in (("Q2", {"meals": 3}), ("Q1", {"X": 3}), ("Q1", {"F": 0}), ("Q1", {}), ("Q9", {"a": 1})):
        setting = surveys.target_survey(session, actor, survey.id, 1, [{"margin": margin, "counts": counts}])
        await refused_with(TargetUnfit, setting)
        await session.refresh(survey)
    await surveys.target_survey(session, actor, survey.id, 1, [{"margin": "community_code", "counts": {DOUNAN: 900}}])
    assert survey.targets == [{"margin": "community_code", "counts": {DOUNAN: 900}}]
