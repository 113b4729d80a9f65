"""What strangers read, given again while nothing in the database has changed.

A page that everybody may read is the same for everybody who is not signed in. Whether it still stands is asked of the
database itself: as long as a transaction sees what another one saw (`pg_current_snapshot`), nothing was committed in
between. One question answers all who came before it was put. What depends on the clock alone is no older than a second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from weakref import WeakValueDictionary

import sqlalchemy as sa
from fastapi import Request, Response

from app.core.db import Units, together

# A transaction that has written itself sees more than its snapshot tells. On a replica a snapshot does not tell what is
# running; there, what has been replayed tells what is seen.
SNAPSHOT = sa.text(
    "SELECT CASE WHEN pg_is_in_recovery() THEN CAST(pg_last_wal_replay_lsn() AS text)"
    " ELSE CAST(pg_current_snapshot() AS text) END WHERE pg_current_xact_id_if_assigned() IS NULL"
)
SECONDS, MOST, LONGEST = 1.0, 200, 100_000


class _Page(NamedTuple):
    snapshot: str
    until: float
    body: bytes
    headers: list[tuple[bytes, bytes]]


class _Snapshots:
    """What the database's transactions see, asked once for all who wait."""

    def __init__(self) -> None:
        self._asking = asyncio.Lock()
        self._next: asyncio.Task[str | None] | None = None

    async def seen(self, units: Units) -> str | None:
        """A snapshot no older than this call; None where it does not tell what is seen."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask(units))
        return await asyncio.shield(self._next)

    async def _ask(self, units: Units) -> str | None:
        async with self._asking:
            self._next = None  # whoever comes from now on comes after the question
            async with units() as session:
                (seen,) = await together(session, (SNAPSHOT, {})) if "clock" not in session.info else (None,)
                return seen[0] if seen else None


class Shared:
    """The pages of one web process."""

    def __init__(self) -> None:
        self._pages = dict[str, _Page]()
        self._making = WeakValueDictionary[str, asyncio.Lock]()
        self._snapshots = _Snapshots()

    async def read(self, units: Units, request: Request, make: Callable[[], Awaitable[Response]]) -> Response:
        """The page kept for the request's address, else what `make` answers in a transaction of its own: that begins
        after the question, so a page may be newer than what it is kept under, never older."""
        seen = await self._snapshots.seen(units)
        if seen is None:
            return await make()
        address = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
        async with self._making.setdefault(address, asyncio.Lock()):  # who comes meanwhile waits for the same page
            page = self._pages.get(address)
            if page and page.snapshot == seen and time.monotonic() < page.until:
                answer = Response(page.body)
                answer.raw_headers = [*page.headers]
                return answer
            answer = await make()
            self._keep(address, seen, answer)
            return answer

    def _keep(self, address: str, snapshot: str, answer: Response) -> None:
        body = getattr(answer, "body", None)
        if answer.status_code != 200 or not isinstance(body, bytes) or len(body) > LONGEST:
            return
        self._pages.pop(address, None)
        while len(self._pages) >= MOST:
            del self._pages[next(iter(self._pages))]
        self._pages[address] = _Page(snapshot, time.monotonic() + SECONDS, body, [*answer.raw_headers])
