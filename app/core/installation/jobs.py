"""Slow and periodic work: procrastinate on the same database. A job is deferred in the transaction of the change."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.jobs import DeleteJobCondition
from procrastinate.retry import RetryStrategy
from procrastinate.tasks import Task
from procrastinate.worker import Worker as QueueWorker
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp

from app.core.db import AS_RUNTIME_ROLE, Units
from app.core.installation.beside import Pauses
from app.core.installation.queue import keep_fault, reason_of

jobs = App(connector=PsycopgConnector(), import_paths=["app.core.http.upkeep"])
DEFER = sa.text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, :turn, :once, CAST(:args AS jsonb), NULL)]"
    "::procrastinate_job_to_defer_v1[])"
)


class Working(Protocol):
    """Who carries out jobs for a web process, in a process of their own."""

    is_working: bool


class Door:
    """Where the transactions of this process's jobs come from, and the application that carries out the requests that
    were put off; opened once, at the start."""

    units: Units
    app: ASGIApp | None


_door = Door()
STOP_WITHIN = 3.0
CONCURRENCY = 3  # two requests that were put off, and always one place for what is soon done
# For a task that must not be lost with the worker, or the connection, that it ran on.
AGAIN = RetryStrategy(max_attempts=20, wait=5)
log = structlog.get_logger()


async def defer(
    session: AsyncSession, task: Task[Any, Any, Any], *, once: str | None = None, turn: str | None = None, **args: Any
) -> None:
    """Have `task` run after this transaction commits; `once` names a job of which one waits at a time, so that a second
    is not added, `turn` jobs that run one after the other."""
    values = {"queue": task.queue, "task": task.name, "once": once, "turn": turn, "args": json.dumps(args)}
    with contextlib.suppress(IntegrityError) if once else contextlib.nullcontext():
        async with session.begin_nested():
            await session.execute(DEFER, values)


@asynccontextmanager
async def queue(url: str) -> AsyncIterator[App]:
    """The queue, opened on its own small pool in the runtime role."""
    pool = PsycopgConnector(conninfo=url, min_size=1, max_size=4, kwargs={"options": AS_RUNTIME_ROLE})
    with jobs.replace_connector(pool):
        async with jobs.open_async():
            yield jobs


async def work(url: str, units: Units, web: ASGIApp | None = None, *, until_empty: bool = False) -> None:
    """Carry out jobs until cancelled (or, `until_empty`, until none is left)."""
    open_door(units, web)
    async with queue(url) as app:
        await app.run_worker_async(
            wait=not until_empty,
            concurrency=CONCURRENCY,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            shutdown_graceful_timeout=STOP_WITHIN,
            worker_middleware=[noting_faults],
        )


async def noting_faults(carry_out: Callable[[], Awaitable[Any]], context: JobContext, _worker: QueueWorker) -> Any:
    """Carry a job out; what it breaks off with is kept beside it, for the administrator to see."""
    try:
        return await carry_out()
    except Exception as fault:
        with contextlib.suppress(SQLAlchemyError):  # then the log alone says it
            async with unit() as session:
                await keep_fault(session, context.job.id or 0, reason_of(fault))
        raise


async def keep_working(url: str, units: Units, app: ASGIApp | None = None) -> None:
    """Carry out jobs until cancelled, begun again whatever ends it."""
    pauses = Pauses()
    while True:
        began = time.monotonic()
        try:
            await work(url, units, app)
        except Exception:
            log.exception("worker_failed")
        pause = pauses.after(time.monotonic() - began)
        log.warning("worker_starts_again", seconds=pause)
        await asyncio.sleep(pause)


def open_door(units: Units, app: ASGIApp | None = None) -> None:
    """Tell the jobs of this process where their transactions come from, and which application they may ask."""
    _door.units, _door.app = units, app


def application() -> ASGIApp:
    """What carries out the requests that were put off."""
    assert _door.app is not None
    return _door.app


def unit() -> AbstractAsyncContextManager[AsyncSession]:
    """One transaction of a job."""
    return _door.units()


async def worker_is_alive(session: AsyncSession) -> bool:
    """Whether some worker reported within the last minute (they do every 10 s)."""
    alive = "SELECT exists (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
    return bool((await session.execute(sa.text(alive))).scalar_one())
