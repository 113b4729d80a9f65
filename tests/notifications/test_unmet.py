"""Organisations that could answer an unmet need are told of it, and its committee once somebody offers the like."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import SimulatedClock
from app.notifications import of_needs
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from tests.conftest import ClientOf
from tests.factories.needs import make_need
from tests.factories.offers import CHENGGONG, make_offer
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, make_reference
from tests.notifications.test_api import events_of

pytestmark = pytest.mark.anyio
TOLD = [("need.advertised", "need")]
GUANDU = "530111000000"


async def organization(session: AsyncSession, **facts: Any) -> Actor:
    return await actor_of(session, Role.organization, await make_party(session, **facts))


async def offering(session: AsyncSession, *codes: str, **facts: Any) -> Actor:
    actor = await organization(session)
    await make_offer(session, await session.get(Party, actor.party_id), category_codes=list(codes), **facts)
    return actor


async def need_of(session: AsyncSession, **facts: Any) -> tuple[int, Actor]:
    party = await make_party(session, PartyKind.committee, area_code=DOUNAN)
    need = await make_need(session, party, **facts)
    return need.id, await actor_of(session, Role.committee, party)


async def advertise(client_of: ClientOf, actor: Actor, need_id: int, verb: str = "advertise") -> None:
    async with client_of(actor) as client:
        assert (await client.post(f"/needs/{need_id}/{verb}")).status_code == 200


async def test_who_works_in_the_field_where_the_need_lies_is_told_once(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    need_id, committee = await need_of(session, category_code="0103")
    told = [
        await offering(session, "0101"),
        await offering(session, "0199", coverage_codes=[DOUNAN]),
        await organization(session, domain_codes=["01"]),
        await organization(session, domain_codes=["0103"], area_code=GUANDU),
    ]
    others = [
        await offering(session, "0201"),
        await offering(session, "0101", coverage_codes=[GUANDU]),
        await offering(session, "0101", status=OfferStatus.draft),
        await organization(session, domain_codes=["02"]),
        await organization(session, domain_codes=["01"], area_code="310115000000"),
        await actor_of(session, Role.committee, await make_party(session, PartyKind.committee, area_code=DONGHUALU)),
        committee,
    ]
    await session.commit()
    await advertise(client_of, committee, need_id)
    clock.at += timedelta(minutes=1)
    await advertise(client_of, committee, need_id, "take_off")
    await advertise(client_of, committee, need_id)
    assert [await events_of(client_of, each) for each in told] == [TOLD] * len(told)
    assert [await events_of(client_of, each) for each in others] == [[]] * len(others)


async def test_of_many_the_nearest_are_told_and_no_more_than_so_many(
    session: AsyncSession, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_needs, "MOST_TOLD", 3)
    need_id, committee = await need_of(session, category_code="010301")
    far = [await offering(session, "0101") for _ in range(4)]
    near = [await offering(session, "010302") for _ in range(2)]
    await session.commit()
    await advertise(client_of, committee, need_id)
    assert [await events_of(client_of, each) for each in near] == [TOLD] * 2
    assert len([each for each in far if await events_of(client_of, each)]) == 1


async def test_a_need_without_a_code_is_told_by_what_its_words_say(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    need_id, committee = await need_of(
        session, category_code=None, title="想办老年食堂", description="老人吃饭难，盼助餐。"
    )
    silent_id, _ = await need_of(session, category_code=None, title="嗯")
    meals, lessons = await offering(session, "0101"), await offering(session, "0302")
    await session.commit()
    await advertise(client_of, committee, silent_id)
    assert await events_of(client_of, meals) == []
    await advertise(client_of, committee, need_id)
    assert [await events_of(client_of, each) for each in (meals, lessons)] == [TOLD, []]


@pytest.mark.parametrize(
    ("codes", "coverage", "is_told"),
    [
        (["010302"], [CHENGGONG], True),
        (["0201", "0103"], [GUANDU, DOUNAN], True),
        (["0104"], [CHENGGONG], False),
        (["0103"], [GUANDU], False),
        ([], [CHENGGONG], False),
    ],
)
async def test_the_committee_hears_of_a_new_offer_of_the_like(
    session: AsyncSession, client_of: ClientOf, codes: list[str], coverage: list[str], is_told: bool
) -> None:
    need_id, committee = await need_of(session, category_code="010301")
    await need_of(session, category_code="010301", title="未征集")
    draft = {"status": OfferStatus.draft, "category_codes": codes, "coverage_codes": coverage}
    provider = await organization(session)
    offer: Offer = await make_offer(session, await session.get(Party, provider.party_id), **draft)
    await session.commit()
    await advertise(client_of, committee, need_id)
    async with client_of(provider) as client:
        assert (await client.post(f"/offers/{offer.id}/publish")).status_code == 200
    assert await events_of(client_of, committee) == ([("need.offered", "need")] if is_told else [])


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({"category_codes": ["010102"]}, True),
        ({"category_codes": ["0302"]}, False),
        ({"category_codes": [], "title": "老年食堂", "description": "老人助餐，每天一顿热饭。"}, True),
        ({"category_codes": [], "title": "嗯", "description": "嗯"}, False),
    ],
)
async def test_the_committee_of_a_need_without_a_code_hears_of_offers_of_what_its_words_say(
    session: AsyncSession, client_of: ClientOf, facts: dict[str, Any], is_told: bool
) -> None:
    await make_reference(session)
    need_id, committee = await need_of(
        session, category_code=None, title="想办老年食堂", description="老人吃饭难，盼助餐。"
    )
    provider = await organization(session)
    party = await session.get(Party, provider.party_id)
    offer = await make_offer(session, party, status=OfferStatus.draft, **facts)
    await session.commit()
    await advertise(client_of, committee, need_id)
    async with client_of(provider) as client:
        assert (await client.post(f"/offers/{offer.id}/publish")).status_code == 200
    assert await events_of(client_of, committee) == ([("need.offered", "need")] if is_told else [])


async def test_a_coarse_need_hears_of_whatever_lies_under_its_code(session: AsyncSession, client_of: ClientOf) -> None:
    need_id, committee = await need_of(session, category_code="01")
    provider = await organization(session)
    party = await session.get(Party, provider.party_id)
    offer = await make_offer(session, party, status=OfferStatus.draft, category_codes=["0104"])
    await session.commit()
    await advertise(client_of, committee, need_id)
    async with client_of(provider) as client:
        await client.post(f"/offers/{offer.id}/publish")
        told = (await client.get("/notifications")).json()["items"]
    assert told == []
    assert await events_of(client_of, committee) == [("need.offered", "need")]
