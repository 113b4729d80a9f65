"""Reading results, and what they are counted from."""

import asyncio
from datetime import datetime

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.installation.progress import tell
from app.core.waiting import Waiting
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import waits
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.responses.models import Response
from app.surveys.responses.queries import Piece, valid_answers
from app.surveys.results.models import SurveyResult
from app.surveys.results.said import Gathered, Said
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


async def said_in(session: AsyncSession, survey_id: int) -> Said:
    """What all valid answers say, in the order in which they came in; read beside whatever else the process does."""
    gathered = Gathered()
    async for piece in valid_answers(session, survey_id):
        await asyncio.to_thread(_gather, gathered, piece)
        tell("gathering", gathered.count)
    return gathered.said()


def _gather(gathered: Gathered, piece: Piece) -> None:
    gathered.add(piece.community_codes, from_json(piece.answers))


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
