"""What strangers read, given again while nothing in the database has changed.

A page that everybody may read is the same for everybody who is not signed in. Whether it still stands is asked of the
database itself: as long as a transaction sees what another one saw (`pg_current_snapshot`), nothing was committed in
between. What depends on the clock alone is no older than a second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from weakref import WeakValueDictionary

import sqlalchemy as sa
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import together

# A transaction that has written itself sees more than its snapshot tells.
SNAPSHOT = sa.text("SELECT CAST(pg_current_snapshot() AS text) WHERE pg_current_xact_id_if_assigned() IS NULL")
SECONDS, MOST, LONGEST = 1.0, 200, 100_000


class _Page(NamedTuple):
    snapshot: str
    until: float
    body: bytes
    headers: list[tuple[bytes, bytes]]


class Shared:
    """The pages of one web process."""

    def __init__(self) -> None:
        self._pages = dict[str, _Page]()
        self._making = WeakValueDictionary[str, asyncio.Lock]()

    async def read(
        self, session: AsyncSession, request: Request, run: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        (seen,) = await together(session, (SNAPSHOT, {})) if "clock" not in session.info else (None,)
        if seen is None:
            return await run(request)
        address = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
        async with self._making.setdefault(address, asyncio.Lock()):  # who comes meanwhile waits for the same page
            page = self._pages.get(address)
            if page and page.snapshot == seen[0] and time.monotonic() < page.until:
                answer = Response(page.body)
                answer.raw_headers = [*page.headers]
                return answer
            answer = await run(request)
            self._keep(address, seen[0], answer)
            return answer

    def _keep(self, address: str, snapshot: str, answer: Response) -> None:
        body = getattr(answer, "body", None)
        if answer.status_code != 200 or not isinstance(body, bytes) or len(body) > LONGEST:
            return
        self._pages.pop(address, None)
        while len(self._pages) >= MOST:
            del self._pages[next(iter(self._pages))]
        self._pages[address] = _Page(snapshot, time.monotonic() + SECONDS, body, [*answer.raw_headers])
