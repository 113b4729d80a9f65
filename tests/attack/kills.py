"""Parts of a running server killed under load: what was acknowledged is there once, and it comes back by itself."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from app.core.settings import PROJECT
from tests.attack.known import API, people
from tests.attack.server import Server, command_of, family
from tests.attack.wire import Pool, Send, asking

WRITERS = 8
TRY_AGAIN = 0.05
GIVE_UP = 60.0  # seconds
SETTLE = 0.5, 2.0  # seconds of load before each kill
LISTENS = "LISTEN"
TASK = "core.forget_tries"
DEFER = (
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', %s, 0, NULL, NULL, '{\"timestamp\": 0}'::jsonb, NULL)]"
    "::procrastinate_job_to_defer_v1[])"
)
WAITING = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"


@dataclass
class Load:
    """Titles of needs drafted under a key each; `sent` are those whose answer has not come yet."""

    acknowledged: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    last_sent_at: float = 0.0


@dataclass
class Killed:
    """`back`: seconds from each kill until it served again."""

    part: str
    back: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    audit_faults: int = 0
    idle_jobs: int = 0  # jobs that nobody carried out at the end


Part = Callable[[Server, Load], Awaitable[None]]


async def kill_application(server: Server, load: Load) -> None:
    """The process itself; it is started again, as an operating system would."""
    os.kill(server.pid, signal.SIGKILL)
    assert server.process
    await asyncio.to_thread(server.process.wait)
    await server.start()


async def kill_postmaster(server: Server, load: Load) -> None:
    while not (postmaster := server.postmaster):
        await asyncio.sleep(TRY_AGAIN)
    os.kill(postmaster, signal.SIGKILL)
    await _writes_again(load)


async def kill_backend(server: Server, load: Load) -> None:
    os.kill(random.choice(server.backends()), signal.SIGKILL)
    await _writes_again(load)


async def kill_worker(server: Server, load: Load) -> None:
    """The process that carries out jobs; then a job must be carried out."""
    while not (worker := worker_of(server)):
        await asyncio.sleep(TRY_AGAIN)
    os.kill(worker, signal.SIGKILL)
    await _jobs_done(server)


async def cut_worker(server: Server, load: Load) -> None:
    """Its connections alone are cut."""
    with server.database() as database:
        for pid in server.backends(LISTENS):
            database.execute("SELECT pg_terminate_backend(%s)", (pid,))
    await _jobs_done(server)


async def stop_application(server: Server, load: Load) -> None:
    """Ended as an operating system ends it, in the middle of everything, and started again."""
    await server.stop()
    await server.start()


def worker_of(server: Server) -> int:
    """The number of the process that carries out jobs; 0 while there is none."""
    return next((pid for pid in family(server.pid) if b"app.processes\0worker\0" in command_of(pid)), 0)


PARTS: dict[str, Part] = {
    "application": kill_application,
    "stop": stop_application,
    "worker": kill_worker,
    "connections": cut_worker,
    "postmaster": kill_postmaster,
    "backend": kill_backend,
}


async def kills(server: Server, part: str, count: int) -> Killed:
    """Kill one part `count` times under load, then look for every acknowledged write."""
    killed = Killed(part)
    async with _writing(server) as load:
        for _ in range(count):
            await asyncio.sleep(random.uniform(*SETTLE))
            begun = time.monotonic()
            await asyncio.wait_for(PARTS[part](server, load), GIVE_UP)
            killed.back.append(time.monotonic() - begun)
    killed.idle_jobs = await _jobs_done(server)
    counts = _counts(server)
    killed.acknowledged = len(load.acknowledged)
    killed.lost = sum(title not in counts for title in load.acknowledged)
    killed.doubled = sum(count > 1 for count in counts.values())
    killed.audit_faults = verify_audit(server)
    return killed


@contextlib.asynccontextmanager
async def _writing(server: Server) -> AsyncIterator[Load]:
    """Writers who repeat a request under its key until it is acknowledged; at the end all of them have been."""
    load, ending = Load(), asyncio.Event()
    send = people(Pool(server.port, patience=15).send)["committee"]
    writers = [asyncio.create_task(_writer(send, load, ending)) for _ in range(WRITERS)]
    try:
        yield load
    finally:
        ending.set()
        await asyncio.wait(writers, timeout=GIVE_UP)
        for writer in writers:
            writer.cancel()


async def _writer(send: Send, load: Load, ending: asyncio.Event) -> None:
    while not ending.is_set():
        title = f"kill {uuid.uuid4().hex}"
        request = asking("POST", f"{API}/needs", {"title": title}, headers=[("Idempotency-Key", title[5:])])
        load.sent.add(title)
        at = time.monotonic()
        while (await send(request)).status != 201:
            await asyncio.sleep(TRY_AGAIN)
            at = time.monotonic()
        load.sent.discard(title)
        load.acknowledged.append(title)
        load.last_sent_at = max(load.last_sent_at, at)


async def _writes_again(load: Load) -> None:
    """Until a write is acknowledged that was sent after now."""
    killed_at = time.monotonic()
    while load.last_sent_at <= killed_at:
        await asyncio.sleep(0.01)


async def _jobs_done(server: Server, within: float = GIVE_UP) -> int:
    """Defers a job and waits until none is left; how many are."""
    with server.database() as database:
        database.execute(DEFER, (TASK,))
    left, end = 1, time.monotonic() + within
    while left and time.monotonic() < end:
        await asyncio.sleep(0.05)
        with server.database() as database:
            row = database.execute(WAITING, (TASK,)).fetchone()
        left = int(str(row[0])) if row else 0
    return left


def _counts(server: Server) -> dict[str, int]:
    with server.database() as database:
        rows = database.execute("SELECT title, count(*) FROM needs WHERE title LIKE 'kill %' GROUP BY 1").fetchall()
    return {str(title): int(str(count)) for title, count in rows}


def verify_audit(server: Server) -> int:
    """How many faults the command line finds in the audit log; 1 when it could not even read it."""
    command = [sys.executable, "-m", "app", "verify", "audit"]
    ran = subprocess.run(command, env=server.environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    counted = ran.stdout.strip().splitlines()[-1:] or [""]
    return int(counted[0].split(", ")[1].split()[0]) if " events, " in counted[0] else 1
