"""What a season's competition came to: proposed, cuts accepted, published, confirmed."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.parties.queries import parties_by_id
from app.season.cast import organization
from app.season.competition import json_number
from app.season.dates import written_hour
from app.season.files import Season
from app.season.room import Room
from app.season.rooms.notices import buyer_and_tender, tender_of
from app.season.schedule import Schedule
from app.season.steps import Step
from app.tenders.awards.models import Award, LotResult
from app.tenders.awards.queries import awards_of, latest_result
from app.tenders.awards.rules import unanswerable
from app.tenders.awards.service import accept_cut, confirm_awards, propose_awards, publish_result
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import HANDED_IN
from app.tenders.bids.queries import bids_of
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.panels.queries import find_panel, recusals_of
from app.tenders.profiles.rules import Gate


def _steps(_season: Season, when: Schedule) -> list[Step]:
    return [
        Step("result proposed", when.proposed, _propose),
        Step("cuts accepted", when.accepted, _accept_cuts),
        Step("result published", when.noticed, _publish_result),
        Step("awards confirmed", when.confirmed, _confirm),
    ]


async def _propose(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await propose_awards(session, buyer, tender.id)


async def _accept_cuts(session: AsyncSession, season: Season) -> None:
    """Every bidder whose amount was cut takes the cut."""
    result = await latest_result(session, (await tender_of(session, season)).id)
    cut = [award for award in (await awards_of(session, result.id) if result else []) if unanswerable(award) is None]
    bidders = await parties_by_id(session, {award.party_id for award in cut})
    for award in cut:
        await accept_cut(session, organization(bidders[award.party_id]), award.id)


async def _publish_result(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await publish_result(session, buyer, tender.id, season.competition.timeline.public_notice.last_day)


async def _confirm(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await confirm_awards(session, buyer, tender.id)


async def _entries(session: AsyncSession, _name: str, tender: Tender) -> dict[str, Any]:
    result = await latest_result(session, tender.id)
    assert result is not None  # only finished seasons are exported
    terms = profile_of(tender).instalments
    first_gate = {term.name: next(gate for gate in term.gates) for term in terms}
    line = {
        "public_notice": [written_hour(result.published_at), str(result.notice_ends_on)],
        "contract": [str(tender.contract_start), written_hour(tender.contracts_end)],
        "payments": [
            {
                "name_zh": term.zh,
                "name_en": term.en,
                "share": json_number(term.share),
                "after": "" if first_gate[term.name] is Gate.signing else first_gate[term.name].value,
            }
            for term in terms
        ],
    }
    return {"timeline": line}


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
    lots: dict[str, dict[str, Any]] = {}
    for lot, how in decided:
        own = [award for award in awards if award.lot_id == lot.id]
        lots[lot.code] = {
            "awards": [numbers[award.bid_id] for award in own],
            "amount": f"{sum(award.amount for award in own):.2f}",
            "rule": how.applied.value,
            "alternatives": how.alternatives,
        }
    return lots


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    tender = await tender_of(session, season)
    result = await latest_result(session, tender.id)
    awards = await awards_of(session, result.id) if result else []
    return {
        "tender": await _tender(session, tender),
        "lots": await _lots(session, tender, result.id if result else 0, awards),
        "awards": len(awards),
        "different_applicants": len({award.party_id for award in awards}),
    }


ROOM = Room(steps=_steps, entries=_entries, summary=_summary)
