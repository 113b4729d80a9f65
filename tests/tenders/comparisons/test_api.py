"""Award sets side by side over HTTP, and the price of inclusion as it is asked for, seen and published."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.core.db import Units
from app.core.installation.jobs import open_door
from app.tenders.bids.models import Bid
from app.tenders.comparisons.jobs import price_losers
from app.tenders.comparisons.models import InclusionRun
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import OverspendRule
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of, live_awards, make_scored, propose
from tests.factories.notices import make_tender
from tests.factories.panels import purchaser_of

pytestmark = pytest.mark.anyio


async def make_trimmed(session: AsyncSession) -> Tender:
    """A lot of 100,000 whose best four ask for 104,000 under the rule `trim`; its bidders took the cut."""
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    scored = [(90, 30_000), (85, 30_000), (80, 24_000), (75, 20_000), (60, 9_000)]
    await make_scored(session, *scored, tender=tender, places=4)
    await propose(session, tender)
    for award in (await live_awards(session, tender)).values():
        award.cut_accepted_at = award.cut_accepted_at or tender.opened_at
    await session.commit()
    return tender


async def priced(session: AsyncSession, units: Units) -> None:
    open_door(units)
    for run_id in await session.scalars(sa.select(InclusionRun.id)):
        await price_losers(run_id)


async def compared(client: AsyncClient, tender: Tender) -> dict[str, Any]:
    lots = (await client.get(f"/awards/results/{tender.id}/compare")).json()["lots"]
    (lot,) = lots
    return dict(lot)


def refs(rows: list[dict[str, Any]]) -> list[str]:
    return [row["bid"] for row in rows]


async def test_every_way_of_choosing_stands_beside_the_decision(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_trimmed(session)
    async with client_of(purchaser_of(tender)) as client:
        lot = await compared(client, tender)
    figures = {
        each["method"]: (each["is_decided"], refs(each["bids"]), each["amount"]["amount"], each["score"], each["bound"])
        for each in lot["sets"]
    }
    assert figures == {
        "trim": (True, ["B01", "B02", "B03", "B04"], "99800.00", "330.00", None),
        "skip": (False, ["B01", "B02", "B03", "B05"], "93000.00", "315.00", None),
        "optimise": (False, ["B01", "B02", "B03", "B05"], "93000.00", "315.00", "315.00"),
        "equal_shares": (False, ["B01", "B03", "B04", "B05"], "83000.00", "305.00", None),
    }
    assert list(figures) == ["trim", "skip", "optimise", "equal_shares"]
    differences = [(refs(each["gained"]), refs(each["lost"])) for each in lot["sets"]]
    assert differences == [([], []), (["B05"], ["B04"]), (["B05"], ["B04"]), (["B05"], ["B02"])]
    cut = [(bid["asked"]["amount"], bid["amount"]["amount"], bid["score"]) for bid in lot["sets"][0]["bids"]]
    assert cut[0] == ("30000.00", "28800.00", "90.00")
    assert (lot["inclusion"], lot["actions"]) == (None, ["price_inclusion"])


async def test_the_price_of_inclusion_is_asked_for_followed_and_read(
    session: AsyncSession, units: Units, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), (75, 20_000), (60, 90_000), places=2)
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        asked = await client.post(f"/awards/results/{tender.id}/price_inclusion", json={"lot": "L1"})
        waiting = asked.json()
        await priced(session, units)
        after = (await client.get(f"/awards/results/{tender.id}/compare")).json()
    before, done = waiting["lots"][0]["inclusion"], after["lots"][0]["inclusion"]
    assert (asked.status_code, waiting["is_running"], after["is_running"]) == (202, True, False)
    assert [(each["status"], each["done"], each["total"]) for each in (before, done)] == [
        ("waiting", 0, 2),
        ("done", 2, 2),
    ]
    assert [(row["bid"], row["price"], refs(row["instead_of"]), refs(row["joined"])) for row in done["rows"]] == [
        ("B03", "5.0000", ["B02"], []),
        ("B04", "110.0000", ["B01", "B02"], []),
    ]
    best = done["best"]
    assert (refs(best["bids"]), best["amount"]["amount"], best["score"], best["bound"]) == (
        ["B01", "B02"],
        "40000.00",
        "170.00",
        "170.00",
    )
    assert (done["proven_at"] is not None, done["is_outdated"], done["fault"]) == (True, False, None)
    assert after["lots"][0]["actions"] == []


async def test_others_see_sets_and_prices_once_the_result_is_out_and_a_loser_finds_its_own(
    session: AsyncSession, units: Units, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), (70, 20_000), places=1)
    await propose(session, tender)
    (loser,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B03", Bid.tender_id == tender.id))
    await session.commit()
    path = f"/awards/results/{tender.id}"
    async with (
        client_of(purchaser_of(tender)) as staff,
        client_of(bidder_of(loser)) as bidder,
        client_of(RESIDENT) as public,
    ):
        await staff.post(f"{path}/price_inclusion", json={"lot": "L1"})
        await priced(session, units)
        early = [(await each.get(f"{path}/compare")).status_code for each in (bidder, public)]
        await staff.post(f"{path}/publish", json={})
        own, theirs = await compared(bidder, tender), await compared(public, tender)
    assert early == [404, 404]
    assert [(row["bid"], row["price"], row["is_own"]) for row in own["inclusion"]["rows"]] == [
        ("B02", "10.0000", False),
        ("B03", "20.0000", True),
    ]
    assert [row["is_own"] for row in theirs["inclusion"]["rows"]] == [False, False]
    assert own["actions"] == theirs["actions"] == []


async def test_a_profile_with_one_rule_is_compared_with_equal_shares_only(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    overspend = {**(tender.profile_document or {})["overspend"], "rules": ["skip"]}
    tender.profile_document = {**(tender.profile_document or {}), "overspend": overspend}
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        lot = await compared(client, tender)
    assert [each["method"] for each in lot["sets"]] == ["skip", "equal_shares"]


async def test_a_lot_that_is_not_there_and_a_body_that_says_too_much_are_refused(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        absent = await client.post(f"/awards/results/{tender.id}/price_inclusion", json={"lot": "L9"})
        odd = await client.post(f"/awards/results/{tender.id}/price_inclusion", json={"lot": "L1", "bid": "B01"})
    assert [(each.status_code, each.json()["code"]) for each in (absent, odd)] == [
        (404, "NotFound"),
        (422, "InputInvalid"),
    ]
