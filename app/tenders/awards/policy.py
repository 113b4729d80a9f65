"""Who may propose, publish and confirm a result, who may take or refuse a cut, and who sees what when."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.tenders.awards import rules
from app.tenders.awards.models import Award, Result
from app.tenders.awards.rules import MOVES, RESULT_MOVES, AwardStatus
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


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` a result of this tender; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def result_actions(
    actor: Actor, tender: Tender, result: Result, awards: Mapping[str, Award], at: datetime
) -> list[str]:
    """`awards` of the result, by bid number."""
    if "award" not in verbs_from(tenders.MOVES, tender.status):
        return []
    verbs = verbs_from(RESULT_MOVES, rules.result_status(result, awards.values()))
    possible = [verb for verb in verbs if rules.hindrance(verb, result, awards, at) is None]
    return [verb for verb in possible if denial(actor, verb, tender) is None]


def award_denial(actor: Actor, verb: str, award: Award) -> str | None:
    """Why `actor` may not `verb` this award; None when they may."""
    if actor.role not in AWARD_WHO.get(verb, ()):
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
