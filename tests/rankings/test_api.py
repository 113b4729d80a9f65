"""Rankings with their reasons, as their readers ask for them."""

from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.conftest import ClientOf
from tests.selection.test_api import make_fair

pytestmark = pytest.mark.anyio


async def test_a_need_is_shown_its_offers_with_a_reason_per_criterion(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    async with client_of(fair.committees[0]) as client:
        ranking = (await client.post(f"/selection/needs/{fair.needs[0].id}/ranking")).json()
    assert {row["title"] for row in ranking["rows"]} == {"长者食堂", "送餐"} or ranking["excluded"]
    for row in ranking["rows"]:
        assert len(row["explanation"]) == 8
        assert sum(Decimal(e["contribution"]) for e in row["explanation"]) == Decimal(row["score"])


async def test_weights_can_be_tried_out_but_must_add_up(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    names = ("text", "category", "population", "coverage", "budget", "time", "capacity", "rating")
    only_text = {name: "1" if name == "text" else "0" for name in names}
    async with client_of(fair.committees[0]) as client:
        path = f"/selection/needs/{fair.needs[0].id}/ranking"
        assert (await client.post(path, json={"weights": only_text})).json()["weights"]["text"] == "1"
        refused = await client.post(path, json={"weights": {**only_text, "rating": "0.5"}})
    assert (refused.status_code, refused.json()["code"]) == (422, "WeightsNotOne")


async def test_another_budget_or_a_filter_left_out_can_be_tried_and_changes_nothing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    fair.offers[0].price, fair.offers[0].price_unit = Decimal(8_000), "元/项目"
    fair.offers[1].price, fair.offers[1].price_unit = Decimal(16), "元/份"
    await session.commit()
    path = f"/selection/needs/{fair.needs[0].id}/ranking"
    async with client_of(fair.committees[0]) as client:
        before = (await client.post(path)).json()
        poor = (await client.post(path, json={"budget": "1.00"})).json()
        free = (await client.post(path, json={"budget": "1.00", "without": ["budget"]})).json()
        unknown = await client.post(path, json={"without": ["luck"]})
        after = (await client.post(path)).json()
    assert (before, unknown.status_code) == (after, 422)
    assert poor["admitted"] < before["admitted"] == free["admitted"]
    assert [each["filter"] for each in poor["relax"]] == ["budget"]
    assert poor["relax"][0]["admitted"] == before["admitted"] - poor["admitted"]


async def test_where_nothing_probably_fits_that_comes_with_its_reasons_and_what_would_help(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    fair.needs[0].title, fair.needs[0].description = "河道保洁", "盼有人巡河、捞水面漂浮物。"
    fair.needs[0].category_code = None
    for offer in fair.offers:
        offer.title, offer.description, offer.price, offer.price_unit = "老年合唱", "识谱、发声。", Decimal(16), "元/份"
    await session.commit()
    path = f"/selection/needs/{fair.needs[0].id}/ranking"
    async with client_of(fair.committees[0]) as client:
        other = (await client.post(path)).json()["fit"]
        nobody = (await client.post(path, json={"budget": "1.00"})).json()["fit"]
        fair.offers[0].title, fair.offers[0].description = "河道保洁", "巡河、打捞水面漂浮物。"
        await session.commit()
        found = (await client.post(path)).json()["fit"]
    assert (other["is_doubtful"], other["helps"]) == (True, ["codes"])
    assert "few_words" in other["reasons"]
    assert (nobody["is_doubtful"], nobody["reasons"]) == (True, ["nobody"])
    assert found == {"is_doubtful": False, "reasons": [], "helps": []}


async def test_an_absent_offer_is_told_why(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    fair.offers[0].price, fair.offers[0].price_unit = Decimal(8_000), "元/项目"
    fair.offers[1].price, fair.offers[1].price_unit = Decimal(16), "元/份"
    await session.commit()
    path = f"/selection/needs/{fair.needs[0].id}/ranking"
    async with client_of(fair.committees[0]) as client:
        listed = next(row for row in (await client.post(path)).json()["rows"] if row["id"] == fair.offers[0].id)
        answers = [(await client.post(path, json={"about": about})).json() for about in (listed["id"], 987654)]
        poor = (await client.post(path, json={"about": listed["id"], "budget": "1.00"})).json()["absence"]
    assert [answer["absence"]["reason"] for answer in answers] == ["listed", "unknown"]
    assert answers[0]["absence"]["place"] == listed["place"]
    assert (poor["reason"], poor["facts"]["budget"], poor["title"]) == ("budget", "1.00", listed["title"])


async def test_rankings_are_for_their_own_side_and_go_dark_under_tender(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    path = f"/selection/needs/{fair.needs[0].id}/ranking"
    async with client_of(fair.committees[1]) as client:
        assert (await client.post(path)).status_code == 404
    async with client_of(fair.organizations[0]) as client:
        assert (await client.post(path)).status_code == 403
        assert (await client.post(f"/selection/offers/{fair.offers[1].id}/ranking")).status_code == 404
        own = (await client.post(f"/selection/offers/{fair.offers[0].id}/ranking")).json()
        assert {row["id"] for row in own["rows"]} | {row["id"] for row in own["excluded"]} >= {
            need.id for need in fair.needs
        }
    fair.needs[0].held_as = "tendered"
    fair.needs[0].version += 1
    await session.commit()
    async with client_of(fair.committees[0]) as client:
        dark = await client.post(path)
    assert (dark.status_code, dark.json()["code"]) == (409, "CandidatesWithheld")


async def test_each_place_says_what_it_costs_whom_it_serves_and_when(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    offer, need = fair.offers[0], fair.needs[0]
    offer.price, offer.price_unit, offer.capacity, offer.schedule = Decimal(8_000), "元/年", "每日 40 人", "周一至周五"
    need.budget, need.beneficiaries = Decimal("12000.50"), 60
    await session.commit()
    async with client_of(fair.committees[0]) as client:
        offered = (await client.post(f"/selection/needs/{need.id}/ranking")).json()["rows"]
    async with client_of(fair.organizations[0]) as client:
        asked = (await client.post(f"/selection/offers/{offer.id}/ranking")).json()["rows"]
    terms = {row["id"]: row["terms"] for row in offered}[offer.id]
    assert (terms["side"], terms["price"], terms["price_unit"]) == ("offer", "8000.00", "元/年")
    assert (terms["capacity"], terms["schedule"]) == ("每日 40 人", "周一至周五")
    terms = {row["id"]: row["terms"] for row in asked}[need.id]
    assert (terms["side"], terms["budget"]["amount"], terms["beneficiaries"]) == ("need", "12000.50", 60)
