"""What I did today, and what I wait for others to do."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from tests.conftest import ClientOf
from tests.factories.world import World, make_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(session: AsyncSession) -> World:
    world = await make_world(session)
    await session.commit()
    return world


async def test_what_somebody_did_today_stands_on_the_own_desk_once_and_on_no_other(
    world: World, client_of: ClientOf
) -> None:
    need, title = world.ids["draft need"], {"title": "改过的需求"}
    async with client_of(world.actors["C1"]) as client:
        for version in (1, 2):
            edited = await client.put(f"/needs/{need}", json=title, headers={"If-Match": f'"{version}"'})
            assert edited.status_code == 200, edited.text
        done = (await client.get("/desk")).json()["done"]
    assert [(d["event"], d["thing"], d["thing_id"], d["title"]) for d in done] == [
        ("need.edited", "need", need, "改过的需求")
    ]
    async with client_of(world.actors["C2"]) as client:
        assert (await client.get("/desk")).json()["done"] == []


async def desk_of(client_of: ClientOf, actor: Actor, name: str) -> list[tuple[str, int]]:
    async with client_of(actor) as client:
        return [(item["verb"], item["subject_id"]) for item in (await client.get("/desk")).json()[name]]


async def test_whoever_has_answered_a_pair_waits_for_the_other_side(world: World, client_of: ClientOf) -> None:
    committee, organization = world.actors["C1"], world.actors["O1"]
    (pair,) = [each for each in await desk_of(client_of, committee, "items") if each[0] == "confirm"]
    async with client_of(committee) as client:
        assert (await client.post(f"/selection/pairs/{pair[1]}/confirm")).status_code == 200
    assert pair not in await desk_of(client_of, committee, "items")
    assert pair in await desk_of(client_of, committee, "awaited")
    assert pair in await desk_of(client_of, organization, "items")
    assert pair not in await desk_of(client_of, organization, "awaited")


async def test_whoever_has_sent_a_list_waits_for_the_end_of_the_round(world: World, client_of: ClientOf) -> None:
    for who in ("C1", "O1"):
        async with client_of(world.actors[who]) as client:
            awaited = (await client.get("/desk")).json()["awaited"]
        assert ("selection", "close") in {(i["room"], i["verb"]) for i in awaited}
    async with client_of(world.actors["C3"]) as client:
        assert (await client.get("/desk")).json()["awaited"] == []


async def test_a_question_an_objection_and_a_bid_are_awaited_by_who_handed_them_in(
    world: World, client_of: ClientOf
) -> None:
    found = set()
    for who in sorted(name for name in world.actors if name.startswith("O")):
        async with client_of(world.actors[who]) as client:
            found |= {(i["room"], i["verb"]) for i in (await client.get("/desk")).json()["awaited"]}
    assert {("bids", "open"), ("objections", "reject")} <= found


async def test_what_waits_has_one_line_for_each_thing(world: World, client_of: ClientOf) -> None:
    for actor in world.actors.values():
        if not actor.is_signed_in:
            continue
        async with client_of(actor) as client:
            desk = (await client.get("/desk")).json()
        keys = [(i["room"], i["verb"], i["subject_id"], i["due_at"]) for i in desk["items"]]
        assert len(keys) == len(set(keys)), keys
