"""Unmet needs: who puts one on their list and takes it off, what else takes it off, and how the list is read."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app import flow
from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock, now
from app.core.events import REACTIONS
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.needs.service import release_needs
from app.parties.rules import PartyKind
from tests.conftest import ClientOf
from tests.factories.needs import make_need
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE

pytestmark = pytest.mark.anyio
assert flow
HOLD = {event: REACTIONS[event][0] for event in ("pair.confirmed", "tender.published")}
BUREAU = Actor(3, Role.purchaser, 998, "530114")


async def owned(session: AsyncSession, community_code: str = DOUNAN, **facts: Any) -> tuple[Need, Actor]:
    party = await make_party(session, PartyKind.committee, area_code=community_code)
    need = await make_need(session, party, **facts)
    return need, await actor_of(session, Role.committee, party)


async def test_a_committee_puts_its_need_on_the_list_once_and_takes_it_off(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    need, actor = await owned(session)
    await session.commit()
    async with client_of(actor) as client:
        before = (await client.get(f"/needs/{need.id}")).json()
        put = await client.post(f"/needs/{need.id}/advertise")
        again = await client.post(f"/needs/{need.id}/advertise")
        taken = await client.post(f"/needs/{need.id}/take_off")
        twice = await client.post(f"/needs/{need.id}/take_off")
    assert (before["advertised_at"], before["actions"]) == (None, ["edit", "attach", "rank", "advertise", "withdraw"])
    assert (put.status_code, put.json()["advertised_at"]) == (200, clock.at.isoformat())
    assert put.json()["actions"] == ["edit", "attach", "rank", "take_off", "withdraw"]
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyAdvertised")
    assert (taken.status_code, taken.json()["advertised_at"]) == (200, None)
    assert (twice.status_code, twice.json()["code"]) == (409, "NotAdvertised")
    events = await session.scalars(sa.select(AuditEvent.event).where(AuditEvent.object == f"needs:{need.id}"))
    assert sorted(events) == ["need.advertised", "need.taken_off"]


@pytest.mark.parametrize(
    "facts",
    [
        {"status": NeedStatus.draft},
        {"status": NeedStatus.withdrawn},
        {"status": NeedStatus.fulfilled},
        {"held_as": "matched"},
        {"expires_on": date(2026, 11, 21)},
    ],
)
async def test_only_an_open_need_is_put_on_the_list(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock, facts: dict[str, Any]
) -> None:
    need, actor = await owned(session, **facts)
    clock.at += timedelta(days=2)
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post(f"/needs/{need.id}/advertise")
        read = (await client.get(f"/needs/{need.id}")).json()
    assert (refused.status_code, refused.json()["code"]) == (409, "MoveRefused")
    assert "advertise" not in read["actions"]


async def test_nobody_but_its_committee_speaks_for_a_need(session: AsyncSession, client_of: ClientOf) -> None:
    need, _ = await owned(session)
    _, neighbour = await owned(session, community_code=LONGJIE)
    await session.commit()
    refused = []
    for actor in (neighbour, BUREAU, RESIDENT):
        async with client_of(actor) as client:
            refused += [
                (await client.post(f"/needs/{need.id}/{verb}")).status_code for verb in ("advertise", "take_off")
            ]
    assert refused == [403, 403, 403, 403, 401, 401]


@pytest.mark.parametrize("event", HOLD)
async def test_whoever_takes_a_need_takes_it_off_the_list_for_good(session: AsyncSession, event: str) -> None:
    need = await make_need(session, advertised_at=await now(session))
    await HOLD[event](session, BUREAU, need.id)
    assert (need.held_as is not None, need.advertised_at) == (True, None)
    await release_needs(session, BUREAU, need.id)
    assert need.advertised_at is None  # its committee says whether it still has to be sought


async def test_a_need_that_is_withdrawn_leaves_the_list(session: AsyncSession, client_of: ClientOf) -> None:
    need, actor = await owned(session, advertised_at=await now(session))
    await session.commit()
    async with client_of(actor) as client:
        gone = await client.post(f"/needs/{need.id}/withdraw", json={"reason": "已由他处解决"})
    assert (gone.status_code, gone.json()["advertised_at"]) == (200, None)


async def test_the_list_of_unmet_needs_is_everybodys_narrowed_and_sorted_like_any_other(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    at = await now(session)
    meals = {"beneficiaries": 30, "budget": Decimal(9000), "category_code": "0101"}
    await owned(session, title="a", advertised_at=at, **meals)
    lessons = {"beneficiaries": 500, "category_code": "0201", "population_codes": ["P02"], "community_code": LONGJIE}
    await owned(session, title="b", advertised_at=at + timedelta(days=1), **lessons)
    baths = {"budget": Decimal(60_000), "category_code": "0102", "community_code": DONGHUALU}
    await owned(session, title="c", advertised_at=at + timedelta(days=2), **baths)
    await owned(session, title="over since yesterday", advertised_at=at, expires_on=date(2026, 11, 22))
    await owned(session, title="not advertised")
    clock.at += timedelta(days=3)
    await session.commit()

    async def listed(**query: str) -> list[str]:
        async with client_of(RESIDENT) as client:
            page = (await client.get("/needs", params={"is_advertised": "true", **query})).json()
        return [need["title"] for need in page["items"]]

    assert await listed(sort="-advertised_at") == ["c", "b", "a"]
    assert await listed(sort="-beneficiaries") == ["b", "a", "c"]
    assert await listed(sort="-budget") == ["c", "a", "b"]
    assert await listed(category="01", sort="advertised_at") == ["a", "c"]
    assert await listed(population="P02") == ["b"]
    assert await listed(area=LONGJIE) == ["b"]
