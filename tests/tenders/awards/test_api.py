"""Results over HTTP: the purchaser's steps, the public page, a bidder's answer to a cut."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.core.clock import SimulatedClock
from app.tenders.profiles.rules import OverspendRule
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of, live_awards, make_published, make_scored, propose
from tests.factories.notices import make_tender
from tests.factories.panels import purchaser_of

pytestmark = pytest.mark.anyio


async def test_a_result_is_proposed_published_read_by_residents_and_confirmed(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client, client_of(RESIDENT) as public:
        proposed = await client.post(f"/awards/results/{tender.id}/propose")
        assert (proposed.status_code, proposed.json()["actions"]) == (201, ["publish", "propose"])
        assert (await public.get(f"/awards/results/{tender.id}")).status_code == 404
        await client.post(f"/awards/results/{tender.id}/publish", json={})
        page = (await public.get(f"/awards/results/{tender.id}")).json()
        early = await client.post(f"/awards/results/{tender.id}/confirm")
        clock.at = tender.objections_end
        confirmed = await client.post(f"/awards/results/{tender.id}/confirm")
    (lot,) = page["lots"]
    assert [(r["bid"], r["place"], r["score"], r["status"], r["reason"]) for r in lot["rows"]] == [
        ("B01", 1, "90.00", "noticed", None),
        ("B02", 2, "80.00", None, "below_line"),
    ]
    assert (page["sheets_counted"], page["missing"], page["corrections"], page["recusals"]) == (10, [], [], 0)
    assert sorted(lot["alternatives"]) == ["optimise", "skip", "trim"]
    assert lot["alternatives"]["skip"] == {"applied": "skip", "awards": ["B01"], "amount": "20000.00", "score": "90.00"}
    assert [judge["ref"] for judge in page["judges"]] == ["J1", "J2", "J3", "J4", "J5"]
    assert (early.status_code, early.json()["code"]) == (409, "StandstillRunning")
    assert (confirmed.status_code, confirmed.json()["lots"][0]["rows"][0]["status"]) == (200, "confirmed")


async def test_a_purchaser_is_offered_to_propose_before_there_is_a_result_and_nobody_else_is(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000))
    await session.commit()
    address = f"/awards/results/{tender.id}/progress"
    async with client_of(purchaser_of(tender)) as client, client_of(RESIDENT) as public:
        before, unseen = (await client.get(address)).json(), (await public.get(address)).json()
        await client.post(f"/awards/results/{tender.id}/propose")
        after, still_unseen = (await client.get(address)).json(), (await public.get(address)).json()
    assert [(each["status"], each["is_readable"], each["actions"]) for each in (before, after)] == [
        ("undecided", False, ["propose"]),
        ("proposed", True, ["publish", "propose"]),
    ]
    assert unseen == still_unseen == {**before, "actions": []}


async def test_a_cut_waits_on_the_page_of_the_result_for_its_bidder_and_tells_the_purchaser_why_it_cannot_publish(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    await make_scored(session, (90, 30_000), (85, 30_000), (80, 30_000), (75, 14_000), tender=tender, places=4)
    await propose(session, tender)
    award = (await live_awards(session, tender))["B04"]
    await session.commit()
    address = f"/awards/results/{tender.id}/progress"
    async with client_of(purchaser_of(tender)) as client, client_of(bidder_of(award)) as bidder:
        bought, bid = (await client.get(address)).json(), (await bidder.get(address)).json()
    assert (bought["actions"], [(each["field"], each["code"]) for each in bought["waits"]], bought["cuts"]) == (
        ["propose"],
        [("publish", "CutNotAccepted")],
        [],
    )
    assert (bid["is_readable"], [each["actions"] for each in bid["cuts"]]) == (False, [["accept_cut", "decline_cut"]])


async def test_a_bidder_accepts_its_cut(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    await make_scored(session, (90, 30_000), (85, 30_000), (80, 30_000), (75, 14_000), tender=tender, places=4)
    await propose(session, tender)
    award = (await live_awards(session, tender))["B04"]
    await session.commit()
    async with client_of(bidder_of(award)) as client:
        before = (await client.get(f"/awards/{award.id}")).json()
        after = (await client.post(f"/awards/{award.id}/accept_cut")).json()
    assert (before["is_cut"], before["amount"]["amount"], before["actions"]) == (
        True,
        "13400.00",
        ["accept_cut", "decline_cut"],
    )
    assert (after["cut_accepted_at"] is not None, after["actions"]) == (True, [])


async def test_awards_are_listed_and_the_result_exported_once_public(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 10_000), places=1)
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client, client_of(RESIDENT) as public:
        assert (await public.get("/awards")).json()["items"] == []
        await client.post(f"/awards/results/{tender.id}/publish", json={})
        (row,) = (await public.get("/awards", params={"tender_id": tender.id, "sort": "place"})).json()["items"]
        table = await public.get(f"/awards/results/{tender.id}/export", params={"format": "csv"})
    assert (row["place"], row["amount"]["amount"], row["status"]) == (1, "20000.00", "noticed")
    assert table.text.splitlines()[2].startswith("L1,2,B02,") and table.text.splitlines()[2].endswith(
        ",,,排名在名额之外"
    )


async def test_bidders_read_their_own_place(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    award = (await live_awards(session, tender))["B01"]
    await session.commit()
    async with client_of(purchaser_of(tender)) as client, client_of(bidder_of(award)) as bidder:
        await client.post(f"/awards/results/{tender.id}/publish", json={})
        (own,) = (await bidder.get("/awards/own")).json()
    assert (own["tender_id"], own["place"], own["score"], own["is_own"]) == (tender.id, 1, "90.00", True)
    assert sum(Decimal(each["mean"]) for each in own["marks"]) == 90
    assert own["marks"][0].keys() == {"code", "label_zh", "label_en", "maximum", "mean"}


async def test_marks_by_criterion_are_told_to_the_bidder_alone_and_not_before_the_result(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await propose(session, tender)
    award = (await live_awards(session, tender))["B01"]
    await session.commit()
    async with client_of(purchaser_of(tender)) as client, client_of(bidder_of(award)) as bidder:
        assert (await bidder.get("/awards/own")).json() == []
        await client.post(f"/awards/results/{tender.id}/publish", json={})
        assert [each["bid"] for each in (await bidder.get("/awards/own")).json()] == ["B01"]
        assert '"marks"' not in (await bidder.get(f"/awards/results/{tender.id}")).text


async def test_a_notice_too_short_is_refused_with_the_rule_it_breaks(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        response = await client.post(f"/awards/results/{tender.id}/publish", json={"notice_ends_on": "2026-12-02"})
    assert (response.json()["code"], response.json()["facts"]["period"]) == ("PeriodTooShort", "public_notice")


async def test_a_result_is_printed_for_everybody_once_it_is_published(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, result = await make_published(session, (90, 20_000), (80, 20_000), places=1)
    await session.commit()
    async with client_of(RESIDENT) as client:
        pdf = await client.get(f"/awards/results/{tender.id}/paper")
        absent = await client.get("/awards/results/0/paper")
    printed = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages)
    wanted = (
        "社区服务项目大赛评审结果公示",
        "拟入选",
        "超出名额",
        "20,000.00",
        "有效评分表10张",
    )
    assert [text for text in wanted if text not in printed] == []
    assert (absent.status_code, result.published_at is not None) == (404, True)
