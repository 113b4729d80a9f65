"""Use cases of panels: appointing, declaring interests, scoring on screen and from paper, closing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.scoring import check_given
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import DomainError
from app.core.events import happened
from app.core.moves import check_move, move
from app.core.versions import check_version, touch
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import criteria_of, criterion_terms, profile_of
from app.tenders.panels import queries, rules
from app.tenders.panels.models import Mark, Panel, PanelMember, Pitch, Recusal, ScoreSheet
from app.tenders.panels.policy import (
    Seat,
    access_bid,
    access_panel,
    access_seat,
    access_tender,
    check_judges,
    check_second,
    own_account,
    works_for,
)
from app.tenders.panels.rules import MOVES, EntriesDiffer, SheetDelivered, SheetStatus


class SeatRepeated(DomainError):
    status = 422


class NotAnApplicant(DomainError):
    status = 422


class PitchOrderWrong(DomainError):
    """The order must name every eligible bid of the lot once."""

    status = 422


class LotAbsent(DomainError):
    status = 422


@dataclass(frozen=True)
class NewMember:
    ref: str
    name: str
    role_zh: str
    role_en: str = ""
    is_expert: bool = False
    account_id: int | None = None
    party_id: int | None = None


@dataclass(frozen=True)
class Interest:
    """An applicant that a judge must not score, and why."""

    party_id: int
    reason: str = ""


async def appoint_panel(session: AsyncSession, actor: Actor, tender_id: int, members: Sequence[NewMember]) -> Panel:
    """Refusals: PanelTooSmall, PanelEven, TooFewExperts, SeatRepeated, MoveRefused before the notice and after the
    award, and those of `policy.check_judges`."""
    tender = await access_tender(session, actor, tender_id, "appoint")
    at = await now(session)
    check_move(rules.APPOINTED, tender.status, "appoint")
    refs = [member.ref for member in members]
    if doubled := [ref for ref in refs if refs.count(ref) > 1]:
        raise SeatRepeated(seat=doubled[0])
    experts = sum(member.is_expert for member in members)
    await check_judges(session, actor, tender, members)
    rules.check_panel(len(members), experts, tender.budget, profile_of(tender))
    panel = Panel(tender_id=tender.id, appointed_at=at)
    session.add(panel)
    session.add_all(PanelMember(tender_id=tender.id, **vars(member)) for member in members)
    facts = {"members": len(members), "experts": experts}
    await happened(session, actor, "panel.appointed", panel, at, stream=tender.stream, **facts)
    return panel


async def declare_interests(
    session: AsyncSession, actor: Actor, tender_id: int, interests: Sequence[Interest], ref: str | None = None
) -> Seat:
    """A judge says whose bids are not theirs to score; an empty list declares that there is none.

    Declared again, new interests are added, and the judge's drafts of those applicants are void; a delivered sheet
    has to be reopened first. The parties the judge works for are recused by themselves. Refusals: NotAnApplicant,
    SheetDelivered, JudgeHasAccount.
    """
    seat = await access_seat(session, actor, tender_id, "declare", ref)
    at = await now(session)
    applicants = {party.id for party in await queries.applicants_of(session, tender_id)}
    for interest in interests:
        if interest.party_id not in applicants:
            raise NotAnApplicant(party=interest.party_id)
    wanted = {interest.party_id: interest.reason for interest in interests}
    for party in applicants & await works_for(session, seat.member):
        wanted.setdefault(party, "works for the applicant")
    voided = await _recuse(session, seat.member, wanted, at)
    seat.member.declared_at = seat.member.declared_at or at
    facts = {"judge": seat.member.ref, "applicants": sorted(wanted), "voided": voided}
    await happened(session, actor, "interests.declared", seat.member, at, stream=seat.tender.stream, **facts)
    return seat


async def _recuse(session: AsyncSession, member: PanelMember, wanted: Mapping[int, str], at: datetime) -> int:
    """How many sheets of the judge became void."""
    bids = sa.select(Bid.id).where(Bid.tender_id == member.tender_id, Bid.party_id.in_(wanted))
    delivered = (
        sa.select(Bid.ref)
        .join(ScoreSheet, ScoreSheet.bid_id == Bid.id)
        .where(ScoreSheet.member_id == member.id, ScoreSheet.status == SheetStatus.delivered, Bid.id.in_(bids))
    )
    if (ref := await session.scalar(delivered.order_by(Bid.ref).limit(1))) is not None:
        raise SheetDelivered(judge=member.ref, bid=ref)
    void = sa.delete(ScoreSheet).where(ScoreSheet.member_id == member.id, ScoreSheet.bid_id.in_(bids))
    voided = list(await session.scalars(void.returning(ScoreSheet.id)))
    await session.flush()
    rows = [
        {"member_id": member.id, "party_id": party, "reason": reason, "declared_at": at}
        for party, reason in sorted(wanted.items())
    ]
    if rows:
        await session.execute(insert(Recusal).on_conflict_do_nothing(), rows)
    return len(voided)


async def order_pitches(
    session: AsyncSession, actor: Actor, tender_id: int, lot_code: str, bid_refs: Sequence[str]
) -> list[Pitch]:
    """The order in which a lot's eligible bids are presented, each named once. Refused with PitchOrderWrong."""
    tender, _ = await access_panel(session, actor, tender_id, "order")
    at = await now(session)
    lot = await session.scalar(sa.select(Lot).where(Lot.tender_id == tender_id, Lot.code == lot_code))
    if lot is None:
        raise LotAbsent(lot=lot_code)
    query = sa.select(Bid).where(Bid.lot_id == lot.id, Bid.status == BidStatus.eligible)
    bids = {bid.ref: bid.id for bid in await session.scalars(query)}
    if sorted(bid_refs) != sorted(ref or "" for ref in bids):
        missing = sorted(str(ref) for ref in bids if ref not in bid_refs)
        raise PitchOrderWrong(lot=lot_code, missing=", ".join(missing) or "–", given=len(bid_refs), due=len(bids))
    await session.execute(sa.delete(Pitch).where(Pitch.lot_id == lot.id))
    pitches = [Pitch(lot_id=lot.id, position=n, bid_id=bids[ref]) for n, ref in enumerate(bid_refs, 1)]
    session.add_all(pitches)
    facts = {"lot": lot_code, "bids": list(bid_refs)}
    await happened(session, actor, "pitches.ordered", lot, at, stream=tender.stream, **facts)
    return pitches


async def save_sheet(
    session: AsyncSession, actor: Actor, tender_id: int, bid_id: int, marks: Mapping[str, Decimal], given: int
) -> ScoreSheet:
    """A judge's draft, marks as far as they go; `given` is the version edited (0: none yet).

    Refusals: DeclarationMissing, JudgeRecused, MarkUnknown, MarkOutOfRange, MarkOffStep, StaleVersion.
    """
    seat = await access_seat(session, actor, tender_id, "save")
    bid = await access_bid(session, seat.member, bid_id)
    at = await now(session)
    sheet = await _sheet(session, seat.member, bid)
    saved = move(MOVES, sheet.status, "save")
    check_version(sheet, given)
    await _check_given(session, seat.tender, marks)
    touch(sheet)
    sheet.status, sheet.entered_by = saved, actor.account_id
    await _write_marks(session, sheet, marks)
    facts = {"judge": seat.member.ref, "bid": bid.ref}
    await happened(session, actor, "sheet.saved", sheet, at, stream=seat.tender.stream, **facts)
    return sheet


async def deliver_sheet(session: AsyncSession, actor: Actor, tender_id: int, bid_id: int) -> ScoreSheet:
    """Refused with MarkMissing while a criterion has no mark."""
    seat = await access_seat(session, actor, tender_id, "deliver")
    bid = await access_bid(session, seat.member, bid_id)
    at = await now(session)
    sheet = await _sheet(session, seat.member, bid)
    delivered = move(MOVES, sheet.status, "deliver")
    criteria = criterion_terms(await criteria_of(session, tender_id))
    rules.check_marks(await queries.marks_of(session, sheet.id), criteria, profile_of(seat.tender).scoring.mark_step)
    sheet.status, sheet.delivered_at, sheet.entered_by = delivered, at, actor.account_id
    facts = await _delivery(session, seat.member, bid, sheet)
    await happened(session, actor, "sheet.delivered", sheet, at, stream=seat.tender.stream, **facts)
    return sheet


async def enter_paper_sheet(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    ref: str,
    bid_id: int,
    marks: Mapping[str, Decimal],
    written_total: Decimal | None,
) -> ScoreSheet:
    """A sheet on paper, keyed by the purchaser's staff: complete or not at all, and only a draft until a second
    person has keyed the same. Keyed again before that, it is replaced.

    The total that counts is the sum of the marks; a `written_total` that differs is kept and reported as a
    correction (87号令 art. 64).
    """
    clerk = own_account(actor)
    seat, bid, sheet, at = await _keyed(session, actor, tender_id, ref, bid_id, marks)
    sheet.written_total, sheet.entered_by = written_total, clerk
    await _write_marks(session, sheet, marks)
    facts = {"judge": ref, "bid": bid.ref}
    await happened(session, actor, "sheet.entered", sheet, at, stream=seat.tender.stream, **facts)
    return sheet


async def confirm_sheet(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    ref: str,
    bid_id: int,
    marks: Mapping[str, Decimal],
    written_total: Decimal | None,
) -> ScoreSheet:
    """The second keying of a paper sheet, by another account and without having seen the first: equal, it delivers.

    Refusals: SecondPersonNeeded; EntriesDiffer, which names where, so that the paper is looked at again.
    """
    seat = await access_seat(session, actor, tender_id, "confirm", ref)
    bid = await access_bid(session, seat.member, bid_id)
    at = await now(session)
    sheet = await _sheet(session, seat.member, bid)
    delivered = move(MOVES, sheet.status, "confirm")
    await check_second(session, actor, tender_id, sheet.entered_by)
    first = {**await queries.marks_of(session, sheet.id), "written_total": sheet.written_total}
    if differing := rules.differing(first, {**marks, "written_total": written_total}):
        raise EntriesDiffer(criteria=", ".join(differing), judge=ref, bid=bid.ref or "")
    sheet.status, sheet.delivered_at, sheet.confirmed_by = delivered, at, actor.account_id
    facts = await _delivery(session, seat.member, bid, sheet)
    await happened(session, actor, "sheet.confirmed", sheet, at, stream=seat.tender.stream, **facts)
    return sheet


async def import_sheet(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    ref: str,
    bid_id: int,
    marks: Mapping[str, Decimal],
    written_total: Decimal | None,
) -> ScoreSheet:
    """A paper sheet of a season that is replayed: its file stands for both keyings, no person does. The database
    takes it at a simulated instant only; no route leads here."""
    seat, bid, sheet, at = await _keyed(session, actor, tender_id, ref, bid_id, marks)
    sheet.written_total = written_total
    await _write_marks(session, sheet, marks)
    sheet.status, sheet.delivered_at = move(MOVES, sheet.status, "confirm"), at
    facts = await _delivery(session, seat.member, bid, sheet)
    await happened(session, actor, "sheet.imported", sheet, at, stream=seat.tender.stream, **facts)
    return sheet


async def _keyed(
    session: AsyncSession, actor: Actor, tender_id: int, ref: str, bid_id: int, marks: Mapping[str, Decimal]
) -> tuple[Seat, Bid, ScoreSheet, datetime]:
    """What a paper sheet is keyed on: seat, bid, the sheet moved on, the hour. Refusals: those of `rules.check_marks`,
    MoveRefused for a delivered sheet."""
    seat = await access_seat(session, actor, tender_id, "enter", ref)
    bid = await access_bid(session, seat.member, bid_id)
    at = await now(session)
    criteria = criterion_terms(await criteria_of(session, tender_id))
    rules.check_marks(marks, criteria, profile_of(seat.tender).scoring.mark_step)
    sheet = await _sheet(session, seat.member, bid)
    sheet.status = move(MOVES, sheet.status, "enter")
    return seat, bid, sheet, at


async def _delivery(session: AsyncSession, member: PanelMember, bid: Bid, sheet: ScoreSheet) -> dict[str, Any]:
    """What the audit log keeps of a delivered sheet: everything on it."""
    await session.flush()
    marks = await queries.marks_of(session, sheet.id)
    number = await queries.last_version(session, member.id, bid.id)
    facts = {"judge": member.ref, "bid": bid.ref, "number": number, "marks": marks, "total": sheet.total}
    return facts if sheet.written_total is None else {**facts, "written": sheet.written_total}


async def close_scoring(session: AsyncSession, actor: Actor, tender_id: int) -> Panel:
    """No sheet is written from here on; what is missing and what was corrected is written down.

    Refused with TooFewSheets when a bid has fewer counted sheets than the profile asks for.
    """
    tender, panel = await access_panel(session, actor, tender_id, "close")
    at = await now(session)
    due = await queries.due_pairs(session, tender_id)
    sheets = await queries.delivered_sheets(session, tender_id)
    counted = rules.counted_sheets(due, sheets)
    if refusal := rules.too_few_sheets(rules.sheets_per_bid(due, counted), tender.budget, profile_of(tender)):
        raise refusal
    panel.closed_at, panel.sheets_counted = at, len(counted)
    panel.missing = [list(pair) for pair in rules.missing_sheets(due, sheets)]
    panel.corrections = [[c.bid, c.judge, plain(c.written), plain(c.computed)] for c in rules.corrections(counted)]
    facts = {"sheets": len(counted), "missing": panel.missing, "corrections": panel.corrections}
    await happened(session, actor, "scoring.closed", panel, at, stream=tender.stream, **facts)
    return panel


def plain(points: Decimal) -> str:
    """As people write it: 84.50 → 84.5."""
    return f"{points.normalize():f}"


async def _sheet(session: AsyncSession, member: PanelMember, bid: Bid) -> ScoreSheet:
    """The judge's sheet of this bid; a new one starts empty, at version 0."""
    found = await queries.find_sheet(session, member.id, bid.id)
    return found or ScoreSheet(
        tender_id=member.tender_id, member_id=member.id, bid_id=bid.id, status=SheetStatus.empty, version=0
    )


async def _check_given(session: AsyncSession, tender: Tender, marks: Mapping[str, Decimal]) -> None:
    """Each mark by itself; a draft need not have all. Refusals: MarkUnknown, MarkOutOfRange, MarkOffStep."""
    known = rules.maxima(criterion_terms(await criteria_of(session, tender.id)))
    check_given(marks, known, profile_of(tender).scoring.mark_step)


async def _write_marks(session: AsyncSession, sheet: ScoreSheet, marks: Mapping[str, Decimal]) -> None:
    """Put the marks on the sheet, take off those no longer given, and read back the total the database keeps."""
    session.add(sheet)
    await session.flush()
    ids = {each.code: each.id for each in await criteria_of(session, sheet.tender_id)}
    kept = [ids[code] for code in marks]
    await session.execute(sa.delete(Mark).where(Mark.sheet_id == sheet.id, Mark.criterion_id.not_in(kept)))
    if marks:
        rows = [{"sheet_id": sheet.id, "criterion_id": ids[code], "value": value} for code, value in marks.items()]
        statement = insert(Mark)
        fresh = {"value": statement.excluded.value}
        await session.execute(
            statement.on_conflict_do_update(index_elements=["sheet_id", "criterion_id"], set_=fresh), rows
        )
    await session.refresh(sheet, ["total"])


async def open_bids(session: AsyncSession, actor: Actor, tender_id: int) -> Seat:
    """The seat of a judge who may look at bids. Refused with DeclarationMissing."""
    seat = await access_seat(session, actor, tender_id, "open")
    rules.check_declared(seat.member.ref, seat.member.declared_at)
    return seat


async def open_bid(session: AsyncSession, actor: Actor, tender_id: int, bid_id: int) -> tuple[Seat, Bid]:
    """A bid opened by a judge for scoring. Refusals: DeclarationMissing, JudgeRecused."""
    seat = await access_seat(session, actor, tender_id, "open")
    return seat, await access_bid(session, seat.member, bid_id)
