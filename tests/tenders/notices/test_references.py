"""What a notice may name: needs that its bureau sees and buys for, communities of its own area."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.needs.models import Need, NeedPopulation
from app.needs.rules import NeedStatus
from app.parties.rules import PartyKind
from app.tenders.notices.models import LotNeed, Tender
from app.tenders.notices.rules import TenderStatus
from tests.conftest import ClientOf
from tests.factories.needs import make_need
from tests.factories.notices import make_lot, make_tender
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DONGHUALU
from tests.tenders.notices.facts import purchaser
from tests.tenders.notices.test_api import body, yuan

pytestmark = pytest.mark.anyio


def naming(need_id: int, *, in_item: bool) -> dict[str, Any]:
    lot = {"code": "L1", "title_zh": "项目", "kind": "service", "places": 1}
    lot |= {"budget": yuan(60_000), "ceiling": yuan(30_000)}
    named = {"items": [{"code": "L1-1", "need_id": need_id}]} if in_item else {"need_ids": [need_id]}
    return body(lots=[lot | named])


async def elsewhere(session: AsyncSession) -> Actor:
    return await purchaser(session, await make_party(session, PartyKind.bureau, area_code="530111000000"))


@pytest.mark.parametrize("in_item", [True, False])
async def test_a_draft_cannot_be_told_from_a_need_that_does_not_exist(
    session: AsyncSession, client_of: ClientOf, in_item: bool
) -> None:
    need, actor = await make_need(session, status=NeedStatus.draft), await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        hidden = await client.post("/tenders", json=naming(need.id, in_item=in_item))
        await session.execute(sa.delete(NeedPopulation))
        await session.execute(sa.delete(Need))
        await session.commit()
        absent = await client.post("/tenders", json=naming(need.id, in_item=in_item))
    assert (hidden.status_code, hidden.json()["code"], hidden.text) == (422, "NeedUnknown", absent.text)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Tender)) == 0


@pytest.mark.parametrize("in_item", [True, False])
async def test_a_bureau_tenders_no_need_of_another_district(
    session: AsyncSession, client_of: ClientOf, in_item: bool
) -> None:
    need, actor = await make_need(session), await elsewhere(session)
    await session.commit()
    async with client_of(actor) as client:
        wanted = naming(need.id, in_item=in_item) | {"area_code": "530111000000"}
        refused = await client.post("/tenders", json=wanted)
        plain = (await client.post("/tenders", json=body(area_code="530111000000"))).json()
        edited = await client.put(f"/tenders/{plain['id']}", json=wanted, headers={"If-Match": '"1"'})
    assert [(answer.status_code, answer.json()["facts"]) for answer in (refused, edited)] == [
        (403, {"verb": "tender", "reason": "area"})
    ] * 2
    assert await session.scalar(sa.select(Need.status).where(Need.id == need.id)) is NeedStatus.published


async def test_a_draft_notice_that_names_a_foreign_need_since_long_is_not_published(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need, actor = await make_need(session), await elsewhere(session)
    bureau = await make_party(session, PartyKind.bureau, area_code="530111000000")
    tender = await make_tender(session, bureau, status=TenderStatus.draft, lots=0)
    lot = await make_lot(session, tender)
    session.add(LotNeed(lot_id=lot.id, need_id=need.id))
    await session.commit()
    actor = Actor(1, actor.role, bureau.id, "530111")
    async with client_of(actor) as client:
        refused = await client.post(f"/tenders/{tender.id}/publish")
    assert (refused.status_code, refused.json()["facts"]) == (403, {"verb": "tender", "reason": "area"})


async def test_an_item_lies_in_a_community_that_the_bureau_buys_for(session: AsyncSession, client_of: ClientOf) -> None:
    await make_area(session, DONGHUALU)
    actor = await purchaser(session)
    await session.commit()
    lot = {"code": "L1", "title_zh": "项目", "kind": "service", "places": 1, "budget": yuan(9), "ceiling": yuan(9)}
    async with client_of(actor) as client:
        answers = [
            await client.post("/tenders", json=body(lots=[lot | {"items": [{"code": "L1-1", "community_code": code}]}]))
            for code in (DONGHUALU, "530199999999")
        ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "Denied"),
        (422, "AreaUnknown"),
    ]
