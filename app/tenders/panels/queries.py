"""What was scored, by whom, and what is still to be scored."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.actors import Actor, Role
from app.core.waiting import Waiting
from app.parties.models import Party
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.queries import bids_of
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Criterion, Lot, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.notices.rules import TenderStatus
from app.tenders.panels import rules
from app.tenders.panels.models import (
    Mark,
    Panel,
    PanelMember,
    Pitch,
    Recusal,
    ScoreSheet,
    SheetReopening,
    SheetVersion,
)
from app.tenders.panels.policy import WHO
from app.tenders.panels.rules import ReopeningStatus, SheetStatus


@dataclass(frozen=True)
class ScoringBid:
    """A bid as a judge sees it: its version that counts, its place in the pitch order, the judge's own sheet."""

    bid: Bid
    version: BidVersion
    lot: Lot
    applicant: Party
    position: int | None
    sheet: ScoreSheet | None


@dataclass(frozen=True)
class ScoredSheet:
    sheet: ScoreSheet
    member: PanelMember
    judge: str
    bid: str
    marks: dict[str, Decimal]


@dataclass(frozen=True)
class Reopened:
    """A request to reopen a sheet, with the version it is about and the one that came after it (None: none yet)."""

    reopening: SheetReopening
    judge: str
    bid: str
    before: SheetVersion
    after: SheetVersion | None


@dataclass(frozen=True)
class PanelPage:
    """All that is shown of a panel; `counted`: bid → its sheets that count so far."""

    tender: Tender
    panel: Panel | None
    members: list[PanelMember]
    recusals: list[tuple[PanelMember, Recusal]]
    counted: dict[str, int]


async def find_panel(session: AsyncSession, tender_id: int) -> Panel | None:
    panel: Panel | None = await session.scalar(sa.select(Panel).where(Panel.tender_id == tender_id))
    return panel


async def members_of(session: AsyncSession, tender_id: int) -> list[PanelMember]:
    query = sa.select(PanelMember).where(PanelMember.tender_id == tender_id).order_by(PanelMember.ref)
    return list(await session.scalars(query))


async def recusals_of(session: AsyncSession, tender_id: int) -> list[tuple[PanelMember, Recusal]]:
    query = sa.select(PanelMember, Recusal).join(Recusal, Recusal.member_id == PanelMember.id)
    query = query.where(PanelMember.tender_id == tender_id).order_by(PanelMember.ref, Recusal.id)
    return [(member, recusal) for member, recusal in await session.execute(query)]


async def recused_pairs(session: AsyncSession, tender_id: int) -> set[rules.Recusal]:
    """As the rules take them: judge by seat, applicant by party number."""
    found = await recusals_of(session, tender_id)
    return {rules.Recusal(member.ref, str(recusal.party_id)) for member, recusal in found}


async def applicants_of(session: AsyncSession, tender_id: int) -> list[Party]:
    """Everybody who handed in a bid that was opened, by number: what judges declare their interests against."""
    opened = sa.select(Bid.party_id).where(
        Bid.tender_id == tender_id,
        Bid.status.in_((BidStatus.eligible, BidStatus.ineligible, BidStatus.submitted, BidStatus.unevaluated)),
    )
    return list(await session.scalars(sa.select(Party).where(Party.id.in_(opened)).order_by(Party.id)))


async def find_sheet(session: AsyncSession, member_id: int, bid_id: int) -> ScoreSheet | None:
    query = sa.select(ScoreSheet).where(ScoreSheet.member_id == member_id, ScoreSheet.bid_id == bid_id)
    sheet: ScoreSheet | None = await session.scalar(query)
    return sheet


async def marks_of(session: AsyncSession, sheet_id: int) -> dict[str, Decimal]:
    query = sa.select(Criterion.code, Mark.value).join(Mark, Mark.criterion_id == Criterion.id)
    rows = await session.execute(query.where(Mark.sheet_id == sheet_id).order_by(Criterion.position))
    return {code: value for code, value in rows}


async def sheets_of(session: AsyncSession, tender_id: int) -> list[ScoredSheet]:
    """Every sheet of the tender with its marks, by bid and judge."""
    marked = sa.select(Mark.sheet_id, Criterion.code, Mark.value).join(Criterion, Criterion.id == Mark.criterion_id)
    marks: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for sheet_id, code, value in await session.execute(
        marked.where(Criterion.tender_id == tender_id).order_by(Criterion.position)
    ):
        marks[sheet_id][code] = value
    query = sa.select(ScoreSheet, PanelMember, Bid.ref).join(PanelMember, PanelMember.id == ScoreSheet.member_id)
    query = query.join(Bid, Bid.id == ScoreSheet.bid_id).where(ScoreSheet.tender_id == tender_id)
    rows = await session.execute(query.order_by(Bid.ref, PanelMember.ref))
    return [ScoredSheet(sheet, member, member.ref, bid or "", marks[sheet.id]) for sheet, member, bid in rows]


async def accounts_of(session: AsyncSession, tender_id: int) -> list[int | None]:
    """The accounts of the panel's judges; None for one who scores on paper."""
    return [member.account_id for member in await members_of(session, tender_id)]


async def reopened_of(session: AsyncSession, tender_id: int, judge: int | None = None) -> list[Reopened]:
    """Every request of the tender, or of one judge's seat, by bid, judge and version, the latest last."""
    after, asked = aliased(SheetVersion), SheetReopening
    follows = sa.and_(
        after.member_id == asked.member_id,
        after.bid_id == asked.bid_id,
        after.number == asked.number + 1,
        asked.status == ReopeningStatus.approved,
    )
    is_about = sa.and_(
        SheetVersion.member_id == asked.member_id,
        SheetVersion.bid_id == asked.bid_id,
        SheetVersion.number == asked.number,
    )
    query = (
        sa.select(asked, PanelMember.ref, Bid.ref, SheetVersion, after)
        .join(PanelMember, PanelMember.id == asked.member_id)
        .join(Bid, Bid.id == asked.bid_id)
        .join(SheetVersion, is_about)
        .outerjoin(after, follows)
        .where(asked.tender_id == tender_id, sa.true() if judge is None else PanelMember.account_id == judge)
        .order_by(Bid.ref, PanelMember.ref, asked.number, asked.id)
    )
    return [Reopened(row[0], row[1], row[2] or "", row[3], row[4]) for row in await session.execute(query)]


async def corrected_sheets(session: AsyncSession, tender_id: int) -> list[Reopened]:
    """The sheets that were taken back after delivery."""
    found = await reopened_of(session, tender_id)
    return [each for each in found if each.reopening.status is ReopeningStatus.approved]


async def last_version(session: AsyncSession, member_id: int, bid_id: int) -> int:
    """The number of the version delivered last; 0: none."""
    query = sa.select(sa.func.max(SheetVersion.number)).where(
        SheetVersion.member_id == member_id, SheetVersion.bid_id == bid_id
    )
    return await session.scalar(query) or 0


async def delivered_sheets(session: AsyncSession, tender_id: int) -> list[rules.Sheet]:
    """As the rules take them."""
    return [
        rules.Sheet(each.bid, each.judge, each.marks, each.sheet.written_total)
        for each in await sheets_of(session, tender_id)
        if each.sheet.status is SheetStatus.delivered
    ]


async def due_pairs(session: AsyncSession, tender_id: int) -> list[tuple[str, str]]:
    """(bid, judge) of every sheet that must be there."""
    bids = {bid.ref or "": str(bid.party_id) for bid in await bids_of(session, tender_id, {BidStatus.eligible})}
    judges = [member.ref for member in await members_of(session, tender_id)]
    return rules.due_sheets(bids, judges, await recused_pairs(session, tender_id))


async def counted_sheets(session: AsyncSession, tender_id: int) -> dict[str, int]:
    """Bid → the sheets of it that count so far."""
    due = await due_pairs(session, tender_id)
    return rules.sheets_per_bid(due, rules.counted_sheets(due, await delivered_sheets(session, tender_id)))


async def panel_page(session: AsyncSession, tender: Tender, panel: Panel | None) -> PanelPage:
    members, recusals = await members_of(session, tender.id), await recusals_of(session, tender.id)
    return PanelPage(tender, panel, members, recusals, await counted_sheets(session, tender.id))


async def scoring_bids(session: AsyncSession, member: PanelMember) -> list[ScoringBid]:
    """The bids this judge scores, in pitch order; none of an applicant the judge is recused from."""
    recused = sa.select(Recusal.party_id).where(Recusal.member_id == member.id)
    own_sheet = sa.and_(ScoreSheet.bid_id == Bid.id, ScoreSheet.member_id == member.id)
    query = (
        sa.select(Bid, BidVersion, Lot, Party, Pitch.position, ScoreSheet)
        .join(BidVersion, sa.and_(BidVersion.bid_id == Bid.id, BidVersion.number == Bid.version_number))
        .join(Lot, Lot.id == Bid.lot_id)
        .join(Party, Party.id == Bid.party_id)
        .outerjoin(Pitch, Pitch.bid_id == Bid.id)
        .outerjoin(ScoreSheet, own_sheet)
        .where(Bid.tender_id == member.tender_id, Bid.status == BidStatus.eligible, Bid.party_id.not_in(recused))
        .order_by(Lot.position, Pitch.position.nulls_last(), Bid.ref)
    )
    return [ScoringBid(*row) for row in await session.execute(query)]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Judges: declare, then score. Purchasers: appoint a panel, then close the scoring. What another account began
    waits for a second person: paper to be keyed again, reopenings to be decided."""
    if actor.role is Role.judge:
        return await _waiting_judge(session, actor)
    own = await _waiting_purchaser(session, actor) if actor.role is Role.purchaser else []
    return own + (await _waiting_second(session, actor) if actor.may("approve", WHO["approve"]) else [])


async def _waiting_judge(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = (
        sa.select(PanelMember, Tender)
        .join(Tender, Tender.id == PanelMember.tender_id)
        .join(Panel, Panel.tender_id == Tender.id)
        .where(
            PanelMember.account_id == actor.account_id,
            Tender.status == TenderStatus.opened,
            Panel.closed_at.is_(None),
        )
    )
    found = []
    for member, tender in (await session.execute(query)).all():
        if member.declared_at is None:
            found.append(_waiting("declare", tender))
        elif any(each.sheet is None or each.sheet.delivered_at is None for each in await scoring_bids(session, member)):
            found.append(_waiting("deliver", tender))
    return found


async def _waiting_purchaser(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = sa.select(Tender, Panel).outerjoin(Panel, Panel.tender_id == Tender.id)
    query = query.where(Tender.party_id == actor.party_id, Tender.status == TenderStatus.opened)
    rows = (await session.execute(query.where(Panel.closed_at.is_(None)))).all()
    return [_waiting(verb, tender) for tender, panel in rows if (verb := await _awaited(session, tender, panel))]


async def _awaited(session: AsyncSession, tender: Tender, panel: Panel | None) -> str | None:
    """Scoring waits to be closed once it can be: sheets are missing that judges have on their own desks."""
    if panel is None:
        return "appoint"
    counted = await counted_sheets(session, tender.id)
    return "close" if rules.too_few_sheets(counted, tender.budget, profile_of(tender)) is None else None


async def _waiting_second(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """One item for each tender, however many sheets; an auditor reads every panel."""
    keyed = sa.select(ScoreSheet.tender_id).join(PanelMember, PanelMember.id == ScoreSheet.member_id)
    keyed = keyed.where(ScoreSheet.status == SheetStatus.draft, PanelMember.account_id.is_(None))
    asked = sa.select(SheetReopening.tender_id).where(SheetReopening.status == ReopeningStatus.asked)
    others = {
        "confirm": keyed.where(ScoreSheet.entered_by != actor.account_id),
        "approve": asked.where(SheetReopening.asked_by != actor.account_id),
    }
    panels = sa.select(Tender).join(Panel, Panel.tender_id == Tender.id).where(Panel.closed_at.is_(None))
    if actor.role is Role.purchaser:
        panels = panels.where(Tender.party_id == actor.party_id)
    return [
        _waiting(verb, tender)
        for verb, tenders in others.items()
        for tender in await session.scalars(panels.where(Tender.id.in_(tenders)).order_by(Tender.id))
    ]


def _waiting(verb: str, tender: Tender) -> Waiting:
    return Waiting(
        "panels",
        verb,
        tender.id,
        tender.title_zh,
        tender.evaluation_end,
        None,
        "panel",
        tender.id,
        title_en=tender.title_en,
    )
