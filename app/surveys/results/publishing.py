"""A survey's figures are published once: counted, protected and frozen when it closes, and read from there ever after.

Whoever withdraws later has the answers erased; the figures stay, since another count beside them would be that answer.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now, today
from app.core.events import happened
from app.surveys.models import Survey, SurveyFigures, SurveyResult
from app.surveys.queries import TALLIES, Answered, Tally, definition_of, tallies, valid_answers, waves_of
from app.surveys.results import results
from app.surveys.results.disclosure import Figure, hidden_figures, too_few
from app.surveys.results.suppression import SMALL
from app.surveys.rules import ResponseState, SurveyStatus


async def publish_figures(
    session: AsyncSession,
    survey: Survey,
    answered: Sequence[Answered],
    drawn: Mapping[Figure, SurveyResult],
    at: datetime,
) -> None:
    """Freeze what anybody may read of the survey, and mark the results (`drawn`, by their figures) to be withheld."""
    waves = await tallies(session, await waves_of(session, survey.id))
    session.add(await asyncio.to_thread(figures_of, survey, answered, drawn, waves, at))


def figures_of(
    survey: Survey,
    answered: Sequence[Answered],
    drawn: Mapping[Figure, SurveyResult],
    waves: dict[int, list[Tally]],
    at: datetime,
) -> SurveyFigures:
    definition = definition_of(survey)
    hidden = hidden_figures(definition, answered, drawn.keys(), today(at))
    for votes, result in drawn.items():
        result.is_withheld = not hidden.isdisjoint({votes, Figure(votes.stratum, votes.question)})
    return SurveyFigures(
        survey_id=survey.id,
        frozen_at=at,
        answers=[_plain(answer) for answer in results.public_findings(definition, answered, hidden)],
        returns=TALLIES.dump_python(waves, mode="json"),
        tells_places=not too_few(answered) and not any(_is_few(tally) for own in waves.values() for tally in own),
    )


def _plain(answer: results.Answer) -> dict[str, Any]:
    return {
        "name": answer.question.name,
        "tables": [asdict(table) for table in answer.tables],
        "strata": {stratum: [asdict(table) for table in tables] for stratum, tables in answer.strata.items()},
    }


def _is_few(tally: Tally) -> bool:
    return 0 < tally.counts.get(ResponseState.valid, 0) < SMALL


async def freeze_figures(session: AsyncSession, actor: Actor, survey_id: int) -> None:
    """Freeze the figures of a survey that was closed before they were: what its answers say now. A result of then that
    they no longer agree with is withheld, since the difference is what was withdrawn meanwhile."""
    query = sa.select(Survey).where(Survey.id == survey_id, Survey.status == SurveyStatus.closed).with_for_update()
    survey = await session.scalar(query)
    if survey is None or await session.get(SurveyFigures, survey_id) is not None:
        return
    at = await now(session)
    answered = await valid_answers(session, survey.id)
    kept = await session.scalars(sa.select(SurveyResult).where(SurveyResult.survey_id == survey.id))
    then = {(result.community_code, result.category_code): result for result in kept}
    fresh = results.category_results(survey.id, definition_of(survey), survey.targets, answered)
    drawn = {
        figure: then[result.community_code, result.category_code]
        for figure, result in fresh.items()
        if _agrees(then.get((result.community_code, result.category_code)), result)
    }
    await publish_figures(session, survey, answered, drawn, at)
    for result in set(then.values()) - set(drawn.values()):
        result.is_withheld = True
    await happened(session, actor, "survey.frozen", survey, at, results=len(drawn))


def _agrees(then: SurveyResult | None, now_: SurveyResult) -> bool:
    return then is not None and (then.n, then.votes) == (now_.n, now_.votes)
