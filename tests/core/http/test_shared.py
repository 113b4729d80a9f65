"""What strangers read is made once while nothing changes, and anew as soon as something does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
import sqlalchemy as sa
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import RUNTIME_ROLE, Units, make_engine
from app.core.db import units as open_units
from app.core.http import shared
from app.core.http.shared import Shared
from app.core.installation.postgres import EmbeddedPostgres
from tests.conftest import cluster, cluster_in

pytestmark = pytest.mark.anyio
SAID = f"CREATE TABLE said (what text); GRANT ALL ON said TO {RUNTIME_ROLE}"
COUNT = sa.text("SELECT count(*) FROM said")
WRITE = sa.text("INSERT INTO said VALUES ('something')")


@pytest.fixture(scope="module")
def alone() -> Iterator[EmbeddedPostgres]:
    """A server of its own: all databases of one count transactions together, and other tests commit beside these."""
    with cluster() as folder, psycopg.connect(cluster_in(folder).url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {RUNTIME_ROLE}")
        owner.execute(SAID)
        yield cluster_in(folder)


@pytest.fixture
async def door(alone: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Units]:
    """An empty table, and pages that only a change makes old."""
    monkeypatch.setattr(shared, "SECONDS", 3600.0)
    engine = make_engine(alone.url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM said"))
    yield open_units(engine)
    await engine.dispose()


class Reader:
    """Asks for how many rows there are; `made`: how often that was counted."""

    def __init__(self) -> None:
        self.pages, self.made = Shared(), 0

    async def ask(self, units: Units, query: bytes = b"") -> bytes:
        async def make() -> Response:
            self.made += 1
            async with units() as session:
                return Response(str(await session.scalar(COUNT)), headers={"ETag": '"1"'})

        request = Request({"type": "http", "path": "/needs", "query_string": query, "headers": []})
        answer = await self.pages.read(units, request, make)
        assert answer.headers["etag"] == '"1"'
        return bytes(answer.body)


async def test_a_page_is_made_once_while_nothing_changes(door: Units) -> None:
    reader = Reader()
    asked = [await reader.ask(door) for _ in range(3)] + [await reader.ask(door, b"q=1")]
    assert (asked, reader.made) == ([b"0"] * 4, 2)


async def test_who_comes_while_a_page_is_made_waits_for_it(door: Units) -> None:
    reader = Reader()
    asked = await asyncio.gather(*(reader.ask(door) for _ in range(3)))
    assert (asked, reader.made) == ([b"0"] * 3, 1)


async def test_who_comes_after_the_question_was_put_has_another_one_put(door: Units) -> None:
    """The first question has been answered and not yet told when something is committed: it is not the second's."""
    answered, tell, transactions = asyncio.Event(), asyncio.Event(), 0

    @asynccontextmanager
    async def slow() -> AsyncIterator[AsyncSession]:
        nonlocal transactions
        transactions += 1
        async with door() as session:
            yield session
            answered.set()
            await tell.wait()

    reader = Reader()
    assert await reader.ask(door) == b"0"
    first = asyncio.create_task(reader.ask(slow))
    await asyncio.wait_for(answered.wait(), 10)
    async with door() as session:
        await session.execute(WRITE)
    others = [asyncio.create_task(reader.ask(slow)) for _ in range(4)]
    await asyncio.sleep(0)
    tell.set()
    assert await asyncio.gather(first, *others) == [b"0"] + [b"1"] * 4
    assert (transactions, reader.made) == (3, 2)  # two questions, and the page that the four share


async def test_what_was_committed_is_in_the_next_answer(door: Units) -> None:
    reader = Reader()
    before = await reader.ask(door)
    async with door() as session:
        await session.execute(WRITE)
    assert (before, await reader.ask(door)) == (b"0", b"1")


async def test_who_has_written_reads_what_they_wrote(door: Units) -> None:
    reader = Reader()
    async with door() as session:

        @asynccontextmanager
        async def within() -> AsyncIterator[AsyncSession]:
            yield session

        await session.execute(WRITE)
        assert await reader.ask(within) == b"1"
        await session.execute(WRITE)
        assert await reader.ask(within) == b"2"
    assert await reader.ask(door) == b"2"


async def test_a_page_grows_no_older_than_it_may(door: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SECONDS", 0.0)
    reader = Reader()
    assert [await reader.ask(door), await reader.ask(door)] == [b"0", b"0"]
    assert reader.made == 2
