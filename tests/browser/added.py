"""What a test adds to the demonstration before it looks at it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.core.db import make_engine, units
from app.parties.models import Party

Made = TypeVar("Made")


def added(url: str, make: Callable[[AsyncSession, Mapping[str, Party]], Awaitable[Made]]) -> Made:
    """What `make` adds for the parties for which the demonstration accounts act, by user name. In a thread of its own,
    since the one of the tests is the browser's."""
    made: list[Made] = []

    async def add() -> None:
        engine = make_engine(url)
        async with units(engine)() as session:
            made.append(await make(session, await _parties(session)))
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(add()))
    thread.start()
    thread.join()
    return made[0]


async def _parties(session: AsyncSession) -> dict[str, Party]:
    seats = sa.select(Account.username, Party).select_from(Membership)
    seats = seats.join(Account, Account.id == Membership.account_id).join(Party, Party.id == Membership.party_id)
    return {name: party for name, party in await session.execute(seats)}
