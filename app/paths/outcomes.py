"""What became of a survey, for whoever answered it: the needs that came of it, or of whose contract it was to speak,
each with what neighbours said of it.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import names_of_areas
from app.contracts.announcements import announcements
from app.contracts.models import Contract
from app.core.reading.listing import Labels
from app.needs.models import Need
from app.needs.policy import visible as need_visible
from app.paths.policy import PUBLIC
from app.paths.queries import Named, Way, named, with_voices
from app.surveys.responses.models import Response
from app.surveys.results.models import SurveyResult
from app.surveys.waves.models import Wave
from app.voices.models import Voice

MOST = 200


@dataclass(frozen=True)
class Outcomes:
    """Those of the answer's own community first. A way here begins with its contract, the last one of the need."""

    own_code: str
    needs: list[Need]
    ways: list[Way]
    names: dict[int, Named]
    places: Labels


async def outcomes_of(session: AsyncSession, survey_id: int, response: Response) -> Outcomes:
    """In a number of queries that does not grow with the needs."""
    came = Need.survey_result_id.in_(sa.select(SurveyResult.id).where(SurveyResult.survey_id == survey_id))
    query = sa.select(Need).where(need_visible(PUBLIC), sa.or_(came, Need.id.in_(_spoken_for(survey_id))))
    own = Need.community_code == response.community_code
    needs = list(await session.scalars(query.order_by(own.desc(), Need.community_code, Need.id).limit(MOST)))
    found = await announcements(session, Contract.need_id.in_([need.id for need in needs]))
    last = {each.contract.need_id: each for each in sorted(found, key=lambda each: each.contract.id)}
    ways = await with_voices(session, [Way(need.id, contract=last.get(need.id)) for need in needs])
    places = await names_of_areas(session, {need.community_code for need in needs})
    return Outcomes(response.community_code, needs, ways, await named(session, ways), places)


def _spoken_for(survey_id: int) -> sa.Select[int | None]:
    """The needs of the contracts for which a wave of the survey speaks."""
    contracts = sa.select(Contract.need_id).join(Voice, Voice.contract_id == Contract.id)
    return contracts.join(Wave, Wave.id == Voice.wave_id).where(Wave.survey_id == survey_id)
