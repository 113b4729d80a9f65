"""Long work can be left and found again, by those whose it is."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Role
from app.core.clock import SimulatedClock
from app.core.db import Units
from app.core.installation.jobs import open_door
from app.jobs.queries import SHOWN_FOR
from app.tenders.comparisons.jobs import price_losers
from tests.conftest import ClientOf
from tests.factories.awards import make_scored, propose
from tests.factories.panels import purchaser_of
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio


async def test_losers_being_priced_are_found_again_by_the_bureau_and_by_nobody_else(
    session: AsyncSession, units: Units, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), (75, 20_000), places=1)
    await propose(session, tender)
    other = await actor_of(session, Role.purchaser, await make_party(session))
    await session.commit()
    open_door(units)
    async with client_of(purchaser_of(tender)) as client:
        assert (await client.get("/jobs")).json() == []
        await client.post(f"/awards/results/{tender.id}/price_inclusion", json={"lot": "L1"})
        (job,) = (await client.get("/jobs")).json()
        assert (job["verb"], job["thing"], job["thing_id"]) == ("price_inclusion", "comparison", tender.id)
        assert (job["title_zh"], job["status"], job["done"], job["total"]) == (f"{tender.title_zh} L1", "waiting", 0, 2)
        await price_losers(job["subject_id"])
        (job,) = (await client.get("/jobs")).json()
        assert (job["status"], job["done"], job["fault"]) == ("done", 2, None)
    async with client_of(other) as client:
        assert (await client.get("/jobs")).json() == []
    clock.at += SHOWN_FOR * 2
    async with client_of(purchaser_of(tender)) as client:
        assert (await client.get("/jobs")).json() == []
