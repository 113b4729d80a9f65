"""Who is no longer there takes no place, when the lists close and afterwards; a need sits in one round at a time."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.core.clock import SimulatedClock, now
from app.desk.queries import waiting
from app.matching.allocation.verifier import verify_selection
from app.selection.models import Pair, RoundNeed
from tests.conftest import TODAY, ClientOf
from tests.selection.test_api import CLOSES, Fair, make_fair

pytestmark = pytest.mark.anyio


async def chosen(session: AsyncSession, client_of: ClientOf) -> Fair:
    """Both needs want offer 0 before offer 1; both offers want need 0 before need 1."""
    fair = await make_fair(session)
    await fair.open(client_of)
    for number in (0, 1):
        assert await fair.choose(client_of, "needs", number, [[offer.id] for offer in fair.offers]) == 200
        assert await fair.choose(client_of, "offers", number, [[need.id] for need in fair.needs]) == 200
    return fair


async def withdraw_need(client_of: ClientOf, fair: Fair, number: int = 0) -> None:
    async with client_of(fair.committees[number]) as client:
        path = f"/needs/{fair.needs[number].id}/withdraw"
        assert (await client.post(path, json={"reason": "已由他处解决"})).status_code == 200


async def pause_offer(client_of: ClientOf, fair: Fair, number: int = 0) -> None:
    async with client_of(fair.organizations[number]) as client:
        assert (await client.post(f"/offers/{fair.offers[number].id}/pause")).status_code == 200


async def ask(client: AsyncClient, fair: Fair, verb: str) -> dict[str, Any]:
    answer = await client.post(f"/selection/rounds/{fair.round_id}/{verb}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def shown(client: AsyncClient, fair: Fair) -> set[tuple[str, str, str]]:
    """(need, offer, status) of the pairs, by number."""
    needs, offers = ({thing.id: str(n) for n, thing in enumerate(side)} for side in (fair.needs, fair.offers))
    pairs = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
    return {(needs[p["need_id"]], offers[p["offer_id"]], p["status"]) for p in pairs}


async def close(client_of: ClientOf, clock: SimulatedClock, fair: Fair) -> dict[str, Any]:
    clock.at = CLOSES
    async with client_of(fair.bureau) as client:
        return await ask(client, fair, "close")


async def test_a_need_withdrawn_after_the_opening_takes_no_place_and_the_next_one_gets_it(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await withdraw_need(client_of, fair)
    closed = await close(client_of, clock, fair)
    assert closed["unmatched"] == {"needs": {"N0": "gone"}, "offers": {"O1": "chosen_elsewhere"}}
    async with client_of(fair.bureau) as client:
        assert await shown(client, fair) == {("1", "0", "proposed")}


async def test_an_offer_paused_after_the_opening_takes_no_place(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await pause_offer(client_of, fair)
    closed = await close(client_of, clock, fair)
    assert closed["unmatched"] == {"needs": {"N1": "places_taken"}, "offers": {"O0": "gone"}}
    async with client_of(fair.bureau) as client:
        assert await shown(client, fair) == {("0", "1", "proposed")}


async def test_a_need_whose_last_day_passed_before_the_closing_takes_no_place(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    fair.needs[0].expires_on = (CLOSES - timedelta(days=2)).date()
    fair.offers[1].available_until = (CLOSES - timedelta(days=2)).date()
    await session.commit()
    closed = await close(client_of, clock, fair)
    assert closed["unmatched"] == {"needs": {"N0": "gone"}, "offers": {"O1": "gone"}}


async def test_the_export_says_who_was_gone_and_verifies(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await withdraw_need(client_of, fair)
    closed = await close(client_of, clock, fair)
    async with client_of(RESIDENT) as client:
        exported = (await client.get(f"/selection/rounds/{fair.round_id}/export")).json()
    facts, faults = verify_selection(exported, closed["digest"])
    assert (facts["matched"], faults) == (1, [])
    assert [(need["key"], need["gone"], need["groups"]) for need in exported["needs"]] == [
        ("N0", True, []),
        ("N1", False, [["O0"], ["O1"]]),
    ]


async def test_before_the_closing_everybody_sees_who_is_no_longer_there(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await chosen(session, client_of)
    await withdraw_need(client_of, fair)
    async with client_of(fair.organizations[0]) as client:
        seats = (await client.get(f"/selection/rounds/{fair.round_id}/seats?side=need")).json()
    assert [(seat["key"], seat["is_here"]) for seat in seats] == [("N0", False), ("N1", True)]


async def test_a_pair_whose_need_is_gone_has_lapsed_and_cannot_be_answered(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await close(client_of, clock, fair)
    await withdraw_need(client_of, fair)
    (pair,) = await session.scalars(sa.select(Pair.id).where(Pair.need_id == fair.needs[0].id))
    async with client_of(fair.organizations[0]) as client:
        assert await shown(client, fair) == {("0", "0", "lapsed")}
        refused = await client.post(f"/selection/pairs/{pair}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "PairLapsed")
    at = await now(session)
    assert [each for each in await waiting(session, fair.organizations[0], at) if each.room == "selection"] == []
    assert [each.verb for each in await waiting(session, fair.bureau, at) if each.room == "selection"] == ["fill"]


async def test_when_somebody_is_gone_after_the_proposal_the_next_one_moves_up(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    first = fair.offers[0].id
    for number in (0, 1):
        assert await fair.choose(client_of, "needs", number, [[first]]) == 200
    assert await fair.choose(client_of, "offers", 0, [[need.id] for need in fair.needs]) == 200
    closed = await close(client_of, clock, fair)
    await withdraw_need(client_of, fair)
    async with client_of(fair.bureau) as client:
        filled = await ask(client, fair, "fill")
        assert await shown(client, fair) == {("0", "0", "lapsed"), ("1", "0", "proposed")}
        again = await ask(client, fair, "fill")
        assert len(await shown(client, fair)) == 2
    assert {each["digest"] for each in (closed, filled, again)} == {closed["digest"]}


async def test_the_next_one_moves_up_without_taking_anybodys_pair_or_offering_what_was_declined(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await close(client_of, clock, fair)
    (pair,) = await session.scalars(sa.select(Pair.id).where(Pair.need_id == fair.needs[0].id))
    async with client_of(fair.committees[0]) as client:
        assert (await client.post(f"/selection/pairs/{pair}/decline")).status_code == 200
    async with client_of(fair.bureau) as client:
        await ask(client, fair, "fill")
        assert await shown(client, fair) == {("0", "0", "declined"), ("1", "1", "proposed")}


async def test_a_paused_offers_need_gets_another_partner(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    async with client_of(fair.organizations[1]) as client:
        path = f"/selection/rounds/{fair.round_id}/offers/{fair.offers[1].id}/preferences"
        await client.put(path, json={"groups": [[need.id] for need in fair.needs], "places": 2})
    await close(client_of, clock, fair)
    await pause_offer(client_of, fair)
    async with client_of(fair.bureau) as client:
        await ask(client, fair, "fill")
        assert await shown(client, fair) == {("0", "0", "lapsed"), ("0", "1", "proposed"), ("1", "1", "proposed")}


async def second_round(client: AsyncClient) -> dict[str, Any]:
    body = {"area_code": "530114000000", "title_zh": "第二轮", "opens_at": TODAY.isoformat()}
    made = await client.post("/selection/rounds", json={**body, "closes_at": CLOSES.isoformat()})
    return dict((await client.post(f"/selection/rounds/{made.json()['id']}/open")).json())


async def test_a_need_sits_in_one_round_at_a_time(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    async with client_of(fair.bureau) as client:
        refused = await second_round(client)
        assert (refused["code"], refused["facts"]) == ("RoundWithoutSides", {"needs": 0, "offers": 2, "held": 2})
    await withdraw_need(client_of, fair, 1)
    await close(client_of, clock, fair)
    async with client_of(fair.bureau) as client:
        await ask(client, fair, "finish")
        clock.at = TODAY
        opened = await second_round(client)
    assert (opened["status"], opened["needs_elsewhere"]) == ("open", 0)


async def test_what_nobody_confirmed_lapses_with_its_round(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await close(client_of, clock, fair)
    async with client_of(fair.bureau) as client:
        await ask(client, fair, "cancel")
        assert {status for _, _, status in await shown(client, fair)} == {"lapsed"}
    pair = await session.scalar(sa.select(Pair.id).where(Pair.need_id == fair.needs[0].id))
    async with client_of(fair.committees[0]) as client:
        refused = await client.post(f"/selection/pairs/{pair}/confirm")
    assert refused.json()["code"] == "PairLapsed"


async def test_the_database_holds_no_need_in_two_rounds(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    async with client_of(fair.bureau) as client:
        body = {"area_code": "530114000000", "title_zh": "另一轮", "opens_at": TODAY.isoformat()}
        other = await client.post("/selection/rounds", json={**body, "closes_at": CLOSES.isoformat()})
    need = fair.needs[0]
    seat = RoundNeed(round_id=other.json()["id"], need_id=need.id, party_id=need.party_id, key="N0", need_version=1)
    session.add(seat)
    with pytest.raises(IntegrityError, match="uq_round_needs_held_need_id"):
        await session.flush()
