"""Who may run a wave, and where: whoever runs its survey, in the areas it is responsible for."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role, granted
from app.core.clock import NOW
from app.core.days.calendar import SHANGHAI
from app.core.db import ALIKE_ONCE, given, table_of, together
from app.core.errors import NotFound
from app.core.moves import check_move, verbs_from
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import ASKS, visible
from app.surveys.waves.models import Token, Wave, WaveCommunity
from app.surveys.waves.rules import (
    MOVES,
    Channel,
    ChannelUnfit,
    TokenUnknown,
    WaveStatus,
    hindrance,
    secret_hash,
)

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


class Taking(NamedTuple):
    """What a link leads to at `at`: `token_hash` is None for an open link, which is never spent; `definition` is the
    questionnaire as its row holds it, `frame` the communities that the wave goes to."""

    wave_id: int
    community_code: str
    token_hash: str | None
    is_spent: bool
    status: WaveStatus
    opens_at: datetime | None
    closes_at: datetime | None
    definition: str
    frame: Sequence[str]
    at: datetime


def _taking() -> sa.Select[Any]:
    """One statement, since thousands answer at once. The clock is asked once survey and wave are locked (FOR SHARE)."""
    surveys, waves, tokens, places = map(table_of, (Survey, Wave, Token, WaveCommunity))
    links = given(hashed=sa.Text(), token=sa.Text())
    once = sa.select(links.c.n, tokens.c.wave_id, tokens.c.community_code, tokens.c.token_hash, tokens.c.is_spent)
    open_to_all = sa.select(links.c.n, waves.c.id, places.c.community_code, sa.null(), sa.false())
    link = sa.union_all(
        once.join(tokens, tokens.c.token_hash == links.c.hashed),
        open_to_all.join(waves, waves.c.open_token == links.c.token).join(places, places.c.wave_id == waves.c.id),
    ).subquery("link")
    definition = sa.cast(surveys.c.definition, sa.Text).label("definition")
    held = (
        sa.select(*link.c, waves.c.state, waves.c.opens_at, waves.c.closes_at, definition)
        .join(waves, waves.c.id == link.c.wave_id)
        .join(surveys, surveys.c.id == waves.c.survey_id)
        .order_by(surveys.c.id, waves.c.id)
        .with_for_update(read=True, of=(surveys, waves))
        .cte("held")
    )
    frame = sa.select(places.c.community_code).where(places.c.wave_id == held.c.wave_id)
    in_order = frame.order_by(places.c.community_code).scalar_subquery()
    found = sa.select(*held.c, sa.func.array(in_order, type_=sa.ARRAY(sa.Text)), NOW)
    return found.execution_options(**ALIKE_ONCE)


TAKING = _taking()


async def taking_by(session: AsyncSession, token: str) -> Taking:
    """Where a one-time token or an open link leads; neither survey nor wave is edited or closed while an answer is
    taken. Refusal: TokenUnknown."""
    (row,) = await together(session, (TAKING, {"hashed": secret_hash(token), "token": token}))
    if row is None:
        raise TokenUnknown()
    taking = Taking(*row)
    return taking._replace(status=WaveStatus(taking.status), at=taking.at.astimezone(SHANGHAI))


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
