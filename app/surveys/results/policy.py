"""Everybody may read the figures of a closed survey."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE
from app.core.errors import NotFound
from app.surveys.questionnaires.models import Survey
from app.surveys.results.models import SurveyFigures

WHO = {"read_summary": EVERYONE}


async def closed_survey(session: AsyncSession, survey_id: int) -> tuple[Survey, SurveyFigures]:
    """A survey and its figures, for everyone (NotFound until it is closed and they are frozen)."""
    query = sa.select(Survey, SurveyFigures).join(SurveyFigures).where(Survey.id == survey_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound(survey=survey_id)
    return found
