"""Who may see an offer and do what with it. An organisation's offers are its own; drafts are nobody else's."""

from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.core.actors import Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.offers.models import Offer
from app.offers.rules import MOVES, TIMELINE, hindrance, standing

WHO = {
    "draft": {Role.organization},
    "edit": {Role.organization},
    "attach": {Role.organization},
    "publish": {Role.organization},
    "pause": {Role.organization},
    "resume": {Role.organization},
    "withdraw": {Role.organization},
    "rank": {Role.organization},
    "import": {Role.organization, Role.purchaser, Role.admin},
}


def check_role(actor: Actor, verb: str) -> None:
    """Refuse what this role never does, whatever it is done to (Denied)."""
    if not actor.may(verb, WHO[verb]):
        raise Denied(verb=verb, reason="role")


def denial(actor: Actor, verb: str, offer: Offer) -> str | None:
    """Why `actor` may not `verb` this offer; None when they may."""
    if not actor.may(verb, WHO.get(verb, set())):
        return "role"
    return None if offer.party_id == actor.party_id else "party"


def actions(actor: Actor, offer: Offer, today: date) -> list[str]:
    """The buttons this actor sees: what the state and what the offer says allow, and the policy grants."""
    verbs = [verb for verb in verbs_from(MOVES, standing(offer, today)) if hindrance(verb, offer, today) is None]
    return [verb for verb in verbs if denial(actor, verb, offer) is None]


def list_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of offers as a whole."""
    return [verb for verb in ("draft", "import") if actor.may(verb, WHO[verb])]


def may_list_for(actor: Actor, party_id: int) -> bool:
    """Whether a list that `actor` brings may hold offers of this organisation."""
    return party_id == actor.party_id if actor.role is Role.organization else may_take_over(actor)


def may_take_over(actor: Actor) -> bool:
    """Whether `actor` may say that an offer was published elsewhere before."""
    return actor.role in {Role.purchaser, Role.admin}


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    published = Offer.published_at.is_not(None)
    if actor.role is Role.organization:
        return sa.or_(published, Offer.party_id == actor.party_id)
    return published


def standing_column(today: date) -> sa.ColumnElement[str]:
    """The same as `rules.standing`, in SQL and from the same TIMELINE."""
    ended = [(sa.and_(Offer.status == status, getattr(Offer, last) < today), then) for status, last, then in TIMELINE]
    return sa.case(*ended, else_=sa.cast(Offer.status, sa.Text))


def with_codes() -> list[ORMOption]:
    """Loads what an offer carries several of."""
    return [selectinload(Offer.categories), selectinload(Offer.populations), selectinload(Offer.areas)]


def select_offers(actor: Actor) -> sa.Select[Offer]:
    """The offers that this actor sees, with their codes."""
    return sa.select(Offer).where(visible(actor)).options(*with_codes())


async def access_offer(session: AsyncSession, actor: Actor, offer_id: int, verb: str) -> Offer:
    """The offer, locked for `verb`: absent when unseen (404), refused with a reason (403)."""
    query = select_offers(actor).where(Offer.id == offer_id).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), offer=offer_id)


async def read_offer(session: AsyncSession, actor: Actor, offer_id: int) -> Offer:
    """The offer as this actor sees it (NotFound otherwise)."""
    offer = (await session.execute(select_offers(actor).where(Offer.id == offer_id))).scalar_one_or_none()
    if offer is None:
        raise NotFound(offer=offer_id)
    return offer
