"""How the judges marked, kept beside a result: who sees what of it, and that it moves nothing."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.tenders.awards import service
from app.tenders.bids.models import Bid
from app.tenders.comparisons.models import PanelAgreement
from app.tenders.notices.models import Tender
from app.tenders.panels.models import PanelMember
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of, live_awards, propose
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import OPENED, lots_of, make_tender
from tests.factories.panels import close, deliver, judge, make_panel, purchaser_of
from tests.factories.parties import actor_of

pytestmark = pytest.mark.anyio
# The totals of J1 … J5 for three bids: J1 ten points stricter than J2, J3 alone for B02.
TOTALS = {"B01": (60, 70, 60, 70, 70), "B02": (58, 68, 90, 66, 66), "B03": (40, 50, 45, 45, 45)}


async def scored(session: AsyncSession) -> tuple[Tender, list[PanelMember]]:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    lot.places = 1
    for _ in TOTALS:
        await make_bid(session, lot, amount=20_000)
    bids = await make_opened(session, tender, OPENED)
    seats = await make_panel(session, tender, accounts=True)
    for bid in bids:
        for seat, total in zip(seats, TOTALS[bid.ref or ""], strict=True):
            await deliver(session, tender, seat, bid, total)
    await close(session, tender)
    return tender, seats


async def agreement(client: AsyncClient, tender: Tender) -> dict[str, Any]:
    return dict((await client.get(f"/awards/results/{tender.id}/agreement")).json())


async def test_everybody_sees_how_far_judges_agree_staff_how_each_marked_and_a_judge_the_own_mirror(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, seats = await scored(session)
    await propose(session, tender)
    await service.publish_result(session, purchaser_of(tender), tender.id)
    (loser,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B03", Bid.tender_id == tender.id))
    rival = await actor_of(session, Role.purchaser)
    await session.commit()
    seen: dict[str, list[str]] = {}
    readers: dict[str, Actor] = {
        "public": RESIDENT,
        "bidder": bidder_of(loser),
        "rival": rival,
        "staff": purchaser_of(tender),
        "auditor": Actor(None, Role.auditor),
        "judge": judge(seats[2]),
        "other judge": await actor_of(session, Role.judge),
    }
    for name, reader in readers.items():
        async with client_of(reader) as client:
            read = await agreement(client, tender)
        seen[name] = [each["judge"] for each in read["mirrors"]]
        assert (read["is_kept"], read["judges"], read["reliability"]["bids"]) == (True, 5, 3)
    everybody = ["J1", "J2", "J3", "J4", "J5"]
    assert seen == {
        "public": [],
        "bidder": [],
        "rival": [],
        "staff": everybody,
        "auditor": everybody,
        "judge": ["J3"],
        "other judge": [],
    }


async def test_a_mirror_tells_severity_surprises_and_whom_the_judge_decided(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, _ = await scored(session)
    await propose(session, tender)
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        read = await agreement(client, tender)
    mirrors = {each["judge"]: each for each in read["mirrors"]}
    assert Decimal(mirrors["J2"]["severity"]) - Decimal(mirrors["J1"]["severity"]) == 10
    assert mirrors["J3"]["surprises"][0]["bid"] == "B02"
    assert read["without_strictest"] == mirrors["J1"]["without"]
    changed = {name for name, each in mirrors.items() if each["without"]["gained"]}
    assert read["deciding"] == len(changed)


async def test_what_is_told_of_judges_moves_no_award_and_is_kept_with_each_proposal(session: AsyncSession) -> None:
    tender, _ = await scored(session)
    first = await propose(session, tender)
    assert list(await live_awards(session, tender)) == ["B02" if sum(sorted(TOTALS["B02"])[1:-1]) > 200 else "B01"]
    second = await propose(session, tender)
    kept = {each.result_id: each.kept for each in await session.scalars(sa.select(PanelAgreement))}
    assert kept[first.id] == kept[second.id]


async def test_before_the_result_is_out_only_its_purchaser_reads_it(session: AsyncSession, client_of: ClientOf) -> None:
    tender, seats = await scored(session)
    await propose(session, tender)
    await session.commit()
    for reader in (RESIDENT, judge(seats[0])):
        async with client_of(reader) as client:
            early = await client.get(f"/awards/results/{tender.id}/agreement")
        assert (early.status_code, early.json()["code"]) == (404, "NotFound")


async def test_a_result_proposed_before_such_figures_were_kept_says_so(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, _ = await scored(session)
    await propose(session, tender)
    await session.execute(sa.delete(PanelAgreement))
    await session.commit()
    async with client_of(purchaser_of(tender)) as client:
        read = await agreement(client, tender)
    assert (read["is_kept"], read["judges"], read["mirrors"]) == (False, 0, [])
