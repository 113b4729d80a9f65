"""The award sets of every lot side by side, and what is known beside a result: of its losers, and of its judges."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.money import yuan
from app.core.waiting import Job, JobStatus
from app.tenders.awards.models import LotResult, Result
from app.tenders.awards.queries import LotPage, ResultLine, lot_pages
from app.tenders.awards.rules import trimmed
from app.tenders.comparisons.left_out import KEPT, Kept
from app.tenders.comparisons.models import InclusionPrice, InclusionRun, PanelAgreement
from app.tenders.comparisons.policy import WHO
from app.tenders.comparisons.rules import Method, digest, gained_and_lost
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.profiles.rules import OverspendRule, OverspendTerms


@dataclass(frozen=True)
class ComparedSet:
    """What one way of choosing awards: `amounts` by bid, in the order of places; `gained` and `lost` are the bids
    that the decision does not award and those that only the decision does."""

    method: Method
    applied: OverspendRule | None
    amounts: Mapping[str, Decimal]
    score: Decimal
    bound: Decimal | None
    gained: Sequence[str]
    lost: Sequence[str]


@dataclass(frozen=True)
class PricedLosers:
    """A run with its rows by bid; `is_outdated`: the ranking has changed since it was asked for."""

    run: InclusionRun
    is_outdated: bool
    rows: Mapping[int, InclusionPrice]


@dataclass(frozen=True)
class LotComparison:
    """`sets`: the decided one first. `lines` by bid number."""

    lot: Lot
    sets: Sequence[ComparedSet]
    lines: Mapping[str, ResultLine]
    inclusion: PricedLosers | None


async def compared_lots(session: AsyncSession, tender: Tender, result: Result) -> list[LotComparison]:
    """Every lot of a result as it was decided. Runs asked for later than this result are not looked at: what a
    published result shows does not tell of a proposal that is not out yet."""
    terms, pages = profile_of(tender).overspend, await lot_pages(session, result)
    runs = await _runs(session, pages, result)
    return [_compared(page, terms, runs.get(page.lot.id)) for page in pages]


def _compared(page: LotPage, terms: OverspendTerms, inclusion: PricedLosers | None) -> LotComparison:
    lines = {line.bid.ref or "": line for line in page.lines}
    ways = sorted(
        page.decided.alternatives, key=lambda rule: (rule != page.decided.rule, list(Method).index(Method(rule)))
    )
    documents = {Method(rule): page.decided.alternatives[rule] for rule in ways}
    if page.decided.equal_shares is not None:
        documents[Method.equal_shares] = page.decided.equal_shares
    decided = documents[Method(page.decided.rule)]["awards"]
    sets = [_set(method, how, decided, page.lot, terms, lines) for method, how in documents.items()]
    return LotComparison(page.lot, sets, lines, inclusion)


def _set(
    method: Method,
    how: Mapping[str, Any],
    decided: Sequence[str],
    lot: Lot,
    terms: OverspendTerms,
    lines: Mapping[str, ResultLine],
) -> ComparedSet:
    applied = OverspendRule(how["applied"]) if "applied" in how else None
    asked = {bid: lines[bid].asked for bid in how["awards"]}
    cut = trimmed(asked, lot.budget, terms) if applied is OverspendRule.trim else None
    bound = Decimal(how["bound"]) if "bound" in how else None
    gained, lost = gained_and_lost(decided, how["awards"])
    amounts = {bid: yuan(amount) for bid, amount in (cut or asked).items()}
    return ComparedSet(method, applied, amounts, Decimal(how["score"]), bound, gained, lost)


async def _runs(session: AsyncSession, pages: Sequence[LotPage], result: Result) -> dict[int, PricedLosers]:
    """Lot → the run for the ranking it was decided on, or else the latest earlier one, outdated."""
    query = (
        sa.select(InclusionRun)
        .join(LotResult, LotResult.id == InclusionRun.lot_result_id)
        .join(Result, Result.id == LotResult.result_id)
        .where(InclusionRun.lot_id.in_([page.lot.id for page in pages]), Result.number <= result.number)
        .order_by(Result.number, InclusionRun.id)
    )
    digests = {page.lot.id: digest(page.decided.ranking or {}) for page in pages}
    chosen: dict[int, InclusionRun] = {}
    for run in await session.scalars(query):
        if run.lot_id not in chosen or chosen[run.lot_id].digest != digests[run.lot_id]:
            chosen[run.lot_id] = run
    rows = await _prices(session, [run.id for run in chosen.values()])
    return {lot: PricedLosers(run, run.digest != digests[lot], rows[run.id]) for lot, run in chosen.items()}


async def _prices(session: AsyncSession, run_ids: Collection[int]) -> Mapping[int, dict[int, InclusionPrice]]:
    rows = defaultdict[int, dict[int, InclusionPrice]](dict)
    for price in await session.scalars(sa.select(InclusionPrice).where(InclusionPrice.run_id.in_(run_ids))):
        rows[price.run_id][price.bid_id] = price
    return rows


async def kept_agreement(session: AsyncSession, result: Result) -> Kept | None:
    """None for a result that was proposed before such figures were kept."""
    document = await session.scalar(sa.select(PanelAgreement.kept).where(PanelAgreement.result_id == result.id))
    return None if document is None else KEPT.validate_python(document)


async def own_jobs(session: AsyncSession, actor: Actor, since: datetime) -> list[Job]:
    """Losers being priced, or priced, for the actor's bureau, whoever there asked for it."""
    if actor.role not in WHO["price_inclusion"]:
        return []
    query = sa.select(InclusionRun, Lot.code, Tender).join(Lot, Lot.id == InclusionRun.lot_id)
    query = query.join(Tender, Tender.id == Lot.tender_id)
    own = query.where(Tender.party_id == actor.party_id, InclusionRun.moved_at >= since)
    return [_job(*row) for row in await session.execute(own)]


def _job(run: InclusionRun, lot: str, tender: Tender) -> Job:
    return Job(
        room="awards",
        verb="price_inclusion",
        subject_id=run.id,
        title_zh=f"{tender.title_zh} {lot}",
        title_en=f"{tender.title_en or tender.title_zh} {lot}",
        thing="comparison",
        thing_id=tender.id,
        status=JobStatus(run.status.value),
        done=run.done,
        total=run.total,
        asked_at=run.asked_at,
        moved_at=run.moved_at,
        fault=run.fault,
    )
