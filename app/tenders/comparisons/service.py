"""Use cases beside a result: its contests and how its judges marked, kept when it is proposed; the price of inclusion,
asked for by the purchaser, worked out by jobs in many small transactions.

Every loser is priced in a transaction of its own, so readers see the run move, and a run that is cut short goes on
with the losers that have no row yet.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.agreement import agreement
from app.core.actors import CLOCK, Actor
from app.core.clock import now
from app.core.errors import DomainError, NotFound
from app.core.events import changed, happened
from app.core.moves import move
from app.core.waiting import jobs_of_party
from app.matching.winners.choose import Winners
from app.tenders.awards.models import Award, LotResult, Result
from app.tenders.awards.queries import Proposal, awards_by_bid, declined_bids
from app.tenders.bids.models import Bid
from app.tenders.comparisons import rules
from app.tenders.comparisons.left_out import KEPT, Kept, Terms, without_each
from app.tenders.comparisons.models import InclusionPrice, InclusionRun, PanelAgreement
from app.tenders.comparisons.rules import LIVE, MOVES, Contest, Priced, RunStatus
from app.tenders.notices.models import Lot, Tender, tender_stream
from app.tenders.notices.policy import access_tender
from app.tenders.notices.queries import profile_of
from app.tenders.standings.queries import standings

# A job that has not priced anybody for so long was cut short; no single set takes the solver a minute.
SILENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class OpenRun:
    """What a job needs to go on: the set that prices are measured against (None: still to be found), and the
    losers without a row, by place."""

    contest: Contest
    best: Winners | None
    left: Sequence[str]


async def price_inclusion(session: AsyncSession, actor: Actor, tender_id: int, lot_code: str) -> InclusionRun:
    """Have every loser of a lot priced, in the background. Asked again while it runs or after, nothing is begun anew
    unless the contest changed or the run failed."""
    tender = await access_tender(session, actor, tender_id, "propose")
    lot, how, result = await _decided(session, tender, lot_code)
    at = await now(session)
    if how.ranking is None:
        await keep_contests(session, actor, Proposal(result, await standings(session, tender)))
    assert how.ranking is not None
    digest = rules.digest(how.ranking)
    run = await session.scalar(sa.select(InclusionRun).where(_same(lot, digest)).with_for_update())
    if run is not None and rules.is_asked(run.status):
        return run
    if run is None:
        run = InclusionRun(lot_result_id=how.id, lot_id=lot.id, digest=digest, asked_at=at, moved_at=at)
        run.total = len(how.ranking["losers"])
        session.add(run)
    else:
        run.status, run.fault, run.moved_at = move(MOVES, run.status, "price_inclusion"), None, at
    facts = {"lot": lot.code, "bids": run.total, "ranking": digest}
    await happened(session, actor, "inclusion.asked", run, at, stream=tender.stream, **facts)
    await _moves(session, run)
    return run


def _same(lot: Lot, digest: str) -> sa.ColumnElement[bool]:
    return sa.and_(InclusionRun.lot_id == lot.id, InclusionRun.digest == digest)


async def keep_contests(session: AsyncSession, actor: Actor, proposal: Proposal) -> None:
    """Keep with every lot of a result what its sets are chosen from, and the set that equal shares would choose.

    An applicant that won in an earlier lot is out of the later ones, as when they were decided.
    """
    result_id, found = proposal.result.id, proposal.found
    decided = await session.scalars(sa.select(LotResult).where(LotResult.result_id == result_id))
    by_lot = {how.lot_id: how for how in decided}
    won = await session.execute(
        sa.select(Award.lot_id, Bid.ref).join(Bid, Bid.id == Award.bid_id).where(Award.result_id == result_id)
    )
    awards = {ref or "": lot_id for lot_id, ref in won}
    taken: dict[str, str] = {}
    for parts, placed in found.lots:
        winners = [each.candidate for each in placed if awards.get(each.candidate.bid) == parts.lot.id]
        own = {each.applicant: each.bid for each in winners}
        contest = rules.contest_of(placed, parts.terms, taken, own.values())
        how = by_lot[parts.lot.id]
        how.ranking = contest.document()
        how.equal_shares = rules.shared(contest, found.sheets)
        taken |= own


async def keep_agreement(session: AsyncSession, actor: Actor, proposal: Proposal) -> None:
    """Keep beside a result how its judges marked, and whether it would be another one without any of them."""
    result, found = proposal.result, proposal.found
    tender = await session.get_one(Tender, result.tender_id)
    won = await awards_by_bid(session, result.id)
    declined = await declined_bids(session, tender.id)
    terms = Terms(profile_of(tender), tender.tie_criterion, tender.overspend_rule, declined)
    lots = [(parts.terms, placed) for parts, placed in found.lots]
    sheets = [sheet for own in found.sheets.values() for sheet in own]
    without = await asyncio.to_thread(without_each, lots, found.sheets, found.scores, won.keys(), terms)
    kept = KEPT.dump_python(Kept(agreement(sheets), without), mode="json")
    session.add(PanelAgreement(result_id=result.id, kept=kept))


async def _decided(session: AsyncSession, tender: Tender, lot_code: str) -> tuple[Lot, LotResult, Result]:
    """The lot as the tender's latest result decided it."""
    query = sa.select(Lot, LotResult, Result).join(LotResult, LotResult.lot_id == Lot.id)
    query = query.join(Result, Result.id == LotResult.result_id).where(Result.tender_id == tender.id)
    query = query.where(Lot.code == lot_code).order_by(Result.number.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound(lot=lot_code)
    return row[0], row[1], row[2]


async def open_run(session: AsyncSession, run_id: int) -> OpenRun | None:
    """Take the run up, at its beginning or where it was left; None when nothing is left to be done."""
    run = await _locked(session, run_id)
    if run.status not in LIVE:
        return None
    run.status, run.moved_at = move(MOVES, run.status, "open"), await now(session)
    document = await session.scalar(sa.select(LotResult.ranking).where(LotResult.id == run.lot_result_id))
    assert document is not None
    contest = rules.read_contest(document)
    priced = sa.select(Bid.ref).join(InclusionPrice, InclusionPrice.bid_id == Bid.id)
    known = set(await session.scalars(priced.where(InclusionPrice.run_id == run_id)))
    best = rules.read_set(run.best) if run.best is not None else None
    return OpenRun(contest, best, [loser for loser in contest.losers if loser not in known])


async def _locked(session: AsyncSession, run_id: int) -> InclusionRun:
    """The run, locked for its next step; whoever looks at it reads it again after that."""
    run = (await session.scalars(sa.select(InclusionRun).where(InclusionRun.id == run_id).with_for_update())).one()
    await _moves(session, run)
    return run


async def _moves(session: AsyncSession, run: InclusionRun) -> None:
    query = sa.select(Tender.id, Tender.party_id).join(Lot, Lot.tender_id == Tender.id).where(Lot.id == run.lot_id)
    tender_id, party_id = (await session.execute(query)).one()
    changed(session, f"comparison:{tender_id}", jobs_of_party(party_id))


async def keep_best(session: AsyncSession, run_id: int, best: Winners) -> None:
    """The set that every price of the run is measured against."""
    run = await _locked(session, run_id)
    run.best, run.moved_at = rules.set_document(best), await now(session)


async def keep_price(session: AsyncSession, run_id: int, found: Priced) -> None:
    """One loser's row, and the run one further; a row that is there already stays, and nothing is counted twice."""
    run = await _locked(session, run_id)
    if run.status is not RunStatus.running:
        return
    query = sa.select(Bid.id).where(Bid.lot_id == run.lot_id, Bid.ref == found.bid)
    price = None if found.price is None else rules.price_shown(found.price)
    row = {"price": price, "reason": found.reason, "instead_of": [*found.instead_of], "joined": [*found.joined]}
    bid_id = (await session.scalars(query)).one()
    written = (
        insert(InclusionPrice)
        .values(run_id=run_id, bid_id=bid_id, **row)
        .on_conflict_do_nothing()
        .returning(InclusionPrice.bid_id)
    )
    if (await session.scalars(written)).one_or_none() is not None:
        run.done += 1
    run.moved_at = await now(session)


async def finish_run(session: AsyncSession, run_id: int) -> bool:
    """Whether every loser has a row: then the run is done. Otherwise it goes on."""
    run = await _locked(session, run_id)
    if run.status is not RunStatus.running:
        return True
    if run.done < run.total:
        return False
    at = await now(session)
    run.status, run.proven_at, run.moved_at = move(MOVES, run.status, "finish"), at, at
    lot = await session.get_one(Lot, run.lot_id)
    facts = {"lot": lot.code, "bids": run.total, "ranking": run.digest}
    await happened(session, CLOCK, "inclusion.priced", run, at, stream=tender_stream(lot.tender_id), **facts)
    return True


async def fail_run(session: AsyncSession, run_id: int, fault: DomainError) -> None:
    """The solver's answer could not be proven: the run ends, and what was proven before stays."""
    run = await _locked(session, run_id)
    if run.status in LIVE:
        run.status, run.fault = move(MOVES, run.status, "fail"), fault.code
        run.moved_at = await now(session)


async def silent_runs(session: AsyncSession) -> list[InclusionRun]:
    """Runs whose job was cut short, locked and marked as taken up again."""
    at = await now(session)
    query = sa.select(InclusionRun).where(InclusionRun.status.in_(LIVE), InclusionRun.moved_at < at - SILENCE)
    runs = list(await session.scalars(query.order_by(InclusionRun.id).with_for_update(skip_locked=True)))
    for run in runs:
        run.moved_at = at
    return runs
