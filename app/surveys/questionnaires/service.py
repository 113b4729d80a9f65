"""Use cases of a survey: its questionnaire, and what it is weighted to."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import Denied, RowRefused
from app.core.events import happened
from app.core.moves import check_move, move
from app.core.versions import check_version, touch
from app.surveys.questionnaires import rules
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.definition_checks import DefinitionRefused, check_definition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import access_survey
from app.surveys.questionnaires.queries import definition_of, is_answered, is_bound
from app.surveys.questionnaires.rules import MOVES, SurveyPurpose
from app.surveys.questionnaires.targets import check_targets
from app.taxonomy.queries import list_categories
from app.taxonomy.rules import CategoryUnknown


async def create_survey(
    session: AsyncSession,
    actor: Actor,
    definition: SurveyDefinition,
    *,
    purpose: SurveyPurpose = SurveyPurpose.need,
    is_demonstration: bool = False,
) -> Survey:
    """Draft a survey for the actor's party. Refusals: DefinitionRefused, PurposeAskedElsewhere, Denied."""
    if actor.party_id is None:
        raise Denied(verb="create", reason="party")
    rules.check_purpose(purpose)
    at = await now(session)
    await _check_sound(session, definition)
    survey = Survey(
        party_id=actor.party_id,
        definition=definition.model_dump(mode="json"),
        purpose=purpose,
        is_demonstration=is_demonstration,
        created_at=at,
    )
    session.add(survey)
    await happened(session, actor, "survey.created", survey, at, purpose=purpose.value)
    return survey


async def edit_survey(
    session: AsyncSession,
    actor: Actor,
    survey_id: int,
    given: int,
    definition: SurveyDefinition,
    purpose: SurveyPurpose | None = None,
) -> Survey:
    """Replace the questionnaire, and its purpose if one is given, until somebody has answered it.

    Refusals: StaleVersion, SurveyFrozen, PurposeBound, PurposeAskedElsewhere, DefinitionRefused, MoveRefused.
    """
    survey = await access_survey(session, actor, survey_id, "edit")
    at = await now(session)
    check_version(survey, given)
    check_move(MOVES, survey.status, "edit")
    if refusal := rules.untimely("edit", is_answered=await is_answered(session, survey.id)):
        raise refusal
    purpose = purpose or survey.purpose
    if purpose is not survey.purpose:
        rules.check_purpose(purpose)
        if await is_bound(session, survey.id):
            raise rules.PurposeBound(purpose=survey.purpose.value)
    await _check_sound(session, definition)
    check_targets(definition, survey.targets)
    survey.purpose = purpose
    survey.definition = definition.model_dump(mode="json")
    touch(survey)
    await happened(session, actor, "survey.edited", survey, at, version=survey.version)
    return survey


async def target_survey(
    session: AsyncSession, actor: Actor, survey_id: int, given: int, targets: list[dict[str, Any]]
) -> Survey:
    """Set the known counts that answers are weighted to. Refusals: StaleVersion, MoveRefused, TargetUnfit."""
    survey = await access_survey(session, actor, survey_id, "target")
    at = await now(session)
    check_version(survey, given)
    check_move(MOVES, survey.status, "target")
    check_targets(definition_of(survey), targets)
    survey.targets = targets
    touch(survey)
    await happened(session, actor, "survey.targeted", survey, at, targets=targets)
    return survey


async def publish_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    survey = await access_survey(session, actor, survey_id, "publish")
    at = await now(session)
    survey.status = move(MOVES, survey.status, "publish")
    survey.published_at = at
    await happened(session, actor, "survey.published", survey, at, questions=len(survey.definition["questions"]))
    return survey


async def _check_sound(session: AsyncSession, definition: SurveyDefinition) -> None:
    """Refuse a questionnaire that is unsound, or votes for categories that the taxonomy does not have."""
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
