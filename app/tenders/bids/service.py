"""Handing in, revising, confirming and withdrawing bids; opening and pre-qualification.

Lock order: the tender's row first (FOR SHARE by bidders, FOR UPDATE by whoever opens), then the bid; the hour is
asked after the lock. So a bid is either in the opening list or was refused, never acknowledged and missing.
"""

from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.db import sealed_number
from app.core.errors import Denied
from app.core.events import happened
from app.core.moves import move
from app.core.problems import refusal_of
from app.core.versions import check_version, touch
from app.files.queries import digests_of
from app.files.rules import Holder
from app.parties.queries import require_party
from app.tenders.bids import rules
from app.tenders.bids.applications import Content, keep_application, said_in, written_draft
from app.tenders.bids.counting import access_counted, count_left, decide, failing_lots, leave
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.policy import HANDED_IN, WHO, access_bid
from app.tenders.bids.queries import (
    COUNTED,
    UNDECIDED,
    Entry,
    Finding,
    applicants,
    bids_of,
    check_timely,
    entries,
    find_bid,
    findings,
    short_of,
)
from app.tenders.bids.rules import (
    MOVES,
    BidExists,
    BidStatus,
    Conditions,
    LotUnknown,
    check_item,
    content_digest,
    receipt_of,
)
from app.tenders.forms.checklist import HandedIn, check_complete
from app.tenders.forms.definition import form_of
from app.tenders.notices import queries as notices
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import access_tender, hold_tender
from app.tenders.notices.queries import LotParts, lots_of, profile_of
from app.tenders.notices.rules import BidTooLate, check_bidders

IN_TIME = "bid_in_time"  # the constraint that the database names when the deadline has passed


async def draft_bid(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    *,
    lot: str,
    item: str | None = None,
    content: Content,
    ref: str | None = None,
) -> Bid:
    """The actor's organisation starts a bid for a lot or one of its items; nobody else sees it.

    `ref` is the number a season's files use; otherwise it is given at the opening. Refusals: NotReceiving,
    BidTooLate, LotUnknown, ItemUnknown, ItemMissing, BidExists, PopulationUnknown.
    """
    tender = await hold_tender(session, actor, tender_id)
    if not actor.may("draft", WHO["draft"]) or actor.party_id is None:
        raise Denied(verb="draft", reason="role")
    at = await now(session)
    if refusal := rules.untimely("draft", tender, at):
        raise refusal
    bid = await _new_bid(session, tender, actor.party_id, lot, item, ref, at)
    bid.draft = await written_draft(session, tender, content)
    await happened(session, actor, "bid.drafted", bid, at, stream=bid.stream)
    return bid


async def edit_bid(session: AsyncSession, actor: Actor, bid_id: int, given: int, content: Content) -> Bid:
    """Change what the bid will say when it is handed in next; what was handed in stays."""
    bid, tender = await access_bid(session, actor, bid_id, "edit")
    at = await now(session)
    check_timely(bid, tender, "edit", at)
    check_version(bid, given)
    draft = await written_draft(session, tender, content)
    touch(bid)
    bid.draft = draft
    await happened(session, actor, "bid.edited", bid, at, stream=bid.stream, version=bid.version)
    return bid


async def submit_bid(session: AsyncSession, actor: Actor, bid_id: int) -> BidVersion:
    """Hand in what the draft says, first or again after a withdrawal. Refusals: those of `rules.check_submission`,
    BidIncomplete, NotReceiving."""
    bid, tender = await access_bid(session, actor, bid_id, "submit")
    at = await now(session)
    version = await _hand_in(session, bid, tender, "submit", at)
    await happened(session, actor, "bid.submitted", bid, at, stream=bid.stream, **_facts(version))
    return version


async def revise_bid(session: AsyncSession, actor: Actor, bid_id: int) -> BidVersion:
    """Hand in a further version, which counts from now on and confirms the bid as well."""
    bid, tender = await access_bid(session, actor, bid_id, "revise")
    at = await now(session)
    version = await _hand_in(session, bid, tender, "revise", at)
    await happened(session, actor, "bid.revised", bid, at, stream=bid.stream, **_facts(version))
    return version


async def confirm_bid(session: AsyncSession, actor: Actor, bid_id: int) -> Bid:
    """The bid stands as it was handed in, also under the amended notice. Refusal: FormAmended."""
    bid, tender = await access_bid(session, actor, bid_id, "confirm")
    at = await now(session)
    check_timely(bid, tender, "confirm", at)
    if refusal := rules.hindrance("confirm", bid.confirmed_amendment, tender):
        raise refusal
    bid.status = move(MOVES, bid.status, "confirm")
    bid.confirmed_amendment = tender.amendment_number
    await happened(session, actor, "bid.confirmed", bid, at, stream=bid.stream, amendment=tender.amendment_number)
    return bid


async def withdraw_bid(session: AsyncSession, actor: Actor, bid_id: int) -> Bid:
    """Until the deadline a bid may be taken back, and handed in again (87号令 art. 34)."""
    bid, tender = await access_bid(session, actor, bid_id, "withdraw")
    at = await now(session)
    check_timely(bid, tender, "withdraw", at)
    bid.status, bid.withdrawn_at = move(MOVES, bid.status, "withdraw"), at
    await happened(session, actor, "bid.withdrawn", bid, at, stream=bid.stream)
    return bid


async def unsettle_bids(session: AsyncSession, actor: Actor, tender: Tender) -> None:
    """Follows from an amendment: a binding one makes every bid be confirmed again."""
    if tender.binding_amendment != tender.amendment_number:
        return
    at = await now(session)
    query = sa.select(Bid).where(Bid.tender_id == tender.id, Bid.status == BidStatus.submitted)
    for bid in await session.scalars(query.order_by(Bid.id).with_for_update()):
        bid.status = move(MOVES, bid.status, "unsettle")
        await happened(session, actor, "bid.unsettled", bid, at, stream=bid.stream, amendment=tender.amendment_number)


async def record_late_bid(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    *,
    party_id: int,
    lot: str,
    item: str | None = None,
    content: Content,
    received_at: datetime | None = None,
    ref: str | None = None,
) -> Bid:
    """The purchaser notes what arrived on paper after the deadline: it is never scored, and told why.

    Late is what the clock says. Until the opening every party gets the same answer, whether it has a bid or not
    (87号令 art. 28); afterwards only what was handed in and is listed anyway refuses a second one. Refusals: those of
    `rules.check_late`, NotReceiving, PartyUnknown, BidIncomplete, BidExists, those of lot and item.
    """
    tender = await access_tender(session, actor, tender_id, "record_late")
    at = await now(session)
    arrived = received_at or at
    rules.check_late(arrived, tender, at)
    said = check_complete(None, said_in(content), shanghai_date(at))
    rules.check_amount(said.amount)
    party = await require_party(session, party_id)
    bid = await _late_bid(session, tender, party.id, lot, item, ref, at)
    bid.status, bid.withdrawn_at = move(MOVES, bid.status, "record_late"), None
    version = await receive(session, bid, tender, rules.BidTerms(lot, item, said.amount, arrived), said, late=True)
    await happened(session, actor, "bid.recorded_late", bid, at, stream=bid.stream, tell=tender, **_facts(version))
    return bid


async def open_bids(session: AsyncSession, actor: Actor, tender_id: int) -> list[Bid]:
    """Open the tender after its deadline and number what was handed in, by the hour of receipt.

    Bidders are counted for every lot, and for every item of a lot with items: where they are too few the bids stay
    closed, and a lot left with nothing fails. Refusals: BidsStillRunning, TooFewBidders where no lot has enough (then
    the tender is declared unsuccessful instead).
    """
    tender = await access_counted(session, actor, tender_id, "open")
    at = await now(session)
    notices.check_timely(tender, "open", at)
    counts, short, failing = await short_of(session, tender, COUNTED, profile_of(tender).bidders.value)
    check_bidders(max(counts.values(), default=0), profile_of(tender))
    leave(short, "leave_closed")
    change = await failing_lots(session, tender, failing)
    await _number(session, tender)
    opened = await bids_of(session, tender.id, HANDED_IN)
    facts: dict[str, Any] = {"bids": len(opened), "closed": len(short), "failing": change.failing}
    await happened(session, actor, "bids.opened", tender, at, tell=change, **facts)
    return opened


async def prequalify_bids(session: AsyncSession, actor: Actor, tender_id: int) -> list[Finding]:
    """Decide on every bid by the rules; what they find is shown to the purchaser beforehand (`review_bids`).

    Who is left is counted again: where they are too few nothing is evaluated, and the lot fails (87号令 art. 44).
    """
    tender = await access_counted(session, actor, tender_id, "prequalify")
    at = await now(session)
    notices.check_timely(tender, "prequalify", at)
    await _number(session, tender)
    found = await findings(session, tender, await bids_of(session, tender.id, UNDECIDED))
    for finding in found:
        decide(finding, at)
    change = await count_left(session, tender)
    ineligible = {f.entry.bid.ref: [reason.code for reason in f.reasons] for f in found if f.reasons}
    facts: dict[str, Any] = {"bids": len(found), "ineligible": ineligible, "failing": change.failing}
    await happened(session, actor, "bids.prequalified", tender, at, tell=change, **facts)
    return found


async def _new_bid(
    session: AsyncSession, tender: Tender, party_id: int, lot: str, item: str | None, ref: str | None, at: datetime
) -> Bid:
    lot_id, item_id = await _place(session, tender, lot, item)
    if (existing := await find_bid(session, lot_id, item_id, party_id)) is not None:
        raise BidExists(bid=existing.id, lot=lot, item=item or "")
    bid = Bid(tender_id=tender.id, lot_id=lot_id, item_id=item_id, party_id=party_id, ref=ref, created_at=at)
    bid.id, bid.status = sealed_number(), BidStatus.draft
    bid.version, bid.version_number, bid.confirmed_amendment = 1, 0, tender.amendment_number
    session.add(bid)
    await session.flush()
    return bid


async def _late_bid(
    session: AsyncSession, tender: Tender, party_id: int, lot: str, item: str | None, ref: str | None, at: datetime
) -> Bid:
    """What the late paper is filed under: a draft or a withdrawn bid of the same place, which only its party knows
    of, becomes the late one as a new bid would; the purchaser cannot tell."""
    lot_id, item_id = await _place(session, tender, lot, item)
    found = await find_bid(session, lot_id, item_id, party_id)
    if found is None or found.status not in {BidStatus.draft, BidStatus.withdrawn}:
        return await _new_bid(session, tender, party_id, lot, item, ref, at)
    found.ref = ref or found.ref
    return found


async def _place(session: AsyncSession, tender: Tender, lot: str, item: str | None) -> tuple[int, int | None]:
    """The numbers of lot and item. Refusals: LotUnknown, ItemUnknown, ItemMissing."""
    parts = await _lot_named(session, tender, lot)
    check_item(item, parts.terms)
    return parts.lot.id, next((each.id for each in parts.items if each.code == item), None)


async def _lot_named(session: AsyncSession, tender: Tender, code: str) -> LotParts:
    for parts in await lots_of(session, tender.id):
        if parts.lot.code == code:
            return parts
    raise LotUnknown(lot=code)


async def _hand_in(session: AsyncSession, bid: Bid, tender: Tender, verb: str, at: datetime) -> BidVersion:
    check_timely(bid, tender, verb, at)
    said = check_complete(form_of(tender.application_form), said_in(bid.draft), shanghai_date(at))
    entry = (await entries(session, [bid]))[0]
    parts = await _lot_named(session, tender, entry.lot.code)
    applicant = (await applicants(session, {bid.party_id}))[bid.party_id]
    item = entry.item.code if entry.item else None
    terms = rules.BidTerms(entry.lot.code, item, said.amount, at)
    rules.check_submission(terms, applicant, Conditions(parts.terms, profile_of(tender), _end(tender)))
    bid.status, bid.withdrawn_at = move(MOVES, bid.status, verb), None
    bid.confirmed_amendment = tender.amendment_number
    return await receive(session, bid, tender, terms, said)


async def receive(
    session: AsyncSession,
    bid: Bid,
    tender: Tender,
    terms: rules.BidTerms,
    said: HandedIn,
    *,
    late: bool = False,
    final: bool = False,
) -> BidVersion:
    """The next version with its receipt. The database checks the hour once more: between the question what time it
    is and the writing the deadline may have passed. Refused with BidTooLate."""
    bid.version_number += 1
    files = [] if late else await digests_of(session, Holder.bid, bid.id)  # late ones were not handed in by the bidder
    content, number, hour = content_digest(said.sealed(), files), bid.version_number, terms.received_at
    receipt = receipt_of(tender.ref, terms.lot, terms.item, bid.party_id, number, content, hour)
    version = BidVersion(bid_id=bid.id, tender_id=tender.id, number=number, title=said.title, plan=said.plan)
    version.amount, version.received_at, version.arrived_late = said.amount, hour, late
    version.is_final, version.files = final, files
    keep_application(version, said)
    version.content_hash, version.receipt_hash, version.receipt = content, receipt.digest, receipt.code
    end = _end(tender)
    try:
        async with session.begin_nested():
            session.add(version)
    except IntegrityError as refused:
        if refusal_of(refused).facts["constraint"] != IN_TIME:
            raise
        raise BidTooLate(bids_end=end, received=await now(session)) from None
    return version


def _facts(version: BidVersion) -> dict[str, Any]:
    """What the audit log keeps of a version: no content, not even the amount; it is sealed."""
    return {"number": version.number, "receipt": version.receipt, "content": version.content_hash.hex()}


def _end(tender: Tender) -> datetime:
    """A published tender has all its dates (ck_tenders_published_is_complete)."""
    assert tender.bids_end is not None
    return tender.bids_end


async def _number(session: AsyncSession, tender: Tender) -> None:
    """Give every bid that has none its number: B01, B02 … by the hour of receipt."""
    found = await entries(session, await bids_of(session, tender.id, HANDED_IN))
    taken = {entry.bid.ref for entry in found}
    free = (f"B{number:02}" for number in count(1) if f"B{number:02}" not in taken)
    unnumbered = [entry for entry in found if entry.bid.ref is None and entry.version is not None]
    for entry in sorted(unnumbered, key=_received):
        entry.bid.ref = next(free)


def _received(entry: Entry) -> tuple[datetime, str]:
    assert entry.version is not None
    return entry.version.received_at, entry.version.receipt
