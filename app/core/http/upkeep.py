"""What the installation does for itself every night: forget answered requests and tries, check the audit log."""

from datetime import timedelta

import sqlalchemy as sa
import structlog
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from app.core.audit import verify
from app.core.clock import now
from app.core.http.idempotency import Idempotency
from app.core.http.limits import forget_whole
from app.core.installation.jobs import jobs, unit

log = structlog.get_logger()
# A request is repeated within minutes, by a person within days; after a month nobody repeats it.
KEPT = timedelta(days=30)


@jobs.periodic(cron="* * * * *")
@jobs.task(name="core.take_up_stalled_jobs", queueing_lock="core.take_up_stalled_jobs")
async def take_up_stalled_jobs(timestamp: int) -> None:
    """The jobs of a worker that was killed wait for another one, unless the same job already waits."""
    for job in await jobs.job_manager.get_stalled_jobs():
        log.warning("job_taken_up", task=job.task_name, job=job.id)
        try:
            await jobs.job_manager.retry_job(job)
        except AlreadyEnqueued:
            await jobs.job_manager.finish_job(job, Status.ABORTED, delete_job=True)


@jobs.periodic(cron="30 3 * * *")
@jobs.task(name="core.forget_answered_requests", queueing_lock="core.forget_answered_requests")
async def forget_answered_requests(timestamp: int) -> None:
    async with unit() as session:
        await session.execute(sa.delete(Idempotency).where(Idempotency.at < await now(session) - KEPT))


@jobs.periodic(cron="40 3 * * *")
@jobs.task(name="core.forget_tries", queueing_lock="core.forget_tries")
async def forget_tries(timestamp: int) -> None:
    async with unit() as session:
        await forget_whole(session)


@jobs.periodic(cron="0 4 * * *")
@jobs.task(name="core.verify_audit", queueing_lock="core.verify_audit")
async def verify_audit(timestamp: int) -> None:
    """A broken chain fails the job, so that it stands in the list of failed jobs as well as in the log."""
    async with unit() as session:
        count, faults = await verify(session)
    for fault in faults:
        log.error("audit_fault", stream=fault.stream, seq=fault.seq, fault=fault.fault)
    if faults:
        raise RuntimeError(f"{len(faults)} faults in {count} audit events")
