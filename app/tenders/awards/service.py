"""Use cases of results: proposed from the sheets, cuts answered, published, held by objections, confirmed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.scoring import published
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.errors import NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.tenders.awards import queries, rules
from app.tenders.awards.models import Award, LotResult, PassedBid, Result
from app.tenders.awards.policy import Progress, access_cut, access_tender
from app.tenders.awards.rules import MOVES, RESULT_MOVES, AwardStatus, LotDecision, LotOutcome
from app.tenders.awards.standstill import standstill
from app.tenders.notices import rules as tenders
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import LotParts, is_one_each, profile_of
from app.tenders.standings.queries import Standings, standings

LIVE = (AwardStatus.proposed, AwardStatus.noticed, AwardStatus.held, AwardStatus.confirmed)


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
    progress = await queries.progress_of(session, tender, await queries.latest_result(session, tender_id))
    _check("propose", progress)
    latest, at, found = progress.result, progress.at, await standings(session, tender)
    lots = [(parts.terms, placed) for parts, placed in found.lots]
    declined = await queries.declined_bids(session, tender_id)
    outcomes = rules.decide_tender(lots, tender.overspend_rule, profile_of(tender).overspend, declined)
    number, accepted = latest.number + 1 if latest else 1, await _revoked(session, progress.awards.values())
    result = Result(tender_id=tender_id, number=number, proposed_at=at)
    session.add(result)
    await session.flush()
    for (parts, _), outcome in zip(found.lots, outcomes, strict=True):
        _write_lot(session, result, parts, outcome, found, accepted, is_one_each(tender))
    facts = {"number": number, "lots": {each.decision.lot: _summary(each.decision) for each in outcomes}}
    told = queries.Proposal(result, found)
    await happened(session, actor, "result.proposed", result, at, stream=tender.stream, tell=told, **facts)
    return result


def _check(verb: str, progress: Progress) -> None:
    """Refuse what the tender, its latest result, the sheets or the hour do not allow."""
    check_move(tenders.MOVES, progress.tender.status, "award")
    check_move(RESULT_MOVES, progress.status, verb)
    if refusal := progress.refusal(verb):
        raise refusal


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
    result, awards, at = await _checked(session, tender, "publish")
    calendar = await work_calendar(session)
    still = standstill(shanghai_date(at), notice_ends_on, profile_of(tender), calendar)
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
    result, awards, at = await _checked(session, tender, "confirm")
    for award in awards.values():
        award.status, award.confirmed_at = move(MOVES, award.status, "confirm"), at
    result.confirmed_at = at
    for award in awards.values():
        facts = {"bid": award.bid_id, "party": award.party_id, "amount": award.amount}
        await happened(session, actor, "award.confirmed", award, at, stream=tender.stream, **facts)
    await happened(session, actor, "result.confirmed", tender, at, stream=tender.stream, awards=len(awards))
    return list(awards.values())


async def _checked(session: AsyncSession, tender: Tender, verb: str) -> tuple[Result, Mapping[str, Award], datetime]:
    """The latest result, its awards by bid number and the hour, where `verb` is possible. Refused with NotFound where
    nothing was proposed."""
    result = await queries.latest_result(session, tender.id)
    if result is None:
        raise NotFound(result=tender.id)
    progress = await queries.progress_of(session, tender, result)
    _check(verb, progress)
    return result, progress.awards, progress.at


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
