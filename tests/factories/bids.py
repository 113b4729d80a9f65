"""Bids of tests: handed in at the session's clock, which has to lie before the tender's deadline."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.parties.models import Party
from app.tenders.bids.models import Bid, BidVersion, BudgetLine
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Lot, LotItem, Tender
from app.tenders.notices.rules import TenderStatus
from tests.factories.notices import OPENED, set_clock
from tests.factories.parties import make_party


async def make_bid(
    session: AsyncSession,
    lot: Lot,
    party: Party | None = None,
    *,
    item: LotItem | None = None,
    amount: Decimal | int | str = 20_000,
    title: str = "银龄陪伴",
    application: dict[str, Any] | None = None,
    **facts: Any,
) -> Bid:
    """A submitted bid with one version; a new organisation unless `party` is given. With an `application` its budget is
    one line of the whole amount."""
    party = party or await make_party(session)
    at = await now(session)
    facts = {"status": BidStatus.submitted, "ref": await _next_ref(session, lot.tender_id), **facts}
    is_handed_in = facts["status"] is not BidStatus.draft
    bid = Bid(tender_id=lot.tender_id, lot_id=lot.id, item_id=item.id if item else None, party_id=party.id, **facts)
    bid.created_at, bid.version_number = at, int(is_handed_in)
    session.add(bid)
    await session.flush()
    if is_handed_in:
        version = version_of(bid, at, title=title, amount=Decimal(amount))
        if application:
            (line,) = application["budget"]
            version.application = {name: part for name, part in application.items() if name != "budget"}
            version.budget = [BudgetLine(position=1, **line, unit_price=Decimal(amount), quantity=Decimal(1))]
        session.add(version)
        await session.flush()
    return bid


def answered(words: str) -> dict[str, Any]:
    """An application that says these words everywhere."""
    budget = [{"heading": words[:40], "detail": words}]
    return {"answers": {"need": words}, "team": [{"person": words[:40], "duty": words}], "budget": budget}


def version_of(bid: Bid, at: datetime, *, number: int = 1, **facts: Any) -> BidVersion:
    """A version row as the service writes it, with made-up hashes."""
    digest = hashlib.sha256(f"{bid.id}:{number}".encode()).digest()
    hashes = {"content_hash": digest, "receipt_hash": digest, "receipt": digest.hex()}
    return BidVersion(bid_id=bid.id, tender_id=bid.tender_id, number=number, received_at=at, **{**hashes, **facts})


async def make_opened(session: AsyncSession, tender: Tender, at: datetime = OPENED) -> list[Bid]:
    """Move the clock past the deadline, open the tender and find every submitted bid eligible; the bids by number."""
    await set_clock(session, at)
    tender.status, tender.opened_at, tender.prequalified_at = TenderStatus.opened, at, at
    query = sa.select(Bid).where(Bid.tender_id == tender.id, Bid.status == BidStatus.submitted).order_by(Bid.ref)
    bids = list((await session.execute(query)).scalars())
    for bid in bids:
        bid.status, bid.decided_at = BidStatus.eligible, at
    await session.flush()
    return bids


async def _next_ref(session: AsyncSession, tender_id: int) -> str:
    count = await session.scalar(sa.select(sa.func.count()).where(Bid.tender_id == tender_id)) or 0
    return f"B{count + 1:02}"
