"""Reading results."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.surveys.results.models import SurveyResult


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
