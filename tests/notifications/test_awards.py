"""Whose award is held by an objection hears of it, and of how it ended."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Role
from app.core.clock import SimulatedClock
from app.parties.models import Party
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of
from tests.factories.panels import purchaser_of
from tests.factories.parties import actor_of
from tests.notifications.test_api import events_of
from tests.tenders.objections.test_api import GROUNDS, published

pytestmark = pytest.mark.anyio
ANSWER = {"answer": "已核对评分表。"}


async def test_whose_award_was_held_hears_that_it_is_let_go_or_undone(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, _, awards = await published(session, clock)
    winner = await actor_of(session, Role.organization, await session.get_one(Party, awards["B01"].party_id))
    await session.commit()

    async def file(lot_id: int | None) -> str:
        async with client_of(bidder_of(awards["B02"])) as client:
            filed = await client.post(f"/objections/results/{tender.id}", json=GROUNDS | {"lot_id": lot_id})
            return f"/objections/{filed.json()['id']}"

    async def told() -> list[str]:
        """What the winner is told of with the next step, a minute after the last."""
        known = len(heard)
        heard[:] = [event for event, _ in await events_of(client_of, winner)]
        clock.at += timedelta(minutes=1)
        return heard[: len(heard) - known]

    heard: list[str] = []
    first = await file(None)
    assert await told() == ["award.held"]
    second = await file(awards["B01"].lot_id)
    assert await told() == ["award.held"]
    async with client_of(bidder_of(awards["B02"])) as client:
        assert (await client.post(f"{first}/withdraw")).status_code == 200
        assert await told() == []  # the second still holds it
    async with client_of(purchaser_of(tender)) as client:
        assert (await client.post(f"{second}/reject", json=ANSWER)).status_code == 200
        assert await told() == ["award.released"]
        third = await file(None)
        assert await told() == ["award.held"]
        assert (await client.post(f"{third}/accept", json=ANSWER)).status_code == 200
        assert await told() == ["award.revoked"]
