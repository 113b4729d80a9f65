"""Who may propose, publish and confirm a result, who may take or refuse a cut, and who sees what when."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.errors import DomainError, NotFound
from app.core.moves import verbs_from
from app.tenders.awards import rules
from app.tenders.awards.models import Award, Result
from app.tenders.awards.rules import MOVES, RESULT_MOVES, AwardStatus, ResultStatus
from app.tenders.notices import rules as tenders
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import FRESH, hold_tender
from app.tenders.notices.policy import visible as tender_visible

BUYS = frozenset({Role.purchaser})
BIDS = frozenset({Role.organization})
WHO = {
    "read": EVERYONE,
    "list_own": BIDS,
    "propose": BUYS,
    "publish": BUYS,
    "confirm": BUYS,
}
AWARD_WHO = {"accept_cut": BIDS, "decline_cut": BIDS}
SHOWN = frozenset({AwardStatus.noticed, AwardStatus.held, AwardStatus.confirmed})


class OwnAward(NamedTuple):
    award: Award
    tender: Tender


class Progress(NamedTuple):
    """How far the award of a tender is at an hour; `awards` of its latest result, by bid number."""

    tender: Tender
    result: Result | None
    awards: Mapping[str, Award]
    scored: rules.Scored
    at: datetime

    @property
    def status(self) -> ResultStatus:
        return rules.result_status(self.result, self.awards.values())

    def refusal(self, verb: str) -> DomainError | None:
        """Why what the state allows cannot be done yet."""
        if verb == "propose":
            return rules.unproposable(self.scored)
        return rules.hindrance(verb, self.result, self.awards, self.at) if self.result else None


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` a result of this tender; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def result_actions(actor: Actor, progress: Progress) -> list[str]:
    return [verb for verb in _steps(actor, progress) if progress.refusal(verb) is None]


def waits(actor: Actor, progress: Progress) -> list[tuple[str, DomainError]]:
    """The steps that this actor could take next but for something that is missing, and what that is."""
    refusals = [(verb, progress.refusal(verb)) for verb in _steps(actor, progress)]
    return [(verb, refusal) for verb, refusal in refusals if refusal is not None]


def next_step(actor: Actor, progress: Progress) -> str | None:
    """What the award waits for from this actor, where it can be done: of several steps the one that leads on."""
    verb = next(iter(_steps(actor, progress)), None)
    return verb if verb is not None and progress.refusal(verb) is None else None


def _steps(actor: Actor, progress: Progress) -> list[str]:
    tender = progress.tender
    if "award" not in verbs_from(tenders.MOVES, tender.status):
        return []
    return [verb for verb in verbs_from(RESULT_MOVES, progress.status) if denial(actor, verb, tender) is None]


def award_denial(actor: Actor, verb: str, award: Award) -> str | None:
    """Why `actor` may not `verb` this award; None when they may."""
    if not actor.may(verb, AWARD_WHO.get(verb, ())):
        return "role"
    return None if actor.party_id == award.party_id else "party"


def award_actions(actor: Actor, award: Award) -> list[str]:
    verbs = [] if rules.unanswerable(award) else verbs_from(MOVES, award.status)
    return [verb for verb in verbs if award_denial(actor, verb, award) is None]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Published awards are everybody's to see; before that the purchaser's, and a cut its bidder's to answer."""
    published = Award.status.in_(SHOWN)
    if actor.role in BUYS:
        return sa.or_(published, Award.tender_id.in_(_bought_by(actor)))
    if actor.role in BIDS:
        return sa.or_(published, sa.and_(Award.party_id == actor.party_id, Award.amount < Award.asked))
    return published


def result_visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Published results are public; a proposal is its purchaser's."""
    published = Result.published_at.is_not(None)
    return sa.or_(published, Result.tender_id.in_(_bought_by(actor))) if actor.role in BUYS else published


def _bought_by(actor: Actor) -> sa.Select[int]:
    return sa.select(Tender.id).where(Tender.party_id == actor.party_id)


async def read_award(session: AsyncSession, actor: Actor, award_id: int) -> Award:
    award = await session.scalar(sa.select(Award).where(Award.id == award_id, visible(actor)))
    if award is None:
        raise NotFound(award=award_id)
    return award


async def access_cut(session: AsyncSession, actor: Actor, award_id: int, verb: str) -> OwnAward:
    """The actor's own award, locked for the answer to a cut."""
    seen = await read_award(session, actor, award_id)
    tender = await hold_tender(session, actor, seen.tender_id)
    query = sa.select(Award).where(Award.id == award_id).with_for_update()
    award = await session.scalar(query, execution_options=FRESH)
    return OwnAward(granted(award, verb, partial(award_denial, actor, verb), award=award_id), tender)


async def access_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> Tender:
    """The tender whose result `actor` is about to `verb`, locked."""
    query = sa.select(Tender).where(Tender.id == tender_id, tender_visible(actor)).with_for_update()
    tender = await session.scalar(query, execution_options=FRESH)
    return granted(tender, verb, partial(denial, actor, verb), tender=tender_id)


async def read_result(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Result]:
    """The tender's latest result that `actor` may see."""
    result = await seen_result(session, actor, tender_id)
    if result is None:
        raise NotFound(result=tender_id)
    return await session.get_one(Tender, tender_id), result


async def seen_result(session: AsyncSession, actor: Actor, tender_id: int) -> Result | None:
    """The same, or None where there is none for this actor to see."""
    query = sa.select(Result).where(Result.tender_id == tender_id, result_visible(actor))
    result: Result | None = await session.scalar(query.order_by(Result.number.desc()).limit(1))
    return result


async def read_published(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Result]:
    """The tender's latest result, once it is published."""
    tender, result = await read_result(session, actor, tender_id)
    if result.published_at is None:
        raise NotFound(result=tender_id)
    return tender, result
