"""What people were told."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.core.actors import Actor
from app.core.clock import now
from app.desk.rules import Thing
from app.notifications.models import Notification


async def make_notification(session: AsyncSession, actor: Actor, **facts: Any) -> Notification:
    """By default that a notice was amended."""
    seat = sa.select(Membership.id).where(
        Membership.account_id == actor.account_id, Membership.role == actor.role, Membership.ended_at.is_(None)
    )
    facts = {"event": "tender.amended", "thing": Thing.tender.value, "thing_id": 1, "title": "公益创投"} | facts
    told = Notification(account_id=actor.account_id, membership_id=(await session.scalars(seat)).one(), **facts)
    told.created_at = await now(session)
    session.add(told)
    await session.flush()
    return told
