"""Final offers of a consultation: sealed until their end, then the price that counts."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.tenders.awards.rules import FinalOffersMissing
from app.tenders.awards.service import propose_awards
from app.tenders.bids.models import Bid
from app.tenders.bids.offers import offer_finally, open_final_offers
from app.tenders.bids.queries import entries
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.rules import (
    FinalOffersClosed,
    FinalOffersNotAsked,
    FinalOffersOpened,
    FinalOffersRunning,
    LotFailure,
)
from app.tenders.notices.service import invite_final_offers
from tests.factories.awards import live_awards, score
from tests.factories.bids import make_bid, make_opened, version_of
from tests.factories.notices import OPENED, lots_of, make_tender, set_clock
from tests.factories.panels import purchaser_of

pytestmark = pytest.mark.anyio
END = OPENED + timedelta(days=2)


def bidder_of(bid: Bid) -> Actor:
    return Actor(2, Role.organization, bid.party_id)


async def consulted(session: AsyncSession, bids: int = 3) -> tuple[Tender, list[Bid]]:
    """Opened, all eligible, last prices asked for until END."""
    tender = await make_tender(session, profile="consultation")
    (lot,) = await lots_of(session, tender)
    for _ in range(bids):
        await make_bid(session, lot, amount=25_000)
    opened = await make_opened(session, tender)
    await invite_final_offers(session, purchaser_of(tender), tender.id, END)
    return tender, opened


async def amounts(session: AsyncSession, bids: list[Bid]) -> list[Decimal]:
    return [entry.version.amount for entry in await entries(session, bids) if entry.version is not None]


async def test_a_last_price_stays_sealed_until_the_end_and_counts_from_then(session: AsyncSession) -> None:
    tender, (first, second, third) = await consulted(session)
    await offer_finally(session, bidder_of(first), first.id, Decimal(24_000))
    await offer_finally(session, bidder_of(first), first.id, Decimal(21_000))
    await offer_finally(session, bidder_of(second), second.id, Decimal(22_000))
    assert await amounts(session, [first, second]) == [25_000, 25_000]
    with pytest.raises(FinalOffersRunning):
        await open_final_offers(session, purchaser_of(tender), tender.id)
    await set_clock(session, END)
    with pytest.raises(FinalOffersClosed):
        await offer_finally(session, bidder_of(third), third.id, Decimal(1))
    await open_final_offers(session, purchaser_of(tender), tender.id)
    assert await amounts(session, [first, second, third]) == [21_000, 22_000, 25_000]
    assert [bid.status for bid in (first, second, third)] == [BidStatus.eligible] * 2 + [BidStatus.ineligible]
    assert [reason["code"] for reason in third.reasons] == ["FinalOfferMissing"]
    with pytest.raises(FinalOffersOpened):
        await open_final_offers(session, purchaser_of(tender), tender.id)


async def test_two_may_be_left_of_three_but_not_one(session: AsyncSession) -> None:
    tender, (first, *_) = await consulted(session)
    await offer_finally(session, bidder_of(first), first.id, Decimal(21_000))
    await set_clock(session, END)
    await open_final_offers(session, purchaser_of(tender), tender.id)
    (lot,) = await lots_of(session, tender)
    assert (first.status, lot.failure) == (BidStatus.unevaluated, LotFailure.qualified)


async def test_a_last_price_above_the_ceiling_is_out(session: AsyncSession) -> None:
    tender, bids = await consulted(session)
    for bid, amount in zip(bids, (21_000, 22_000, 30_001), strict=True):
        await offer_finally(session, bidder_of(bid), bid.id, Decimal(amount))
    await set_clock(session, END)
    await open_final_offers(session, purchaser_of(tender), tender.id)
    assert [reason["code"] for reason in bids[2].reasons] == ["AmountAboveCeiling"]


async def test_a_consultation_is_decided_by_last_prices_only(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="consultation")
    (lot,) = await lots_of(session, tender)
    bids = [await make_bid(session, lot, amount=25_000) for _ in range(3)]
    await score(session, tender, [90, 80, 70])
    await invite_final_offers(session, staff := purchaser_of(tender), tender.id, END)
    with pytest.raises(FinalOffersMissing):
        await propose_awards(session, staff, tender.id)
    for bid in bids:
        await offer_finally(session, bidder_of(bid), bid.id, Decimal(20_000))
    await set_clock(session, END)
    await open_final_offers(session, staff, tender.id)
    await propose_awards(session, staff, tender.id)
    assert {award.asked for award in (await live_awards(session, tender)).values()} == {Decimal(20_000)}


async def test_an_open_tender_asks_for_no_last_price(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement")
    await make_opened(session, tender)
    with pytest.raises(FinalOffersNotAsked):
        await invite_final_offers(session, purchaser_of(tender), tender.id, END)


async def test_the_database_itself_refuses_a_last_price_before_the_end(session: AsyncSession) -> None:
    tender, (first, *_) = await consulted(session)
    await offer_finally(session, bidder_of(first), first.id, Decimal(21_000))
    version = version_of(first, OPENED, number=2, title="银龄陪伴", amount=Decimal(1), is_final=True)
    with pytest.raises(IntegrityError) as refused:
        async with session.begin_nested():
            session.add(version)
    assert "no final offer may be written now" in str(refused.value)
    assert await session.scalar(sa.select(Tender.final_offers_end).where(Tender.id == tender.id)) == END
