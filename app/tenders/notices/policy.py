"""Who may write, publish, amend and end a notice, who may ask about it; drafts are their purchaser's own."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import BUYS, EVERYONE, Actor, Role
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.tenders.notices.models import Enquiry, Tender
from app.tenders.notices.rules import MOVES, TenderStatus

FRESH = {"populate_existing": True}  # what was read before the lock may be stale
WHO = {
    "read": EVERYONE,
    "create": BUYS,
    "edit": BUYS,
    "publish": BUYS,
    "amend": BUYS,
    "open": BUYS,
    "prequalify": BUYS,
    "award": BUYS,
    "invite": BUYS,
    "cancel": BUYS,
    "fail": BUYS,
    "answer": BUYS,
    "ask": frozenset({Role.organization}),
}


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` this tender; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def is_timely(verb: str, tender: Tender, at: datetime) -> bool:
    """Whether the hour allows what the state allows; the use case itself is the judge."""
    if tender.bids_end is None or verb not in {"amend", "open", "fail"}:
        return True
    return at < tender.bids_end if verb == "amend" else at >= tender.bids_end


def actions(actor: Actor, tender: Tender, at: datetime) -> list[str]:
    verbs = [verb for verb in verbs_from(MOVES, tender.status) if is_timely(verb, tender, at)]
    if tender.status is TenderStatus.published and tender.enquiries_end is not None and at < tender.enquiries_end:
        verbs.append("ask")
    return [verb for verb in verbs if denial(actor, verb, tender) is None]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """What was published once is public; a draft is for the people of its purchaser."""
    own = Tender.party_id == actor.party_id if actor.role in BUYS else sa.false()
    return sa.or_(Tender.published_at.is_not(None), own)


def check_creates(actor: Actor, area_code: str) -> None:
    """A bureau buys for the area it is responsible for."""
    if actor.role not in WHO["create"] or actor.party_id is None:
        raise Denied(verb="create", reason="role")
    if not actor.covers(area_code):
        raise Denied(verb="create", reason="area")


async def read_tender(session: AsyncSession, actor: Actor, tender_id: int) -> Tender:
    """The tender as it is, for reading: absent when unseen."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor))
    return _allowed(actor, "read", await session.scalar(query), tender_id)


async def access_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> Tender:
    """The tender, locked for `verb` against everybody: waits until every bid under way is committed."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor)).with_for_update()
    return _allowed(actor, verb, await session.scalar(query, execution_options=FRESH), tender_id)


async def hold_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str = "read") -> Tender:
    """The tender, held as it is (FOR SHARE): bidders do not wait for each other, the opening waits for them."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor)).with_for_update(read=True)
    return _allowed(actor, verb, await session.scalar(query, execution_options=FRESH), tender_id)


def _allowed(actor: Actor, verb: str, tender: Tender | None, tender_id: int) -> Tender:
    if tender is None:
        raise NotFound(tender=tender_id)
    if reason := denial(actor, verb, tender):
        raise Denied(verb=verb, reason=reason)
    return tender


def enquiry_visible(actor: Actor, tender: Tender) -> sa.ColumnElement[bool]:
    """Answered ones are public; before that the purchaser and whoever asked read them."""
    if denial(actor, "answer", tender) is None:
        return sa.true()
    return sa.or_(Enquiry.answered_at.is_not(None), Enquiry.party_id == actor.party_id)


async def access_enquiry(session: AsyncSession, tender: Tender, enquiry_id: int) -> Enquiry:
    """An enquiry of this tender, locked."""
    query = sa.select(Enquiry).where(Enquiry.id == enquiry_id, Enquiry.tender_id == tender.id).with_for_update()
    enquiry = await session.scalar(query)
    if enquiry is None:
        raise NotFound(enquiry=enquiry_id)
    return enquiry
