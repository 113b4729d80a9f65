"""Reading waves: where they go, what was handed out and what came back of it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core.actors import Actor
from app.core.waiting import Waiting
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import title_of
from app.surveys.waves.models import Issue, Sheet, Token, Wave, WaveCommunity
from app.surveys.waves.rules import TokenUnknown, WaveStatus, secret_hash


class Address(NamedTuple):
    """Where a link leads; `token_hash` is None for an open link, which is never spent."""

    wave_id: int
    community_code: str
    token_hash: str | None
    is_spent: bool


async def waves_of(session: AsyncSession, survey_id: int) -> list[Wave]:
    return list(await session.scalars(sa.select(Wave).where(Wave.survey_id == survey_id).order_by(Wave.id)))


async def frames_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[int, list[str]]:
    """Wave → the communities it goes to, in the order of their codes."""
    query = sa.select(WaveCommunity).where(WaveCommunity.wave_id.in_(wave_ids)).order_by(WaveCommunity.community_code)
    frames: dict[int, list[str]] = {wave_id: [] for wave_id in wave_ids}
    for each in await session.scalars(query):
        frames[each.wave_id].append(each.community_code)
    return frames


async def ledger_of(session: AsyncSession, wave_id: int) -> list[Issue]:
    return list(await session.scalars(sa.select(Issue).where(Issue.wave_id == wave_id).order_by(Issue.id)))


async def issued_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """(wave, community) → how many went out; absent where nothing has been recorded."""
    query = (
        sa.select(Issue.wave_id, Issue.community_code, sa.func.sum(Issue.count))
        .where(Issue.wave_id.in_(wave_ids))
        .group_by(Issue.wave_id, Issue.community_code)
    )
    return {(wave_id, code): int(count) for wave_id, code, count in await session.execute(query)}


async def sheets_of(session: AsyncSession, wave_id: int) -> dict[str, str]:
    """Serial → community of the wave's registered paper questionnaires."""
    sheets = await session.scalars(sa.select(Sheet).where(Sheet.wave_id == wave_id).order_by(Sheet.serial))
    return {sheet.serial: sheet.community_code for sheet in sheets}


async def find_address(session: AsyncSession, token: str) -> Address:
    """Where a one-time token or an open link leads. Refusal: TokenUnknown."""
    found = await session.get(Token, secret_hash(token), populate_existing=True)
    if found is not None:
        return Address(found.wave_id, found.community_code, found.token_hash, found.is_spent)
    query = (
        sa.select(Wave.id, WaveCommunity.community_code)
        .join(WaveCommunity, WaveCommunity.wave_id == Wave.id)
        .where(Wave.open_token == token)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise TokenUnknown()
    return Address(row.id, row.community_code, None, False)


async def place_of(session: AsyncSession, code: str) -> list[str]:
    """The names of a community's district, its street and the community itself."""
    return [area.name for area in (await areas_with_parents(session, [code])).get(code, [])]


async def placed_sheets(session: AsyncSession, wave_id: int, community_code: str | None) -> list[tuple[str, list[str]]]:
    """The wave's sheets, of one community or of all: serial, and the names of where it was handed out."""
    sheets = await sheets_of(session, wave_id)
    wanted = {serial: code for serial, code in sheets.items() if community_code in (None, code)}
    places = {code: await place_of(session, code) for code in sorted(set(wanted.values()))}
    return [(serial, places[code]) for serial, code in wanted.items()]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's waves whose last day has passed."""
    over = sa.select(Wave, Survey).join(Survey, Survey.id == Wave.survey_id).order_by(Wave.id)
    over = over.where(Survey.party_id == actor.party_id, Wave.status == WaveStatus.open, Wave.closes_at <= at)
    return [_to_close(wave, survey) for wave, survey in await session.execute(over)]


def _to_close(wave: Wave, survey: Survey) -> Waiting:
    title = title_of(survey)
    return Waiting(
        "waves",
        "close",
        wave.id,
        title.zh,
        wave.closes_at,
        None,
        "survey",
        survey.id,
        context=wave.title,
        title_en=title.en,
    )
