"""Who may propose, publish and confirm a result, who may take or refuse a cut, and who sees what when."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role
from app.core.errors import Denied, DomainError, NotFound
from app.tenders.awards.models import Award, Result
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import FRESH, hold_tender

BUYS = frozenset({Role.purchaser})
BIDS = frozenset({Role.organization})
WHO = {
    "read": EVERYONE,
    "list_own": BIDS,
    "propose": BUYS,
    "publish": BUYS,
    "confirm": BUYS,
    "accept_cut": BIDS,
    "decline_cut": BIDS,
}
SHOWN = frozenset({AwardStatus.noticed, AwardStatus.held, AwardStatus.confirmed})


class NothingCut(DomainError):
    """The award is what the bid asked for: there is no cut to answer."""


class OwnAward(NamedTuple):
    award: Award
    tender: Tender


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` a result of this tender; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def is_cut(award: Award) -> bool:
    return award.amount < award.asked


def award_actions(actor: Actor, award: Award) -> list[str]:
    is_own = actor.role in BIDS and actor.party_id == award.party_id
    open_cut = award.status is AwardStatus.proposed and is_cut(award) and award.cut_accepted_at is None
    return ["accept_cut", "decline_cut"] if is_own and open_cut else []


def result_actions(actor: Actor, tender: Tender, result: Result) -> list[str]:
    if result.confirmed_at is not None:
        return []
    verbs = ["propose", "publish"] if result.published_at is None else ["confirm"]
    return [verb for verb in verbs if denial(actor, verb, tender) is None]


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
    """The own award whose amount was cut, locked for the answer. Refused with NothingCut."""
    seen = await read_award(session, actor, award_id)
    tender = await hold_tender(session, actor, seen.tender_id)
    query = sa.select(Award).where(Award.id == award_id).with_for_update()
    award = (await session.scalars(query, execution_options=FRESH)).one()
    if actor.role not in WHO[verb] or actor.party_id != award.party_id:
        raise Denied(verb=verb, reason="party")
    if not is_cut(award):
        raise NothingCut(amount=award.amount)
    return OwnAward(award, tender)


async def read_result(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Result]:
    """The tender's latest result that `actor` may see."""
    query = sa.select(Tender, Result).join(Result, Result.tender_id == Tender.id)
    query = query.where(Tender.id == tender_id, result_visible(actor)).order_by(Result.number.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound(result=tender_id)
    return row[0], row[1]


async def read_published(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Result]:
    """The tender's latest result, once it is published."""
    tender, result = await read_result(session, actor, tender_id)
    if result.published_at is None:
        raise NotFound(result=tender_id)
    return tender, result
