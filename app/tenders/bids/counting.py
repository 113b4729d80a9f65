"""Who is left of a lot's bidders, and what follows where they are too few: at the opening, after the pre-qualification,
and after final offers."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.moves import move
from app.tenders.bids.models import Bid
from app.tenders.bids.queries import Finding, short_of
from app.tenders.bids.rules import MOVES, BidStatus
from app.tenders.notices.models import Tender, TenderChange
from app.tenders.notices.policy import access_tender, read_tender
from app.tenders.notices.queries import lock_needs, need_ids_of, profile_of


async def access_counted(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> Tender:
    """The tender, locked after its needs, which are free again where a lot fails: the order in which it is ended."""
    await read_tender(session, actor, tender_id)
    await lock_needs(session, tender_id)
    return await access_tender(session, actor, tender_id, verb)


async def count_left(session: AsyncSession, tender: Tender) -> TenderChange:
    """Leave unevaluated what too few are left for; what follows for their lots."""
    _, short, failing = await short_of(session, tender, {BidStatus.eligible}, profile_of(tender).bidders.left)
    leave(short, "leave_unevaluated")
    return await failing_lots(session, tender, failing)


def leave(bids: Iterable[Bid], verb: str) -> None:
    for bid in bids:
        bid.status = move(MOVES, bid.status, verb)


async def failing_lots(session: AsyncSession, tender: Tender, lots: Collection[int]) -> TenderChange:
    """What follows for the lots: they fail, and needs that no other lot answers are free again."""
    held = await need_ids_of(session, tender.id)
    kept = await need_ids_of(session, tender.id, without=lots)
    return TenderChange(tender, tuple(id for id in held if id not in kept), tuple(sorted(lots)))


def decide(finding: Finding, at: datetime) -> None:
    bid = finding.entry.bid
    bid.status = move(MOVES, bid.status, "disqualify" if finding.reasons else "qualify")
    bid.reasons = [
        {"code": reason.code, "facts": {name: str(value) for name, value in reason.facts.items()}}
        for reason in finding.reasons
    ]
    bid.decided_at = at
