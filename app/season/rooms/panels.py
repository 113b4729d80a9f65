"""The panel of a season's competition: appointed, its interests declared, its sheets entered."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.errors import DomainError
from app.parties.queries import parties_by_id
from app.parties.rules import LEGAL_PERSONS
from app.season.cast import party_of
from app.season.competition import Competition, ScoreRow, json_number
from app.season.dates import written_day
from app.season.files import COMPETITION, Faults, Season
from app.season.known import Known
from app.season.room import Room
from app.season.rooms.bids import ApplicantUnknown
from app.season.rooms.notices import buyer_and_tender
from app.season.schedule import Schedule
from app.season.steps import Step
from app.season.terms import closing_of, notice_of
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import Applicant, BidStatus, BidTerms, Conditions, LotUnknown, prequalify
from app.tenders.notices.models import Lot, Tender
from app.tenders.panels.models import Pitch
from app.tenders.panels.queries import find_panel, members_of, recusals_of, sheets_of
from app.tenders.panels.rules import check_marks, too_few_sheets
from app.tenders.panels.service import (
    Interest,
    NewMember,
    appoint_panel,
    close_scoring,
    declare_interests,
    import_sheet,
    order_pitches,
)
from app.tenders.profiles.rules import Profile


class BidUnknown(DomainError):
    status = 422


class JudgeUnknown(DomainError):
    status = 422


class SheetOfRecused(DomainError):
    """A judge scored an applicant in whom that judge has an interest."""

    status = 422


def _steps(season: Season, when: Schedule) -> list[Step]:
    return [
        Step("panel appointed", when.appointed, partial(appoint, accounts={})),
        *(sheets_step(judge.id, when) for judge in season.competition.judges),
        Step("scoring closed", when.closed, _close_scoring),
    ]


def sheets_step(judge: str, when: Schedule) -> Step:
    return Step(f"sheets {judge}", when.scored, partial(_enter_sheets, judge=judge))


async def appoint(session: AsyncSession, season: Season, *, accounts: Mapping[str, int]) -> None:
    """The panel, what its members declare, and the order of the pitches.

    Judges with an account (`accounts`: judge → account) declare on screen themselves; the others have on paper.
    """
    competition = season.competition
    buyer, tender = await buyer_and_tender(session, season)
    members = [
        NewMember(judge.id, judge.name or judge.id, judge.role_zh, judge.role_en, judge.expert, accounts.get(judge.id))
        for judge in competition.judges
    ]
    await appoint_panel(session, buyer, tender.id, members)
    for judge in [judge for judge in competition.judges if judge.id not in accounts]:
        interests = [
            Interest((await party_of(session, season, row.applicant)).id, row.reason)
            for row in competition.recusals
            if row.judge == judge.id
        ]
        await declare_interests(session, buyer, tender.id, interests, judge.id)
    await _order_pitches(session, season, buyer, tender)


async def _order_pitches(session: AsyncSession, season: Season, buyer: Actor, tender: Tender) -> None:
    """As the file has it, without the bids that were not admitted; those it leaves out come last."""
    query = sa.select(Lot.code, Bid.ref).join(Bid, Bid.lot_id == Lot.id).where(Bid.tender_id == tender.id)
    eligible = await session.execute(query.where(Bid.status == BidStatus.eligible).order_by(Bid.ref))
    by_lot: dict[str, list[str]] = {}
    for lot, ref in eligible:
        by_lot.setdefault(lot, []).append(str(ref))
    for lot, refs in by_lot.items():
        given = [ref for ref in season.competition.pitch_order.get(lot, []) if ref in refs]
        order = [*dict.fromkeys(given), *(ref for ref in refs if ref not in given)]
        await order_pitches(session, buyer, tender.id, lot, order)


async def _enter_sheets(session: AsyncSession, season: Season, *, judge: str) -> None:
    """A judge's sheets from paper, with the totals written on them; none of a bid that was not admitted."""
    buyer, tender = await buyer_and_tender(session, season)
    query = sa.select(Bid.ref, Bid.id).where(Bid.tender_id == tender.id, Bid.status == BidStatus.eligible)
    ids = {str(ref): id for ref, id in (await session.execute(query))}
    for row in season.competition.scores:
        if row.judge == judge and row.scores is not None and row.proposal in ids:
            bid_id = ids[row.proposal]
            await import_sheet(session, buyer, tender.id, judge, bid_id, row.scores, row.written_total)


async def _close_scoring(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await close_scoring(session, buyer, tender.id)


def _check_interests(competition: Competition, faults: Faults) -> None:
    judges, applicants = {judge.id for judge in competition.judges}, competition.applicants
    for row in competition.recusals:
        if row.judge not in judges:
            faults.note(COMPETITION, 0, "recusals", JudgeUnknown(judge=row.judge))
        if row.applicant not in applicants:
            faults.note(COMPETITION, 0, "recusals", ApplicantUnknown(applicant=row.applicant))
    lots, bids = {lot.id for lot in competition.lots}, {bid.id: bid.lot for bid in competition.proposals}
    for lot, order in competition.pitch_order.items():
        if lot not in lots:
            faults.note(COMPETITION, 0, "pitch_order", LotUnknown(lot=lot))
        for bid in order:
            if bids.get(bid) != lot:
                faults.note(COMPETITION, 0, f"pitch_order {lot}", BidUnknown(bid=bid))


def _check_sheets(competition: Competition, terms: Profile, faults: Faults) -> None:
    faults.note_doubles(COMPETITION, "scores", [f"{row.proposal} {row.judge}" for row in competition.scores])
    bids = {bid.id: bid.applicant for bid in competition.proposals}
    judges = {judge.id for judge in competition.judges}
    recused = {(row.judge, row.applicant) for row in competition.recusals}
    criteria = notice_of(competition, terms).criteria
    for row in competition.scores:
        where = f"scores {row.proposal} {row.judge}"
        if row.proposal not in bids:
            faults.note(COMPETITION, 0, where, BidUnknown(bid=row.proposal))
        elif row.judge not in judges:
            faults.note(COMPETITION, 0, where, JudgeUnknown(judge=row.judge))
        elif row.scores is not None:
            faults.take(f"{COMPETITION} {where}", check_marks, row.scores, criteria, terms.scoring.mark_step)
            _check_unbiased(row, (row.judge, bids[row.proposal]) in recused, where, faults)


def _check_unbiased(row: ScoreRow, is_recused: bool, where: str, faults: Faults) -> None:
    if is_recused:
        faults.note(COMPETITION, 0, where, SheetOfRecused(judge=row.judge, bid=row.proposal))


def _check_scored(
    competition: Competition, terms: Profile, roster: Mapping[str, Mapping[str, Any]], faults: Faults
) -> None:
    """Every bid that the rules of pre-qualification admit has the sheets that a result needs."""
    lots = {lot.code: lot for lot in notice_of(competition, terms).lots}
    counts = Counter(row.proposal for row in competition.scores if row.scores is not None)
    for bid in competition.proposals:
        said = BidTerms(bid.lot, bid.item, bid.amount_cny, bid.submitted_at)
        applicant = _applicant(roster.get(bid.applicant) if bid.applicant_kind == "org" else None)
        admitted = not prequalify(said, applicant, Conditions(lots[bid.lot], terms, closing_of(competition, terms)))
        if admitted:
            _check_enough({bid.id: counts[bid.id]}, competition, terms, faults)


def _check_enough(counted: Mapping[str, int], competition: Competition, terms: Profile, faults: Faults) -> None:
    if refusal := too_few_sheets(counted, competition.budget, terms):
        faults.note(f"{COMPETITION} scores", 0, "", refusal)


def _applicant(facts: Mapping[str, Any] | None) -> Applicant:
    if facts is None:
        return Applicant(registered=False)
    return Applicant(registered=facts["legal_kind"] in LEGAL_PERSONS, rectification_until=facts["rectification"])


async def _pitch_order(session: AsyncSession, tender: Tender) -> dict[str, list[str]]:
    query = sa.select(Lot.code, Bid.ref).join(Pitch, Pitch.lot_id == Lot.id).join(Bid, Bid.id == Pitch.bid_id)
    rows = await session.execute(query.where(Lot.tender_id == tender.id).order_by(Lot.position, Pitch.position))
    order: dict[str, list[str]] = {}
    for lot, bid in rows:
        order.setdefault(lot, []).append(bid or "")
    return order


async def _scores(session: AsyncSession, tender: Tender) -> list[dict[str, Any]]:
    return [
        {
            "proposal": each.bid,
            "judge": each.judge,
            "recused": False,
            "scores": {code: json_number(mark) for code, mark in each.marks.items()},
            "total": json_number(each.sheet.total),
            "total_written_on_sheet": None
            if each.sheet.written_total is None
            else json_number(each.sheet.written_total),
        }
        for each in await sheets_of(session, tender.id)
    ]


def _check(competition: Competition, terms: Profile, known: Known, faults: Faults) -> None:
    _check_interests(competition, faults)
    _check_sheets(competition, terms, faults)
    if not faults.rows:
        _check_scored(competition, terms, known.roster, faults)


async def _entries(session: AsyncSession, _name: str, tender: Tender) -> dict[str, Any]:
    panel, members = await find_panel(session, tender.id), await members_of(session, tender.id)
    assert panel is not None  # only finished seasons are exported
    recusals = await recusals_of(session, tender.id)
    parties = await parties_by_id(session, {recusal.party_id for _, recusal in recusals})
    return {
        "timeline": {"pitch_day": written_day(panel.closed_at)},
        "judges": [
            {"id": m.ref, "name": m.name, "role_zh": m.role_zh, "role_en": m.role_en, "expert": m.is_expert}
            for m in members
        ],
        "recusals": [
            {"judge": member.ref, "applicant": parties[recusal.party_id].ref, "reason": recusal.reason}
            for member, recusal in recusals
        ],
        "pitch_order": await _pitch_order(session, tender),
        "scores": await _scores(session, tender),
    }


ROOM = Room(steps=_steps, check_competition=_check, entries=_entries)
