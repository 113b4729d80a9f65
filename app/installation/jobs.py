"""Checks of the audit log: asked for by an administrator, and by the clock every night."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import CLOCK, Actor
from app.core.audit import AuditFault, verify
from app.core.installation.jobs import AGAIN, defer, jobs, unit
from app.installation import service
from app.installation.models import AuditCheck

log = structlog.get_logger()


@jobs.task(name="installation.check_audit", retry=AGAIN)
async def check_audit(check_id: int) -> None:
    await _carry_out(check_id)


@jobs.periodic(cron="0 4 * * *")
@jobs.task(
    name="installation.check_audit_nightly",
    queueing_lock="installation.check_audit_nightly",
    aliases=["core.verify_audit"],
)
async def check_audit_nightly(timestamp: int) -> None:
    """A broken chain fails the job, so that it stands in the list of failed jobs as well as in the log."""
    async with unit() as session:
        check = await service.draft_check(session, CLOCK)
    if faults := await _carry_out(check.id):
        raise RuntimeError(f"{len(faults)} faults in the audit log")


async def _carry_out(check_id: int) -> list[AuditFault]:
    async def tell(done: int) -> None:
        async with unit() as apart:
            await service.move_check(apart, check_id, done)

    async with unit() as session:
        await service.begin_check(session, check_id)
    async with unit() as session:
        read, faults = await verify(session, tell)
    for fault in faults:
        log.error("audit_fault", stream=fault.stream, seq=fault.seq, fault=fault.fault)
    async with unit() as session:
        await service.end_check(session, check_id, read, faults)
    return faults


async def start_check(session: AsyncSession, actor: Actor, check: AuditCheck) -> None:
    """Deferred with the change that asked for it."""
    await defer(session, check_audit, check_id=check.id)
