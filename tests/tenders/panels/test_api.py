"""Panels over HTTP: a judge's day from declaring to delivering."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from tests.conftest import ClientOf
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import lots_of, make_tender
from tests.factories.panels import clerks_of, judge, make_panel, marks_of, purchaser_of

pytestmark = pytest.mark.anyio
MARKS = {code: str(value) for code, value in marks_of(80).items()}


async def opened(session: AsyncSession, bids: int = 1, *, accounts: bool = True):  # type: ignore[no-untyped-def]
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    for _ in range(bids):
        await make_bid(session, lot, title="乡音课堂")
    found = await make_opened(session, tender)
    members = await make_panel(session, tender, accounts=accounts, declared=False)
    await session.commit()
    return tender, found, members


async def test_a_judge_declares_opens_marks_and_delivers(session: AsyncSession, client_of: ClientOf) -> None:
    tender, (own, other), (member, *_) = await opened(session, 2)
    async with client_of(judge(member)) as client:
        before = await client.get(f"/panels/{tender.id}/bids")
        assert (before.status_code, before.json()["code"]) == (403, "DeclarationMissing")
        applicants = (await client.get(f"/panels/{tender.id}/applicants")).json()
        assert {row["party_id"] for row in applicants} == {own.party_id, other.party_id}
        interests = {"interests": [{"party_id": own.party_id, "reason": "曾任理事"}]}
        declared = await client.post(f"/panels/{tender.id}/declare", json=interests)
        assert declared.json()["recused_from"] == [own.party_id]
        listed = (await client.get(f"/panels/{tender.id}/bids")).json()
        assert [(row["ref"], row["status"]) for row in listed] == [(other.ref, "empty")]
        assert (await client.get(f"/panels/{tender.id}/bids/{own.id}")).json()["code"] == "JudgeRecused"
        bid = await client.get(f"/panels/{tender.id}/bids/{other.id}")
        assert (bid.headers["etag"], bid.json()["title"], len(bid.json()["criteria"])) == ('"0"', "乡音课堂", 6)
        sheet = f"/panels/{tender.id}/bids/{other.id}/sheet"
        assert (await client.put(sheet, json={"marks": MARKS})).status_code == 428
        saved = await client.put(sheet, json={"marks": MARKS}, headers={"If-Match": '"0"'})
        assert (saved.json()["total"], saved.json()["actions"]) == ("80.00", ["save", "deliver"])
        delivered = await client.post(f"/panels/{tender.id}/bids/{other.id}/deliver")
        assert (delivered.json()["status"], delivered.json()["actions"]) == ("delivered", ["reopen"])


async def test_a_score_above_its_maximum_is_refused_in_both_languages(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    async with client_of(judge(member)) as client:
        await client.post(f"/panels/{tender.id}/declare", json={})
        response = await client.put(
            f"/panels/{tender.id}/bids/{bid.id}/sheet", json={"marks": {"C1": "21"}}, headers={"If-Match": "0"}
        )
    assert (response.status_code, response.json()["code"]) == (422, "MarkOutOfRange")
    assert sorted(response.json()["messages"]) == ["en", "zh"]


async def test_paper_is_keyed_by_two_people_and_no_mark_is_seen_before_closing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, (bid,), members = await opened(session, accounts=False)
    first, second = await clerks_of(session, tender)
    await session.commit()
    papers = [{"judge": each.ref, "bid_id": bid.id, "marks": MARKS, "written_total": "90"} for each in members]
    async with client_of(first) as client:
        for paper in papers:
            await client.post(f"/panels/{tender.id}/declare", json={"judge": paper["judge"]})
            entered = await client.post(f"/panels/{tender.id}/sheets", json=paper)
            assert (entered.status_code, entered.json()["status"], entered.json()["actions"]) == (
                201,
                "draft",
                ["enter"],
            )
        alone = await client.post(f"/panels/{tender.id}/sheets/confirm", json=papers[0])
        assert (alone.status_code, alone.json()["code"]) == (403, "SecondPersonNeeded")
    async with client_of(second) as client:
        other = {**papers[0], "marks": {**MARKS, "C2": "24.5"}}
        differs = await client.post(f"/panels/{tender.id}/sheets/confirm", json=other)
        assert (differs.status_code, differs.json()["facts"]) == (
            422,
            {"criteria": "C2", "judge": "J1", "bid": "B01"},
        )
        for paper in papers:
            confirmed = await client.post(f"/panels/{tender.id}/sheets/confirm", json=paper)
            assert (confirmed.status_code, confirmed.json()["status"]) == (200, "delivered")
        rows = (await client.get(f"/panels/{tender.id}/sheets")).json()
        assert [(row["judge"], row["status"], row["total"], row["marks"]) for row in rows[:1]] == [
            ("J1", "delivered", None, {})
        ]
        closed = (await client.post(f"/panels/{tender.id}/close")).json()
        assert (closed["sheets_counted"], closed["missing"], closed["corrections"][0]) == (
            5,
            [],
            ["B01", "J1", "90", "80"],
        )
        rows = (await client.get(f"/panels/{tender.id}/sheets")).json()
        assert (rows[0]["total"], rows[0]["marks"]) == ("80.00", {k: f"{float(v):.2f}" for k, v in MARKS.items()})
        table = await client.get(f"/panels/{tender.id}/sheets/export", params={"format": "csv", "headings": "columns"})
        assert table.text.splitlines()[1] == "B01,J1,delivered,20.00,25.00,20.00,15.00,0.00,0.00,80.00,90.00,,,,,,"


@pytest.mark.parametrize("role", [Role.organization, Role.committee, Role.resident])
async def test_a_panel_is_closed_to_everybody_else(session: AsyncSession, client_of: ClientOf, role: Role) -> None:
    tender, _, _ = await opened(session)
    signed_in = None if role is Role.resident else 1
    async with client_of(Actor(signed_in, role)) as client:
        response = await client.get(f"/panels/{tender.id}")
    assert response.status_code == (401 if role is Role.resident else 403)


async def test_panel_members_are_appointed_with_their_seats(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    await session.commit()
    members = [{"ref": f"J{n}", "name": f"评委{n}", "role_zh": "督导"} for n in range(1, 6)]
    async with client_of(purchaser_of(tender)) as client:
        response = await client.post("/panels", json={"tender_id": tender.id, "members": members})
        again = await client.post("/panels", json={"tender_id": tender.id, "members": members})
    assert (response.status_code, [m["ref"] for m in response.json()["members"]]) == (
        201,
        ["J1", "J2", "J3", "J4", "J5"],
    )
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyExists")
