"""Needs over the API: drafting, publishing, editing, withdrawing, and who sees what."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import paging
from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.needs.rules import NeedStatus
from app.parties.rules import PartyKind
from tests.conftest import ClientOf
from tests.factories.needs import make_need, make_terms
from tests.factories.parties import make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE

pytestmark = pytest.mark.anyio
MEALS: dict[str, Any] = {
    "title": "开办老年助餐点",
    "description": "午饭凑合的多。",
    "category_code": "01",
    "population_codes": ["P04", "P04"],
    "beneficiaries": 180,
    "budget": {"amount": "60000.00", "currency": "CNY"},
    "period_months": 12,
    "starts_on": "2026-12-01",
    "evidence_note": "居民代表会议提出",
}


async def committee(session: AsyncSession, area_code: str = DOUNAN) -> Actor:
    party = await make_party(session, PartyKind.committee, area_code=area_code)
    return Actor(1, Role.committee, party.id, area_code)


STREET = Actor(2, Role.street, 999, "530114003")
BUREAU = Actor(3, Role.purchaser, 998, "530114")
ORGANIZATION = Actor(4, Role.organization, 997)


async def test_a_committee_drafts_a_need_of_its_own_community(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await committee(session)
    await make_terms(session, ["01"], ["P04"])
    await session.commit()
    async with client_of(actor) as client:
        drafted = await client.post("/needs", json=MEALS)
        read = await client.get(f"/needs/{drafted.json()['id']}")
    need = drafted.json()
    assert (drafted.status_code, drafted.headers["etag"], read.json()) == (201, '"1"', need)
    assert {key: need[key] for key in ("status", "community_code", "party_id", "population_codes", "ends_on")} == {
        "status": "draft",
        "community_code": DOUNAN,
        "party_id": actor.party_id,
        "population_codes": ["P04"],
        "ends_on": "2027-11-30",
    }
    assert need["budget"] == {"amount": "60000.00", "currency": "CNY"}
    assert need["actions"] == ["publish", "edit", "attach", "withdraw"]


async def test_a_draft_says_what_it_lacks_and_offers_its_publication_once_it_lacks_nothing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        bare = (await client.post("/needs", json={"title": "助餐"})).json()
        refused = await client.post(f"/needs/{bare['id']}/publish")
        asked = {"title": "助餐", "evidence_note": "居民代表会议提出", "beneficiaries": 180}
        whole = (await client.put(f"/needs/{bare['id']}", json=asked, headers={"If-Match": '"1"'})).json()
        shown = (await client.post(f"/needs/{bare['id']}/publish")).json()
    [lack] = bare["missing"]
    assert (lack["field"], lack["code"]) == ("evidence_note", "EvidenceMissing")
    assert lack["messages"] == refused.json()["messages"]
    assert bare["actions"] == ["edit", "attach", "withdraw"]
    assert (whole["missing"], whole["unsaid"]) == (
        [],
        ["description", "category_code", "population_codes", "budget", "period_months"],
    )
    assert whole["actions"] == ["publish", "edit", "attach", "withdraw"]
    assert (shown["status"], shown["missing"], shown["unsaid"]) == ("published", [], [])


async def test_the_list_of_needs_says_who_may_add_to_it(session: AsyncSession, client_of: ClientOf) -> None:
    own = await committee(session)
    bureau = Actor(3, Role.purchaser, own.party_id, "530114")
    await session.commit()
    granted = []
    for actor in (own, bureau, Actor(5, Role.organization, own.party_id)):
        async with client_of(actor) as client:
            granted.append((await client.get("/needs")).json()["actions"])
    assert granted == [["draft", "import"], ["import"], []]


async def test_a_title_is_enough_for_a_draft(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = await client.post("/needs", json={"title": "助餐"})
        read = await client.get(f"/needs/{drafted.json()['id']}")
    assert (drafted.status_code, read.json()["population_codes"], read.json()["category_code"]) == (201, [], None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category_code": "99"}, "CategoryUnknown"),
        ({"population_codes": ["P77"]}, "PopulationUnknown"),
        ({"budget": {"amount": "0.00"}}, "BudgetNotPositive"),
        ({"budget": {"amount": "-1.00"}}, "InputInvalid"),
        ({"title": "  "}, "FieldBlank"),
        ({"title": "餐" * 201}, "TextTooLong"),
        ({"beneficiaries": 0}, "BeneficiariesNotPositive"),
        ({"period_months": 61}, "PeriodOutOfRange"),
        ({"status": "published"}, "InputInvalid"),
    ],
)
async def test_a_faulty_draft_is_refused(
    session: AsyncSession, client_of: ClientOf, change: dict[str, Any], code: str
) -> None:
    actor = await committee(session)
    await make_terms(session, ["01"], ["P04"])
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post("/needs", json={**MEALS, **change})
        listed = await client.get("/needs")
    assert (refused.status_code, refused.json()["code"], listed.json()["items"]) == (422, code, [])


async def test_a_committee_elsewhere_does_not_learn_that_the_draft_exists(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need = await make_need(session, status=NeedStatus.draft)
    elsewhere = await committee(session, LONGJIE)
    await session.commit()
    for actor in (elsewhere, RESIDENT, ORGANIZATION, BUREAU, Actor(5, Role.street, 996, "530111002")):
        async with client_of(actor) as client:
            read = await client.get(f"/needs/{need.id}")
            listed = await client.get("/needs")
            versions = await client.get(f"/needs/{need.id}/versions")
        assert (read.status_code, listed.json()["items"], versions.status_code) == (404, [], 404)
    async with client_of(elsewhere) as client:
        published = await client.post(f"/needs/{need.id}/publish")
    assert (published.status_code, published.json()["code"]) == (404, "NotFound")


async def test_the_street_office_sees_its_communities_drafts_and_changes_none(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need = await make_need(session, status=NeedStatus.draft)
    await session.commit()
    async with client_of(STREET) as client:
        read = await client.get(f"/needs/{need.id}")
        published = await client.post(f"/needs/{need.id}/publish")
    assert (read.status_code, read.json()["actions"]) == (200, [])
    assert (published.status_code, published.json()["code"]) == (403, "Denied")


async def test_a_committee_elsewhere_reads_a_published_need_and_changes_none(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need = await make_need(session)
    elsewhere = await committee(session, LONGJIE)
    await session.commit()
    async with client_of(elsewhere) as client:
        read = await client.get(f"/needs/{need.id}")
        edited = await client.put(f"/needs/{need.id}", json=MEALS, headers={"If-Match": '"1"'})
        withdrawn = await client.post(f"/needs/{need.id}/withdraw", json={"reason": "重复"})
    assert (read.status_code, read.json()["actions"]) == (200, [])
    assert [edited.status_code, withdrawn.status_code] == [403, 403]
    assert edited.json()["facts"] == {"verb": "edit", "reason": "party"}


async def test_a_draft_is_published_on_its_evidence(session: AsyncSession, client_of: ClientOf) -> None:
    need = await make_need(session, status=NeedStatus.draft)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        published = await client.post(f"/needs/{need.id}/publish")
        again = await client.post(f"/needs/{need.id}/publish")
    async with client_of(RESIDENT) as client:
        read = await client.get(f"/needs/{need.id}")
    assert (published.json()["status"], published.json()["published_at"]) == ("published", "2026-11-20T10:00:00+08:00")
    assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
    assert (read.status_code, read.json()["actions"], read.headers["etag"]) == (200, [], '"2"')
    noted = (await session.execute(sa.select(AuditEvent.event, AuditEvent.object))).all()
    assert [tuple(row) for row in noted] == [("need.published", f"needs:{need.id}")]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"evidence_note": ""}, "EvidenceMissing"),
        ({"starts_on": date(2026, 11, 19)}, "StartPassed"),
        ({"expires_on": date(2026, 11, 19)}, "ExpiryPassed"),
    ],
)
async def test_publishing_is_refused_and_leaves_a_draft(
    session: AsyncSession, client_of: ClientOf, facts: dict[str, Any], code: str
) -> None:
    need = await make_need(session, status=NeedStatus.draft, **facts)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post(f"/needs/{need.id}/publish")
        read = await client.get(f"/needs/{need.id}")
    assert (refused.status_code, refused.json()["code"], read.json()["status"]) == (422, code, "draft")


async def test_an_edit_after_publication_keeps_what_the_need_said_before(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need = await make_need(session, budget=Decimal("60000.00"), category_code="01")
    actor = await committee(session)
    await make_terms(session, ["01"], ["P0401"])
    await session.commit()
    more = {**MEALS, "description": "", "population_codes": ["P0401", "P04"], "starts_on": None, "period_months": None}
    change = {**more, "beneficiaries": None, "budget": {"amount": "65000.00"}}
    async with client_of(actor) as client:
        edited = await client.put(f"/needs/{need.id}", json=change, headers={"If-Match": '"1"'})
        versions = await client.get(f"/needs/{need.id}/versions")
        stale = await client.put(f"/needs/{need.id}", json=MEALS, headers={"If-Match": '"1"'})
        unversioned = await client.put(f"/needs/{need.id}", json=MEALS)
        read = await client.get(f"/needs/{need.id}")
    assert (edited.status_code, edited.headers["etag"], edited.json()["version"]) == (200, '"2"', 2)
    assert versions.json() == [
        {
            "version": 1,
            "at": "2026-11-20T10:00:00+08:00",
            "changes": {
                "budget": {"before": "60000.00", "after": "65000.00"},
                "population_codes": {"before": ["P04"], "after": ["P04", "P0401"]},
            },
        }
    ]
    assert (stale.status_code, stale.json()["code"]) == (412, "StaleVersion")
    assert (unversioned.status_code, unversioned.json()["code"]) == (428, "VersionRequired")
    assert read.json() == edited.json()


async def test_an_edit_of_a_draft_keeps_no_version(session: AsyncSession, client_of: ClientOf) -> None:
    need = await make_need(session, status=NeedStatus.draft, category_code="01")
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        edited = await client.put(f"/needs/{need.id}", json=MEALS, headers={"If-Match": '"1"'})
        versions = await client.get(f"/needs/{need.id}/versions")
    assert (edited.json()["beneficiaries"], edited.json()["version"], versions.json()) == (180, 2, [])


async def test_a_withdrawn_need_says_why(session: AsyncSession, client_of: ClientOf) -> None:
    need = await make_need(session)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        blank = await client.post(f"/needs/{need.id}/withdraw", json={"reason": " "})
        withdrawn = await client.post(f"/needs/{need.id}/withdraw", json={"reason": "已由街道统一办理"})
        edited = await client.put(f"/needs/{need.id}", json=MEALS, headers={"If-Match": '"2"'})
    assert (blank.status_code, blank.json()["code"]) == (422, "InputInvalid")
    assert (withdrawn.json()["status"], withdrawn.json()["withdrawal_reason"]) == ("withdrawn", "已由街道统一办理")
    assert withdrawn.json()["actions"] == []
    assert (edited.status_code, edited.json()["code"]) == (409, "MoveRefused")


async def test_lists_are_filtered_by_words_codes_amounts_and_todays_status(
    session: AsyncSession, client_of: ClientOf
) -> None:
    dounan = await make_need(session, ref="N1", budget=Decimal("60000"), starts_on=date(2027, 1, 1))
    longjie = await make_need(
        session, community_code=LONGJIE, title="防溺水宣传", category_code="0805", population_codes=["P0102"]
    )
    guandu = await make_need(session, community_code=DONGHUALU, budget=Decimal("9000"), expires_on=date(2026, 11, 20))
    await session.execute(sa.text("UPDATE needs SET published_at = published_at - interval '3 days'"))
    await session.execute(sa.text("UPDATE needs SET expires_on = '2026-11-19' WHERE id = :id"), {"id": guandu.id})
    await session.commit()
    wanted = {
        "q=溺水": [longjie],
        "q=N1": [dounan],
        "q=community 530111004002": [guandu],
        "area=530114": [longjie, dounan],
        "area=530114000000": [longjie, dounan],
        "area=530111004000": [guandu],
        "category=08": [longjie],
        "population=P01": [longjie],
        "status=expired": [guandu],
        "status=published": [longjie, dounan],
        "budget_from=10000": [dounan],
        "budget_until=10000": [guandu],
        "starts_from=2026-12-31&starts_until=2027-01-01": [dounan],
        f"party_id={dounan.party_id}": [dounan],
        "q=%25": [],
        "sort=budget": [longjie, guandu, dounan],
        "sort=-budget": [dounan, guandu, longjie],
    }
    async with client_of(RESIDENT) as client:
        found = {
            asked: [item["id"] for item in (await client.get(f"/needs?{asked}")).json()["items"]] for asked in wanted
        }
    assert found == {asked: [need.id for need in needs] for asked, needs in wanted.items()}


async def test_a_list_says_on_its_first_page_how_many_there_are(
    session: AsyncSession, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await make_need(session)
    await make_need(session, status=NeedStatus.draft)
    await session.commit()

    async def said(query: str) -> tuple[int | None, bool]:
        async with client_of(RESIDENT) as client:
            page = (await client.get(f"/needs?{query}")).json()
        return page["total"], page["is_more"]

    async with client_of(RESIDENT) as client:
        cursor = (await client.get("/needs?limit=1")).json()["next_cursor"]
    assert await said("limit=1") == (3, False)
    assert await said("limit=3") == (3, False)
    assert await said("limit=1&budget_until=1") == (0, False)
    assert await said(f"limit=1&cursor={cursor}") == (None, False)
    monkeypatch.setattr(paging, "COUNTED", 2)
    assert await said("limit=1") == (2, True)


@pytest.mark.parametrize("sort", ["title", "-budget", "starts_on", "-published_at", "status", "-community_code", "id"])
async def test_pages_neither_miss_nor_double(session: AsyncSession, client_of: ClientOf, sort: str) -> None:
    for number in range(5):
        await make_need(session, title=f"需求 {number % 2}", budget=Decimal(100 * (number // 2)) or None)
    await session.commit()
    seen, cursor = list[int](), ""
    async with client_of(RESIDENT) as client:
        whole = (await client.get(f"/needs?sort={sort}")).json()["items"]
        while cursor is not None:
            page = (await client.get(f"/needs?sort={sort}&limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
    assert (seen, len(seen)) == ([item["id"] for item in whole], 5)
