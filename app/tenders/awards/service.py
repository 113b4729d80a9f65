"""Use cases of results: proposed from the sheets, cuts answered, published, held by objections, confirmed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.errors import DomainError, NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.tenders.awards import queries, rules
from app.tenders.awards.models import Award, LotResult, PassedBid, Result
from app.tenders.awards.policy import access_cut, access_tender
from app.tenders.awards.rules import MOVES, RESULT_MOVES, AwardStatus, LotDecision, LotOutcome
from app.tenders.notices import rules as tenders
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import LotParts, is_one_each, profile_of
from app.tenders.panels.queries import find_panel
from app.tenders.standings.queries import Standings, standings
from app.tenders.standings.rules import published

LIVE = (AwardStatus.proposed, AwardStatus.noticed, AwardStatus.held, AwardStatus.confirmed)


class ScoringOpen(DomainError):
    """A result is proposed from the sheets once scoring is closed."""


class LotsFailed(DomainError):
    """Every lot has failed: there is nothing to award, the tender itself is to be declared unsuccessful."""


class FinalOffersMissing(DomainError):
    """A consultation is decided by the last prices, once they have been opened."""


class Objection(Protocol):
    """What a reaction needs to know of one; without a lot it is against the whole tender."""

    id: int
    tender_id: int
    lot_id: int | None


async def propose_awards(session: AsyncSession, actor: Actor, tender_id: int) -> Result:
    """Decide every lot from the counted sheets by the rule of the notice, the other rules beside it.

    Proposed again, the earlier proposal is revoked; bidders who declined a cut are out of their lot, and a cut
    already accepted need not be accepted again. Refusals: ScoringOpen, LotsFailed, FinalOffersMissing, MoveRefused.
    """
    tender = await access_tender(session, actor, tender_id, "propose")
    at = await now(session)
    latest = await queries.latest_result(session, tender_id)
    earlier = await queries.awards_by_bid(session, latest.id) if latest else {}
    _check("propose", tender, latest, earlier, at)
    found = await _scored(session, tender)
    lots = [(parts.terms, placed) for parts, placed in found.lots]
    declined = await queries.declined_bids(session, tender_id)
    outcomes = rules.decide_tender(lots, tender.overspend_rule, profile_of(tender).overspend, declined)
    number, accepted = latest.number + 1 if latest else 1, await _revoked(session, earlier.values())
    result = Result(tender_id=tender_id, number=number, proposed_at=at)
    session.add(result)
    await session.flush()
    for (parts, _), outcome in zip(found.lots, outcomes, strict=True):
        _write_lot(session, result, parts, outcome, found, accepted, is_one_each(tender))
    facts = {"number": number, "lots": {each.decision.lot: _summary(each.decision) for each in outcomes}}
    told = queries.Proposal(result, found)
    await happened(session, actor, "result.proposed", result, at, stream=tender.stream, tell=told, **facts)
    return result


def _check(verb: str, tender: Tender, result: Result | None, awards: Mapping[str, Award], at: datetime) -> None:
    """Refuse what the tender, its latest result or the hour does not allow."""
    check_move(tenders.MOVES, tender.status, "award")
    if result is not None:
        check_move(RESULT_MOVES, rules.result_status(result, awards.values()), verb)
        if refusal := rules.hindrance(verb, result, awards, at):
            raise refusal


async def _scored(session: AsyncSession, tender: Tender) -> Standings:
    """The standings of a tender whose scoring is closed. Refusals: ScoringOpen, LotsFailed, FinalOffersMissing."""
    panel = await find_panel(session, tender.id)
    if panel is None or panel.closed_at is None:
        raise ScoringOpen()
    found, wanted = await standings(session, tender), profile_of(tender).final_offers
    if not found.lots:
        raise LotsFailed()
    final = [entry.version is not None and entry.version.is_final for entry in found.entries.values()]
    if wanted.asked and not all(final):
        raise FinalOffersMissing(bids=final.count(False), rule=wanted.source)
    return found


async def _revoked(session: AsyncSession, awards: Collection[Award]) -> dict[tuple[int, Decimal], datetime]:
    """Make room for a new proposal; the cuts already accepted, by bid and amount."""
    for award in awards:
        if award.status in LIVE:
            award.status, award.holds = move(MOVES, award.status, "revoke"), 0
    await session.flush()
    return {(a.bid_id, a.amount): a.cut_accepted_at for a in awards if a.cut_accepted_at is not None}


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
        "score": published(each.total),
        "sheets": found.scores[each.bid].counted,
    }


def _summary(decision: LotDecision) -> dict[str, object]:
    """A decision in JSON: which rule decided, the winning numbers by place, money and points, what was proven."""
    bound = {} if decision.bound is None else {"bound": str(published(decision.bound))}
    return {
        "applied": decision.applied.value,
        "awards": [award.bid for award in decision.awards],
        "amount": f"{decision.amount:.2f}",
        "score": str(published(decision.total)),
        **bound,
    }


async def accept_cut(session: AsyncSession, actor: Actor, award_id: int) -> Award:
    """The bidder takes less than was asked for. Refusals: NothingCut, CutAnswered."""
    award, at = await _answer_cut(session, actor, award_id, "accept_cut")
    award.cut_accepted_at = at
    facts = {"asked": award.asked, "amount": award.amount}
    await happened(session, actor, "cut.accepted", award, at, stream=award.stream, **facts)
    return award


async def decline_cut(session: AsyncSession, actor: Actor, award_id: int) -> Award:
    """The bidder does not take the cut and is out of the lot; the purchaser then proposes again without that bid.
    Refusals: NothingCut, CutAnswered."""
    award, at = await _answer_cut(session, actor, award_id, "decline_cut")
    facts = {"asked": award.asked, "amount": award.amount}
    await happened(session, actor, "cut.declined", award, at, stream=award.stream, **facts)
    return award


async def _answer_cut(session: AsyncSession, actor: Actor, award_id: int, verb: str) -> tuple[Award, datetime]:
    award, _ = await access_cut(session, actor, award_id, verb)
    at = await now(session)
    if refusal := rules.unanswerable(award):
        raise refusal
    award.status = move(MOVES, award.status, verb)
    return award, at


async def publish_result(
    session: AsyncSession, actor: Actor, tender_id: int, notice_ends_on: date | None = None
) -> Result:
    """Show the result: its notice ends on the day given, or when the profile's shortest notice is over.

    Refusals: CutNotAccepted, PeriodTooShort when the day is too early, MoveRefused.
    """
    tender = await access_tender(session, actor, tender_id, "publish")
    at = await now(session)
    result, awards = await _latest(session, tender_id)
    _check("publish", tender, result, awards, at)
    calendar = await work_calendar(session)
    still = rules.standstill(shanghai_date(at), notice_ends_on, profile_of(tender), calendar)
    notice, objections = still.notice, still.objections
    result.published_at, result.notice_ends_on, result.notice_rule = at, notice.on, notice.rule
    result.objections_end = max(objections.at, tender.objections_end or objections.at)
    result.is_provisional = notice.provisional or objections.provisional
    for award in awards.values():
        award.status = move(MOVES, award.status, "notice")
    facts = {"awards": len(awards), "notice_ends_on": notice.on, "objections_end": result.objections_end}
    await happened(session, actor, "result.published", result, at, stream=tender.stream, **facts)
    return result


async def confirm_awards(session: AsyncSession, actor: Actor, tender_id: int) -> list[Award]:
    """The awards become final, each a contract to be signed.

    Refusals: StandstillRunning before the end of the objections, AwardsHeld while one is open, MoveRefused.
    """
    tender = await access_tender(session, actor, tender_id, "confirm")
    at = await now(session)
    result, awards = await _latest(session, tender_id)
    _check("confirm", tender, result, awards, at)
    for award in awards.values():
        award.status, award.confirmed_at = move(MOVES, award.status, "confirm"), at
    result.confirmed_at = at
    for award in awards.values():
        facts = {"bid": award.bid_id, "party": award.party_id, "amount": award.amount}
        await happened(session, actor, "award.confirmed", award, at, stream=tender.stream, **facts)
    await happened(session, actor, "result.confirmed", tender, at, stream=tender.stream, awards=len(awards))
    return list(awards.values())


async def _latest(session: AsyncSession, tender_id: int) -> tuple[Result, dict[str, Award]]:
    """The latest result, with its awards by bid number."""
    result = await queries.latest_result(session, tender_id)
    if result is None:
        raise NotFound(result=tender_id)
    return result, await queries.awards_by_bid(session, result.id)


async def hold_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """A filed objection holds the awards it speaks of."""
    at, awards = await now(session), await _spoken_of(session, objection)
    for award in awards:
        award.status = AwardStatus.held if award.holds else move(MOVES, award.status, "hold")
        award.holds += 1
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.held", awards[0], at, stream=awards[0].stream, **facts)


async def release_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """A rejected or withdrawn objection lets go; an award held by another one stays held."""
    at = await now(session)
    awards = [award for award in await _spoken_of(session, objection) if award.holds]
    for award in awards:
        award.holds -= 1
        award.status = award.status if award.holds else move(MOVES, award.status, "release")
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.released", awards[0], at, stream=awards[0].stream, **facts)


async def revoke_awards(session: AsyncSession, actor: Actor, objection: Objection) -> None:
    """An accepted objection undoes the awards it speaks of; the purchaser then proposes again."""
    at, awards = await now(session), await _spoken_of(session, objection)
    for award in awards:
        award.status, award.holds = move(MOVES, award.status, "revoke"), 0
    if awards:
        facts = {"objection": objection.id, "awards": [award.id for award in awards]}
        await happened(session, actor, "awards.revoked", awards[0], at, stream=awards[0].stream, **facts)


async def _spoken_of(session: AsyncSession, objection: Objection) -> Sequence[Award]:
    """The published awards an objection is about, locked in order of id."""
    query = sa.select(Award).where(
        Award.tender_id == objection.tender_id, Award.status.in_((AwardStatus.noticed, AwardStatus.held))
    )
    if objection.lot_id is not None:
        query = query.where(Award.lot_id == objection.lot_id)
    return list(await session.scalars(query.order_by(Award.id).with_for_update()))
