"""Final offers of a consultation: named until their end, sealed until they are opened, then the price that counts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import DomainError
from app.core.events import happened
from app.tenders.bids import rules
from app.tenders.bids.applications import application_of
from app.tenders.bids.counting import access_counted, count_left, decide
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import access_bid
from app.tenders.bids.queries import Entry, Finding, bids_of, check_timely, entries
from app.tenders.bids.rules import (
    BidStatus,
    FinalOfferMissing,
    content_digest,
)
from app.tenders.bids.service import receive
from app.tenders.forms.checklist import HandedIn
from app.tenders.notices import queries as notices
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import lots_of, profile_of


async def offer_finally(session: AsyncSession, actor: Actor, bid_id: int, amount: Decimal) -> Bid:
    """The bidder's last price, named again as often as it likes until the end; nobody else reads it before the
    opening. Refusals: FinalOffersClosed, MoveRefused, AmountNotPositive, AmountNotWholeCents."""
    bid, tender = await access_bid(session, actor, bid_id, "offer")
    at = await now(session)
    check_timely(bid, tender, "offer", at)
    rules.check_amount(amount)
    bid.draft, bid.offered_at = {**(bid.draft or {}), "amount": str(amount)}, at
    digest = content_digest({"amount": str(amount)}).hex()
    await happened(session, actor, "offer.named", bid, at, stream=tender.stream, content=digest)
    return bid


async def open_final_offers(session: AsyncSession, actor: Actor, tender_id: int) -> list[Finding]:
    """Each last price becomes the version that counts; who named none, or more than the ceiling, is out, and who is
    left is counted once more. Refusals: FinalOffersRunning, FinalOffersClosed where none were asked for."""
    tender = await access_counted(session, actor, tender_id, "open_final")
    at = await now(session)
    notices.check_timely(tender, "open_final", at)
    found = await entries(session, await bids_of(session, tender.id, {BidStatus.eligible}))
    unread = [entry for entry in found if entry.version is not None and not entry.version.is_final]
    findings = [Finding(entry, await _taken(session, tender, entry, at)) for entry in unread]
    for finding in findings:
        if finding.reasons:
            decide(finding, at)
    change = await count_left(session, tender)
    out = {f.entry.bid.ref: [reason.code for reason in f.reasons] for f in findings if f.reasons}
    facts: dict[str, Any] = {"bids": len(unread), "out": out, "failing": change.failing}
    await happened(session, actor, "offers.opened", tender, at, tell=change, **facts)
    return findings


async def _taken(session: AsyncSession, tender: Tender, entry: Entry, at: datetime) -> list[DomainError]:
    """Write the last price down; the reasons why the bid is out with it."""
    bid, before = entry.bid, entry.version
    assert before is not None  # an eligible bid was handed in
    if bid.offered_at is None or bid.draft is None:
        return [FinalOfferMissing(rule=profile_of(tender).final_offers.source)]
    item = entry.item.code if entry.item else None
    said = rules.BidTerms(entry.lot.code, item, Decimal(bid.draft["amount"]), at)
    application = await application_of(session, before)
    budgetless = application.model_copy(update={"budget": []}) if application else None
    handed_in = HandedIn(before.title, said.amount, before.plan, budgetless)
    await receive(session, bid, tender, said, handed_in, final=True)
    lot = next(parts.terms for parts in await lots_of(session, tender.id) if parts.lot.id == bid.lot_id)
    try:
        rules.check_ceiling(said.amount, lot)
    except DomainError as above:
        return [above]
    return []
