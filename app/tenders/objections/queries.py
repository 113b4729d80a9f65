"""Objections by tender, and what waits because of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.calendar import end_of_day
from app.core.waiting import Waiting
from app.tenders.notices.models import Tender
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import BUYS, visible
from app.tenders.objections.rules import ObjectionStatus


async def list_objections(session: AsyncSession, actor: Actor, tender_id: int | None) -> list[Objection]:
    """Those the actor may see, newest first; of one tender, or of all."""
    query = sa.select(Objection).where(visible(actor)).order_by(Objection.id.desc())
    if tender_id is not None:
        query = query.where(Objection.tender_id == tender_id)
    return list(await session.scalars(query))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Objections that the purchaser has to answer, until when, and by which rule."""
    if actor.role not in BUYS:
        return []
    query = (
        sa.select(Objection, Tender.title_zh)
        .join(Tender, Tender.id == Objection.tender_id)
        .where(visible(actor), Objection.status == ObjectionStatus.filed)
        .order_by(Objection.answer_due_on, Objection.id)
    )
    return [
        Waiting(
            "objections",
            "reject",
            objection.id,
            title,
            end_of_day(objection.answer_due_on),
            objection.answer_rule,
            f"/tenders/{objection.tender_id}/result",
        )
        for objection, title in await session.execute(query)
    ]
