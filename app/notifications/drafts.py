"""What somebody is told of: the sentence, whom it concerns, what they open. Recipients are named by their seats."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.contracts.models import Contract
from app.desk.rules import Thing
from app.needs.models import Need
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import need_ids_of

To = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Draft:
    """`event` names the sentence; `to` says which seats it concerns."""

    event: str
    to: To
    thing: Thing
    thing_id: int
    title: str
    facts: Mapping[str, object] = field(default_factory=dict)
    title_en: str = ""


Occasion = Callable[[AsyncSession, str, Any], Awaitable[list[Draft]]]


def parties(*numbers: int) -> To:
    return Membership.party_id.in_(numbers)


def bidders(tender_id: int) -> To:
    bids = sa.select(Bid.party_id).where(Bid.tender_id == tender_id, Bid.status != BidStatus.withdrawn)
    return Membership.party_id.in_(bids)


def askers(need_ids: Iterable[int]) -> To:
    """The committees of these needs."""
    return Membership.party_id.in_(sa.select(Need.party_id).where(Need.id.in_(list(need_ids))))


def of_bid(event: str, bid: Bid, tender: Tender) -> Draft:
    return Draft(event, parties(bid.party_id), Thing.bid, bid.id, tender.title_zh, title_en=tender.title_en)


def of_tender(event: str, tender: Tender, to: To, **facts: object) -> Draft:
    return Draft(event, to, Thing.tender, tender.id, tender.title_zh, facts, tender.title_en)


async def of_result(session: AsyncSession, event: str, tender: Tender, **facts: object) -> Draft:
    """All who took part, and the committees whose needs it is about."""
    to = sa.or_(bidders(tender.id), askers(await need_ids_of(session, tender.id)))
    return Draft(event, to, Thing.result, tender.id, tender.title_zh, facts, tender.title_en)


def sides(contract: Contract) -> To:
    return parties(contract.purchaser_id, contract.contractor_id)


def of_contract(event: str, contract: Contract, to: To, **facts: object) -> Draft:
    return Draft(event, to, Thing.contract, contract.id, contract.title, facts)
