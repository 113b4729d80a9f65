"""Use cases of reopening: a delivered sheet is taken back on a ground of the profile, by two persons.

The judge or the purchaser asks; another account of the purchaser, or an auditor, approves or refuses. Approved, the
sheet is a draft again and is delivered as a further version; the one before is kept and shown with the result.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.moves import check_move, move
from app.tenders.bids.models import Bid
from app.tenders.notices.models import tender_stream
from app.tenders.notices.queries import profile_of
from app.tenders.panels import queries
from app.tenders.panels.models import SheetReopening
from app.tenders.panels.policy import access_reopening, access_seat, own_account
from app.tenders.panels.rules import MOVES, REOPENING_MOVES, SheetStatus, ground_named


async def ask_reopening(
    session: AsyncSession, actor: Actor, tender_id: int, bid_id: int, ground: str, reason: str, ref: str | None = None
) -> SheetReopening:
    """A judge asks for their own delivered sheet, the purchaser for that of `ref`; also of a judge who has become
    recused since, whose sheet must go. Refusals: GroundUnknown, MoveRefused for a sheet that is not delivered,
    AlreadyExists while a request is undecided."""
    seat = await access_seat(session, actor, tender_id, "reopen", ref)
    at = await now(session)
    ground_named(ground, profile_of(seat.tender))
    sheet = await queries.find_sheet(session, seat.member.id, bid_id)
    check_move(MOVES, sheet.status if sheet else SheetStatus.empty, "reopen")
    bid = await session.get_one(Bid, bid_id)
    reopening = SheetReopening(tender_id=tender_id, member_id=seat.member.id, bid_id=bid_id, ground=ground)
    reopening.number = await queries.last_version(session, seat.member.id, bid_id)
    reopening.reason, reopening.asked_at = reason, at
    reopening.asked_by, reopening.asked_role = own_account(actor), actor.role.value
    session.add(reopening)
    facts = {"judge": seat.member.ref, "bid": bid.ref, "number": reopening.number, "ground": ground}
    await happened(session, actor, "reopening.asked", reopening, at, stream=tender_stream(tender_id), **facts)
    return reopening


async def approve_reopening(session: AsyncSession, actor: Actor, tender_id: int, reopening_id: int) -> SheetReopening:
    """The second person agrees: the sheet goes back to whoever wrote it. Refused with SecondPersonNeeded."""
    _, reopening = await access_reopening(session, actor, tender_id, reopening_id, "approve")
    at = await now(session)
    _decide(reopening, actor, "approve", at)
    await session.flush()  # the database lets go of the sheet only once the approval is there
    sheet = await queries.find_sheet(session, reopening.member_id, reopening.bid_id)
    assert sheet is not None  # a delivered sheet is never deleted
    sheet.status, sheet.delivered_at = move(MOVES, sheet.status, "reopen"), None
    sheet.entered_by = sheet.confirmed_by = None
    facts = {"sheet": sheet.id, "number": reopening.number, "ground": reopening.ground}
    await happened(session, actor, "reopening.approved", reopening, at, stream=tender_stream(tender_id), **facts)
    return reopening


async def refuse_reopening(session: AsyncSession, actor: Actor, tender_id: int, reopening_id: int) -> SheetReopening:
    """The second person does not agree: the sheet stays as it was delivered. Refused with SecondPersonNeeded."""
    _, reopening = await access_reopening(session, actor, tender_id, reopening_id, "refuse")
    at = await now(session)
    _decide(reopening, actor, "refuse", at)
    facts = {"number": reopening.number, "ground": reopening.ground}
    await happened(session, actor, "reopening.refused", reopening, at, stream=tender_stream(tender_id), **facts)
    return reopening


def _decide(reopening: SheetReopening, actor: Actor, verb: str, at: datetime) -> None:
    reopening.status = move(REOPENING_MOVES, reopening.status, verb)
    reopening.decided_by, reopening.decided_role, reopening.decided_at = actor.account_id, actor.role.value, at
