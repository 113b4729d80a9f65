"""The survey of a season: handed out on paper, counted as it came back, reviewed, and closed into its results."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.reading.cells import Table
from app.season.cast import purchaser_of, surveyed_areas
from app.season.files import Season
from app.season.steps import Step
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.service import create_survey, publish_survey
from app.surveys.responses.entry import import_responses
from app.surveys.responses.models import Response
from app.surveys.responses.rules import Quality
from app.surveys.responses.service import confirm_unflagged, invalidate_response
from app.surveys.results.service import close_survey
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus
from app.surveys.waves.service import close_wave, create_wave, import_issued, open_wave


def survey_steps(season: Season) -> list[Step]:
    """One survey for each bureau that surveys: issued on the first day, counted and closed on the last."""
    span = season.competition.timeline.needs_survey
    steps = []
    for area, communities in surveyed_areas(season).items():
        counted, closed = max(span.until(15), span.at(11)), max(span.until(17), span.at(12))
        steps += [
            Step(f"survey {area} issued", span.at(10), partial(_issue, area=area, communities=communities)),
            Step(f"survey {area} returned", counted, partial(_count, area=area, communities=communities)),
            Step(f"survey {area} closed", closed, partial(_close, area=area)),
        ]
    return steps


async def survey_of(session: AsyncSession, season: Season, area: str) -> Survey:
    """The survey of the area's bureau, found by when it was published."""
    buyer = await purchaser_of(session, season, area)
    published = season.competition.timeline.needs_survey.at(10)
    query = sa.select(Survey).where(Survey.party_id == buyer.party_id, Survey.published_at == published)
    return (await session.scalars(query)).one()


async def wave_of(session: AsyncSession, season: Season, area: str) -> Wave:
    survey = await survey_of(session, season, area)
    return (await session.scalars(sa.select(Wave).where(Wave.survey_id == survey.id))).one()


def _rows_of(season: Season, communities: list[str]) -> Table:
    table = season.tables["responses"]
    at = table.header.index("community_code")
    return Table(table.header, [row for row in table.rows if row[at].strip() in communities])


async def _issue(session: AsyncSession, season: Season, *, area: str, communities: list[str]) -> None:
    buyer = await purchaser_of(session, season, area)
    span, is_demonstration = season.competition.timeline.needs_survey, season.competition.fictional_proposals
    survey = await create_survey(session, buyer, season.definition, is_demonstration=is_demonstration)
    await publish_survey(session, buyer, survey.id)
    wave = await create_wave(
        session,
        buyer,
        survey.id,
        channel=Channel.paper,
        communities=communities,
        title=season.definition.title.zh,
        opens_at=span.start,
        closes_at=max(span.end, span.at(13)),
    )
    await import_issued(session, buyer, wave.id, _rows_of(season, communities))
    await open_wave(session, buyer, wave.id)


async def _count(session: AsyncSession, season: Season, *, area: str, communities: list[str]) -> None:
    """What came back, with the file's own decisions; what it left undecided is reviewed."""
    buyer, wave = await purchaser_of(session, season, area), await wave_of(session, season, area)
    await import_responses(session, buyer, wave.id, _rows_of(season, communities))
    await confirm_unflagged(session, buyer, wave.id)
    await _reject_doubtful(session, buyer, wave)


async def _reject_doubtful(session: AsyncSession, buyer: Actor, wave: Wave) -> None:
    doubtful = sa.select(Response).where(Response.wave_id == wave.id, Response.status == ResponseStatus.submitted)
    for response in (await session.scalars(doubtful.order_by(Response.id))).all():
        await invalidate_response(session, buyer, response.id, Quality(response.suggestions[0]["code"]))


async def _close(session: AsyncSession, season: Season, *, area: str) -> None:
    buyer, wave = await purchaser_of(session, season, area), await wave_of(session, season, area)
    await close_wave(session, buyer, wave.id)
    await close_survey(session, buyer, wave.survey_id)
