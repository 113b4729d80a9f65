"""Use cases of results: proposed from the sheets, cuts answered, published, held by objections, confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import Deadline, WorkCalendar, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.errors import DomainError, NotFound
from app.core.events import happened
from app.core.moves import move
from app.tenders.awards import queries, rules
from app.tenders.awards.models import Award, LotResult, PassedBid, Result
from app.tenders.awards.policy import access_cut
from app.tenders.awards.queries import Standings
from app.tenders.awards.rules import MOVES, AwardStatus, LotDecision, LotOutcome
from app.tenders.bids.queries import bids_of
from app.tenders.bids.rules import BidStatus
from app.tenders.notices import rules as notices
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import access_tender
from app.tenders.notices.queries import LotParts, is_one_each, profile_of
from app.tenders.notices.rules import PeriodTooShort
from app.tenders.panels.queries import find_panel
from app.tenders.profiles.rules import Profile

LIVE = (AwardStatus.proposed, AwardStatus.noticed, AwardStatus.held, AwardStatus.confirmed)


class ScoringOpen(DomainError):
    """A result is proposed from the sheets once scoring is closed."""


class ResultPublished(DomainError):
    """What is published is decided again only after an objection undid an award of it."""


class LotsFailed(DomainError):
    """Every lot has failed: there is nothing to award, the tender itself is to be declared unsuccessful."""


class FinalOffersMissing(DomainError):
    """A consultation is decided by the last prices, once they have been opened."""


class ResultUnpublished(DomainError): ...


class AwardsHeld(DomainError):
    """Unanswered objections hold awards of the result."""


class Objection(Protocol):
    """What a reaction needs to know of one; without a lot it is against the whole tender."""

    id: int
    tender_id: int
    lot_id: int | None


def _stream(tender_id: int) -> str:
    return f"tenders:{tender_id}"


async def propose_awards(session: AsyncSession, actor: Actor, tender_id: int) -> Result:
    """Decide every lot from the counted sheets by the rule of the notice, the other rules beside it.

    Proposed again, the earlier proposal is revoked; bidders who declined a cut are out of their lot, and a cut
    already accepted need not be accepted again. Refusals: ScoringOpen, LotsFailed, ResultPublished, MoveRefused.
    """
    tender = await access_tender(session, actor, tender_id, "award")
    at = await now(session)
    move(notices.MOVES, tender.status, "award")
    panel = await find_panel(session, tender_id)
    if panel is None or panel.closed_at is None:
        raise ScoringOpen()
    number, accepted = await _revoke_earlier(session, tender_id)
    found = await queries.standings(session, tender)
    if not found.lots:
        raise LotsFailed()
    final = [entry.version is not None and entry.version.is_final for entry in found.entries.values()]
    if profile_of(tender).final_offers.asked and not all(final):
        raise FinalOffersMissing(bids=final.count(False), rule=profile_of(tender).final_offers.source)
    lots = [(parts.terms, placed) for parts, placed in found.lots]
    declined = await queries.declined_bids(session, tender_id)
    outcomes = rules.decide_tender(lots, tender.overspend_rule, profile_of(tender).overspend, declined)
    result = Result(tender_id=tender_id, number=number, proposed_at=at)
    session.add(result)
    await session.flush()
    for (parts, _), outcome in zip(found.lots, outcomes, strict=True):
        _write_lot(session, result, parts, outcome, found, accepted, is_one_each(tender))
    facts = {"number": number, "lots": {each.decision.lot: _summary(each.decision) for each in outcomes}}
    told = queries.Proposal(result, found)
    await happened(session, actor, "result.proposed", result, at, stream=_stream(tender_id), tell=told, **facts)
    return result


async def _revoke_earlier(session: AsyncSession, tender_id: int) -> tuple[int, dict[tuple[int, Decimal], datetime]]:
    """Make room for a new proposal; its number, and the cuts already accepted by bid and amount."""
    latest = await queries.latest_result(session, tender_id)
    if latest is None:
        return 1, {}
    awards = await queries.awards_of(session, latest.id)
    undone = any(award.status is AwardStatus.revoked for award in awards)
    if latest.confirmed_at is not None or (latest.published_at is not None and not undone):
        raise ResultPublished(published_at=latest.published_at)
    for award in awards:
        if award.status in LIVE:
            award.status, award.holds = move(MOVES, award.status, "revoke"), 0
    await session.flush()
    taken = {(a.bid_id, a.amount): a.cut_accepted_at for a in awards}
    return latest.number + 1, {key: at for key, at in taken.items() if at is not None}


def _write_lot(
    session: AsyncSession,
    result: Result,
    parts: LotParts,
    outcome: LotOutcome,
    found: Standings,
    accepted: Mapping[tuple[int, Decimal], datetime],
    one_each: bool,
) -> None:
    decision = outcome.decision
    alternatives = {rule.value: _summary(other) for rule, other in outcome.alternatives.items()}
    how = LotResult(lot_id=parts.lot.id, rule=decision.rule, applied=decision.applied, alternatives=alternatives)
    how.result_id = result.id
    session.add(how)
    for won in decision.awards:
        award = Award(result_id=result.id, asked=won.asked, amount=won.amount, **_standing(found, won))
        bid = found.entries[won.bid].bid
        award.tender_id, award.item_id = bid.tender_id, bid.item_id
        award.one_each = one_each
        award.cut_accepted_at = accepted.get((bid.id, won.amount))
        session.add(award)
    for lost in decision.losers:
        passed = PassedBid(
            result_id=result.id, reason=lost.reason, blocked_by=lost.blocked_by, **_standing(found, lost)
        )
        version = found.entries[lost.bid].version
        assert version is not None
        passed.asked = version.amount
        session.add(passed)


def _standing(found: Standings, each: rules.ProposedAward | rules.Loser) -> dict[str, object]:
    """What an award and a passed bid both say: whose, which place, what score from how many sheets."""
    bid = found.entries[each.bid].bid
    return {
        "lot_id": bid.lot_id,
        "bid_id": bid.id,
        "party_id": bid.party_id,
        "place": each.place,
        "score": rules.published(each.total),
        "sheets": found.scores[each.bid].counted,
    }


def _summary(decision: LotDecision) -> dict[str, object]:
    """A decision in JSON: which rule decided, the winning numbers by place, money and points, what was proven."""
    bound = {} if decision.bound is None else {"bound": str(rules.published(decision.bound))}
    return {
        "applied": decision.applied.value,
        "awards": [award.bid for award in decision.awards],
        "amount": f"{decision.amount:.2f}",
        "score": str(rules.published(decision.total)),
        **bound,
    }


async def accept_cut(session: AsyncSession, actor: Actor, award_id: int) -> Award:
    """The bidder takes less than was asked for. Refused with NothingCut."""
    award, tender = await access_cut(session, actor, award_id, "accept_cut")
    at = await now(session)
    move(MOVES, award.status, "notice")
    award.cut_accepted_at = award.cut_accepted_at or at
    facts = {"asked": award.asked, "amount": award.amount}
    await happened(session, actor, "cut.accepted", award, at, stream=_stream(tender.id), **facts)
    return award


async def decline_cut(session: AsyncSession, actor: Actor, award_id: int) -> Award:
    """The bidder does not take the cut and is out of the lot; the purchaser then proposes again without."""
    award, tender = await access_cut(session, actor, award_id, "decline_cut")
    at = await now(session)
    award.status = move(MOVES, award.status, "decline")
    facts = {"asked": award.asked, "amount": award.amount}
    await happened(session, actor, "cut.declined", award, at, stream=_stream(tender.id), **facts)
    return award


async def publish_result(
    session: AsyncSession, actor: Actor, tender_id: int, notice_ends_on: date | None = None
) -> Result:
    """Show the result: its notice ends on the day given, or when the profile's shortest notice is over.

    Refusals: CutNotAccepted, PeriodTooShort when the day is too early, ResultPublished.
    """
    tender, result = await _access_result(session, actor, tender_id)
    at = await now(session)
    if result.published_at is not None:
        raise ResultPublished(published_at=result.published_at)
    awards = await queries.awards_of(session, result.id)
    refs = {bid.id: bid.ref or "" for bid in await bids_of(session, tender_id, {BidStatus.eligible})}
    for award in awards:
        rules.check_noticeable(refs[award.bid_id], award.amount, award.asked, award.cut_accepted_at)
    profile, calendar = profile_of(tender), await work_calendar(session)
    notice = _notice(shanghai_date(at), notice_ends_on, profile, calendar)
    objections = calendar.after(notice.on, profile.objection)
    result.published_at, result.notice_ends_on, result.notice_rule = at, notice.on, notice.rule
    result.objections_end = max(objections.at, tender.objections_end or objections.at)
    result.is_provisional = notice.provisional or objections.provisional
    for award in awards:
        award.status = move(MOVES, award.status, "notice")
    facts = {"awards": len(awards), "notice_ends_on": notice.on, "objections_end": result.objections_end}
    await happened(session, actor, "result.published", result, at, stream=_stream(tender_id), **facts)
    return result


def _notice(start: date, ends_on: date | None, profile: Profile, calendar: WorkCalendar) -> Deadline:
    """The last day of the public notice; an announced day may be later than the profile asks, not earlier."""
    shortest, term = calendar.after(start, profile.public_notice), profile.public_notice
    if ends_on is None:
        return shortest
    if not calendar.has_run(start, ends_on, term):
        facts = {"length": term.length, "unit": term.unit.value, "rule": term.source, "start": start, "end": ends_on}
        raise PeriodTooShort(period="public_notice", **facts)
    return Deadline(ends_on, shortest.provisional, shortest.rule)


async def confirm_awards(session: AsyncSession, actor: Actor, tender_id: int) -> list[Award]:
    """The awards become final, each a contract to be signed.

    Refusals: ResultUnpublished, StandstillRunning before the end of the objections, AwardsHeld while one is open.
    """
    tender, result = await _access_result(session, actor, tender_id)
    awards = await queries.awards_of(session, result.id)
    at = await now(session)
    move(notices.MOVES, tender.status, "award")
    if result.objections_end is None:
        raise ResultUnpublished()
    if held := [award.id for award in awards if award.status is AwardStatus.held]:
        raise AwardsHeld(awards=len(held))
    rules.check_confirmable(result.objections_end, at)
    for award in awards:
        award.status, award.confirmed_at = move(MOVES, award.status, "confirm"), at
    result.confirmed_at = at
    for award in awards:
        facts = {"bid": award.bid_id, "party": award.party_id, "amount": award.amount}
        await happened(session, actor, "award.confirmed", award, at, stream=_stream(tender_id), **facts)
    await happened(session, actor, "result.confirmed", tender, at, stream=_stream(tender_id), awards=len(awards))
    return awards


async def _access_result(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Result]:
    """The latest result, under the lock of its tender."""
    tender = await access_tender(session, actor, tender_id, "award")
    result = await queries.latest_result(session, tender_id)
    if result is None:
        raise NotFound(result=tender_id)
    return tender, result


async def hold_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """A filed objection holds the awards it speaks of."""
    at, awards = await now(session), await _spoken_of(session, objection)
    for award in awards:
        award.status = AwardStatus.held if award.holds else move(MOVES, award.status, "hold")
        award.holds += 1
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.held", awards[0], at, stream=_stream(objection.tender_id), **facts)


async def release_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """A rejected or withdrawn objection lets go; an award held by another one stays held."""
    at = await now(session)
    awards = [award for award in await _spoken_of(session, objection) if award.holds]
    for award in awards:
        award.holds -= 1
        award.status = award.status if award.holds else move(MOVES, award.status, "release")
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.released", awards[0], at, stream=_stream(objection.tender_id), **facts)


async def revoke_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """An accepted objection undoes the awards it speaks of; the purchaser then proposes again."""
    at, awards = await now(session), await _spoken_of(session, objection)
    for award in awards:
        award.status, award.holds = move(MOVES, award.status, "revoke"), 0
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.revoked", awards[0], at, stream=_stream(objection.tender_id), **facts)


async def _spoken_of(session: AsyncSession, objection: Objection) -> Sequence[Award]:
    """The published awards an objection is about, locked in order of id."""
    query = sa.select(Award).where(
        Award.tender_id == objection.tender_id, Award.status.in_((AwardStatus.noticed, AwardStatus.held))
    )
    if objection.lot_id is not None:
        query = query.where(Award.lot_id == objection.lot_id)
    return list(await session.scalars(query.order_by(Award.id).with_for_update()))
