"""Three bidders for every lot, or for every item of one, at the opening and again after the pre-qualification."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.errors import NotFound
from app.needs.models import Need
from app.tenders.awards.rules import LotsFailed
from app.tenders.awards.service import propose_awards
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import read_bid
from app.tenders.bids.rules import BidStatus, bidders_of, short_packages
from app.tenders.bids.service import open_bids, prequalify_bids
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import need_ids_of, waiting
from app.tenders.notices.rules import LotFailure, TenderStatus, TooFewBidders
from app.tenders.notices.service import cancel_tender
from app.tenders.panels.models import Panel
from app.tenders.standings.queries import standings
from tests.factories.bids import make_bid
from tests.factories.needs import make_need
from tests.factories.notices import OPENED, items_of, lots_of, make_lot, make_tender, set_clock

pytestmark = pytest.mark.anyio


def buyer_of(tender: Tender) -> Actor:
    return Actor(1, Role.purchaser, tender.party_id, "530114")


async def bids_for(session: AsyncSession, lot: Lot, *amounts: int) -> list[Bid]:
    """One bid of a new organisation for every amount."""
    return [await make_bid(session, lot, amount=amount, ref=None) for amount in amounts]


async def opened(session: AsyncSession, tender: Tender) -> list[Bid]:
    await set_clock(session, OPENED)
    return await open_bids(session, buyer_of(tender), tender.id)


def test_bidders_are_parties_and_counted_for_every_package() -> None:
    counts = bidders_of([(1, None), (2, 7), (2, 8)], [((1, None), 5), ((1, None), 5), ((2, 7), 5), ((2, 7), 6)])
    assert counts == {(1, None): 1, (2, 7): 2, (2, 8): 0}
    assert short_packages(counts, 2) == ({(1, None), (2, 8)}, {1})
    assert short_packages(counts, 3) == ({(1, None), (2, 7), (2, 8)}, {1, 2})


async def test_a_lot_with_two_bidders_is_not_opened_while_another_is(session: AsyncSession) -> None:
    need = await make_need(session, held_as="tendered")
    tender = await make_tender(session, profile="procurement")
    (first,) = await lots_of(session, tender)
    second = await make_lot(session, tender, needs=[need.id])
    enough, thin = await bids_for(session, first, 1, 2, 3), await bids_for(session, second, 1, 2)
    assert {bid.id for bid in await opened(session, tender)} == {bid.id for bid in enough}
    assert [bid.status for bid in thin] == [BidStatus.unopened] * 2
    assert {bid.ref for bid in enough} == {"B01", "B02", "B03"}
    assert (first.failure, second.failure, second.failed_at) == (None, LotFailure.bidders, OPENED)
    assert tender.status is TenderStatus.opened
    await session.refresh(need)
    assert need.held_as is None
    with pytest.raises(NotFound):
        await read_bid(session, buyer_of(tender), thin[0].id)


async def test_three_bidders_each_alone_in_a_lot_open_nothing(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement", lots=3)
    for lot in await lots_of(session, tender):
        await bids_for(session, lot, 20_000)
    with pytest.raises(TooFewBidders) as refusal:
        await opened(session, tender)
    assert (refusal.value.facts["bidders"], refusal.value.facts["required"]) == (1, 3)
    assert tender.status is TenderStatus.published


async def test_items_are_counted_one_by_one_as_each_is_won_on_its_own(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement", lots=0)
    lot = await make_lot(session, tender, items=2, places=2)
    one, two = await items_of(session, lot)
    enough = [await make_bid(session, lot, item=one, ref=None) for _ in range(3)]
    thin = [await make_bid(session, lot, item=two, ref=None) for _ in range(2)]
    assert {bid.id for bid in await opened(session, tender)} == {bid.id for bid in enough}
    assert ({bid.status for bid in thin}, lot.failure) == ({BidStatus.unopened}, None)


async def test_who_is_left_is_counted_again_after_the_prequalification(session: AsyncSession) -> None:
    need = await make_need(session, held_as="tendered")
    tender = await make_tender(session, profile="procurement")
    (first,) = await lots_of(session, tender)
    second = await make_lot(session, tender, needs=[need.id])
    enough = await bids_for(session, first, 1, 2, 3)
    fewer = await bids_for(session, second, 20_000, 20_000, 36_000)  # the last above the ceiling
    await opened(session, tender)
    await prequalify_bids(session, buyer_of(tender), tender.id)
    assert [bid.status for bid in enough] == [BidStatus.eligible] * 3
    assert [bid.status for bid in fewer] == [BidStatus.unevaluated, BidStatus.unevaluated, BidStatus.ineligible]
    assert (first.failure, second.failure) == (None, LotFailure.qualified)
    await session.refresh(need)
    assert (need.held_as, await need_ids_of(session, tender.id)) == (None, [])


async def test_a_lot_that_failed_is_neither_scored_nor_awarded(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement")
    (lot,) = await lots_of(session, tender)
    await bids_for(session, lot, 20_000, 20_000, 36_000)
    await opened(session, tender)
    await prequalify_bids(session, buyer_of(tender), tender.id)
    found = await standings(session, tender)
    assert (found.lots, found.entries) == ([], {})
    closed = Panel(tender_id=tender.id, appointed_at=OPENED, closed_at=OPENED, sheets_counted=0)
    closed.missing, closed.corrections = [], []
    session.add(closed)
    await session.flush()
    with pytest.raises(LotsFailed):
        await propose_awards(session, buyer_of(tender), tender.id)
    assert [each.verb for each in await waiting(session, buyer_of(tender), OPENED)] == ["fail"]


async def test_a_need_of_a_failed_lot_stays_with_the_tender_that_took_it_since(session: AsyncSession) -> None:
    need = await make_need(session, held_as="tendered")
    tender = await make_tender(session, profile="procurement")
    (first,) = await lots_of(session, tender)
    await make_lot(session, tender, needs=[need.id])
    await bids_for(session, first, 1, 2, 3)
    await opened(session, tender)
    await session.execute(sa.update(Need).where(Need.id == need.id).values(held_as="tendered"))
    await cancel_tender(session, buyer_of(tender), tender.id, "预算调整")
    await session.refresh(need)
    assert need.held_as == "tendered"


async def test_a_competition_asks_for_one_bid_a_lot(session: AsyncSession) -> None:
    tender = await make_tender(session, lots=2)
    first, second = await lots_of(session, tender)
    (bid,) = await bids_for(session, first, 20_000)
    assert await opened(session, tender) == [bid]
    assert (first.failure, second.failure) == (None, LotFailure.bidders)
