"""Carrying out jobs in a process that does nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.accounts.policy import authenticate
from app.core.db import Units, make_engine, units
from app.core.installation.jobs import keep_working
from app.core.settings import settings
from app.main import create_app


@asynccontextmanager
async def open_units(url: str) -> AsyncIterator[Units]:
    """A door onto the database for as long as a command runs."""
    engine = make_engine(url)
    try:
        yield units(engine)
    finally:
        await engine.dispose()


async def work_alone(url: str, begun: Callable[[], None] = lambda: None) -> None:
    """Until cancelled; `begun` is called before the first job."""
    async with open_units(url) as door:
        app = create_app(settings(), door, authenticate)
        begun()
        await keep_working(url, door, app)
