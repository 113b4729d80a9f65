"""What a bid answers for the files that hang on it: they are as sealed as the bid, and fixed once it is handed in."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotFound
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.policy import access_bid, actions, read_bid
from app.tenders.bids.queries import check_timely
from app.tenders.notices.models import Tender


async def read_verbs(session: AsyncSession, actor: Actor, bid_id: int) -> list[str]:
    """What hung on a draft when the purchaser recorded a late paper was never handed in: it stays its bidder's."""
    bid = await read_bid(session, actor, bid_id)
    if actor.party_id != bid.party_id and await _arrived_late(session, bid):
        raise NotFound(bid=bid_id)
    tender = await session.get_one(Tender, bid.tender_id)
    return actions(actor, bid, tender, await now(session))


async def access(session: AsyncSession, actor: Actor, bid_id: int) -> str:
    bid, tender = await access_bid(session, actor, bid_id, "attach")
    check_timely(bid, tender, "attach", await now(session))
    return bid.stream


async def _arrived_late(session: AsyncSession, bid: Bid) -> bool:
    counts = sa.and_(BidVersion.bid_id == bid.id, BidVersion.number == bid.version_number)
    return bool(await session.scalar(sa.select(BidVersion.arrived_late).where(counts)))
