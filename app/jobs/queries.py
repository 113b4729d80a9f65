"""One list of what every room has long work in for somebody."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.waiting import Job
from app.errands import queries as errands
from app.installation import queries as installation
from app.tenders.comparisons import queries as comparisons

JobsOf = Callable[[AsyncSession, Actor, datetime], Awaitable[list[Job]]]
ROOMS: tuple[JobsOf, ...] = (comparisons.own_jobs, installation.own_jobs, errands.own_jobs)
SHOWN_FOR = timedelta(days=7)


async def list_jobs(session: AsyncSession, actor: Actor, at: datetime) -> list[Job]:
    """Of the last seven days, the latest first."""
    found = [job for room in ROOMS for job in await room(session, actor, at - SHOWN_FOR)]
    return sorted(found, key=lambda job: (job.asked_at, job.room, job.subject_id), reverse=True)
