"""Use cases of who looks after the installation."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.audit import AuditEvent, AuditFault
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import CalendarDay, work_calendar
from app.core.events import changed, happened
from app.core.installation import queue
from app.core.waiting import JOBS_OF_ADMINS
from app.installation import rules
from app.installation.models import AuditCheck
from app.installation.policy import access_check

FAULTS_KEPT = 100


@dataclass(frozen=True)
class Year:
    """What the log names when a year's arrangement is published."""

    __tablename__: ClassVar = "calendar_days"

    id: int


async def retry_job(session: AsyncSession, actor: Actor, job_id: int) -> None:
    """Have a failed job carried out once more. Refusal: JobAlreadyWaits."""
    job = await queue.access_failed(session, job_id)
    at = await now(session)
    await queue.retry(session, job)
    await happened(session, actor, "job.retried", job, at, kind=job.kind)


async def forget_job(session: AsyncSession, actor: Actor, job_id: int) -> None:
    """Take a failed job off the list; what it was to do is not done."""
    job = await queue.access_failed(session, job_id)
    at = await now(session)
    await queue.forget(session, job)
    await happened(session, actor, "job.forgotten", job, at, kind=job.kind)


async def ask_audit_check(session: AsyncSession, actor: Actor) -> AuditCheck | None:
    """A check to be carried out; None while another one is under way."""
    at = await now(session)
    latest = await session.scalar(sa.select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1).with_for_update())
    if latest and rules.status_of_check(latest.total, latest.ended_at, latest.moved_at, at) in rules.LIVE:
        return None
    check = await draft_check(session, actor)
    await happened(session, actor, "audit_check.asked", check, at)
    return check


async def draft_check(session: AsyncSession, actor: Actor) -> AuditCheck:
    at = await now(session)
    check = AuditCheck(account_id=actor.account_id, asked_at=at, moved_at=at)
    session.add(check)
    await session.flush()
    changed(session, JOBS_OF_ADMINS)
    return check


async def begin_check(session: AsyncSession, check_id: int) -> None:
    """Count what is to be read."""
    check = await _next_step(session, check_id)
    check.total = await session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0
    check.done, check.moved_at = 0, await now(session)


async def move_check(session: AsyncSession, check_id: int, done: int) -> None:
    check = await _next_step(session, check_id)
    check.done, check.moved_at = done, await now(session)


async def end_check(session: AsyncSession, check_id: int, read: int, faults: Collection[AuditFault]) -> None:
    check = await _next_step(session, check_id)
    check.done = check.total = read
    check.found, check.faults = len(faults), [asdict(fault) for fault in list(faults)[:FAULTS_KEPT]]
    check.ended_at = check.moved_at = await now(session)


async def _next_step(session: AsyncSession, check_id: int) -> AuditCheck:
    """The check, locked; whoever looks at it reads it again after this step."""
    changed(session, JOBS_OF_ADMINS)
    return await access_check(session, check_id)


async def publish_year(
    session: AsyncSession, actor: Actor, year: int, rest: Collection[date], work: Collection[date], source: str
) -> None:
    """The State Council's arrangement of a coming year, in place of what was computed. Refusals: those of
    `hindrance` and `check_arrangement`."""
    at = await now(session)
    is_official = year in (await work_calendar(session)).official_years
    if refusal := rules.hindrance(year, shanghai_date(at), is_official):
        raise refusal
    rules.check_arrangement(year, rest, work)
    given = {day: False for day in rest} | {day: True for day in work}
    computed = sa.extract("year", CalendarDay.day) == year
    await session.execute(sa.delete(CalendarDay).where(sa.or_(computed, CalendarDay.day.in_(given))))
    session.add_all(
        CalendarDay(day=day, is_workday=is_work, official=True, source=source) for day, is_work in given.items()
    )
    await happened(session, actor, "calendar.published", Year(year), at, rest=len(rest), work=len(work), source=source)
