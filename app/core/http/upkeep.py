"""What the installation does for itself every night: forget answered requests, tries, reasons of gone jobs."""

from datetime import timedelta

import sqlalchemy as sa
import structlog
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from app.core.clock import now
from app.core.http.idempotency import Idempotency
from app.core.http.limits import forget_whole
from app.core.installation.jobs import jobs, unit
from app.core.installation.queue import forget_faults_of_gone_jobs

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
        except UniqueViolation:
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
        await forget_faults_of_gone_jobs(session)
