"""What a replayed season shows. Every figure is read from the database; docs/season-format.md names the keys."""

from collections.abc import Iterable
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import count_areas
from app.core.audit import verify
from app.needs.models import Need
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.season.cast import districts_of, surveyed_areas
from app.season.contracting import contracts_of
from app.season.files import Season
from app.season.rounds import round_of
from app.season.surveying import wave_of
from app.season.tendering import tender_of
from app.selection.models import Pair, RoundNeed, RoundOffer
from app.selection.rules import PairStatus
from app.surveys.waves.tallies import tallies, total_of
from app.taxonomy.models import Category, Population
from app.tenders.awards.models import Award, LotResult
from app.tenders.awards.queries import awards_of, latest_result
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import HANDED_IN
from app.tenders.bids.queries import bids_of
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Lot, Tender
from app.tenders.panels.queries import find_panel, recusals_of

Lots = dict[str, dict[str, Any]]


class Summary(TypedDict):
    season: str
    survey: dict[str, Any]
    areas: int
    categories: int
    populations: int
    organizations: int
    applicants: int
    needs: int
    offers: int
    selection: dict[str, Any]
    tender: dict[str, Any]
    lots: Lots
    awards: int
    different_applicants: int
    contracts: int
    audit: dict[str, Any]


async def summary_of(session: AsyncSession, season: Season) -> Summary:
    tender = await tender_of(session, season)
    result = await latest_result(session, tender.id)
    awards = await awards_of(session, result.id) if result else []
    in_season = Party.ref_scheme == season.name, Party.kind == PartyKind.organization
    unregistered = [ref for ref, bid in season.competition.applicants.items() if bid.applicant_kind != "org"]
    return Summary(
        season=season.name,
        survey=await _survey(session, season),
        areas=await count_areas(session),
        categories=await _count(session, Category),
        populations=await _count(session, Population),
        organizations=await _count(session, Party, *in_season, Party.ref.not_in(unregistered)),
        applicants=await _count(session, Party, *in_season, Party.ref.in_(unregistered)),
        needs=await _count(session, Need, Need.ref_scheme == season.name),
        offers=await _count(session, Offer, Offer.ref_scheme == season.name),
        selection=await _selection(session, season),
        tender=await _tender(session, tender),
        lots=await _lots(session, tender, result.id if result else 0, awards),
        awards=len(awards),
        different_applicants=len({award.party_id for award in awards}),
        contracts=len(await contracts_of(session, season)),
        audit=await _audit(session),
    )


async def _count(session: AsyncSession, table: Any, *where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*where)
    return int((await session.execute(query)).scalar_one())


async def _survey(session: AsyncSession, season: Season) -> dict[str, Any]:
    """The rates of all waves together, by the rules of the surveys."""
    waves = [await wave_of(session, season, area) for area in surveyed_areas(season)]
    wholes = [tally for found in (await tallies(session, waves)).values() for tally in found[:1]]
    total = total_of(wholes)
    return {
        "issued": total.issued,
        "returned": total.returned,
        "valid": total.valid,
        "recovery_rate": total.recovery.rate,
        "effective_rate": total.effective.rate,
        "validity_rate": total.validity.rate,
    }


async def _selection(session: AsyncSession, season: Season) -> dict[str, Any]:
    rounds = [found for code in districts_of(season) if (found := await round_of(session, season, code))]
    ids = [each.id for each in rounds]
    return {
        "rounds": len(rounds),
        "needs": await _count(session, RoundNeed, RoundNeed.round_id.in_(ids)),
        "offers": await _count(session, RoundOffer, RoundOffer.round_id.in_(ids)),
        "preferences": "derived",
        "pairs": await _count(session, Pair, Pair.round_id.in_(ids)),
        "confirmed": await _count(session, Pair, Pair.round_id.in_(ids), Pair.status == PairStatus.confirmed),
        "stable": all(bool(each.certificate and each.certificate["stable"]) for each in rounds),
    }


async def _tender(session: AsyncSession, tender: Tender) -> dict[str, Any]:
    panel = await find_panel(session, tender.id)
    return {
        "bids": len(await bids_of(session, tender.id, HANDED_IN)),
        "ineligible": _refs(await bids_of(session, tender.id, {BidStatus.ineligible})),
        "recusals": len(await recusals_of(session, tender.id)),
        "missing_sheets": panel.missing if panel else [],
        "sheets_counted": panel.sheets_counted if panel else 0,
        "corrected_totals": panel.corrections if panel else [],
        "rule": tender.overspend_rule.value,
    }


def _refs(bids: Iterable[Bid]) -> list[str]:
    return [bid.ref or "" for bid in bids]


async def _lots(
    session: AsyncSession, tender: Tender, result_id: int, awards: list[Award]
) -> dict[str, dict[str, Any]]:
    """Lot → who won, by place, for how much; and who would have won by each of the rules."""
    numbers = {bid.id: bid.ref or "" for bid in await bids_of(session, tender.id, HANDED_IN)}
    query = sa.select(Lot, LotResult).join(LotResult, LotResult.lot_id == Lot.id)
    decided = await session.execute(query.where(LotResult.result_id == result_id).order_by(Lot.position))
    lots: Lots = {}
    for lot, how in decided:
        own = [award for award in awards if award.lot_id == lot.id]
        lots[lot.code] = {
            "awards": [numbers[award.bid_id] for award in own],
            "amount": f"{sum(award.amount for award in own):.2f}",
            "rule": how.applied.value,
            "alternatives": how.alternatives,
        }
    return lots


async def _audit(session: AsyncSession) -> dict[str, Any]:
    events, faults = await verify(session)
    return {"events": events, "verified": not faults, "faults": [f"{f.stream} #{f.seq}: {f.fault}" for f in faults]}


def readable(summary: Summary) -> list[str]:
    """The summary as lines for a terminal."""
    survey, tender, audit = summary["survey"], summary["tender"], summary["audit"]
    counted = ("areas", "categories", "populations", "organizations", "needs", "offers")
    lines = [
        summary["season"],
        "  " + ", ".join(f"{name} {summary[name]}" for name in counted),  # type: ignore[literal-required]
        f"  survey: issued {survey['issued']}, returned {survey['returned']}, valid {survey['valid']},"
        f" recovery {survey['recovery_rate']}, effective {survey['effective_rate']}",
        f"  selection: {summary['selection']['pairs']} pairs, {summary['selection']['confirmed']} confirmed by both",
        f"  tender: {tender['bids']} bids, ineligible {', '.join(tender['ineligible']) or '–'},"
        f" {tender['sheets_counted']} sheets, rule {tender['rule']}",
    ]
    for code, lot in summary["lots"].items():
        lines.append(f"  {code}: {lot['amount']}  {' '.join(lot['awards'])}")
    verified = "verified" if audit["verified"] else "BROKEN"
    lines.append(
        f"  {summary['awards']} awards, {summary['contracts']} contracts; {audit['events']} events, {verified}"
    )
    return lines
