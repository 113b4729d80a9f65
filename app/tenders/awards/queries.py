"""From sheets to places, and the result as it is read: per lot, with reasons, rules compared, sheets counted."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.scoring import published
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.models import Party
from app.parties.queries import PartyName, name_of, party_names
from app.tenders.awards.models import Award, LotResult, PassedBid, Result
from app.tenders.awards.policy import Progress, next_step, visible
from app.tenders.awards.rules import AwardStatus, Scored
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.queries import bids_of, eligible_entries
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Criterion, Lot, Tender
from app.tenders.notices.queries import criteria_of, lots_of, profile_of
from app.tenders.notices.rules import TenderStatus
from app.tenders.panels.models import Panel, PanelMember
from app.tenders.panels.queries import (
    Reopened,
    corrected_sheets,
    find_panel,
    members_of,
    recusals_of,
)
from app.tenders.standings.queries import Standings, sheets_by_bid
from app.tenders.standings.rules import criterion_means


@dataclass(frozen=True)
class Proposal:
    """A result just proposed, and the standings that it was decided from."""

    result: Result
    found: Standings


@dataclass(frozen=True)
class ResultLine:
    """A bid in its lot. `amount` and `status` of an award, `reason` of one that wins nothing."""

    bid: Bid
    title: str
    applicant: PartyName
    place: int
    score: Decimal
    sheets: int
    asked: Decimal
    award: Award | None
    passed: PassedBid | None


@dataclass(frozen=True)
class Outcome:
    """What a bidder is told of its own bid; `marks`: the mean for each criterion that judges mark."""

    tender: Tender
    line: ResultLine
    marks: list[tuple[Criterion, Decimal]]


@dataclass(frozen=True)
class LotPage:
    lot: Lot
    decided: LotResult
    lines: list[ResultLine]


@dataclass(frozen=True)
class ResultPage:
    """All that a result says, `at` the hour it is read."""

    at: datetime
    tender: Tender
    result: Result
    scored: Scored
    purchaser: PartyName
    lots: list[LotPage]
    failed: list[Lot]
    ineligible: list[tuple[Bid, PartyName]]
    panel: Panel
    judges: list[PanelMember]
    recusals: int
    corrected: list[Reopened]

    @property
    def awards(self) -> dict[str, Award]:
        """By bid number."""
        return {line.bid.ref or "": line.award for lot in self.lots for line in lot.lines if line.award}

    @property
    def progress(self) -> Progress:
        return Progress(self.tender, self.result, self.awards, self.scored, self.at)


async def latest_result(session: AsyncSession, tender_id: int) -> Result | None:
    query = sa.select(Result).where(Result.tender_id == tender_id).order_by(Result.number.desc()).limit(1)
    result: Result | None = await session.scalar(query)
    return result


async def progress_of(session: AsyncSession, tender: Tender, result: Result | None) -> Progress:
    """How far the award of a tender is with this as its latest result."""
    awards = await awards_by_bid(session, result.id) if result else {}
    return Progress(tender, result, awards, await scored_of(session, tender), await now(session))


async def scored_of(session: AsyncSession, tender: Tender) -> Scored:
    """What there is to propose a result from."""
    panel, wanted = await find_panel(session, tender.id), profile_of(tender).final_offers
    going_on = sa.select(sa.func.count()).where(Lot.tender_id == tender.id, Lot.failed_at.is_(None))
    entries = await eligible_entries(session, tender.id) if wanted.asked else []
    missing = sum(entry.version is None or not entry.version.is_final for entry in entries)
    return Scored(panel.closed_at if panel else None, await session.scalar(going_on) or 0, missing, wanted.source)


async def awards_of(session: AsyncSession, result_id: int) -> list[Award]:
    """In the order of lots and places."""
    query = sa.select(Award).join(Lot, Lot.id == Award.lot_id).where(Award.result_id == result_id)
    return list(await session.scalars(query.order_by(Lot.position, Award.place)))


async def awards_by_bid(session: AsyncSession, result_id: int) -> dict[str, Award]:
    """Bid number → award, in the order of lots and places."""
    query = sa.select(Bid.ref, Award).join(Award, Award.bid_id == Bid.id).join(Lot, Lot.id == Award.lot_id)
    rows = await session.execute(query.where(Award.result_id == result_id).order_by(Lot.position, Award.place))
    return {ref or "": award for ref, award in rows}


async def list_awards(session: AsyncSession, actor: Actor, paging: Paging, tender_id: int | None) -> Found[Award]:
    """A page of the awards that the actor may see, of one tender or of all."""
    query = sa.select(Award).where(visible(actor))
    if tender_id is not None:
        query = query.where(Award.tender_id == tender_id)
    sorts = {"place": Award.place, "score": Award.score, "amount": Award.amount}
    return await paginate(session, query, paging, id=Award.id, sorts=sorts)


async def own_cuts(session: AsyncSession, actor: Actor, tender_id: int) -> list[Award]:
    """The actor's own awards of less than was asked for that stand, by place."""
    if actor.role is not Role.organization:
        return []
    own = sa.and_(Award.tender_id == tender_id, Award.party_id == actor.party_id, Award.amount < Award.asked)
    query = sa.select(Award).where(own, Award.status.not_in((AwardStatus.declined, AwardStatus.revoked)))
    return list(await session.scalars(query.order_by(Award.place)))


async def declined_bids(session: AsyncSession, tender_id: int) -> frozenset[str]:
    """The numbers of the bids whose bidders refused a cut."""
    query = sa.select(Bid.ref).join(Award, Award.bid_id == Bid.id)
    found = await session.scalars(query.where(Award.tender_id == tender_id, Award.status == AwardStatus.declined))
    return frozenset(ref for ref in found if ref)


async def result_page(session: AsyncSession, tender: Tender, result: Result) -> ResultPage:
    """All that the result page and the paper notice say."""
    panel = await find_panel(session, tender.id)
    assert panel is not None  # a result is proposed from closed sheets only
    ineligible = await bids_of(session, tender.id, {BidStatus.ineligible})
    names = await party_names(session, {tender.party_id, *(bid.party_id for bid in ineligible)})
    return ResultPage(
        at=await now(session),
        tender=tender,
        result=result,
        scored=await scored_of(session, tender),
        purchaser=names[tender.party_id],
        lots=await lot_pages(session, result),
        failed=[parts.lot for parts in await lots_of(session, tender.id) if parts.lot.failed_at is not None],
        ineligible=[(bid, names[bid.party_id]) for bid in ineligible],
        panel=panel,
        judges=await members_of(session, tender.id),
        recusals=len(await recusals_of(session, tender.id)),
        corrected=await corrected_sheets(session, tender.id),
    )


async def lot_pages(session: AsyncSession, result: Result) -> list[LotPage]:
    """The lots in their order, each with how it was decided and its bids by place."""
    lines = await _lines(session, result)
    query = sa.select(Lot, LotResult).join(LotResult, LotResult.lot_id == Lot.id)
    decided = await session.execute(query.where(LotResult.result_id == result.id).order_by(Lot.position))
    return [LotPage(lot, how, lines[lot.id]) for lot, how in decided]


async def _lines(session: AsyncSession, result: Result) -> defaultdict[int, list[ResultLine]]:
    """Lot → its bids by place."""
    awards = await awards_of(session, result.id)
    passed = list(await session.scalars(sa.select(PassedBid).where(PassedBid.result_id == result.id)))
    both: list[Award | PassedBid] = [*awards, *passed]
    facts = await _bid_facts(session, {each.bid_id for each in both})
    lines = defaultdict[int, list[ResultLine]](list)
    for each in sorted(both, key=lambda each: each.place):
        bid, title, name = facts[each.bid_id]
        award = each if isinstance(each, Award) else None
        loser = each if isinstance(each, PassedBid) else None
        line = ResultLine(bid, title, name, each.place, each.score, each.sheets, each.asked, award, loser)
        lines[each.lot_id].append(line)
    return lines


async def _bid_facts(session: AsyncSession, bid_ids: set[int]) -> dict[int, tuple[Bid, str, PartyName]]:
    query = (
        sa.select(Bid, BidVersion.title, Party)
        .join(BidVersion, sa.and_(BidVersion.bid_id == Bid.id, BidVersion.number == Bid.version_number))
        .join(Party, Party.id == Bid.party_id)
        .where(Bid.id.in_(bid_ids))
    )
    return {bid.id: (bid, title, name_of(party)) for bid, title, party in await session.execute(query)}


async def own_outcomes(session: AsyncSession, actor: Actor) -> list[Outcome]:
    """The actor's own bids in published results that count, with place, score and marks (87号令 art. 69)."""
    found: list[Outcome] = []
    for tender, own in groupby(await own_lines(session, actor), key=itemgetter(0)):
        criteria, sheets = await criteria_of(session, tender.id), await sheets_by_bid(session, tender.id)
        for _, line in own:
            means = criterion_means(sheets[line.bid.ref or ""], profile_of(tender).scoring)
            marks = [(each, published(means[each.code])) for each in criteria if each.code in means]
            found.append(Outcome(tender, line, marks))
    return found


async def own_lines(session: AsyncSession, actor: Actor) -> list[tuple[Tender, ResultLine]]:
    """The actor's own bids in published results that count, by tender."""
    query = sa.select(Tender, Result).join(Result, Result.tender_id == Tender.id)
    query = query.join(Bid, sa.and_(Bid.tender_id == Tender.id, Bid.party_id == actor.party_id))
    query = query.where(Result.published_at.is_not(None)).distinct().order_by(Tender.id, Result.number)
    latest = {tender.id: (tender, result) for tender, result in await session.execute(query)}
    found = []
    for tender, result in latest.values():
        for lines in (await _lines(session, result)).values():
            found += [(tender, line) for line in lines if line.bid.party_id == actor.party_id]
    return found


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Bidders: answer a cut. Purchasers: propose, publish, and confirm once the objections are over."""
    if actor.role is Role.organization:
        return await _waiting_bidder(session, actor)
    return await _waiting_purchaser(session, actor) if actor.role is Role.purchaser else []


async def _waiting_bidder(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = (
        sa.select(Award, Tender)
        .join(Tender, Tender.id == Award.tender_id)
        .where(
            Award.party_id == actor.party_id,
            Award.status == AwardStatus.proposed,
            Award.amount < Award.asked,
            Award.cut_accepted_at.is_(None),
        )
        .order_by(Award.id)
    )
    return [
        _waits("accept_cut", award.id, tender, tender.evaluation_end, profile_of(tender).overspend.source)
        for award, tender in await session.execute(query)
    ]


async def _waiting_purchaser(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = sa.select(Tender).where(Tender.party_id == actor.party_id, Tender.status == TenderStatus.opened)
    found = []
    for tender in await session.scalars(query.order_by(Tender.id)):
        progress = await progress_of(session, tender, await latest_result(session, tender.id))
        verb = next_step(actor, progress)
        if verb is not None:
            found.append(_waits(verb, tender.id, tender, *await _due(session, verb, progress)))
    return found


async def _due(session: AsyncSession, verb: str, progress: Progress) -> tuple[datetime | None, str]:
    """Until when the purchaser takes a step, and the rule: a result is published within the profile's own term, where
    it has one, else by the announced day."""
    tender, result, profile = progress.tender, progress.result, profile_of(progress.tender)
    if verb == "confirm":
        return tender.contracts_end, profile.contract.source
    if verb == "propose" or result is None:
        return tender.evaluation_end, profile.scoring.source
    if profile.result is None:
        return tender.evaluation_end, profile.public_notice.source
    due = (await work_calendar(session)).after(shanghai_date(result.proposed_at), profile.result)
    return due.at, due.rule


def _waits(verb: str, subject_id: int, tender: Tender, due_at: datetime | None, rule: str) -> Waiting:
    return Waiting(
        "awards", verb, subject_id, tender.title_zh, due_at, rule, "result", tender.id, title_en=tender.title_en
    )
