"""Reading results."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.waiting import Waiting
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import waits
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.responses.models import Response
from app.surveys.results.models import SurveyResult
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import ResponseStatus, WaveStatus


async def results_of(session: AsyncSession, survey_id: int, community_code: str | None = None) -> list[SurveyResult]:
    """The categories asked for in a community, or (None) in all communities together, strongest first."""
    query = (
        sa.select(SurveyResult)
        .where(
            SurveyResult.survey_id == survey_id,
            SurveyResult.community_code.is_not_distinct_from(community_code),
        )
        .order_by(SurveyResult.demand_index.desc(), SurveyResult.category_code)
    )
    return list(await session.scalars(query))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's surveys of which every wave is over and every answer reviewed: to be closed, so that their results
    count."""
    own = Wave.survey_id == Survey.id
    over = sa.exists().where(own, Wave.status == WaveStatus.closed)
    going_on = sa.exists().where(own, Wave.status.in_([WaveStatus.draft, WaveStatus.open]))
    pending = sa.exists().where(own, Response.wave_id == Wave.id, Response.status == ResponseStatus.submitted)
    query = sa.select(Survey).where(Survey.party_id == actor.party_id, Survey.status == SurveyStatus.published)
    query = query.where(over, ~going_on, ~pending).order_by(Survey.id)
    return [waits("close", survey) for survey in await session.scalars(query)]
