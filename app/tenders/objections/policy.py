"""Who may object, answer and see: an organisation its own objections, the purchaser those about its own tenders."""

from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role, granted
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import HANDED_IN
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Tender
from app.tenders.objections import rules
from app.tenders.objections.models import Objection
from app.tenders.objections.rules import MOVES, Window
from app.tenders.profiles.rules import Challenged

APPLICANT = frozenset({Role.organization})
BUYS = frozenset({Role.purchaser})
TOOK_PART = HANDED_IN | {BidStatus.unopened}
WHO = {
    "file": APPLICANT,
    "withdraw": APPLICANT,
    "accept": BUYS,
    "reject": BUYS,
}


def denial(actor: Actor, verb: str, objection: Objection) -> str | None:
    """Why `actor` may not `verb` this objection, already seen; None when they may."""
    return None if actor.may(verb, WHO[verb]) else "role"


def actions(actor: Actor, objection: Objection) -> list[str]:
    return [verb for verb in verbs_from(MOVES, objection.status) if denial(actor, verb, objection) is None]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.role is Role.auditor:
        return sa.true()
    if actor.role in BUYS:
        return Objection.tender_id.in_(sa.select(Tender.id).where(Tender.party_id == actor.party_id))
    return Objection.party_id == actor.party_id


async def access_objection(session: AsyncSession, actor: Actor, objection_id: int, verb: str) -> Objection:
    """The objection under the lock of its tender: absent when unseen, refused with a reason."""
    query = sa.select(Objection).where(Objection.id == objection_id, visible(actor))
    found = await session.scalar(query)
    objection = granted(found, verb, partial(denial, actor, verb), objection=objection_id)
    await session.execute(sa.select(Tender.id).where(Tender.id == objection.tender_id).with_for_update())
    await session.refresh(objection)
    return objection


def took_part(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether the actor's organisation handed in a bid for the tender; joins Tender."""
    return sa.exists().where(Bid.tender_id == Tender.id, Bid.party_id == actor.party_id, Bid.status.in_(TOOK_PART))


async def may_challenge(session: AsyncSession, actor: Actor, tender: Tender) -> set[Challenged]:
    """What of the tender this actor may challenge, whatever the hour."""
    if not actor.may("file", APPLICANT):
        return set()
    bid = await session.scalar(sa.select(Tender.id).where(Tender.id == tender.id, took_part(actor)))
    return set(Challenged) if bid is not None and tender.opened_at is not None else {Challenged.documents}


def challenge_actions(may: bool, span: Window, at: datetime) -> list[str]:
    """`may`: whether the reader is somebody who may challenge the subject of this time."""
    return ["file"] if may and rules.untimely(span, at) is None else []


async def access_tender_to_object(session: AsyncSession, actor: Actor, tender_id: int, subject: Challenged) -> Tender:
    """The tender, locked: for the documents to every organisation that may have read them, for the rest to who took
    part, the bids that stayed closed included (94号令 art. 11). Anybody else does not find it."""
    may: sa.ColumnElement[bool] = Tender.published_at.is_not(None)
    if subject is not Challenged.documents:
        may = sa.and_(Tender.opened_at.is_not(None), took_part(actor))
    tender = await session.scalar(sa.select(Tender).where(Tender.id == tender_id, may).with_for_update())
    if tender is None:
        raise NotFound(tender=tender_id)
    return tender
