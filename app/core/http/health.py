"""Is the process alive, and can it serve: for load balancers, compose and people."""

import asyncio
from typing import Literal

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from app.core.actors import EVERYONE
from app.core.errors import DomainError
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import UnitSession, allow
from app.core.installation.jobs import Working, worker_is_alive
from app.core.installation.replica import Fitness, Replica

router = web.router("/health", "health", lane=Lane.reserved)
ANSWER_WITHIN = 5


class DatabaseAway(DomainError):
    """The database does not answer."""

    status = 503


class WorkerAway(DomainError):
    """Nobody carries out jobs."""

    status = 503


class Health(BaseModel):
    """`replica`: whether the database for reading is used, where there is one; else the primary is read from."""

    status: Literal["ok"]
    replica: Fitness | None = None


@router.get("/live", operation_id="read_live", dependencies=[allow(EVERYONE)])
async def read_live() -> Health:
    return Health(status="ok")


@router.get("/ready", operation_id="read_ready", dependencies=[allow(EVERYONE)])
async def read_ready(request: Request, session: UnitSession) -> Health:
    """Answers 503 when the database does not, or when jobs are to be carried out beside this process and nobody does.

    A web process without a worker (WITH_WORKER=false) serves without one: ask the other with `worker --check`.
    """
    worker: Working | None = request.app.state.worker
    replica: Replica | None = request.app.state.replica
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            alive = await worker_is_alive(session)
    except (SQLAlchemyError, TimeoutError):
        raise DatabaseAway(seconds=2) from None
    if worker and not (worker.is_working and alive):
        raise WorkerAway(seconds=5)
    return Health(status="ok", replica=replica.fitness if replica else None)
