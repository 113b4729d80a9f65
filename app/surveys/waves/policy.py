"""Who may run a wave, and where: whoever runs its survey, in the areas it is responsible for."""

from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role, granted
from app.core.errors import NotFound
from app.core.moves import check_move, verbs_from
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import ASKS, visible
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import MOVES, Channel, ChannelUnfit, hindrance

T = TypeVar("T")
WHO = {verb: ASKS for _, verb in MOVES} | {"print_poster": ASKS}


def denial(actor: Actor, verb: str, survey: Survey) -> str | None:
    """Why `actor` may not `verb` a wave of this survey; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return None if survey.party_id == actor.party_id else "party"


def actions(actor: Actor, survey: Survey, wave: Wave) -> list[str]:
    """The buttons this actor sees: what the status, the channel and the survey allow and the policy grants."""
    verbs = [v for v in verbs_from(MOVES, wave.status) if hindrance(v, wave.channel, survey.status) is None]
    return [verb for verb in verbs if denial(actor, verb, survey) is None]


def may_survey(actor: Actor, code: str) -> bool:
    """A committee or street office asks in its own area; a bureau also beyond, for surveys held together."""
    return actor.role is Role.purchaser or actor.covers(code)


async def read_wave(session: AsyncSession, actor: Actor, wave_id: int) -> tuple[Survey, Wave]:
    query = sa.select(Survey, Wave).join(Wave, Wave.survey_id == Survey.id).where(Wave.id == wave_id, visible(actor))
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound(wave=wave_id)
    return found


async def open_token(session: AsyncSession, actor: Actor, wave_id: int) -> str:
    """What the open link of the wave ends in. Refusals: NotFound, ChannelUnfit."""
    _, wave = await read_wave(session, actor, wave_id)
    if wave.open_token is None:
        raise ChannelUnfit(channel=wave.channel.value, allowed=Channel.open_link.value)
    return wave.open_token


async def access_wave(session: AsyncSession, actor: Actor, wave_id: int, verb: str) -> tuple[Survey, Wave]:
    """The wave, locked for `verb`, and its survey, which stays as it is meanwhile. Refusals: NotFound, Denied."""
    survey = granted(
        await survey_of(session, wave_id, visible(actor)), verb, partial(denial, actor, verb), wave=wave_id
    )
    return survey, await locked(session, sa.select(Wave).where(Wave.id == wave_id).with_for_update())


def check_wave(survey: Survey, wave: Wave, verb: str) -> None:
    """Refuse what the wave's status, channel or survey does not allow: MoveRefused, and those of `hindrance`."""
    check_move(MOVES, wave.status, verb)
    if refusal := hindrance(verb, wave.channel, survey.status):
        raise refusal


async def taking_wave(session: AsyncSession, wave_id: int) -> tuple[Survey, Wave]:
    """Survey and wave of a token or a receipt; neither is edited or closed while an answer is taken (FOR SHARE)."""
    survey = await survey_of(session, wave_id, sa.true())
    assert survey is not None
    return survey, await locked(session, sa.select(Wave).where(Wave.id == wave_id).with_for_update(read=True))


async def survey_of(session: AsyncSession, wave_id: int | None, condition: sa.ColumnElement[bool]) -> Survey | None:
    own = sa.select(Wave.survey_id).where(Wave.id == wave_id).scalar_subquery()
    return await session.scalar(
        sa.select(Survey)
        .where(Survey.id == own, condition)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


async def locked(session: AsyncSession, query: sa.Select[T]) -> T:
    """The one row of `query` as it is now that it is locked, whatever was read of it before."""
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()
