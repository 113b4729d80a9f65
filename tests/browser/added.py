"""What a test adds to the demonstration before it looks at it."""

from collections.abc import Awaitable, Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.core.db import Units
from app.parties.models import Party
from tests.conftest import Made, apart


def added(url: str, make: Callable[[AsyncSession, Mapping[str, Party]], Awaitable[Made]]) -> Made:
    """What `make` adds for the parties for which the demonstration accounts act, by user name."""

    async def add(units: Units) -> Made:
        async with units() as session:
            return await make(session, await _parties(session))

    return apart(url, add)


async def _parties(session: AsyncSession) -> dict[str, Party]:
    seats = sa.select(Account.username, Party).select_from(Membership)
    seats = seats.join(Account, Account.id == Membership.account_id).join(Party, Party.id == Membership.party_id)
    return {name: party for name, party in await session.execute(seats)}
