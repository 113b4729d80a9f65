"""Is the process alive, and can it serve: for load balancers, compose and people."""

from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel

from app.core import web
from app.core.actors import EVERYONE
from app.core.lanes import Lane
from app.core.web import UnitSession, allow

router = web.router("/health", "health", lane=Lane.reserved)


class Health(BaseModel):
    status: Literal["ok"]


@router.get("/live", operation_id="read_live", dependencies=[allow(EVERYONE)])
async def read_live() -> Health:
    return Health(status="ok")


@router.get("/ready", operation_id="read_ready", dependencies=[allow(EVERYONE)])
async def read_ready(session: UnitSession) -> Health:
    """Answers 503 when the database does not."""
    await session.execute(sa.text("SELECT 1"))
    return Health(status="ok")
