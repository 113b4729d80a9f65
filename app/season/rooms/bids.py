"""The bids of a season's competition: handed in, opened, pre-qualified."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError
from app.parties.models import Party
from app.parties.queries import parties_by_id
from app.parties.rules import APPLICANTS
from app.season.cast import bidder_of, party_of
from app.season.competition import Competition, Proposal, json_number
from app.season.dates import written_hour
from app.season.files import COMPETITION, Faults, Season
from app.season.known import Known
from app.season.room import Room
from app.season.rooms.notices import buyer_and_tender, tender_of
from app.season.schedule import Schedule
from app.season.steps import Step
from app.season.terms import notice_of, published_at
from app.tenders.bids.applications import application_of
from app.tenders.bids.policy import HANDED_IN
from app.tenders.bids.queries import Entry, bids_of, entries
from app.tenders.bids.rules import LotUnknown, check_amount, check_item
from app.tenders.bids.service import draft_bid, open_bids, prequalify_bids, record_late_bid, submit_bid
from app.tenders.forms.application import Application
from app.tenders.forms.checklist import Said, check_complete
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import Profile


class ApplicantUnknown(DomainError):
    """Neither an organisation of the season nor somebody who bids in it."""

    status = 422


class BudgetOffAmount(DomainError):
    """The lines of the budget come to something else than the amount that the file states."""

    status = 422


class BidBeforeCall(DomainError):
    """Nobody can have bid before the call was published."""

    status = 422


def bid_steps(season: Season, when: Schedule) -> list[Step]:
    """What arrived late is recorded after the opening, once decided by itself after the pre-qualification."""
    late = [bid for bid in season.competition.proposals if bid.submitted_at >= when.bids_end]
    decided = [bid for bid in late if bid.submitted_at >= when.prequalified]
    return [
        *(_bid_step(bid) for bid in season.competition.proposals if bid not in late),
        Step("tender opened", when.opened, _open),
        *(_late_step(bid, when, decided=False) for bid in late if bid not in decided),
        Step("tender prequalified", when.prequalified, _prequalify),
        *(_late_step(bid, when, decided=True) for bid in decided),
    ]


def _bid_step(bid: Proposal) -> Step:
    return Step(f"bid {bid.id}", bid.submitted_at, partial(_submit, bid=bid))


def _late_step(bid: Proposal, when: Schedule, *, decided: bool) -> Step:
    return Step(f"bid {bid.id}", max(bid.submitted_at, when.opened), partial(_record_late, bid=bid, decided=decided))


def _content(bid: Proposal) -> dict[str, Any]:
    said = {"title": bid.title_zh, "amount": bid.amount_cny, "plan": bid.plan}
    return {**said, "application": bid.application} if bid.application else said


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


def _check_bids(competition: Competition, terms: Profile, known: Known, faults: Faults) -> None:
    faults.note_doubles(COMPETITION, "proposals", [bid.id for bid in competition.proposals])
    faults.note_doubles(COMPETITION, "proposals", [f"{b.lot} {b.item} {b.applicant}" for b in competition.proposals])
    for bid in competition.proposals:
        for error in _faults_of_bid(bid, competition, terms, set(known.roster)):
            faults.note(COMPETITION, 0, f"proposals {bid.id}", error)


def _faults_of_bid(
    bid: Proposal, competition: Competition, terms: Profile, organizations: set[str]
) -> Iterable[DomainError]:
    lots = {lot.code: lot for lot in notice_of(competition, terms).lots}
    if bid.applicant_kind == "org" and bid.applicant not in organizations:
        yield ApplicantUnknown(applicant=bid.applicant)
    if bid.submitted_at < published_at(competition):
        yield BidBeforeCall(bid=bid.id, at=bid.submitted_at.isoformat(), called=published_at(competition).isoformat())
    if bid.lot not in lots:
        yield LotUnknown(lot=bid.lot)
        return
    try:
        check_item(bid.item, lots[bid.lot])
        check_amount(bid.amount_cny)
        check_application(bid, competition)
    except DomainError as error:
        yield error


def check_application(bid: Proposal, competition: Competition) -> None:
    """What could not be handed in. Refusals: BidIncomplete, BudgetOffAmount."""
    said = Said(bid.title_zh, bid.amount_cny, bid.plan, bid.application or Application())
    handed_in = check_complete(competition.application_form, said, shanghai_date(bid.submitted_at))
    if handed_in.amount != bid.amount_cny:
        raise BudgetOffAmount(amount=bid.amount_cny, budget=handed_in.amount)


def _proposal(entry: Entry, party: Party) -> dict[str, Any]:
    assert entry.version is not None  # only bids that were handed in are written
    is_listed = party.legal_kind not in APPLICANTS
    return {
        "id": entry.bid.ref,
        "lot": entry.lot.code,
        "item": entry.item.code if entry.item else None,
        "applicant": party.ref,
        "applicant_kind": "org" if is_listed or party.legal_kind is None else party.legal_kind.value,
        "applicant_name": party.name_zh,
        "title_zh": entry.version.title,
        "amount_cny": json_number(entry.version.amount),
        "plan": entry.version.plan,
        "submitted_at": written_hour(entry.version.received_at),
    }


async def _entries(session: AsyncSession, _name: str, tender: Tender) -> dict[str, Any]:
    bids = await entries(session, await bids_of(session, tender.id, HANDED_IN))
    parties = await parties_by_id(session, {entry.bid.party_id for entry in bids})
    written = []
    for entry in bids:
        application = await application_of(session, entry.version)
        answered = {"application": application.document()} if application else {}
        written.append({**_proposal(entry, parties[entry.bid.party_id]), **answered})
    return {"proposals": written}


ROOM = Room(steps=bid_steps, check_competition=_check_bids, entries=_entries)
