"""The competition of a season, by the same use cases as on screen: notice, bids, opening, panel, sheets, result."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.needs.models import Need
from app.parties.queries import parties_by_id
from app.season.cast import bidder_of, district_of, organization, party_of, purchaser_of
from app.season.competition import Competition, Proposal
from app.season.files import Season
from app.season.schedule import Schedule
from app.season.steps import Step
from app.season.terms import dates_of, overspend_rule_of, settings_of, terms_of
from app.tenders.awards.queries import awards_of, latest_result
from app.tenders.awards.rules import unanswerable
from app.tenders.awards.service import accept_cut, confirm_awards, propose_awards, publish_result
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.bids.service import draft_bid, open_bids, prequalify_bids, record_late_bid, submit_bid
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.service import create_tender, publish_tender
from app.tenders.panels.service import (
    Interest,
    NewMember,
    appoint_panel,
    close_scoring,
    declare_interests,
    import_sheet,
    order_pitches,
)


def tender_steps(season: Season, when: Schedule) -> list[Step]:
    return [
        *bidding_steps(season, when, season.name),
        Step("panel appointed", when.appointed, partial(appoint, accounts={})),
        *(sheets_step(judge.id, when) for judge in season.competition.judges),
        Step("scoring closed", when.closed, _close_scoring),
        Step("result proposed", when.proposed, _propose),
        Step("cuts accepted", when.accepted, _accept_cuts),
        Step("result published", when.noticed, _publish_result),
        Step("awards confirmed", when.confirmed, _confirm),
    ]


def bidding_steps(season: Season, when: Schedule, scheme: str) -> list[Step]:
    """From the notice to the pre-qualification; `scheme` numbers the needs that the lots answer. What arrived late is
    recorded after the opening, once decided by itself after the pre-qualification."""
    late = [bid for bid in season.competition.proposals if bid.submitted_at >= when.bids_end]
    decided = [bid for bid in late if bid.submitted_at >= when.prequalified]
    return [
        publishing_step(when, scheme),
        *(_bid_step(bid) for bid in season.competition.proposals if bid not in late),
        Step("tender opened", when.opened, _open),
        *(_late_step(bid, when, decided=False) for bid in late if bid not in decided),
        Step("tender prequalified", when.prequalified, _prequalify),
        *(_late_step(bid, when, decided=True) for bid in decided),
    ]


def publishing_step(when: Schedule, scheme: str) -> Step:
    return Step("tender published", when.published, partial(_publish, scheme=scheme))


def sheets_step(judge: str, when: Schedule) -> Step:
    return Step(f"sheets {judge}", when.scored, partial(_enter_sheets, judge=judge))


async def tender_of(session: AsyncSession, season: Season) -> Tender:
    return (await session.scalars(sa.select(Tender).where(Tender.ref == season.competition.id))).one()


async def buyer_and_tender(session: AsyncSession, season: Season) -> tuple[Actor, Tender]:
    return await purchaser_of(session, season), await tender_of(session, season)


async def notice_facts(session: AsyncSession, season: Season, scheme: str) -> dict[str, Any]:
    """What the notice says; the needs of its lots are those that `scheme` numbers."""
    competition = season.competition
    line = competition.timeline
    needs = await session.execute(sa.select(Need.ref, Need.id).where(Need.ref_scheme == scheme))
    ids = {str(ref): id for ref, id in needs}
    return {
        "ref": competition.id,
        "area_code": district_of(season),
        "title_zh": competition.title_zh,
        "title_en": competition.title_en,
        "requirements": competition.requirements_zh,
        "profile": competition.profile,
        "profile_document": settings_of(competition) or None,
        "budget": competition.budget,
        "overspend_rule": overspend_rule_of(competition, terms_of(competition)),
        "tie_criterion": competition.tie,
        **dates_of(competition),
        "contract_start": line.contract.first_day,
        "contract_end": line.end.last_day,
        "is_demonstration": competition.fictional_proposals,
        "lots": _lots(competition, ids),
        "criteria": [
            {"code": each.id, "label_zh": each.zh, "label_en": each.en, "maximum": each.max}
            for each in competition.criteria
        ],
    }


def _lots(competition: Competition, ids: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "code": lot.id,
            "title_zh": lot.title_zh,
            "title_en": lot.title_en,
            "kind": lot.kind,
            "places": lot.awards,
            "budget": lot.budget_cny,
            "ceiling": lot.ceiling_per_award,
            "items": [
                {"code": item.id, "need_id": ids[item.need_id], "community_code": item.community_code}
                for item in lot.items
            ],
            "need_ids": [ids[need] for need in lot.need_ids],
        }
        for lot in competition.lots
    ]


async def _publish(session: AsyncSession, season: Season, *, scheme: str) -> None:
    buyer = await purchaser_of(session, season)
    tender = await create_tender(session, buyer, await notice_facts(session, season, scheme))
    await publish_tender(session, buyer, tender.id)


def _bid_step(bid: Proposal) -> Step:
    return Step(f"bid {bid.id}", bid.submitted_at, partial(_submit, bid=bid))


def _late_step(bid: Proposal, when: Schedule, *, decided: bool) -> Step:
    return Step(f"bid {bid.id}", max(bid.submitted_at, when.opened), partial(_record_late, bid=bid, decided=decided))


def _content(bid: Proposal) -> dict[str, Any]:
    return {"title": bid.title_zh, "amount": bid.amount_cny, "plan": bid.plan}


async def _submit(session: AsyncSession, season: Season, *, bid: Proposal) -> None:
    bidder, tender = await bidder_of(session, season, bid.applicant), await tender_of(session, season)
    drafted = await draft_bid(session, bidder, tender.id, lot=bid.lot, item=bid.item, content=_content(bid), ref=bid.id)
    await submit_bid(session, bidder, drafted.id)


async def _record_late(session: AsyncSession, season: Season, *, bid: Proposal, decided: bool) -> None:
    """What arrived on paper after the deadline; `decided`: after the pre-qualification, so it is judged by itself."""
    buyer, tender = await buyer_and_tender(session, season)
    party = await party_of(session, season, bid.applicant)
    await record_late_bid(
        session,
        buyer,
        tender.id,
        party_id=party.id,
        lot=bid.lot,
        item=bid.item,
        content=_content(bid),
        received_at=bid.submitted_at,
        ref=bid.id,
    )
    if decided:
        await prequalify_bids(session, buyer, tender.id)


async def _open(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await open_bids(session, buyer, tender.id)


async def _prequalify(session: AsyncSession, season: Season) -> None:
    buyer, tender = await buyer_and_tender(session, season)
    await prequalify_bids(session, buyer, tender.id)


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
