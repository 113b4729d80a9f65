"""Slow and periodic work: procrastinate on the same database. A job is deferred in the transaction of the change."""

import json
from typing import Any

import sqlalchemy as sa
from procrastinate import App, PsycopgConnector
from procrastinate.tasks import Task
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import OPTIONS, RUNTIME_ROLE, Units

jobs = App(connector=PsycopgConnector())
DEFER = sa.text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL, :once, CAST(:args AS jsonb), NULL)]"
    "::procrastinate_job_to_defer_v1[])"
)
_doors: list[Units] = []


async def defer(session: AsyncSession, task: Task[Any, Any, Any], *, once: str | None = None, **args: Any) -> None:
    """Have `task` run after this transaction commits; `once` names a job of which one may wait at a time."""
    values = {"queue": task.queue, "task": task.name, "once": once, "args": json.dumps(args)}
    await session.execute(DEFER, values)


def connector(url: str) -> PsycopgConnector:
    """The queue's own small pool, in the runtime role."""
    return PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=4,
        kwargs={"options": f"{OPTIONS} -c role={RUNTIME_ROLE}"},
    )


def open_door(units: Units) -> None:
    """Tell the jobs of this process where their transactions come from."""
    _doors[:] = [units]


def unit() -> Any:
    """One transaction of a job."""
    return _doors[-1]()
