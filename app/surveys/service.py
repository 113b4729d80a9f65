"""Use cases of a survey: its questionnaire, what it is weighted to, and the results that its closing draws."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import Denied, RowRefused
from app.core.events import happened
from app.core.moves import move
from app.core.versions import check_version, touch
from app.surveys import rules
from app.surveys.models import Response, Survey, Wave
from app.surveys.policy import access_survey
from app.surveys.queries import definition_of, is_answered, valid_answers
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.definition_checks import DefinitionRefused, check_definition
from app.surveys.results.publishing import publish_figures
from app.surveys.results.results import category_results, check_targets
from app.surveys.rules import SURVEY_MOVES, ResponseState, WaveState
from app.taxonomy.queries import list_categories
from app.taxonomy.rules import CategoryUnknown


async def create_survey(
    session: AsyncSession, actor: Actor, definition: SurveyDefinition, *, is_demonstration: bool = False
) -> Survey:
    """A draft of the actor's party. Refusals: DefinitionRefused, Denied."""
    if actor.party_id is None:
        raise Denied(verb="create", reason="party")
    at = await now(session)
    await _check_sound(session, definition)
    survey = Survey(
        party_id=actor.party_id,
        definition=definition.model_dump(mode="json"),
        is_demonstration=is_demonstration,
        created_at=at,
    )
    session.add(survey)
    await happened(session, actor, "survey.created", survey, at)
    return survey


async def edit_survey(
    session: AsyncSession, actor: Actor, survey_id: int, given: int, definition: SurveyDefinition
) -> Survey:
    """Another wording, until the first answer. Refusals: StaleVersion, SurveyFrozen, DefinitionRefused, MoveRefused."""
    survey = await access_survey(session, actor, survey_id, "edit")
    at = await now(session)
    check_version(survey, given)
    touch(survey)
    move(SURVEY_MOVES, survey.status, "edit")
    if await is_answered(session, survey.id):
        raise rules.SurveyFrozen()
    await _check_sound(session, definition)
    check_targets(definition, survey.targets)
    survey.definition = definition.model_dump(mode="json")
    await happened(session, actor, "survey.edited", survey, at, version=survey.version)
    return survey


async def set_targets(
    session: AsyncSession, actor: Actor, survey_id: int, given: int, targets: list[dict[str, Any]]
) -> Survey:
    """The known counts that answers are weighted to. Refusals: StaleVersion, SurveyClosed, TargetUnfit."""
    survey = await access_survey(session, actor, survey_id, "target")
    at = await now(session)
    check_version(survey, given)
    touch(survey)
    if survey.status is rules.SurveyStatus.closed:
        raise rules.SurveyClosed()
    check_targets(definition_of(survey), targets)
    survey.targets = targets
    await happened(session, actor, "survey.targeted", survey, at, targets=targets)
    return survey


async def publish_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    survey = await access_survey(session, actor, survey_id, "publish")
    at = await now(session)
    survey.status = move(SURVEY_MOVES, survey.status, "publish")
    survey.published_at = at
    await happened(session, actor, "survey.published", survey, at, questions=len(survey.definition["questions"]))
    return survey


async def close_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    """Draw the results, which needs can rest on from here on, and publish the figures. Refusals: WavesStillOpen,
    ReviewsPending, MoveRefused."""
    survey = await access_survey(session, actor, survey_id, "close")
    at = await now(session)
    closed = move(SURVEY_MOVES, survey.status, "close")
    await _check_settled(session, survey.id)
    survey.status, survey.closed_at = closed, at
    found = await valid_answers(session, survey.id)
    results = category_results(survey.id, definition_of(survey), survey.targets, found)
    session.add_all(results.values())
    await publish_figures(session, survey, found, results, at)
    await happened(session, actor, "survey.closed", survey, at, valid=len(found), results=len(results))
    return survey


async def _check_sound(session: AsyncSession, definition: SurveyDefinition) -> None:
    """Sound in itself, and voting for categories that the taxonomy has."""
    check_definition(definition)
    known = {category.code for category in await list_categories(session)}
    if faults := _unknown_categories(definition, known):
        raise DefinitionRefused(faults)


def _unknown_categories(definition: SurveyDefinition, known: Collection[str]) -> list[RowRefused]:
    return [
        RowRefused(row, "options", CategoryUnknown(code=option.votes_for))
        for row, question in enumerate(definition.questions, 1)
        for option in question.options
        if option.votes_for and option.votes_for not in known
    ]


async def _check_settled(session: AsyncSession, survey_id: int) -> None:
    own = Wave.survey_id == survey_id
    unsettled = sa.select(sa.func.count()).where(own, Wave.state.in_([WaveState.draft, WaveState.open]))
    if waves := await session.scalar(unsettled):
        raise rules.WavesStillOpen(count=waves)
    pending = sa.select(sa.func.count()).join_from(Response, Wave, Wave.id == Response.wave_id)
    if responses := await session.scalar(pending.where(own, Response.status == ResponseState.submitted)):
        raise rules.ReviewsPending(count=responses)
