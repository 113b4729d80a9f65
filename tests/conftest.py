"""One real PostgreSQL for the whole run, a migrated database per worker, a transaction per test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import hypothesis
import psycopg
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.core import problems
from app.core.actors import Actor
from app.core.clock import SimulatedClock
from app.core.days.calendar import SHANGHAI
from app.core.db import Units, make_engine
from app.core.installation.logs import set_up_logs
from app.core.installation.postgres import EmbeddedPostgres, embedded
from app.core.installation.upgrade import upgrade
from app.core.settings import Settings
from app.main import create_app

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
ClientOf = Callable[[Actor], AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """A throw-away cluster of this test worker; it need not survive a power cut."""
    folder = Path(tempfile.mkdtemp(prefix="sx-tests-"))
    folder.chmod(0o755)
    pg_bin = Path(os.environ["PG_BIN"]) if "PG_BIN" in os.environ else None
    running = embedded(folder, pg_bin, options=("-c", "fsync=off", "-c", "full_page_writes=off"))
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(running.socket, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres) -> str:
    """The name of a migrated database that nobody is connected to."""
    upgrade(server.url)
    return "shuangxuan"


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
