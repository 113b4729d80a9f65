"""Draws of every kind: of a bureau and year, the latest, by number, and a new one on its way."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError, NotFound
from app.draws.models import YearlyDraw
from app.draws.rules import DrawTerms, draw_size, undrawable
from app.matching.allocation.market import in_lot_order
from app.parties.models import Party

LONGEST_LIST = 100
Draw = TypeVar("Draw", bound=YearlyDraw)


async def draw_of(session: AsyncSession, kind: type[Draw], party_id: int | None, year: int) -> Draw | None:
    found: Draw | None = await session.scalar(sa.select(kind).where(kind.party_id == party_id, kind.year == year))
    return found


async def latest_draws(session: AsyncSession, kind: type[Draw]) -> Sequence[Draw]:
    """The latest first."""
    query = sa.select(kind).order_by(kind.year.desc(), kind.id.desc()).limit(LONGEST_LIST)
    return (await session.scalars(query)).all()


async def find_draw(session: AsyncSession, kind: type[Draw], draw_id: int) -> Draw:
    """Draws are public. Refusal: NotFound."""
    found = await session.get(kind, draw_id)
    if found is None:
        raise NotFound(draw=draw_id)
    return found


async def hindrance(
    session: AsyncSession, kind: type[Draw], actor: Actor, candidates: int, nothing: type[DomainError], at: datetime
) -> DomainError | None:
    """Why the actor's bureau draws nothing this year."""
    year = shanghai_date(at).year
    is_drawn = await draw_of(session, kind, actor.party_id, year) is not None
    return undrawable(year, candidates, nothing, is_drawn=is_drawn)


async def draft_draw(
    session: AsyncSession,
    kind: type[Draw],
    actor: Actor,
    numbers: Collection[str],
    terms: DrawTerms,
    nothing: type[DomainError],
    at: datetime,
    seed: str | None,
) -> tuple[Draw, tuple[str, ...]]:
    """This year's draw of the actor's bureau, which is locked, and all `numbers` in the order of their lots; `seed`: of
    a replayed season. Refusals: YearDrawn, `nothing`."""
    await session.execute(sa.select(Party.id).where(Party.id == actor.party_id).with_for_update())
    if refusal := await hindrance(session, kind, actor, len(numbers), nothing, at):
        raise refusal
    draw = kind()
    draw.party_id, draw.year, draw.seed = actor.party_id or 0, shanghai_date(at).year, seed or secrets.token_hex(16)
    draw.share, draw.source, draw.size = terms.share, terms.source, draw_size(terms.share, len(numbers))
    draw.drawn_at, draw.drawn_by = at, actor.account_id
    session.add(draw)
    await session.flush()
    return draw, in_lot_order(draw.seed, numbers)
