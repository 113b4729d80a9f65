"""What an offer answers for the files that hang on it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.moves import check_move
from app.offers.policy import access_offer, actions, read_offer
from app.offers.rules import MOVES, standing


async def read_verbs(session: AsyncSession, actor: Actor, offer_id: int) -> list[str]:
    return actions(actor, await read_offer(session, actor, offer_id), shanghai_date(await now(session)))


async def access(session: AsyncSession, actor: Actor, offer_id: int) -> str:
    offer = await access_offer(session, actor, offer_id, "attach")
    check_move(MOVES, standing(offer, shanghai_date(await now(session))), "attach")
    return f"offers:{offer.id}"
