"""A replica for reading: strangers are read to from it while it is fit, and from the primary as soon as it is not."""

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.db import make_engine
from app.core.http import shared
from app.core.http.unit import SESSION_COOKIE
from app.core.installation import replica
from app.core.installation.postgres import OWNER, DatabaseUrlUnreadable, EmbeddedPostgres, embedded
from app.core.installation.programs import as_server_user
from app.core.installation.replica import Fitness, Freshness, Replica
from app.core.installation.upgrade import upgrade
from app.core.settings import Settings
from app.main import web_application
from app.parties.rules import PartyKind
from tests.conftest import apart
from tests.core.http.test_shared import SAID, WRITE, Reader
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
Pair = tuple[EmbeddedPostgres, EmbeddedPostgres]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=40))
def test_a_replica_is_as_fresh_as_the_newest_position_that_it_has_replayed(steps: list[tuple[int, bool]]) -> None:
    """Each second the primary has come further (or has not answered), and the replica has replayed something of it."""
    found, position, seen = Freshness(), 0, list[tuple[int, float]]()
    for second, (more, is_heard) in enumerate(steps):
        position += more
        if is_heard:
            found.written(position, float(second))
            seen.append((position, float(second)))
        replayed = max(0, position - 25)
        as_of = max((at for written, at in seen if written <= replayed), default=float("-inf"))
        assert found.behind(replayed, float(second)) == second - as_of


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A primary and its streaming replica, both running; the database is up to date and nobody is in it."""
    folder = Path(tempfile.mkdtemp(prefix="sx-pair-"))
    folder.chmod(0o755)
    first, second = embedded(folder / "first"), embedded(folder / "second")
    try:
        upgrade(first.start())
        with psycopg.connect(first.url, autocommit=True) as owner:
            owner.execute(SAID)
        second.data.mkdir(parents=True)
        shutil.chown(second.data, first.cluster.owner(), first.cluster.group())
        copy = [first.bin / "pg_basebackup", "-h", first.socket, "-U", OWNER, "-D", second.cluster]
        subprocess.run([*copy, "--write-recovery-conf", "--checkpoint=fast"], check=True, **as_server_user())
        second.start()
        yield first, second
    finally:
        second.stop()
        first.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def application(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    monkeypatch.setattr(replica, "LOOK_EVERY", 0.05)
    first, second = pair
    app = web_application(Settings(database_read_url=second.url), first.url, seated)
    async with app.router.lifespan_context(app):
        yield app


async def seated(session: AsyncSession, token: str) -> Actor:
    return Actor(1, Role.admin) if token else RESIDENT


def asking(app: FastAPI, **cookies: str) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test/api/v1", cookies=cookies)


async def until(app: FastAPI, fitness: Fitness) -> None:
    """Until readiness says so."""
    async with asyncio.timeout(20), asking(app) as client:
        while (said := (await client.get("/health/ready")).json()["replica"]) != fitness:
            assert said is not None
            await asyncio.sleep(0.02)


def add_party(pair: Pair) -> None:
    async def add(door: Callable[[], contextlib.AbstractAsyncContextManager[AsyncSession]]) -> None:
        async with door() as session:
            await make_party(session, PartyKind.organization)

    apart(pair[0].url, add)


async def parties(app: FastAPI, **cookies: str) -> int:
    async with asking(app, **cookies) as client:
        answer = await client.get("/parties")
        assert answer.status_code == 200, answer.text
        count: int = answer.json()["total"]
        return count


@contextlib.contextmanager
def stuck(pair: Pair) -> Iterator[None]:
    """The replica receives and replays nothing."""
    with psycopg.connect(pair[1].url, autocommit=True) as own:
        own.execute("SELECT pg_wal_replay_pause()")
        while own.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
            pass
        try:
            yield
        finally:
            own.execute("SELECT pg_wal_replay_resume()")


async def test_strangers_are_read_to_from_the_replica_and_nobody_else(application: FastAPI, pair: Pair) -> None:
    await until(application, Fitness.fit)
    before = await parties(application)
    with stuck(pair):
        add_party(pair)
        seen = await parties(application), await parties(application, **{SESSION_COOKIE: "token"})
    assert seen == (before, before + 1)
    async with asyncio.timeout(20):
        while await parties(application) == before:
            await asyncio.sleep(0.02)


async def test_one_that_is_too_far_behind_is_not_asked_until_it_has_caught_up(
    application: FastAPI, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "MOST_BEHIND", 0.3)
    await until(application, Fitness.fit)
    before = await parties(application)
    with stuck(pair):
        add_party(pair)
        await until(application, Fitness.behind)
        assert await parties(application) == before + 1
    await until(application, Fitness.fit)


async def test_one_that_dies_is_missed_by_no_reader_and_is_asked_again_when_it_is_back(
    application: FastAPI, pair: Pair
) -> None:
    await until(application, Fitness.fit)
    before = await parties(application)
    await asyncio.to_thread(pair[1].stop)
    try:
        assert [await parties(application) for _ in range(3)] == [before] * 3
        await until(application, Fitness.away)
        add_party(pair)
        assert await parties(application) == before + 1
    finally:
        await asyncio.to_thread(pair[1].start)
    await until(application, Fitness.fit)


async def test_what_the_replica_does_not_answer_in_the_middle_of_a_request_the_primary_does(
    application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is thought to be fit, and its connections are gone."""
    await until(application, Fitness.fit)
    monkeypatch.setattr(replica, "LOOK_EVERY", 600)
    await asyncio.sleep(0.2)
    asked: Replica = application.state.replica
    asked.door = Replica("postgresql://127.0.0.1:1/nowhere", make_engine("postgresql://nowhere"), 1).door
    assert await parties(application) > 0 and asked.fitness is Fitness.away


async def test_a_page_of_the_replica_does_not_outlive_what_was_committed_among_other_transactions(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot taken on a replica tells from where to where transactions run, not which: of that nothing changes."""
    monkeypatch.setattr(shared, "SECONDS", 60.0)
    reader, asked = Reader(), Replica(pair[1].url, make_engine(pair[0].url), 1)
    with contextlib.ExitStack() as stack:
        earlier, between, last = (stack.enter_context(psycopg.connect(pair[0].url)) for _ in range(3))
        for transaction in (earlier, between, last):
            transaction.execute(WRITE.text)
        last.commit()
        await until_read(reader, asked, b"1")
        between.commit()
        await until_read(reader, asked, b"2")


async def until_read(reader: Reader, asked: Replica, count: bytes) -> None:
    async with asyncio.timeout(20):
        while await reader.ask(asked.door) != count:
            await asyncio.sleep(0.02)


async def test_what_is_no_replica_of_this_database_is_never_read_from(pair: Pair, own_database: str) -> None:
    primary = make_engine(pair[0].url)
    for url in (pair[0].url, own_database):
        other = Replica(url, primary, 1)
        assert await other.look() is Fitness.foreign
    await primary.dispose()


async def test_without_one_the_readiness_does_not_speak_of_it(pair: Pair) -> None:
    app = web_application(Settings(), pair[0].url, seated)
    async with app.router.lifespan_context(app), asking(app) as client:
        assert (await client.get("/health/ready")).json() == {"status": "ok", "replica": None}


def test_an_address_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(DatabaseUrlUnreadable) as refused:
        web_application(Settings(database_read_url="mysql://x"), "postgresql://nowhere", seated)
    assert refused.value.facts == {"variable": "DATABASE_READ_URL"}
