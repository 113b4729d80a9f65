"""A request's body, read whole before anything is held for it: no larger and no slower than its route allows."""

import asyncio

from fastapi import Request
from starlette.types import Message

from app.core.errors import DomainError

KILOBYTE = 1024
JSON_LIMIT = 1024 * KILOBYTE
FIELDS_LIMIT = 64 * KILOBYTE  # what a form carries beside its file
# A body that is too large is read on for a while and thrown away, so that the refusal reaches who is still sending.
DISCARDED = 4
# The slowest line that is waited for: 1 MB in 20 s, a file of 10 MB in two minutes, and never longer than 10 s silent.
JSON_SECONDS, SILENT_SECONDS, BYTES_A_SECOND = 20.0, 10.0, 85 * KILOBYTE


class BodyTooLarge(DomainError):
    status = 413


class BodyTooSlow(DomainError):
    """It did not arrive in time; nothing was changed."""

    status = 408


class _Metered:
    """What the client sends, counted and timed."""

    def __init__(self, request: Request, limit: int) -> None:
        self._receive, self._limit, self._read = request.receive, limit, 0
        self._ends = asyncio.get_running_loop().time() + max(JSON_SECONDS, limit / BYTES_A_SECOND)

    async def __call__(self) -> Message:
        message = await self._next()
        if self._read > self._limit:
            while message.get("more_body") and self._read <= DISCARDED * self._limit:
                message = await self._next()
            raise BodyTooLarge(limit_kb=self._limit // KILOBYTE)
        return message

    async def _next(self) -> Message:
        left = self._ends - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(SILENT_SECONDS, left)):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(seconds=int(SILENT_SECONDS)) from None
        self._read += len(message.get("body", b""))
        return message


def _declared(request: Request) -> int:
    """The length the client says the body has, if it says one that can be."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0


def has_body(request: Request) -> bool:
    """Whether there is one to wait for."""
    return "transfer-encoding" in request.headers or _declared(request) > 0


async def with_body(request: Request, *, file_limit: int | None = None) -> Request:
    """The same request with its body at hand: JSON in memory, a form's file (up to `file_limit` bytes) spooled.

    Refusals: BodyTooLarge, BodyTooSlow.
    """
    limit = JSON_LIMIT if file_limit is None else file_limit + FIELDS_LIMIT
    if _declared(request) > DISCARDED * limit:
        raise BodyTooLarge(limit_kb=limit // KILOBYTE)
    read = Request(request.scope, _Metered(request, limit))
    if file_limit is not None and request.headers.get("content-type", "").startswith("multipart/"):
        await read.form(max_files=1, max_fields=20, max_part_size=FIELDS_LIMIT)
    else:
        await read.body()
    return read
