"""What the queue holds, by kind of job; which jobs failed and why. A job's arguments are not looked at."""

import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.errors import DomainError, NotFound
from app.core.settings import PROJECT

KINDS = sa.text(
    "SELECT task_name AS kind, count(*) FILTER (WHERE status = 'todo') AS waiting,"
    " count(*) FILTER (WHERE status = 'doing') AS running, count(*) FILTER (WHERE status = 'failed') AS failed,"
    " min(deferred_at) FILTER (WHERE status = 'todo') AS oldest_at"
    " FROM procrastinate_jobs LEFT JOIN (SELECT job_id, min(at) AS deferred_at FROM procrastinate_events GROUP BY 1) e"
    " ON job_id = id GROUP BY 1 ORDER BY 1"
)
FAILED = sa.text(
    "SELECT id, task_name AS kind, attempts, reason, coalesce(fault.at, event.at) AS failed_at"
    " FROM procrastinate_jobs LEFT JOIN job_faults fault ON fault.job_id = id"
    " LEFT JOIN (SELECT job_id, max(at) AS at FROM procrastinate_events GROUP BY 1) event ON event.job_id = id"
    " WHERE status = 'failed' ORDER BY failed_at DESC NULLS LAST, id DESC LIMIT 50"
)
ACCESS = sa.text(
    "SELECT id, task_name AS kind, queueing_lock FROM procrastinate_jobs"
    " WHERE id = :id AND status = 'failed' FOR UPDATE"
)
IS_WAITING = sa.text("SELECT exists (SELECT FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo')")
RETRY = sa.text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
FORGET_FAULTS = sa.text("DELETE FROM job_faults WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE id = job_id)")
FORGET = sa.text("DELETE FROM procrastinate_jobs WHERE id = :id")


class JobAlreadyWaits(DomainError):
    """Another job of its kind waits already, of which there is never more than one."""


class JobFault(Base):
    """What a job broke off with the last time; `reason` names the kind of fault and the place in
    the code, never its words, which may repeat what somebody wrote."""

    __tablename__ = "job_faults"

    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    reason: Mapped[str]


@dataclass(frozen=True)
class JobKind:
    """How many jobs of a kind wait, run, failed; `oldest_at`: since when the first of those that wait does."""

    kind: str
    waiting: int
    running: int
    failed: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class FailedJob:
    """`reason` is None for what failed before reasons were kept."""

    __tablename__: ClassVar = "procrastinate_jobs"

    id: int
    kind: str
    attempts: int
    reason: str | None
    failed_at: datetime | None


@dataclass(frozen=True)
class QueuedJob:
    """A failed job, locked."""

    __tablename__: ClassVar = "procrastinate_jobs"

    id: int
    kind: str
    queueing_lock: str | None


def reason_of(fault: BaseException) -> str:
    """WinnersUnproven app/matching/winners/choose.py:41"""
    frames = traceback.extract_tb(fault.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PROJECT / "app")]
    kind = fault.code if isinstance(fault, DomainError) else type(fault).__name__
    return f"{kind} {Path(own[-1].filename).relative_to(PROJECT)}:{own[-1].lineno}" if own else kind


async def forget_faults_of_gone_jobs(session: AsyncSession) -> None:
    await session.execute(FORGET_FAULTS)


async def keep_fault(session: AsyncSession, job_id: int, reason: str) -> None:
    values = {"reason": reason, "at": sa.func.now()}
    written = insert(JobFault).values(job_id=job_id, **values)
    await session.execute(written.on_conflict_do_update(index_elements=["job_id"], set_=values))


async def job_kinds(session: AsyncSession) -> list[JobKind]:
    """The kinds of which there are any jobs now."""
    return [JobKind(**row) for row in (await session.execute(KINDS)).mappings()]


async def failed_jobs(session: AsyncSession) -> list[FailedJob]:
    """The latest first, at most 50."""
    return [FailedJob(**row) for row in (await session.execute(FAILED)).mappings()]


async def access_failed(session: AsyncSession, job_id: int) -> QueuedJob:
    """A failed job, locked; any other is not found."""
    row = (await session.execute(ACCESS, {"id": job_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(job=job_id)
    return QueuedJob(**row)


async def retry(session: AsyncSession, job: QueuedJob) -> None:
    """Have it carried out again. Refusal: JobAlreadyWaits."""
    if job.queueing_lock and await session.scalar(IS_WAITING, {"lock": job.queueing_lock}):
        raise JobAlreadyWaits()
    await session.execute(RETRY, {"id": job.id})


async def forget(session: AsyncSession, job: QueuedJob) -> None:
    await session.execute(FORGET, {"id": job.id})
