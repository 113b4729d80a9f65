"""What a panel answers for the files of a bid: a judge reads them with the bid."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.errors import NotFound
from app.tenders.bids.models import Bid
from app.tenders.panels.models import PanelMember
from app.tenders.panels.policy import access_bid


async def read_verbs(session: AsyncSession, actor: Actor, bid_id: int) -> list[str]:
    """Refusals: NotFound, and what keeps a judge from opening a bid (DeclarationMissing, JudgeRecused)."""
    seat = sa.and_(PanelMember.tender_id == Bid.tender_id, PanelMember.account_id == actor.account_id)
    query = sa.select(PanelMember).join(Bid, seat).where(Bid.id == bid_id)
    member = await session.scalar(query) if actor.role is Role.judge else None
    if member is None:
        raise NotFound(bid=bid_id)
    await access_bid(session, member, bid_id)
    return []
