"""Slow and periodic work: procrastinate on the same database. A job is deferred in the transaction of the change."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import sqlalchemy as sa
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import DeleteJobCondition
from procrastinate.tasks import Task
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import AS_RUNTIME_ROLE, Units

jobs = App(connector=PsycopgConnector(), import_paths=["app.core.upkeep"])
DEFER = sa.text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL, :once, CAST(:args AS jsonb), NULL)]"
    "::procrastinate_job_to_defer_v1[])"
)
_doors: list[Units] = []


async def defer(session: AsyncSession, task: Task[Any, Any, Any], *, once: str | None = None, **args: Any) -> None:
    """Have `task` run after this transaction commits; `once` names a job of which one may wait at a time."""
    values = {"queue": task.queue, "task": task.name, "once": once, "args": json.dumps(args)}
    await session.execute(DEFER, values)


@asynccontextmanager
async def queue(url: str) -> AsyncIterator[App]:
    """The queue, opened on its own small pool in the runtime role."""
    pool = PsycopgConnector(conninfo=url, min_size=1, max_size=4, kwargs={"options": AS_RUNTIME_ROLE})
    with jobs.replace_connector(pool):
        async with jobs.open_async():
            yield jobs


async def work(url: str, units: Units, *, until_empty: bool = False) -> None:
    """Carry out jobs until cancelled (or, `until_empty`, until none is left)."""
    open_door(units)
    async with queue(url) as app:
        await app.run_worker_async(
            wait=not until_empty,
            concurrency=2,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
        )


def open_door(units: Units) -> None:
    """Tell the jobs of this process where their transactions come from."""
    _doors[:] = [units]


def unit() -> AbstractAsyncContextManager[AsyncSession]:
    """One transaction of a job."""
    return _doors[-1]()


async def worker_is_alive(session: AsyncSession) -> bool:
    """Whether some worker reported within the last minute (they do every 10 s)."""
    alive = "SELECT exists (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
    return bool((await session.execute(sa.text(alive))).scalar_one())
