"""Errands as long work that somebody finds again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.waiting import Job
from app.errands.models import Errand
from app.errands.policy import actions, is_own
from app.errands.rules import status_of


async def own_jobs(session: AsyncSession, actor: Actor, since: datetime) -> list[Job]:
    at = await now(session)
    found = await session.scalars(sa.select(Errand).where(is_own(actor), Errand.moved_at > since))
    return [_job(errand, actions(actor, errand), at) for errand in found]


def _job(errand: Errand, actions: list[str], at: datetime) -> Job:
    name = errand.file or errand.brought
    return Job(
        room="errands",
        verb=errand.operation,
        subject_id=errand.id,
        title_zh=name,
        title_en=name,
        thing=errand.path.split("/")[3],
        thing_id=0,
        status=status_of(errand.status, errand.moved_at, at),
        done=errand.done,
        total=errand.total,
        asked_at=errand.asked_at,
        moved_at=errand.moved_at,
        fault=errand.problem["code"] if errand.problem else None,
        step=errand.step,
        file=errand.file,
        counts=errand.counts,
        problem=errand.problem,
        actions=actions,
    )
