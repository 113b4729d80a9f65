"""Who may hand in, read, open and decide on bids. Until the opening a bid is its bidder's alone: nobody else learns
that it exists, nor how many there are (87号令 art. 28)."""

from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import BUYS, EVERYONE, Actor, Role, granted
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import MOVES, BidStatus, hindrance, untimely
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import FRESH, hold_tender

BIDS = frozenset({Role.organization})
WHO = {
    "list": EVERYONE,
    "read": BIDS | BUYS,
    "draft": BIDS,
    "edit": BIDS,
    "attach": BIDS,
    "submit": BIDS,
    "revise": BIDS,
    "confirm": BIDS,
    "withdraw": BIDS,
    "offer": BIDS,
}
# What is read out at the opening. Bids of a lot with too few bidders stay closed (87号令 art. 41).
HANDED_IN = frozenset(BidStatus) - {BidStatus.draft, BidStatus.withdrawn, BidStatus.unopened}


class OwnBid(NamedTuple):
    bid: Bid
    tender: Tender


def denial(actor: Actor, verb: str, bid: Bid) -> str | None:
    """Why `actor` may not `verb` this bid; None when they may."""
    who = WHO.get(verb, frozenset())
    if not actor.may(verb, who):
        return "role"
    return "party" if who is BIDS and actor.party_id != bid.party_id else None


def actions(actor: Actor, bid: Bid, tender: Tender, at: datetime) -> list[str]:
    """The buttons this actor sees: what the bid's state and the tender's allow, and the policy grants."""
    allowed = [verb for verb in verbs_from(MOVES, bid.status) if denial(actor, verb, bid) is None]
    possible = [verb for verb in allowed if untimely(verb, tender, at) is None]
    return [verb for verb in possible if hindrance(verb, bid.confirmed_amendment, tender) is None]


def is_opened() -> sa.ColumnElement[bool]:
    """Whether the bid was handed in and its tender has been opened; joins Tender."""
    return sa.and_(Tender.id == Bid.tender_id, Tender.opened_at.is_not(None), Bid.status.in_(HANDED_IN))


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Which bids `actor` may read in full: a bidder its own; the purchaser, once opened, all that were handed in."""
    if actor.role in BIDS:
        return Bid.party_id == actor.party_id
    if actor.role in BUYS:
        return sa.exists().where(is_opened(), Tender.party_id == actor.party_id)
    return sa.false()


def listed(actor: Actor) -> sa.ColumnElement[bool]:
    """Which bids `actor` may read in the list, by bidder and title: after the opening, everybody's (87号令 art. 41)."""
    return sa.or_(visible(actor), sa.exists().where(is_opened()))


def is_readable(actor: Actor, bid: Bid, tender: Tender) -> bool:
    """What a listed bid says, and why it is ineligible, is for its bidder and the purchaser (87号令 art. 69)."""
    return actor.party_id is not None and actor.party_id in {bid.party_id, tender.party_id}


async def read_bid(session: AsyncSession, actor: Actor, bid_id: int) -> Bid:
    """The bid with its content, for reading: absent when unseen."""
    bid = await session.scalar(sa.select(Bid).where(Bid.id == bid_id, visible(actor)))
    if bid is None:
        raise NotFound(bid=bid_id)
    return bid


async def access_bid(session: AsyncSession, actor: Actor, bid_id: int, verb: str) -> OwnBid:
    """The bidder's own bid, locked for `verb`, and its tender, held as it is until the commit."""
    seen = await read_bid(session, actor, bid_id)
    tender = await hold_tender(session, actor, seen.tender_id)
    query = sa.select(Bid).where(Bid.id == bid_id, visible(actor)).with_for_update()
    bid = (await session.scalars(query, execution_options=FRESH)).one()
    return OwnBid(granted(bid, verb, partial(denial, actor, verb), bid=bid_id), tender)
