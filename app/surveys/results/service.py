"""A survey's figures are published once: counted, protected and frozen when it closes, and read from there ever after.

Whoever withdraws later has the answers erased; the figures stay, since another count beside them would be that answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.events import happened
from app.core.installation.progress import tell
from app.core.moves import move
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import access_survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.rules import MOVES, TOLD_ELSEWHERE, SurveyStatus
from app.surveys.responses.models import Response
from app.surveys.results import rules
from app.surveys.results.disclosure import Figure, hidden_figures, too_few
from app.surveys.results.findings import Answer, category_results, public_findings
from app.surveys.results.models import SurveyFigures, SurveyResult
from app.surveys.results.queries import said_in
from app.surveys.results.said import Said
from app.surveys.results.suppression import SMALL
from app.surveys.waves.models import Wave
from app.surveys.waves.queries import waves_of
from app.surveys.waves.rules import ResponseStatus, WaveStatus
from app.surveys.waves.tallies import TALLIES, Tally, tallies


async def close_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    """Close the survey, draw the results that needs can rest on, and publish the figures. Refusals: WavesStillOpen,
    ReviewsPending, MoveRefused."""
    survey = await access_survey(session, actor, survey_id, "close")
    at = await now(session)
    closed = move(MOVES, survey.status, "close")
    await _check_settled(session, survey.id)
    survey.status, survey.closed_at = closed, at
    said = await said_in(session, survey.id)
    tell("counting")
    results = await asyncio.to_thread(category_results, survey.id, told_by(survey), survey.targets, said)
    session.add_all(results.values())
    await publish_figures(session, survey, said, results, at)
    await happened(session, actor, "survey.closed", survey, at, valid=len(said), results=len(results))
    return survey


def told_by(survey: Survey) -> SurveyDefinition:
    """The questionnaire with what the survey publishes of itself: nothing where its answers are told elsewhere."""
    definition = definition_of(survey)
    if survey.purpose not in TOLD_ELSEWHERE:
        return definition
    kept = [_kept_back(question) for question in definition.questions]
    return definition.model_copy(update={"questions": kept})


def _kept_back(question: Question) -> Question:
    options = [option.model_copy(update={"votes_for": None}) for option in question.options]
    return question.model_copy(update={"public": False, "options": options})


async def _check_settled(session: AsyncSession, survey_id: int) -> None:
    own = Wave.survey_id == survey_id
    unsettled = sa.select(sa.func.count()).where(own, Wave.status.in_([WaveStatus.draft, WaveStatus.open]))
    if waves := await session.scalar(unsettled):
        raise rules.WavesStillOpen(count=waves)
    pending = sa.select(sa.func.count()).join_from(Response, Wave, Wave.id == Response.wave_id)
    if responses := await session.scalar(pending.where(own, Response.status == ResponseStatus.submitted)):
        raise rules.ReviewsPending(count=responses)


async def publish_figures(
    session: AsyncSession,
    survey: Survey,
    said: Said,
    drawn: Mapping[Figure, SurveyResult],
    at: datetime,
) -> None:
    """Freeze what anybody may read of the survey, and mark the results (`drawn`, by their figures) to be withheld."""
    waves = await tallies(session, await waves_of(session, survey.id))
    session.add(await asyncio.to_thread(figures_of, survey, said, drawn, waves, at))


def figures_of(
    survey: Survey,
    said: Said,
    drawn: Mapping[Figure, SurveyResult],
    waves: dict[int, list[Tally]],
    at: datetime,
) -> SurveyFigures:
    definition = told_by(survey)
    hidden = hidden_figures(definition, said, drawn.keys(), shanghai_date(at))
    for votes, result in drawn.items():
        result.is_withheld = not hidden.isdisjoint({votes, Figure(votes.stratum, votes.question)})
    return SurveyFigures(
        survey_id=survey.id,
        frozen_at=at,
        answers=[_plain(answer) for answer in public_findings(definition, said, hidden)],
        returns=TALLIES.dump_python(waves, mode="json"),
        tells_places=not too_few(said) and not any(_is_few(tally) for own in waves.values() for tally in own),
    )


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "name": answer.question.name,
        "tables": [asdict(table) for table in answer.tables],
        "strata": {stratum: [asdict(table) for table in tables] for stratum, tables in answer.strata.items()},
    }


def _is_few(tally: Tally) -> bool:
    return 0 < tally.counts.get(ResponseStatus.valid, 0) < SMALL


async def freeze_figures(session: AsyncSession, actor: Actor, survey_id: int) -> None:
    """Freeze the figures of a survey that was closed before they were: what its answers say now. Earlier results that
    no longer agree are withheld, since the difference is what was withdrawn meanwhile."""
    query = sa.select(Survey).where(Survey.id == survey_id, Survey.status == SurveyStatus.closed).with_for_update()
    survey = await session.scalar(query)
    if survey is None or await session.get(SurveyFigures, survey_id) is not None:
        return
    at = await now(session)
    said = await said_in(session, survey.id)
    kept = await session.scalars(sa.select(SurveyResult).where(SurveyResult.survey_id == survey.id))
    then = {(result.community_code, result.category_code): result for result in kept}
    fresh = category_results(survey.id, told_by(survey), survey.targets, said)
    drawn = {
        figure: then[result.community_code, result.category_code]
        for figure, result in fresh.items()
        if _agrees(then.get((result.community_code, result.category_code)), result)
    }
    await publish_figures(session, survey, said, drawn, at)
    for result in set(then.values()) - set(drawn.values()):
        result.is_withheld = True
    await happened(session, actor, "survey.frozen", survey, at, results=len(drawn))


def _agrees(then: SurveyResult | None, now_: SurveyResult) -> bool:
    return then is not None and (then.n, then.votes) == (now_.n, now_.votes)
