"""Offers over the API: drafting, publishing, pausing, editing, withdrawing, and who sees what."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import now
from app.offers.models import Offer
from app.offers.policy import standing_column
from app.offers.queries import waiting
from app.offers.rules import OfferStatus, standing
from app.parties.models import Party
from tests.conftest import ClientOf
from tests.factories.needs import make_terms
from tests.factories.offers import CHENGGONG, make_offer
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DONGHUALU

pytestmark = pytest.mark.anyio
KITCHEN: dict[str, Any] = {
    "title": "长者厨房托管",
    "description": "由持证厨师驻场。",
    "category_codes": ["0101", "0101"],
    "population_codes": ["P04"],
    "coverage_codes": ["530114"],
    "price": "72000.00",
    "price_unit": "元/年",
    "capacity": "200份/日",
    "schedule": "工作日10:30-13:00",
    "qualifications": ["食品经营许可证"],
}


async def organization(session: AsyncSession, **facts: Any) -> tuple[Party, Actor]:
    party = await make_party(session, **facts)
    await make_terms(session, ["0101"], ["P04"])
    await make_area(session, CHENGGONG)
    return party, Actor(4, Role.organization, party.id)


COMMITTEE = Actor(1, Role.committee, 999, DONGHUALU)
BUREAU = Actor(3, Role.purchaser, 998, "530114")


async def test_an_organisation_drafts_an_offer(session: AsyncSession, client_of: ClientOf) -> None:
    party, actor = await organization(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = await client.post("/offers", json=KITCHEN)
        read = await client.get(f"/offers/{drafted.json()['id']}")
    offer = drafted.json()
    assert (drafted.status_code, drafted.headers["etag"], read.json()) == (201, '"1"', offer)
    shown = ("status", "party_id", "category_codes", "coverage_codes", "price", "qualifications", "actions")
    assert {key: offer[key] for key in shown} == {
        "status": "draft",
        "party_id": party.id,
        "category_codes": ["0101"],
        "coverage_codes": [CHENGGONG],
        "price": "72000.00",
        "qualifications": ["食品经营许可证"],
        "actions": ["publish", "edit", "attach", "withdraw"],
    }


async def test_a_draft_says_what_it_lacks_and_the_list_who_may_add_to_it(
    session: AsyncSession, client_of: ClientOf
) -> None:
    _, actor = await organization(session)
    await session.commit()
    async with client_of(actor) as client:
        offer = (await client.post("/offers", json={"title": "助餐", "capacity": "200份/日"})).json()
        listed = (await client.get("/offers")).json()
    assert [(lack["field"], lack["code"]) for lack in offer["missing"]] == [("coverage_codes", "CoverageMissing")]
    assert offer["unsaid"] == ["description", "category_codes", "population_codes", "price", "schedule"]
    assert offer["actions"] == ["edit", "attach", "withdraw"]
    assert listed["actions"] == ["draft", "import"]
    async with client_of(COMMITTEE) as client:
        assert (await client.get("/offers")).json()["actions"] == []


async def test_a_title_is_enough_for_a_draft(session: AsyncSession, client_of: ClientOf) -> None:
    _, actor = await organization(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = await client.post("/offers", json={"title": "助餐"})
        read = await client.get(f"/offers/{drafted.json()['id']}")
    assert (drafted.status_code, read.json()) == (201, drafted.json())
    assert [read.json()[key] for key in ("category_codes", "coverage_codes", "price")] == [[], [], None]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category_codes": ["99"]}, "CategoryUnknown"),
        ({"population_codes": ["P77"]}, "PopulationUnknown"),
        ({"coverage_codes": ["9999"]}, "AreaUnknown"),
        ({"price": "-1"}, "PriceNegative"),
        ({"price": "1.005"}, "InputInvalid"),
        ({"price_unit": ""}, "PriceUnitMissing"),
        ({"available_from": "2026-12-02", "available_until": "2026-12-01"}, "AvailabilityReversed"),
        ({"title": ""}, "FieldBlank"),
        ({"rating": 5}, "InputInvalid"),
    ],
)
async def test_a_faulty_draft_is_refused(
    session: AsyncSession, client_of: ClientOf, change: dict[str, Any], code: str
) -> None:
    _, actor = await organization(session)
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post("/offers", json={**KITCHEN, **change})
        listed = await client.get("/offers")
    assert (refused.status_code, refused.json()["code"], listed.json()["items"]) == (422, code, [])


async def test_nobody_else_learns_that_a_draft_exists(session: AsyncSession, client_of: ClientOf) -> None:
    offer = await make_offer(session, status=OfferStatus.draft)
    _, other = await organization(session)
    await session.commit()
    for actor in (RESIDENT, COMMITTEE, BUREAU, other):
        async with client_of(actor) as client:
            read = await client.get(f"/offers/{offer.id}")
            listed = await client.get("/offers")
        assert (read.status_code, listed.json()["items"]) == (404, [])
    async with client_of(other) as client:
        assert (await client.post(f"/offers/{offer.id}/publish")).status_code == 404
    async with client_of(COMMITTEE) as client:
        assert (await client.post(f"/offers/{offer.id}/publish")).status_code == 403


async def test_an_offer_is_published_paused_resumed_and_withdrawn(session: AsyncSession, client_of: ClientOf) -> None:
    party, actor = await organization(session)
    offer = await make_offer(session, party, status=OfferStatus.draft)
    await session.commit()
    seen = []
    async with client_of(actor) as client:
        for verb in ("publish", "pause", "resume", "withdraw"):
            body = {"reason": "人员调整"} if verb == "withdraw" else None
            answer = (await client.post(f"/offers/{offer.id}/{verb}", json=body)).json()
            seen.append((answer["status"], answer["actions"]))
        refused = await client.post(f"/offers/{offer.id}/resume")
    assert seen == [
        ("published", ["rank", "edit", "attach", "pause", "withdraw"]),
        ("paused", ["resume", "edit", "attach", "withdraw"]),
        ("published", ["rank", "edit", "attach", "pause", "withdraw"]),
        ("withdrawn", []),
    ]
    assert (refused.status_code, refused.json()["code"]) == (409, "MoveRefused")
    noted = list(await session.scalars(sa.select(AuditEvent.event).order_by(AuditEvent.seq)))
    assert noted == ["offer.published", "offer.paused", "offer.resumed", "offer.withdrawn"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"coverage_codes": []}, "CoverageMissing"), ({"available_until": date(2026, 11, 19)}, "AvailabilityPassed")],
)
async def test_publishing_is_refused_and_leaves_a_draft(
    session: AsyncSession, client_of: ClientOf, facts: dict[str, Any], code: str
) -> None:
    party, actor = await organization(session)
    offer = await make_offer(session, party, status=OfferStatus.draft, **facts)
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post(f"/offers/{offer.id}/publish")
        read = await client.get(f"/offers/{offer.id}")
    assert (refused.status_code, refused.json()["code"], read.json()["status"]) == (422, code, "draft")


async def test_an_edit_after_publication_keeps_what_the_offer_said_before(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party, actor = await organization(session)
    offer = await make_offer(session, party)
    _, other = await organization(session)
    await session.commit()
    change = {"title": offer.title, "category_codes": ["0101"], "population_codes": [], "coverage_codes": ["530114"]}
    change |= {"price": "16", "price_unit": "元/份"}
    async with client_of(actor) as client:
        edited = await client.put(f"/offers/{offer.id}", json=change, headers={"If-Match": '"1"'})
        stale = await client.put(f"/offers/{offer.id}", json=change, headers={"If-Match": '"1"'})
        unversioned = await client.put(f"/offers/{offer.id}", json=change)
    async with client_of(other) as client:
        elsewhere = await client.put(f"/offers/{offer.id}", json=change, headers={"If-Match": '"2"'})
        versions = await client.get(f"/offers/{offer.id}/versions")
    assert (edited.status_code, edited.headers["etag"]) == (200, '"2"')
    assert versions.json() == [
        {
            "version": 1,
            "at": "2026-11-20T10:00:00+08:00",
            "changes": {
                "population_codes": {"before": ["P04"], "after": []},
                "price": {"before": "72000.00", "after": "16.00"},
                "price_unit": {"before": "元/年", "after": "元/份"},
            },
        }
    ]
    assert [answer.status_code for answer in (stale, unversioned, elsewhere)] == [412, 428, 403]


async def test_lists_are_filtered_by_words_codes_coverage_and_prices(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party, _ = await organization(session, name_zh="暖藤养老服务中心")
    meals = await make_offer(session, party, ref="O1")
    city = await make_offer(session, coverage_codes=["530100000000"], price=Decimal("16"), price_unit="元/份")
    guandu = await make_offer(
        session,
        title="骑行安全",
        category_codes=["0805"],
        population_codes=["P0102"],
        coverage_codes=["530111000000"],
        price=None,
        price_unit="",
        status=OfferStatus.paused,
    )
    await session.commit()
    wanted = {
        "q=骑行": [guandu],
        "q=O1": [meals],
        "q=暖藤": [meals],
        "area=530114003004": [city, meals],
        "area=530114": [city, meals],
        f"area={DONGHUALU}": [guandu, city],
        "category=08": [guandu],
        "population=P01": [guandu],
        "status=published": [city, meals],
        "status=paused": [guandu],
        "price_unit=元/份&price_until=16": [city],
        "price_from=100": [meals],
        f"party_id={meals.party_id}": [meals],
        "sort=price": [guandu, city, meals],
        "sort=-price&limit=2": [meals, city],
    }
    async with client_of(RESIDENT) as client:
        found = {
            asked: [item["id"] for item in (await client.get(f"/offers?{asked}")).json()["items"]] for asked in wanted
        }
    assert found == {asked: [offer.id for offer in offers] for asked, offers in wanted.items()}


async def test_lists_and_the_rules_agree_on_how_every_offer_stands(session: AsyncSession) -> None:
    today, tomorrow = date(2026, 11, 20), date(2026, 11, 21)
    for status in set(OfferStatus) - {OfferStatus.expired}:
        for last_day in (None, today, tomorrow):
            await make_offer(session, status=status, available_until=last_day)
    for day in (today, tomorrow, date(2026, 11, 22)):
        rows = await session.execute(sa.select(Offer, standing_column(day)))
        assert {said for offer, said in rows if said != standing(offer, day)} == set()
    assert set(await session.scalars(sa.select(standing_column(date(2026, 11, 22))))) == set(OfferStatus)


async def test_drafts_and_offers_about_to_end_wait_for_their_organisation(session: AsyncSession) -> None:
    party, actor = await organization(session)
    draft = await make_offer(session, party, status=OfferStatus.draft)
    ending = await make_offer(session, party, available_until=date(2026, 12, 4))
    await make_offer(session, party, available_until=date(2026, 12, 5))
    await make_offer(session, status=OfferStatus.draft)
    found = await waiting(session, actor, await now(session))
    assert [(item.verb, item.subject_id, item.thing, item.thing_id) for item in found] == [
        ("publish", draft.id, "offer", draft.id),
        ("edit", ending.id, "offer", ending.id),
    ]
    assert await waiting(session, BUREAU, await now(session)) == []
