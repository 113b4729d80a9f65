"""Streams of one web process: who follows what, and the one connection on which the database tells what has changed.

A stream says *that* something has changed, never how. It is open only while it can keep its promise: when the database
is away or the server stops it ends, and its page asks at intervals until it can be opened again.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.core.db import AS_RUNTIME_ROLE, CHANNEL
from app.core.errors import Busy, DomainError

# Whoever looks at a page has one stream; each holds a socket of the process.
OF_A_PERSON, OF_A_PROCESS = 8, 400
# Seconds between two messages, however often something changes; and for which a change is told to who comes after it,
# since a page is read before it is followed.
PAUSE, RECENT = 1.0, 15.0
LISTEN_AGAIN_AFTER = 2.0
# A database whose machine has gone without a word is missed within a minute.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
log = structlog.get_logger()


class TooManyStreams(DomainError):
    """The person follows changes in `most` windows already."""

    status = 429


class Reader:
    """Who follows by one stream; `topics` by the key under which each is told."""

    def __init__(self, account_id: int | None, topics: Mapping[str, str]) -> None:
        self.account_id, self.topics = account_id, topics
        self._changed, self._heard, self._over = set[str](), asyncio.Event(), asyncio.Event()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def hear(self, key: str) -> None:
        if key in self.topics:
            self._changed.add(self.topics[key])
            self._heard.set()

    def end(self) -> None:
        self._over.set()
        self._heard.set()

    async def changed(self, until: float) -> list[str]:
        """The next topics that change, each once; none if it is over, or `until` (time of the loop) comes first."""
        await _wait(self._over, asyncio.get_running_loop().time() + PAUSE)
        await _wait(self._heard, until)
        self._heard.clear()
        changed, self._changed = sorted(self._changed), set()
        return changed


async def _wait(event: asyncio.Event, until: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            await event.wait()


class Streams:
    """All that are open in this process; none is opened while nobody listens to the database."""

    def __init__(self) -> None:
        self.is_listening = False
        self._readers = set[Reader]()
        self._recent = dict[str, float]()

    @contextmanager
    def open(self, reader: Reader) -> Iterator[None]:
        """Open for as long as the block lasts. Refusals: Busy, TooManyStreams."""
        if not self.is_listening or len(self._readers) >= OF_A_PROCESS:
            raise Busy(seconds=30)
        if Counter(each.account_id for each in self._readers)[reader.account_id] >= OF_A_PERSON:
            raise TooManyStreams(most=OF_A_PERSON)
        self._readers.add(reader)
        self._forget_what_is_past()
        for key in self._recent:
            reader.hear(key)
        try:
            yield
        finally:
            self._readers.discard(reader)

    def tell(self, key: str) -> None:
        """Whoever follows it hears that it has changed."""
        self._forget_what_is_past()
        self._recent[key] = time.monotonic()
        for reader in self._readers:
            reader.hear(key)

    def end(self) -> None:
        """All of them, at once; none is opened until it is listened again."""
        self.is_listening = False
        for reader in self._readers:
            reader.end()

    def _forget_what_is_past(self) -> None:
        past = time.monotonic() - RECENT
        self._recent = {key: at for key, at in self._recent.items() if at > past}


@asynccontextmanager
async def listening(url: str, streams: Streams) -> AsyncIterator[None]:
    """The streams hear from the database for as long as the block lasts, whatever happens to the connection."""
    running = asyncio.create_task(_listen_again_and_again(url, streams))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _listen_again_and_again(url: str, streams: Streams) -> None:
    while True:
        try:
            await _listen(url, streams)
        except psycopg.Error as error:
            if streams.is_listening:
                log.warning("listener_failed", reason=type(error).__name__)
        finally:
            streams.end()
        await asyncio.sleep(LISTEN_AGAIN_AFTER)


async def _listen(url: str, streams: Streams) -> None:
    address = make_conninfo(url, options=AS_RUNTIME_ROLE, **KEEPALIVE)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        streams.is_listening = True
        async for told in connection.notifies():
            streams.tell(told.payload)
