"""What people are told of: for each event, whom it concerns and what they open. `OCCASIONS` is the list of them.

What waits on a desk anyway is told where somebody else brought it about. Recipients are the parties of the thing, by
their seats; who may not see the thing is left out afterwards (`queries.seats_to_tell`). Facts are what everybody told
may know: names of needs and offers that are public, ends of time limits, amounts among the sides of a contract.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.contracts.models import Contract, Engagement, Milestone, Payment
from app.core.actors import Role
from app.core.clock import now
from app.desk.rules import Thing
from app.needs.models import Need
from app.notifications import of_budgets, of_evaluations, of_findings, of_inspections, of_needs, of_ratings, of_voices
from app.notifications.drafts import (
    Draft,
    Occasion,
    To,
    askers,
    bidders,
    of_bid,
    of_contract,
    of_result,
    of_tender,
    parties,
    sides,
)
from app.notifications.models import Notification
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.registrations.models import Registration
from app.registrations.policy import DECIDES
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.rules import ListSource, PairStatus, RoundStatus, Side
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import title_of
from app.surveys.waves.models import Wave, WaveCommunity
from app.tenders.awards.models import Award, Result
from app.tenders.awards.queries import Proposal
from app.tenders.awards.rules import AwardStatus
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Enquiry, Tender, TenderChange
from app.tenders.objections.models import Objection
from app.tenders.panels.models import Panel, PanelMember

# Notices


async def put_to_tender(_session: AsyncSession, event: str, change: TenderChange) -> list[Draft]:
    return [of_tender(event, change.tender, askers(change.need_ids))]


async def given_up(_session: AsyncSession, event: str, change: TenderChange) -> list[Draft]:
    return [of_tender(event, change.tender, sa.or_(bidders(change.tender.id), askers(change.need_ids)))]


async def amended(session: AsyncSession, event: str, tender: Tender) -> list[Draft]:
    """After a binding amendment each bid is to be confirmed again; to others the notice has changed."""
    bids = await _bids(session, tender.id, Bid.status == BidStatus.unconfirmed)
    others = sa.and_(bidders(tender.id), Membership.party_id.not_in([bid.party_id for bid in bids]))
    return [*(of_bid("bid.unsettled", bid, tender) for bid in bids), of_tender(event, tender, others)]


async def answered(session: AsyncSession, event: str, enquiry: Enquiry) -> list[Draft]:
    """Who asked stays untold: all who are writing a bid hear the same."""
    tender = await session.get_one(Tender, enquiry.tender_id)
    return [of_tender(event, tender, sa.or_(parties(enquiry.party_id), bidders(tender.id)))]


async def appointed(session: AsyncSession, event: str, panel: Panel) -> list[Draft]:
    tender = await session.get_one(Tender, panel.tender_id)
    members = sa.select(PanelMember.account_id).where(PanelMember.tender_id == tender.id)
    to = sa.and_(Membership.role == Role.judge, Membership.account_id.in_(members))
    return [Draft(event, to, Thing.panel, tender.id, tender.title_zh, title_en=tender.title_en)]


# Bids and results


async def opened(session: AsyncSession, event: str, change: TenderChange) -> list[Draft]:
    tender = change.tender
    closed = await _bids(session, tender.id, Bid.status == BidStatus.unopened)
    numbered = sa.select(Bid.party_id).where(Bid.tender_id == tender.id, Bid.ref.is_not(None))
    told = of_tender(event, tender, Membership.party_id.in_(numbered))
    return [*(of_bid("bid.unopened", bid, tender) for bid in closed), told]


async def prequalified(session: AsyncSession, _event: str, change: TenderChange) -> list[Draft]:
    """Only what was decided now: a bid recorded late does not have the others told again."""
    decided = await _bids(session, change.tender.id, Bid.decided_at == await now(session))
    words = {BidStatus.eligible: "bid.qualified", BidStatus.ineligible: "bid.disqualified"}
    return [of_bid(words[bid.status], bid, change.tender) for bid in decided if bid.status in words]


async def asked_for_prices(_session: AsyncSession, event: str, tender: Tender) -> list[Draft]:
    qualified = sa.select(Bid.party_id).where(Bid.tender_id == tender.id, Bid.status == BidStatus.eligible)
    return [of_tender(event, tender, Membership.party_id.in_(qualified), until=tender.final_offers_end)]


async def proposed(session: AsyncSession, _event: str, proposal: Proposal) -> list[Draft]:
    """A bidder that would get less than it asked for says whether it takes that."""
    cut = (Award.amount < Award.asked, Award.status == AwardStatus.proposed, Award.cut_accepted_at.is_(None))
    query = sa.select(Award.party_id).where(Award.result_id == proposal.result.id, *cut)
    tender = await session.get_one(Tender, proposal.result.tender_id)
    return [of_tender("award.cut", tender, Membership.party_id.in_(query))]


async def published(session: AsyncSession, event: str, result: Result) -> list[Draft]:
    """Whose award is held at once, since an objection was not answered yet, hears that, too."""
    tender = await session.get_one(Tender, result.tender_id)
    told = await of_result(session, event, tender, until=result.objections_end)
    return [told, _of_awards("award.held", tender, AwardStatus.held)]


async def confirmed(session: AsyncSession, event: str, tender: Tender) -> list[Draft]:
    return [await of_result(session, event, tender)]


async def objected(session: AsyncSession, _event: str, objection: Objection) -> list[Draft]:
    """Whose award is held; the purchaser finds it on its desk. Who objects is not told."""
    tender = await session.get_one(Tender, objection.tender_id)
    return [_of_awards("award.held", tender, AwardStatus.held, objection.lot_id)]


async def objection_rejected(session: AsyncSession, event: str, objection: Objection) -> list[Draft]:
    tender = await session.get_one(Tender, objection.tender_id)
    return [of_tender(event, tender, parties(objection.party_id)), *await let_go(session, event, objection)]


async def objection_accepted(session: AsyncSession, event: str, objection: Objection) -> list[Draft]:
    tender = await session.get_one(Tender, objection.tender_id)
    told = of_tender(event, tender, parties(objection.party_id))
    return [told, _of_awards("award.revoked", tender, AwardStatus.revoked, objection.lot_id)]


async def let_go(session: AsyncSession, _event: str, objection: Objection) -> list[Draft]:
    """Whose award no other objection holds: all that an objection speaks of were held by it."""
    tender = await session.get_one(Tender, objection.tender_id)
    return [_of_awards("award.released", tender, AwardStatus.noticed, objection.lot_id)]


# Surveys


async def results_drawn(_session: AsyncSession, event: str, survey: Survey) -> list[Draft]:
    """The communities that were asked, and whoever else of the asking office looks after it."""
    communities = sa.select(WaveCommunity.community_code).join(Wave).where(Wave.survey_id == survey.id)
    asked = sa.select(Party.id).where(Party.kind == PartyKind.committee, Party.area_code.in_(communities))
    title, to = title_of(survey), sa.or_(parties(survey.party_id), Membership.party_id.in_(asked))
    return [Draft(event, to, Thing.figures, survey.id, title.zh, title_en=title.en)]


# Rounds


async def paired(session: AsyncSession, _event: str, round: Round) -> list[Draft]:
    """Who is to answer, and whose partner is gone; after the end of a round, the latter alone."""
    at, here = await now(session), Pair.round_id == round.id
    asked = await _of_pairs(session, "pair.proposed", here, Pair.proposed_at == at, Pair.status == PairStatus.proposed)
    gone = await _of_pairs(session, "pair.lapsed", here, Pair.settled_at == at, Pair.status == PairStatus.lapsed)
    return asked + gone


async def filled_in(session: AsyncSession, event: str, round: Round) -> list[Draft]:
    """Those for whose needs and offers a list was taken from the ranking just now; they may still hand in their own."""
    derived = PreferenceList.source == ListSource.derived, PreferenceList.submitted_at == await now(session)
    subjects = sa.select(PreferenceList.subject_id).where(PreferenceList.round_id == round.id, *derived)
    needs = sa.select(RoundNeed.party_id).where(
        RoundNeed.round_id == round.id, RoundNeed.need_id.in_(subjects.where(PreferenceList.side == Side.need))
    )
    offers = sa.select(RoundOffer.party_id).where(
        RoundOffer.round_id == round.id, RoundOffer.offer_id.in_(subjects.where(PreferenceList.side == Side.offer))
    )
    to, until = Membership.party_id.in_(sa.union(needs, offers)), {"until": round.closes_at}
    return [Draft(event, to, Thing.round, round.id, round.title_zh, until, round.title_en)]


async def round_cancelled(_session: AsyncSession, event: str, round: Round) -> list[Draft]:
    seats = sa.union(*(sa.select(kind.party_id).where(kind.round_id == round.id) for kind in (RoundNeed, RoundOffer)))
    to = Membership.party_id.in_(seats)
    return [Draft(event, to, Thing.round, round.id, round.title_zh, title_en=round.title_en)]


async def pair_answered(session: AsyncSession, event: str, pair: Pair) -> list[Draft]:
    told = await _of_pairs(session, event, Pair.id == pair.id)
    return told + await _drafted(session, Contract.pair_id == pair.id)


async def half_answered(session: AsyncSession, event: str, pair: Pair) -> list[Draft]:
    """The first side to agree is told to the other, which still has to answer."""
    other = pair.need_party_id if pair.need_answer is None else pair.offer_party_id
    return [replace(each, to=parties(other)) for each in await _of_pairs(session, event, Pair.id == pair.id)]


async def need_gone(session: AsyncSession, event: str, need: Need) -> list[Draft]:
    """Organisations that wished for it in a round, or are its partner there."""
    seat = sa.and_(RoundOffer.round_id == PreferenceList.round_id, RoundOffer.offer_id == PreferenceList.subject_id)
    wished = _wishes(RoundOffer.party_id, Side.offer, need.id).join(RoundOffer, seat)
    partners = sa.select(Pair.round_id, Pair.offer_party_id).where(Pair.need_id == need.id, _stands())
    return await _of_rounds(session, event, need.title, wished, partners)


async def offer_gone(session: AsyncSession, event: str, offer: Offer) -> list[Draft]:
    """Committees that wished for it in a round, or are its partner there; a paused one may come back."""
    seat = sa.and_(RoundNeed.round_id == PreferenceList.round_id, RoundNeed.need_id == PreferenceList.subject_id)
    wished = _wishes(RoundNeed.party_id, Side.need, offer.id).join(RoundNeed, seat)
    partners = sa.select(Pair.round_id, Pair.need_party_id).where(Pair.offer_id == offer.id, _stands())
    return await _of_rounds(session, event, offer.title, wished, partners)


# Contracts


async def awarded(session: AsyncSession, _event: str, award: Award) -> list[Draft]:
    return await _drafted(session, Contract.award_id == award.id)


async def between_sides(_session: AsyncSession, event: str, contract: Contract) -> list[Draft]:
    return [of_contract(event, contract, sides(contract))]


async def signature_given(_session: AsyncSession, event: str, contract: Contract) -> list[Draft]:
    """The second signature is told as the contract's."""
    return [of_contract(event, contract, sides(contract))] if contract.signed_at is None else []


async def under_way(_session: AsyncSession, event: str, contract: Contract) -> list[Draft]:
    """Both sides, and the committee whose need it answers."""
    return [of_contract(event, contract, sa.or_(sides(contract), askers(contract.need_ids)))]


async def reported(session: AsyncSession, event: str, milestone: Milestone) -> list[Draft]:
    """The purchaser, and the firms that it engaged."""
    contract = await session.get_one(Contract, milestone.contract_id)
    firms = sa.select(Engagement.party_id).where(Engagement.contract_id == contract.id, Engagement.ended_at.is_(None))
    to = sa.or_(parties(contract.purchaser_id), Membership.party_id.in_(firms))
    return [of_contract(event, contract, to, gate=milestone.gate.value)]


async def decided(session: AsyncSession, event: str, milestone: Milestone) -> list[Draft]:
    contract = await session.get_one(Contract, milestone.contract_id)
    return [of_contract(event, contract, sides(contract), gate=milestone.gate.value)]


async def paid(session: AsyncSession, event: str, payment: Payment) -> list[Draft]:
    contract = await session.get_one(Contract, payment.contract_id)
    return [of_contract(event, contract, parties(contract.contractor_id), amount=f"{abs(payment.amount):,.2f}")]


async def engaged(session: AsyncSession, event: str, engagement: Engagement) -> list[Draft]:
    contract = await session.get_one(Contract, engagement.contract_id)
    return [of_contract(event, contract, parties(engagement.party_id))]


# People


async def registered(_session: AsyncSession, event: str, registration: Registration) -> list[Draft]:
    """The offices whose area it comes from."""
    here = sa.literal(registration.area_code).startswith(Membership.area)
    to = sa.and_(Membership.role.in_(DECIDES), Membership.area != "", here)
    name_zh, name_en = registration.name_zh, registration.name_en
    return [Draft(event, to, Thing.registration, registration.id, name_zh, title_en=name_en)]


async def reset_asked(_session: AsyncSession, event: str, account: Account) -> list[Draft]:
    """Anybody can ask, again and again: while the first is unread there is no second one."""
    own = Notification.account_id == account.id, Notification.event == event, Notification.opened_at.is_(None)
    to = sa.and_(Membership.account_id == account.id, ~sa.exists().where(*own))
    return [Draft(event, to, Thing.account, account.id, account.display_name)]


OCCASIONS: Mapping[str, Occasion] = {
    "survey.closed": results_drawn,
    "registration.submitted": registered,
    "account.reset_asked": reset_asked,
    "need.withdrawn": need_gone,
    "offer.withdrawn": offer_gone,
    "offer.paused": offer_gone,
    "offer.resumed": offer_gone,
    "round.derived": filled_in,
    "round.closed": paired,
    "round.filled": paired,
    "round.finished": paired,
    "round.cancelled": round_cancelled,
    "pair.answered": half_answered,
    "pair.confirmed": pair_answered,
    "pair.declined": pair_answered,
    "tender.published": put_to_tender,
    "tender.amended": amended,
    "tender.cancelled": given_up,
    "tender.failed": given_up,
    "enquiry.answered": answered,
    "panel.appointed": appointed,
    "bids.opened": opened,
    "bids.prequalified": prequalified,
    "offers.invited": asked_for_prices,
    "result.proposed": proposed,
    "result.published": published,
    "result.confirmed": confirmed,
    "objection.filed": objected,
    "objection.accepted": objection_accepted,
    "objection.rejected": objection_rejected,
    "objection.withdrawn": let_go,
    "award.confirmed": awarded,
    "contract.edited": between_sides,
    "signature.given": signature_given,
    "contract.started": under_way,
    "contract.accepted": between_sides,
    "contract.completed": under_way,
    "contract.terminated": under_way,
    "milestone.reported": reported,
    "milestone.met": decided,
    "milestone.returned": decided,
    "milestone.missed": decided,
    "milestone.reopened": decided,
    "payment.recorded": paid,
    "refund.recorded": paid,
    "firm.engaged": engaged,
    **of_evaluations.OCCASIONS,
    **of_findings.OCCASIONS,
    **of_ratings.OCCASIONS,
    **of_inspections.OCCASIONS,
    **of_budgets.OCCASIONS,
    **of_needs.OCCASIONS,
    **of_voices.OCCASIONS,
}


# Parts of drafts


async def _bids(session: AsyncSession, tender_id: int, which: To) -> list[Bid]:
    return list(await session.scalars(sa.select(Bid).where(Bid.tender_id == tender_id, which).order_by(Bid.id)))


def _of_awards(event: str, tender: Tender, status: AwardStatus, lot_id: int | None = None) -> Draft:
    """To whom the latest result of the lot, or of all lots, gives an award that stands so now."""
    latest = sa.select(sa.func.max(Result.id)).where(Result.tender_id == tender.id).scalar_subquery()
    awards = sa.select(Award.party_id).where(Award.result_id == latest, Award.status == status)
    to = Membership.party_id.in_(awards if lot_id is None else awards.where(Award.lot_id == lot_id))
    return Draft(event, to, Thing.result, tender.id, tender.title_zh, title_en=tender.title_en)


async def _of_pairs(session: AsyncSession, event: str, *which: To) -> list[Draft]:
    query = (
        sa.select(Pair, Need.title, Offer.title, Round)
        .join(Need, Need.id == Pair.need_id)
        .join(Offer, Offer.id == Pair.offer_id)
        .join(Round, Round.id == Pair.round_id)
        .where(*which)
        .order_by(Pair.id)
    )
    return [
        Draft(
            event,
            parties(pair.need_party_id, pair.offer_party_id),
            Thing.round,
            pair.round_id,
            round.title_zh,
            {"need": need, "offer": offer},
            round.title_en,
        )
        for pair, need, offer, round in await session.execute(query)
    ]


def _wishes(party: Any, side: Side, number: int) -> sa.Select[int, int]:
    """Round and party of the lists of one side that name the thing, while lists are open."""
    names = PreferenceList.groups.contains([[number]])
    going_on = sa.exists().where(Round.id == PreferenceList.round_id, Round.status == RoundStatus.open)
    return sa.select(PreferenceList.round_id, party).where(PreferenceList.side == side, names, going_on)


def _stands() -> To:
    return Pair.status.in_((PairStatus.proposed, PairStatus.confirmed))


async def _of_rounds(session: AsyncSession, event: str, title: str, *queries: sa.Select[int, int]) -> list[Draft]:
    """One for each round, to the parties there."""
    rounds: dict[int, list[int]] = {}
    for query in queries:
        for round_id, party_id in await session.execute(query):
            rounds.setdefault(round_id, []).append(party_id)
    return [Draft(event, parties(*rounds[id]), Thing.round, id, title) for id in sorted(rounds)]


async def _drafted(session: AsyncSession, which: To) -> list[Draft]:
    contract = await session.scalar(sa.select(Contract).where(which))
    return [of_contract("contract.drafted", contract, sides(contract))] if contract else []
