"""A round from its opening to confirmed pairs, as its people go through it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SimulatedClock
from app.needs.models import Need
from app.offers.models import Offer
from app.parties.rules import PartyKind
from app.selection.models import PreferenceList, Round
from tests.conftest import TODAY, ClientOf
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DONGHUALU, LONGJIE

pytestmark = pytest.mark.anyio
CLOSES = TODAY + timedelta(days=7)


@dataclass
class Fair:
    """Two committees with a need each, two organisations with an offer each, and the bureau."""

    bureau: Actor
    committees: list[Actor]
    organizations: list[Actor]
    needs: list[Need]
    offers: list[Offer]
    round_id: int = 0

    async def open(self, client_of: ClientOf) -> None:
        body = {"area_code": "530114000000", "title_zh": "冬季双选", "closes_at": CLOSES.isoformat()}
        async with client_of(self.bureau) as client:
            made = await client.post("/selection/rounds", json={**body, "opens_at": TODAY.isoformat()})
            self.round_id = made.json()["id"]
            opened = await client.post(f"/selection/rounds/{self.round_id}/open")
            assert opened.json()["status"] == "open", opened.text

    async def choose(self, client_of: ClientOf, side: str, number: int, groups: list[list[int]]) -> int:
        actor = (self.committees if side == "needs" else self.organizations)[number]
        subject = (self.needs if side == "needs" else self.offers)[number]
        async with client_of(actor) as client:
            path = f"/selection/rounds/{self.round_id}/{side}/{subject.id}/preferences"
            return (await client.put(path, json={"groups": groups})).status_code


async def make_fair(session: AsyncSession) -> Fair:
    bureau = await make_party(session, PartyKind.bureau)
    communities = [await make_party(session, PartyKind.committee, area_code=c) for c in ("530114003004", LONGJIE)]
    providers = [await make_party(session, ref=ref) for ref in ("G01", "G02")]
    fair = Fair(
        await actor_of(session, Role.purchaser, bureau),
        [await actor_of(session, Role.committee, party) for party in communities],
        [await actor_of(session, Role.organization, party) for party in providers],
        [
            await make_need(session, communities[0], ref="N0", budget=Decimal(8000)),
            await make_need(session, communities[1], ref="N1", budget=Decimal(60000)),
        ],
        [
            await make_offer(session, providers[0], ref="O0", title="长者食堂", price_unit="元/份"),
            await make_offer(session, providers[1], ref="O1", title="送餐", price_unit="元/份"),
        ],
    )
    await make_need(session, await make_party(session, PartyKind.committee, area_code=DONGHUALU), title="邻区的需求")
    await session.commit()
    return fair


async def test_both_sides_choose_a_stable_allocation_is_proposed_and_both_confirm(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    first, second = fair.offers[0].id, fair.offers[1].id
    assert await fair.choose(client_of, "needs", 0, [[first], [second]]) == 200
    assert await fair.choose(client_of, "needs", 1, [[first, second]]) == 200
    assert await fair.choose(client_of, "offers", 0, [[fair.needs[1].id], [fair.needs[0].id]]) == 200
    assert await fair.choose(client_of, "offers", 1, [[fair.needs[0].id, fair.needs[1].id]]) == 200
    clock.at = CLOSES
    async with client_of(fair.bureau) as client:
        closed = (await client.post(f"/selection/rounds/{fair.round_id}/close")).json()
        assert (closed["status"], closed["unmatched"]) == ("proposed", {"needs": {}, "offers": {}})
        certificate = (await client.get(f"/selection/rounds/{fair.round_id}/certificate")).json()
        assert (certificate["stable"], certificate["blocking"]) == (True, [])
        kept = await session.scalar(sa.select(Round.certificate).where(Round.id == fair.round_id))
        assert json.dumps(certificate, sort_keys=True) == json.dumps(kept, sort_keys=True)
        pairs = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
        assert len(pairs) == 2
    pair = next(p for p in pairs if p["need_id"] == fair.needs[0].id)
    provider = fair.organizations[[first, second].index(pair["offer_id"])]
    async with client_of(fair.committees[0]) as client:
        assert (await client.post(f"/selection/pairs/{pair['id']}/confirm")).json()["status"] == "proposed"
        again = await client.post(f"/selection/pairs/{pair['id']}/confirm")
        assert (again.status_code, again.json()["code"]) == (409, "PairAnswered")
    async with client_of(provider) as client:
        confirmed = (await client.post(f"/selection/pairs/{pair['id']}/confirm")).json()
    assert (confirmed["status"], confirmed["basis"], confirmed["actions"]) == ("confirmed", "micro_grant", [])


async def test_buttons_are_those_that_state_hour_and_person_allow(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    clock.at = TODAY - timedelta(hours=1)
    await fair.open(client_of)

    async def buttons(actor: Actor, of: str = "") -> list[list[str]]:
        async with client_of(actor) as client:
            found = (await client.get(f"/selection/rounds/{fair.round_id}{of}")).json()
            return [each["actions"] for each in (found if of else [found])]

    assert [await buttons(actor, "/preferences") for actor in (fair.committees[0], RESIDENT)] == [[[]], []]
    clock.at = TODAY
    assert [await buttons(actor) for actor in (fair.bureau, RESIDENT)] == [[["cancel"]], [[]]]
    assert await buttons(fair.committees[0], "/preferences") == [["submit"]]
    await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]])
    await fair.choose(client_of, "offers", 0, [[fair.needs[0].id]])
    clock.at = CLOSES
    assert await buttons(fair.bureau) == [["derive", "close", "cancel"]]
    assert await buttons(fair.committees[0], "/preferences") == [[]]
    async with client_of(fair.bureau) as client:
        await client.post(f"/selection/rounds/{fair.round_id}/close")
    assert await buttons(fair.bureau) == [["fill", "finish", "cancel"]]
    sides = (fair.committees[0], fair.organizations[0], fair.bureau)
    assert [await buttons(actor, "/pairs") for actor in sides] == [[["confirm", "decline"]]] * 2 + [[[]]]


async def test_one_no_ends_a_pair(session: AsyncSession, client_of: ClientOf, clock: SimulatedClock) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]])
    await fair.choose(client_of, "offers", 0, [[fair.needs[0].id]])
    clock.at = CLOSES
    async with client_of(fair.bureau) as client:
        closed = (await client.post(f"/selection/rounds/{fair.round_id}/close")).json()
        assert closed["unmatched"]["needs"] == {"N1": "no_mutual_choice"}
        (pair,) = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
    async with client_of(fair.organizations[0]) as client:
        assert (await client.post(f"/selection/pairs/{pair['id']}/decline")).json()["status"] == "declined"
    async with client_of(RESIDENT) as client:
        assert (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json() == []


async def test_lists_are_refused_after_closing_and_from_strangers(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    assert await fair.choose(client_of, "needs", 0, [[999999]]) == 422
    async with client_of(fair.committees[1]) as client:
        path = f"/selection/rounds/{fair.round_id}/needs/{fair.needs[0].id}/preferences"
        assert (await client.put(path, json={"groups": []})).status_code == 404
    async with client_of(fair.bureau) as client:
        early = await client.post(f"/selection/rounds/{fair.round_id}/close")
        assert (early.status_code, early.json()["code"]) == (409, "RoundStillOpen")
    clock.at = CLOSES
    assert await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]]) == 409


async def test_what_was_paused_or_withdrawn_since_the_opening_gets_no_list(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    async with client_of(fair.organizations[0]) as client:
        assert (await client.post(f"/offers/{fair.offers[0].id}/pause")).status_code == 200
    async with client_of(fair.committees[0]) as client:
        withdrawn = await client.post(f"/needs/{fair.needs[0].id}/withdraw", json={"reason": "已由他处解决"})
        assert withdrawn.status_code == 200, withdrawn.text
    clock.at = CLOSES - timedelta(days=1)
    async with client_of(fair.bureau) as client:
        derived = await client.post(f"/selection/rounds/{fair.round_id}/derive")
    assert derived.status_code == 200, derived.text
    lists = await session.execute(sa.select(PreferenceList.side, PreferenceList.subject_id))
    assert {tuple(each) for each in lists} == {("need", fair.needs[1].id), ("offer", fair.offers[1].id)}


async def test_lists_that_nobody_handed_in_are_derived_from_the_ranking_and_say_so(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    for offer in fair.offers:  # within what the needs can spend
        offer.price, offer.price_unit = Decimal(16), "元/份"
    await session.commit()
    await fair.open(client_of)
    await fair.choose(client_of, "needs", 0, [[fair.offers[1].id]])
    address = f"/selection/rounds/{fair.round_id}"
    async with client_of(fair.bureau) as client, client_of(RESIDENT) as public:
        early = (await client.post(f"{address}/derive")).json()
        clock.at = CLOSES - timedelta(days=1)
        before, told = (await client.get(address)).json(), (await public.get(address)).json()
        assert (await client.post(f"{address}/derive")).status_code == 200
        after, again = (await client.get(address)).json(), (await client.post(f"{address}/derive")).json()
    assert (early["code"], again["code"]) == ("DerivedTooEarly", "NothingToDerive")
    assert [(each["missing"], "derive" in each["actions"]) for each in (before, after, told)] == [
        ({"needs": 1, "offers": 2}, True),
        (None, False),
        (None, False),
    ]
    sources = []
    for actor in (*fair.committees, fair.organizations[0]):
        async with client_of(actor) as client:
            (own,) = (await client.get(f"/selection/rounds/{fair.round_id}/preferences")).json()
            sources.append((own["source"], sum(map(len, own["groups"])) > 0))
    assert sources == [("submitted", True), ("derived", True), ("derived", True)]


async def test_a_round_takes_in_its_own_area_only(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    async with client_of(RESIDENT) as client:
        seats = (await client.get(f"/selection/rounds/{fair.round_id}/seats?side=need")).json()
    assert [seat["key"] for seat in seats] == ["N0", "N1"]


async def test_a_bureau_cannot_open_a_round_outside_its_district(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    body = {"area_code": DONGHUALU, "title_zh": "越区", "opens_at": TODAY.isoformat(), "closes_at": CLOSES.isoformat()}
    async with client_of(fair.bureau) as client:
        assert (await client.post("/selection/rounds", json=body)).status_code == 403
        wrong = {**body, "area_code": "530114000000", "closes_at": TODAY.isoformat()}
        assert (await client.post("/selection/rounds", json=wrong)).json()["code"] == "RoundTimesWrong"


async def test_needs_of_two_committees_with_the_same_number_are_told_apart(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    third = await make_party(session, PartyKind.committee, area_code="530114001005")
    twin = await make_need(session, third, ref="N0")
    await session.commit()
    await fair.open(client_of)
    async with client_of(fair.bureau) as client:
        seats = (await client.get(f"/selection/rounds/{fair.round_id}/seats?side=need")).json()
    assert sorted(seat["key"] for seat in seats) == sorted([f"N0#{fair.needs[0].id}", f"N0#{twin.id}", "N1"])
