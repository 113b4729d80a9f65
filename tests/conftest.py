"""One real PostgreSQL for the whole run, a migrated database per worker, a transaction per test."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import psycopg
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from xdist.workermanage import WorkerController

from app.core import problems
from app.core.actors import Actor
from app.core.clock import SimulatedClock
from app.core.days.calendar import SHANGHAI
from app.core.db import Units, make_engine
from app.core.db import units as units_of
from app.core.installation.folders import locked
from app.core.installation.logs import set_up_logs
from app.core.installation.postgres import EmbeddedPostgres, embedded
from app.core.installation.upgrade import upgrade
from app.core.settings import Settings
from app.main import create_app
from app.season.demonstration import load_demonstration

hypothesis.settings.register_profile("untimed", deadline=None)  # how fast an example is, the bench says
hypothesis.settings.load_profile("untimed")

os.environ["SECRET_KEY"] = "the secret of all tests, which is no secret"  # noqa: S105
os.environ["ALLOWED_HOSTS"] = "test"
# Files that tests attach; gone when they end. Passable, since a root installation looks whether its server may enter.
STORE = tempfile.TemporaryDirectory(prefix="sx-files-")
Path(STORE.name).chmod(0o755)
os.environ["DATA_DIR"] = STORE.name
set_up_logs(Settings())
problems.ABSENT_IS_SAID = False  # a refusal without a fact that its sentences need fails the test that met it
TODAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
Made = TypeVar("Made")
ClientOf = Callable[[Actor], AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_finish() -> None:
    """What was loaded by now stays (`tests/__init__.py`): the collector need not look through it ever again."""
    gc.freeze()
    gc.enable()


def cluster_in(folder: Path) -> EmbeddedPostgres:
    """It need not survive a power cut."""
    options = ("fsync=off", "full_page_writes=off", "max_connections=300")
    pg_bin = Path(os.environ["PG_BIN"]) if "PG_BIN" in os.environ else None
    return embedded(folder, pg_bin, options=[part for option in options for part in ("-c", option)])


@contextmanager
def cluster(kept: str | None = None) -> Iterator[Path]:
    """The folder of a server that runs as long as the block: a throw-away one, or the one that is kept."""
    folder = Path(kept or tempfile.mkdtemp(prefix="sx-tests-"))
    folder.chmod(0o755)
    running = cluster_in(folder)
    running.start()
    yield folder
    running.stop()
    shutil.rmtree(running.socket, ignore_errors=True)
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)


SHARED = pytest.StashKey[str]()
KEPT = os.environ.get("TEST_CLUSTER")  # a folder that a run leaves to the next one, with what was made once


def pytest_configure_node(node: WorkerController) -> None:
    """All workers use one server; it is kept by the process that outlives them."""
    if SHARED not in node.config.stash:
        stack = ExitStack()
        node.config.add_cleanup(stack.close)
        node.config.stash[SHARED] = str(stack.enter_context(cluster(KEPT)))
    node.workerinput["cluster"] = node.config.stash[SHARED]


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Iterator[EmbeddedPostgres]:
    shared = getattr(pytestconfig, "workerinput", {}).get("cluster")
    with nullcontext(shared) if shared else cluster(KEPT) as folder:
        yield cluster_in(Path(folder))


def made_once(server: EmbeddedPostgres, name: str, make: Callable[[str], object], template: str = "template0") -> str:
    """The name of a database that nobody is connected to. `make`, given the address of a copy of `template`, fills it
    for the worker that asks first; the others wait."""
    with locked(server.data / f"{name}.lock"), psycopg.connect(server.url_of("postgres"), autocommit=True) as root:
        if not root.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
            root.execute(f"DROP DATABASE IF EXISTS new_{name}")
            root.execute(f"CREATE DATABASE new_{name} TEMPLATE {template}")
            make(server.url_of(f"new_{name}"))
            root.execute(f"ALTER DATABASE new_{name} RENAME TO {name}")
    return name


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres) -> str:
    return made_once(server, "migrated", upgrade)


def apart(url: str, use: Callable[[Units], Coroutine[Any, Any, Made]]) -> Made:
    """What comes of using the database there, in a thread of its own: Playwright keeps a loop in that of the tests."""

    async def run() -> Made:
        engine = make_engine(url)
        try:
            return await use(units_of(engine))
        finally:
            # Whoever still tells of the last change holds a connection, and cut off while opening it leaves it open.
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
            await engine.dispose()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


@pytest.fixture(scope="session")
def demonstrated(server: EmbeddedPostgres, template: str) -> str:
    """A database with the whole demonstration, to be copied like `template`."""
    return made_once(server, "demonstrated", lambda url: apart(url, load_demonstration), template)


@contextmanager
def copied(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"copy_{os.urandom(6).hex()}"
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.url_of(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database_url(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    with copied(server, template) as url:
        yield url


@pytest.fixture
def own_database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """A database of this test alone, for what needs several connections or commits for good."""
    with copied(server, template) as url:
        yield url


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Everything a test does is undone."""
    async with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        await transaction.rollback()


@pytest.fixture
def clock() -> SimulatedClock:
    """The instant at which this test happens; move it with `clock.at = …` between units, or `move_clock` within."""
    return SimulatedClock(TODAY)


@pytest.fixture
def units(connection: AsyncConnection, clock: SimulatedClock) -> Units:
    @asynccontextmanager
    async def unit() -> AsyncIterator[AsyncSession]:
        async with (
            AsyncSession(
                connection,
                expire_on_commit=False,
                join_transaction_mode="create_savepoint",
                info={"clock": clock},
            ) as session,
            session.begin(),
        ):
            yield session

    return unit


@pytest.fixture
async def session(connection: AsyncConnection, clock: SimulatedClock) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint", info={"clock": clock}
    ) as session:
        yield session


@pytest.fixture
def client_of(units: Units) -> ClientOf:
    """`async with client_of(actor) as client:` – the API as that actor sees it."""

    @asynccontextmanager
    async def client_of(actor: Actor) -> AsyncIterator[AsyncClient]:
        async def authenticate(session: AsyncSession, token: str) -> Actor:
            return actor

        app = create_app(Settings(), units, authenticate)
        async with AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://test/api/v1"
        ) as client:
            yield client

    return client_of
