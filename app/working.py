"""What a process of an installation does: answers requests, or carries out jobs and nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn

from app.accounts.passwords import hash_in
from app.accounts.policy import authenticate
from app.core.db import Units, make_engine, units
from app.core.http.connections import IDLE_SECONDS, TimedProtocol
from app.core.installation.jobs import Working, keep_working
from app.core.installation.machine import usable
from app.core.installation.sizing import Size, threads_of
from app.core.settings import Settings, settings
from app.main import create_app, web_application
from app.serving import REQUESTS_END_WITHIN, Server, settle


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
    asyncio.get_running_loop().set_default_executor(threads_of(usable().cores))
    async with open_units(url) as door:
        app = create_app(settings(), door, authenticate)
        begun()
        await keep_working(url, door, app)


class Elsewhere:
    """The worker, as a web process knows it that did not start it: by its heartbeat in the database alone."""

    is_working = True


def web_server(
    configured: Settings,
    url: str,
    worker: Working | None,
    size: Size,
    started: Callable[[], Awaitable[None]],
    stopping: Callable[[], None] | None = None,
) -> Server:
    """Answers requests; `stopping` is called when it is to end, by the first process alone, which says so, too."""
    asked = partial(authenticate, demonstration=configured.demonstration)
    application = web_application(configured, url, asked, worker, size)
    hash_in(size.hashing)
    settle(application)
    config = uvicorn.Config(
        application,
        http=TimedProtocol,
        timeout_keep_alive=IDLE_SECONDS,
        log_config=None,
        proxy_headers=bool(configured.forwarded_allow_ips),
        forwarded_allow_ips=configured.forwarded_allow_ips,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN,
    )

    def end() -> None:
        application.state.streams.end()
        if stopping:
            stopping()

    return Server(config, started, end, is_first=stopping is not None)


def answer_beside(url: str, door: int, size: Size, begun: Callable[[], None]) -> None:
    """As one of several, at the socket `door`; `begun` is called when it does."""
    configured = settings()

    async def started() -> None:
        begun()

    server = web_server(configured, url, Elsewhere() if configured.with_worker else None, size, started)
    with socket.socket(fileno=door) as shared:
        server.run([shared])
