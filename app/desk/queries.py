"""One union of what every room has waiting for somebody."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.waiting import Waiting
from app.desk.rules import ordered
from app.parties import queries as parties

WaitingOf = Callable[[AsyncSession, Actor, datetime], Awaitable[list[Waiting]]]
ROOMS: tuple[WaitingOf, ...] = (parties.waiting,)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """What waits for `actor` at `at`, in the order in which it is due."""
    return ordered([item for room in ROOMS for item in await room(session, actor, at)])
