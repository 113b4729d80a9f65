"""Reading what residents were asked and said, and counting a wave's answers."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.surveys.responses.models import Response
from app.surveys.waves.queries import issued_of
from app.surveys.waves.rules import ResponseStatus
from app.voices.models import Voice
from app.voices.rules import VoiceStatus


class Counts(NamedTuple):
    asked: int
    answers: int
    ayes: int


async def voices_of(session: AsyncSession, contract_id: int) -> list[Voice]:
    query = sa.select(Voice).where(Voice.contract_id == contract_id).order_by(Voice.id)
    return list(await session.scalars(query))


async def awaited_of(session: AsyncSession, wave_id: int) -> Voice | None:
    """What this wave is still to say."""
    query = sa.select(Voice).where(Voice.wave_id == wave_id, Voice.status == VoiceStatus.asked)
    return await session.scalar(query.with_for_update())


async def answers_of(session: AsyncSession, wave_id: int) -> int:
    """How many have answered the wave so far, whatever became of their answers."""
    return await session.scalar(sa.select(sa.func.count()).where(Response.wave_id == wave_id)) or 0


async def doubtful_of(session: AsyncSession, wave_id: int) -> int:
    """How many responses of the wave nobody has reviewed though a rule found them doubtful."""
    doubted = sa.func.jsonb_array_length(Response.suggestions) > 0
    query = sa.select(sa.func.count()).where(
        Response.wave_id == wave_id, Response.status == ResponseStatus.submitted, doubted
    )
    return await session.scalar(query) or 0


async def counts_of(session: AsyncSession, voice: Voice) -> Counts:
    """Who was asked, answered the question, and said yes; what was handed out where that is known. A response counts
    unless somebody has set it aside."""
    assert voice.wave_id is not None  # it was asked by a wave
    answer = Response.answers[voice.question].astext
    counted = Response.status.in_((ResponseStatus.submitted, ResponseStatus.valid))
    query = sa.select(sa.func.count(), sa.func.count().filter(answer.in_(voice.options)))
    row = await session.execute(query.where(Response.wave_id == voice.wave_id, counted, answer.is_not(None)))
    answers, ayes = row.one()
    issued = sum((await issued_of(session, [voice.wave_id])).values())
    return Counts(max(issued, answers), answers, ayes)
