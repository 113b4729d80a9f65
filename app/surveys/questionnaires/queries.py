"""Reading surveys: lists, their questionnaires, and whether anybody has answered."""

import json
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import inside
from app.core.actors import Actor
from app.core.fields import STORED
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.queries import party_names
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import visible
from app.surveys.questionnaires.rules import SurveyPurpose, SurveyStatus


def definition_of(survey: Survey) -> SurveyDefinition:
    return written_definition(json.dumps(survey.definition, ensure_ascii=False))


@lru_cache(maxsize=32)
def written_definition(text: str) -> SurveyDefinition:
    """The questionnaire as a row holds it, found again by its whole text, so that whatever is edited or rolled back
    nobody gets another one. To read it anew costs as much as all the rest of taking an answer."""
    return SurveyDefinition.model_validate(json.loads(text), context=STORED)


def title_of(survey: Survey) -> Label:
    return Label.model_validate(survey.definition["title"], context=STORED)


async def list_surveys(
    session: AsyncSession,
    actor: Actor,
    paging: Paging,
    status: SurveyStatus | None = None,
    purpose: SurveyPurpose | None = None,
    area: str = "",
) -> Found[Survey]:
    query = sa.select(Survey).where(visible(actor))
    if purpose is not None:
        query = query.where(Survey.purpose == purpose)
    if status is not None:
        query = query.where(Survey.status == status)
    if area:
        query = query.where(_taken_in(area))
    return await paginate(session, query, paging, id=Survey.id, sorts={"created_at": Survey.created_at})


def _taken_in(area: str) -> sa.ColumnElement[bool]:
    """Waves are a later room, so their tables are named, not imported."""
    waves = sa.table("waves", sa.column("id"), sa.column("survey_id"))
    places = sa.table("wave_communities", sa.column("wave_id"), sa.column("community_code", sa.Text))
    here = places.c.community_code.startswith(inside(area), autoescape=True)
    return sa.exists().where(waves.c.survey_id == Survey.id, places.c.wave_id == waves.c.id, here)


async def asked_by(session: AsyncSession, survey: Survey) -> Label:
    """The name of the party that asks."""
    name = (await party_names(session, [survey.party_id]))[survey.party_id]
    return Label(zh=name.zh, en="" if name.en == name.zh else name.en)


async def is_answered(session: AsyncSession, survey_id: int) -> bool:
    """Whether anybody has answered. Waves and responses are later rooms, so their tables are named, not imported."""
    waves, responses = (
        sa.table("waves", sa.column("id"), sa.column("survey_id")),
        sa.table("responses", sa.column("wave_id")),
    )
    answers = sa.exists().where(waves.c.survey_id == Survey.id, responses.c.wave_id == waves.c.id)
    return await session.scalar(sa.select(Survey.id).where(Survey.id == survey_id, answers)) is not None


async def is_bound(session: AsyncSession, survey_id: int) -> bool:
    """Whether a wave of it was asked to speak for a contract. Voices are a later room, named like the others."""
    waves = sa.table("waves", sa.column("id"), sa.column("survey_id"))
    voices = sa.table("voices", sa.column("wave_id"))
    spoken = sa.exists().where(waves.c.survey_id == Survey.id, voices.c.wave_id == waves.c.id)
    return await session.scalar(sa.select(Survey.id).where(Survey.id == survey_id, spoken)) is not None


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's questionnaires to publish."""
    drafts = sa.select(Survey).where(Survey.party_id == actor.party_id, Survey.status == SurveyStatus.draft)
    return [waits("publish", survey) for survey in await session.scalars(drafts)]


def waits(verb: str, survey: Survey) -> Waiting:
    title = title_of(survey)
    return Waiting("surveys", verb, survey.id, title.zh, None, None, "survey", survey.id, title_en=title.en)
