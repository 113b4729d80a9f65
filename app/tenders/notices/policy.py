"""Who may write, publish, amend and end a notice, who may ask about it; drafts are their purchaser's own."""

from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import BUYS, EVERYONE, Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.tenders.notices.models import Enquiry, Tender
from app.tenders.notices.publishing import Lacking
from app.tenders.notices.rules import MOVES, answered, untimely
from app.tenders.profiles.rules import Profile

FRESH = {"populate_existing": True}  # what was read before the lock may be stale
# An `award` follows from the result: nobody does it to a tender.
WHO = {
    "read": EVERYONE,
    "create": BUYS,
    "edit": BUYS,
    "publish": BUYS,
    "amend": BUYS,
    "open": BUYS,
    "record_late": BUYS,
    "prequalify": BUYS,
    "invite": BUYS,
    "open_final": BUYS,
    "propose": BUYS,
    "cancel": BUYS,
    "fail": BUYS,
    "answer": BUYS,
    "ask": frozenset({Role.organization}),
    "draft": frozenset({Role.organization}),
}


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` this tender; None when they may."""
    who = WHO.get(verb, frozenset())
    if not actor.may(verb, who):
        return "role"
    return "party" if who is BUYS and actor.party_id != tender.party_id else None


def actions(actor: Actor, tender: Tender, profile: Profile, at: datetime, missing: Lacking = ()) -> list[str]:
    """The buttons this actor sees: what the state, the hour and what is `missing` allow and the policy grants."""
    allowed = [verb for verb in verbs_from(MOVES, tender.status) if denial(actor, verb, tender) is None]
    timely = [verb for verb in allowed if untimely(verb, tender, profile, at) is None]
    return [verb for verb in timely if not (verb == "publish" and missing)]


def list_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of tenders as a whole."""
    return ["create"] if actor.may("create", WHO["create"]) else []


def enquiry_actions(actor: Actor, enquiry: Enquiry, tender: Tender) -> list[str]:
    may_answer = denial(actor, "answer", tender) is None and answered(enquiry) is None
    return ["answer"] if may_answer else []


def tells_who_asks(actor: Actor, enquiry: Enquiry, tender: Tender) -> bool:
    """Who asks would tell who means to bid: it stays between the two."""
    return denial(actor, "answer", tender) is None or enquiry.party_id == actor.party_id


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """What was published once is public; a draft is for the people of its purchaser."""
    own = Tender.party_id == actor.party_id if actor.role in BUYS else sa.false()
    return sa.or_(Tender.published_at.is_not(None), own)


def check_creates(actor: Actor, area_code: str) -> None:
    """A bureau buys for the area it is responsible for."""
    if not actor.may("create", WHO["create"]) or actor.party_id is None:
        raise Denied(verb="create", reason="role")
    if not actor.covers(area_code):
        raise Denied(verb="create", reason="area")


async def read_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str = "read") -> Tender:
    """The tender as it is, for reading: absent when unseen."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor))
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), tender=tender_id)


async def access_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> Tender:
    """The tender, locked for `verb` against everybody: waits until every bid under way is committed."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor)).with_for_update()
    tender = await session.scalar(query, execution_options=FRESH)
    return granted(tender, verb, partial(denial, actor, verb), tender=tender_id)


async def hold_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str = "read") -> Tender:
    """The tender, held as it is (FOR SHARE): bidders do not wait for each other, the opening waits for them."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor)).with_for_update(read=True)
    tender = await session.scalar(query, execution_options=FRESH)
    return granted(tender, verb, partial(denial, actor, verb), tender=tender_id)


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
