"""Tenders over HTTP: the draft, the public portal, amendments, enquiries."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SimulatedClock
from app.parties.models import Party
from app.tenders.notices.rules import TenderStatus
from tests.conftest import ClientOf
from tests.factories.notices import PUBLISHED, make_tender
from tests.tenders.notices.facts import DATES, DISTRICT, MIDNIGHT, bidder, purchaser

pytestmark = pytest.mark.anyio


def yuan(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.00", "currency": "CNY"}


def body(**facts: Any) -> dict[str, Any]:
    lot = {"code": "L1", "title_zh": "服务项目", "kind": "service", "places": 2}
    return {
        "ref": "cg-2026-01",
        "area_code": DISTRICT,
        "title_zh": "呈贡区社会服务项目大赛",
        "profile": "venture",
        "budget": yuan(100_000),
        "overspend_rule": "trim",
        "tie_criterion": "C1",
        **{name: at.isoformat() for name, at in DATES.items()},
        "lots": [{**lot, "budget": yuan(60_000), "ceiling": yuan(30_000)}],
        "criteria": [{"code": "C1", "label_zh": "方案", "maximum": "100"}],
        **facts,
    }


async def test_a_bureau_drafts_edits_and_publishes(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = await client.post("/tenders", json=body())
        tender = drafted.json()
        assert (drafted.status_code, drafted.headers["etag"]) == (201, '"1"')
        assert (tender["status"], tender["phase"], tender["deadlines"]) == ("draft", None, [])
        assert tender["actions"] == ["edit", "publish", "cancel"]
        url = f"/tenders/{tender['id']}"
        assert (await client.put(url, json=body(title_zh="改题"))).status_code == 428
        edited = await client.put(url, json=body(title_zh="改题"), headers={"If-Match": '"1"'})
        assert (edited.json()["title_zh"], edited.headers["etag"]) == ("改题", '"2"')
        stale = await client.put(url, json=body(), headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "StaleVersion")
        published = (await client.post(f"{url}/publish")).json()
    assert (published["status"], published["phase"], published["version"]) == ("published", "enquiries", 3)
    assert [each["name"] for each in published["deadlines"]] == list(DATES)
    assert all(each["rule"] for each in published["deadlines"])
    assert published["bids_end"] == MIDNIGHT.isoformat()
    assert published["lots"][0]["ceiling"] == yuan(30_000)
    assert published["actions"] == ["amend", "cancel"]


async def test_a_draft_is_not_found_by_others_and_a_notice_is_public(
    session: AsyncSession, client_of: ClientOf
) -> None:
    draft = await make_tender(session, status=TenderStatus.draft)
    public = await make_tender(session)
    await session.commit()
    for stranger in (RESIDENT, await bidder(session), Actor(9, Role.admin)):
        async with client_of(stranger) as client:
            assert (await client.get(f"/tenders/{draft.id}")).status_code == 404
            assert (await client.get(f"/tenders/{draft.id}/enquiries")).status_code == 404
            assert (await client.get(f"/tenders/{draft.id}/amendments")).status_code == 404
            listed = (await client.get("/tenders")).json()["items"]
            assert [row["id"] for row in listed] == [public.id]
            assert (await client.get(f"/tenders/{public.id}")).json()["ref"] == public.ref


async def test_the_list_filters_by_phase_and_status_and_goes_out_as_a_table(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    running = await make_tender(session, title_zh="进行中的大赛")
    await make_tender(session, status=TenderStatus.cancelled, ended_at=clock.at, ended_reason="预算调整")
    await session.commit()
    async with client_of(RESIDENT) as client:
        for query, found in [
            ("phase=enquiries&status=published", [running.id]),
            ("phase=tendering", []),
            ("q=进行中", [running.id]),
            ("area=530111", []),
            ("area=530114&status=published", [running.id]),
            ("profile=venture&status=published", [running.id]),
            ("profile=procurement", []),
            ("is_open=true", [running.id]),
        ]:
            items = (await client.get(f"/tenders?{query}")).json()["items"]
            assert ([row["id"] for row in items], query) == (found, query)
        tables = [
            (await client.get(f"/tenders/export?format=csv&status=published&headings={headings}")).content.decode(
                "utf-8-sig"
            )
            for headings in ("zh", "en", "columns")
        ]
        clock.at = running.bids_end
        assert (await client.get("/tenders?is_open=true")).json()["items"] == []
    party, ref = await session.get_one(Party, running.party_id), running.ref
    assert [table.splitlines() for table in tables] == [
        [
            "编号,标题,购买主体,项目类型,预算（元）,状态,申报截止,发布时间",
            f"{ref},进行中的大赛,{party.name_zh},公益创投（项目大赛）,700000.00,"
            "答疑与申报期,2026-11-30 24:00,2026-10-26 09:00",
        ],
        [
            "Number,Title,Purchaser,Kind,Budget (CNY),Status,Deadline,Published",
            f"{ref},Community service project competition,{party.english_name},"
            "Venture philanthropy (project competition),700000.00,open for questions and bids,"
            "2026-11-30 24:00,2026-10-26 09:00",
        ],
        [
            "ref,title,party,profile,budget,status,bids_end,published_at",
            f"{ref},进行中的大赛,{party.name_zh},venture,700000.00,enquiries,"
            "2026-12-01T00:00+08:00,2026-10-26T09:00+08:00",
        ],
    ]


async def test_notices_are_sorted_by_deadline_budget_and_publication(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor = await purchaser(session)
    bureau = await session.get_one(Party, actor.party_id)
    early = await make_tender(session, budget=Decimal(90_000), published_at=PUBLISHED - timedelta(days=2))
    late = await make_tender(session, budget=Decimal(20_000), bids_end=early.bids_end + timedelta(days=1))
    draft = await make_tender(session, budget=Decimal(50_000), status=TenderStatus.draft, bids_end=None, party=bureau)
    await session.commit()
    async with client_of(actor) as client:
        for sort, order in [
            ("bids_end", [early, late, draft]),
            ("-budget", [early, draft, late]),
            ("published_at", [early, late, draft]),
        ]:
            found, query = list[int](), f"/tenders?sort={sort}&limit=1"
            while query:
                page = (await client.get(query)).json()
                found += [row["id"] for row in page["items"]]
                query = page["next_cursor"] and f"/tenders?sort={sort}&limit=1&cursor={page['next_cursor']}"
            assert (sort, found) == (sort, [tender.id for tender in order])


async def test_an_amendment_is_public_with_its_reason(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        tender = (await client.post("/tenders", json=body())).json()
        url = f"/tenders/{tender['id']}"
        await client.post(f"{url}/publish")
        change = {"reason": "应咨询意见", "lots": [{"code": "L1", "places": 1}]}
        assert (await client.post(f"{url}/amend", json=change)).status_code == 428
        amended = await client.post(f"{url}/amend", json=change, headers={"If-Match": '"2"'})
        assert (amended.status_code, amended.json()["is_binding"]) == (200, True)
        empty = await client.post(f"{url}/amend", json={"reason": "再更正"}, headers={"If-Match": '"3"'})
        assert (empty.status_code, empty.json()["code"]) == (422, "AmendmentEmpty")
    async with client_of(RESIDENT) as client:
        (read,) = (await client.get(f"{url}/amendments")).json()
    assert (read["number"], read["reason"], list(read["changes"])) == (1, "应咨询意见", ["lots"])


async def test_enquiries_over_the_api(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    asker = await bidder(session)
    buyer = Actor(1, Role.purchaser, tender.party_id, "530114")
    await session.commit()
    url = f"/tenders/{tender.id}/enquiries"
    async with client_of(asker) as client:
        asked = (await client.post(url, json={"question": "能否联合申报？"})).json()
        assert (asked["party_id"], asked["actions"]) == (asker.party_id, [])
    async with client_of(RESIDENT) as client:
        assert (await client.post(url, json={"question": "?"})).status_code == 401
        assert (await client.get(url)).json() == []
    async with client_of(buyer) as client:
        assert [each["actions"] for each in (await client.get(url)).json()] == [["answer"]]
        assert (await client.post(url, json={"question": "?"})).status_code == 403
        await client.post(f"{url}/{asked['id']}/answer", json={"answer": "可以。"})
    async with client_of(RESIDENT) as client:
        (public,) = (await client.get(url)).json()
    assert (public["question"], public["answer"], public["party_id"]) == ("能否联合申报？", "可以。", None)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"budget": {"amount": "-1", "currency": "CNY"}}, 422, "InputInvalid"),
        ({"bids_end": "2026-12-10T17:00:00"}, 422, "InputInvalid"),
        ({"winner": "G01"}, 422, "InputInvalid"),
        ({"profile": "lottery"}, 404, "ProfileUnknown"),
        ({"area_code": "530111000000"}, 403, "Denied"),
        ({"area_code": "530114999999"}, 422, "Impossible"),
    ],
)
async def test_bad_input_is_refused_in_both_languages_and_changes_nothing(
    session: AsyncSession, client_of: ClientOf, change: dict[str, Any], status: int, code: str
) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        refused = await client.post("/tenders", json=body(**change))
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert all(refused.json()["messages"][language] for language in ("zh", "en"))
        assert (await client.get("/tenders")).json()["items"] == []


async def test_a_number_is_given_once(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        assert (await client.post("/tenders", json=body())).status_code == 201
        again = await client.post("/tenders", json=body())
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyExists")


async def test_publication_refuses_with_the_fault_and_its_rule(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        short = body(bids_end="2026-11-30T17:00:00+08:00", enquiries_end="2026-11-25T17:00:00+08:00")
        tender = (await client.post("/tenders", json=short)).json()
        refused = await client.post(f"/tenders/{tender['id']}/publish")
        assert (refused.status_code, refused.json()["code"]) == (409, "PeriodTooShort")
        assert refused.json()["facts"]["period"] == "call"
        assert (await client.get(f"/tenders/{tender['id']}")).json()["status"] == "draft"


async def test_a_tender_is_given_up_with_a_public_reason(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    buyer = Actor(1, Role.purchaser, tender.party_id, "530114")
    await session.commit()
    async with client_of(buyer) as client:
        early = await client.post(f"/tenders/{tender.id}/fail", json={"reason": "无人申报"})
        assert (early.status_code, early.json()["code"]) == (409, "BidsStillRunning")
        assert (await client.post(f"/tenders/{tender.id}/cancel", json={"reason": " "})).status_code == 422
        ended = (await client.post(f"/tenders/{tender.id}/cancel", json={"reason": "预算调整"})).json()
    assert (ended["status"], ended["ended_reason"], ended["actions"]) == ("cancelled", "预算调整", [])
