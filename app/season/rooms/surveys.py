"""The survey of a season: handed out on paper, counted as it came back, reviewed, and closed into its results."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.errors import DomainError
from app.core.reading.cells import Table
from app.parties.models import Party
from app.season.cast import purchaser_of, surveyed_areas
from app.season.dates import written_hour
from app.season.files import SURVEY, Faults, Season
from app.season.known import Known
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import SeasonUnfinished, Step
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.service import create_survey, publish_survey
from app.surveys.responses.entry import import_responses
from app.surveys.responses.models import Response
from app.surveys.responses.queries import export_responses
from app.surveys.responses.rules import Quality
from app.surveys.responses.service import confirm_unflagged, invalidate_response
from app.surveys.responses.tables.spoken import Spoken
from app.surveys.results.service import close_survey
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus
from app.surveys.waves.service import close_wave, create_wave, import_issued, open_wave
from app.surveys.waves.tallies import tallies, total_of
from app.tenders.notices.models import Tender


class IssuedDiffers(DomainError):
    """The questionnaires that survey.json counts as issued are not those that responses.csv lists."""

    status = 422


def survey_steps(season: Season, _when: Schedule) -> list[Step]:
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


def _check_responses(season: Season, known: Known, faults: Faults) -> None:
    for response in season.responses:
        if not known.is_community(response.community_code):
            faults.note("responses.csv", response.row, "community_code", AreaUnknown(code=response.community_code))
    issued = season.survey.get("issued", len(season.responses))
    if issued != len(season.responses):
        faults.note("survey.json", 0, "issued", IssuedDiffers(issued=issued, listed=len(season.responses)))


async def _surveys(session: AsyncSession, name: str) -> list[Survey]:
    query = sa.select(Survey).join(Party, Party.id == Survey.party_id).where(Party.ref_scheme == name)
    surveys = list(await session.scalars(query.order_by(Survey.id)))
    if not surveys:
        raise SeasonUnfinished(season=name)
    return surveys


async def _responses(session: AsyncSession, surveys: Sequence[Survey]) -> Sheet:
    header: list[str] = []
    rows: list[list[str]] = []
    for survey in surveys:
        for wave in await session.scalars(sa.select(Wave).where(Wave.survey_id == survey.id).order_by(Wave.id)):
            spoken = Spoken(definition_of(survey), "columns")
            header = spoken.header()
            rows += [spoken.row(*each) async for piece in export_responses(session, wave) for each in piece]
    return header, sorted(rows)


def survey_layout(definition: SurveyDefinition) -> dict[str, Any]:
    """The questionnaire in the layout that `surveys.definition.from_season` reads."""
    return {
        "title_zh": definition.title.zh,
        "title_en": definition.title.en,
        "questions": [_question(question) for question in definition.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    names = {"single": "likert" if question.scale else "single", "rating_matrix": "matrix"}
    layout: dict[str, Any] = {
        "id": question.name,
        "type": names.get(question.type, question.type),
        "text_zh": question.label.zh,
        "text_en": question.label.en,
        "options": [{"code": o.name, "zh": o.label.zh, "en": o.label.en} for o in question.options],
        "rows": [[row.name, row.label.zh, row.label.en] for row in question.rows],
        "sensitive": question.sensitive,
        "public": question.public,
        "required": question.required,
    }
    kept = ("max_select", "rank_count", "derived_from", "shown_if", "constraint")
    layout |= {name: value for name in kept if (value := getattr(question, name)) is not None}
    if any(option.votes_for for option in question.options):
        layout["maps_to"] = "taxonomy"
    return layout


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    """The rates of all waves together, by the rules of the surveys."""
    waves = [await wave_of(session, season, area) for area in surveyed_areas(season)]
    wholes = [tally for found in (await tallies(session, waves)).values() for tally in found[:1]]
    total = total_of(wholes)
    rates = {
        "issued": total.issued,
        "returned": total.returned,
        "valid": total.valid,
        "recovery_rate": total.recovery.rate,
        "effective_rate": total.effective.rate,
        "validity_rate": total.validity.rate,
    }
    return {"survey": rates}


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    return {"responses.csv": await _responses(session, await _surveys(session, name))}


async def _documents(session: AsyncSession, name: str) -> dict[str, Any]:
    return {SURVEY: survey_layout(definition_of((await _surveys(session, name))[0]))}


async def _entries(session: AsyncSession, name: str, _tender: Tender) -> dict[str, Any]:
    first = (await _surveys(session, name))[0]
    query = sa.select(Wave).where(Wave.survey_id == first.id).order_by(Wave.id).limit(1)
    wave = (await session.scalars(query)).one()
    return {"timeline": {"needs_survey": [written_hour(wave.opens_at), written_hour(wave.closes_at)]}}


ROOM = Room(
    steps=survey_steps, check=_check_responses, sheets=_sheets, documents=_documents, entries=_entries, summary=_summary
)
