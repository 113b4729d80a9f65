"""A real server in a process of its own, with data of its own: started, killed, started again, and looked into."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg

from app.core.installation.postgres import embedded
from app.core.settings import PROJECT
from tests.attack.wire import Wire, asking

COMMAND = (sys.executable, "-m", "app", "serve")
GIVE_UP = 600.0  # seconds; loading the demonstration takes a part of it
STOPS_WITHIN = 30.0
LOOK_EVERY = 0.02
READY, LIVE = asking("GET", "/api/v1/health/ready"), asking("GET", "/api/v1/health/live")
CLIENTS = "SELECT pid, query FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class NoAnswer(RuntimeError):
    """The server under attack did not come (back) to life."""


class Server:
    """`data` outlives the process; `port` stays the same over restarts."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data, self.port = data, free_port()
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own |= {"DATA_DIR": str(data), "PORT": str(self.port), "HOST": "127.0.0.1", "LOG_LEVEL": "ERROR"}
        self.environment = own | environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    async def start(self) -> float:
        """Seconds until it is ready."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(COMMAND, env=self.environment, cwd=PROJECT, stdout=log, stderr=log)
        await self.until_ready()
        return time.monotonic() - begun

    async def until_ready(self, within: float = GIVE_UP) -> float:
        """Seconds until it says that it is ready."""
        begun = time.monotonic()
        while time.monotonic() < begun + within:
            if self.process and self.process.poll() is not None:
                raise NoAnswer(f"ended with {self.process.returncode}: {self.last_words()}")
            wire = Wire(self.port, patience=5)
            answer = await wire.send(READY)
            await wire.close()
            if answer.status == 200:
                return time.monotonic() - begun
            await asyncio.sleep(LOOK_EVERY)
        raise NoAnswer(f"not ready after {within:g} s: {self.last_words()}")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until the process has ended."""
        begun = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            try:
                await asyncio.to_thread(self.process.wait, STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                await asyncio.to_thread(self.process.wait)
        self.process = None
        return time.monotonic() - begun

    @property
    def log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-1500:]

    # -- its database

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """The database, for looking into it as its owner."""
        with psycopg.connect(embedded(self.data).url, autocommit=True, connect_timeout=10) as connection:
            yield connection

    @property
    def postmaster(self) -> int | None:
        """The database server's first process; None while there is none."""
        with contextlib.suppress(OSError, IndexError):
            return int((embedded(self.data).cluster / "postmaster.pid").read_text().split()[0])
        return None

    def backends(self, containing: str = "") -> list[int]:
        """Database processes that serve a connection of the application, by what they carried out last."""
        with self.database() as connection:
            found = connection.execute(CLIENTS).fetchall()
        return [int(str(pid)) for pid, query in found if containing in str(query)]

    def resident_mb(self) -> tuple[float, float]:
        """Memory of the application itself, and of what it runs beside itself; the database left out."""
        beside = [pid for pid in family(self.pid)[1:] if "postgres" not in _name(pid)]
        return _resident_mb(self.pid), sum(map(_resident_mb, beside))


def family(pid: int) -> list[int]:
    """A process and all below it; each of its threads may have begun some."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [each for child in children.read_text().split() for each in family(int(child))]
    return found


def command_of(pid: int) -> bytes:
    """What a process was started with, each word ended by a NUL; nothing when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text()
    return "postgres"  # gone meanwhile: holds nothing


def _resident_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def serving(data: Path, **environment: str) -> AsyncIterator[Server]:
    """A ready server on a data folder, until the block ends."""
    server = Server(data, **environment)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


class Prepared:
    """A data folder made once, to be copied for each attack: loading the demonstration takes a while."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._copies = folder, 0

    @contextlib.asynccontextmanager
    async def serving(self, **environment: str) -> AsyncIterator[Server]:
        """A server on a copy of its own (`cp -a`: the database's files keep their owner)."""
        self._copies += 1
        copy = self.folder.parent / f"copy{self._copies}"
        subprocess.run(["cp", "-a", str(self.folder), str(copy)], check=True)
        async with serving(copy, **environment) as server:
            yield server
        shutil.rmtree(copy, ignore_errors=True)


@contextlib.asynccontextmanager
async def prepared(*, demonstration: bool = True) -> AsyncIterator[Prepared]:
    folder = Path(tempfile.mkdtemp(prefix="sx-attack-"))
    folder.chmod(0o755)  # the database server may run as another user
    try:
        async with serving(folder / "prepared", DEMONSTRATION=str(demonstration).lower()):
            pass
        yield Prepared(folder / "prepared")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
