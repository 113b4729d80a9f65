"""What nothing holds any more is taken away in the night, a day after it was let go of."""

import time
from datetime import timedelta

import sqlalchemy as sa
import structlog

from app.core.clock import now
from app.core.installation.jobs import jobs, unit
from app.core.reading.foreign import off_loop
from app.files import store
from app.files.keeping import STORE_LOCK, is_held
from app.files.models import StoredFile

KEPT = timedelta(days=1)
log = structlog.get_logger()


@jobs.periodic(cron="50 3 * * *")
@jobs.task(name="files.sweep_files", queueing_lock="files.sweep_files")
async def sweep_files(timestamp: int) -> None:
    """First the rows, then, once these are gone for good, the files without a row; what was broken off goes, too."""
    async with unit() as session:
        old = StoredFile.held_at < await now(session) - KEPT
        await session.execute(sa.delete(StoredFile).where(~is_held(), old))
    async with unit() as session:
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(STORE_LOCK)))
        rows = set(await session.scalars(sa.select(StoredFile.sha256)))
        old_files = await off_loop(lambda: list(store.found(time.time() - KEPT.total_seconds())))
        orphans = [path for path in old_files if path.name not in rows]
        await off_loop(store.forget, orphans)
    log.info("files_swept", files=len(orphans))
