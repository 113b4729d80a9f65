"""Requests as bytes: no client library stands between an attack and the server and refuses what is malformed."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

PATIENCE = 60.0  # seconds until a silent server counts as one that does not answer
SILENT = 0  # the status of a request that was never answered
COOKIE = b"Cookie"
FRAMED = {"content-length", "transfer-encoding"}  # an answer without either ends with its connection
Headers = tuple[tuple[bytes, bytes], ...]


class Request(NamedTuple):
    """`target` and `headers` go out as they are; `kind` says what about the request is evil."""

    kind: str
    operation: str
    method: str
    target: bytes
    headers: Headers = ()
    body: bytes = b""

    def encoded(self) -> bytes:
        """The request on the wire; its length is told unless a header already lies about it."""
        names = {name.lower() for name, _ in self.headers}
        own = [(b"Host", b"127.0.0.1")] if b"host" not in names else []
        if not names & {b"content-length", b"transfer-encoding"} and (self.body or self.method != "GET"):
            own.append((b"Content-Length", str(len(self.body)).encode()))
        lines = [self.method.encode() + b" " + self.target + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in (*own, *self.headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    def __str__(self) -> str:
        """For a reader who wants to send it again."""
        headers = " ".join(f"-H {_short(name + b': ' + value)}" for name, value in self.headers)
        body = f" -d {_short(self.body, 600)}" if self.body else ""
        return f"{self.operation} ({self.kind}): {self.method} {_short(self.target)} {headers}{body}"


class Answer(NamedTuple):
    """`headers` by lower-case name; a header that comes twice has its values on lines of their own."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_fault(self) -> bool:
        """An answer no request may have: ours to mend. 503 says that the server is busy, which it may be."""
        return self.status >= 500 and self.status != 503


NO_ANSWER = Answer(SILENT, {}, b"")
Send = Callable[[Request], Awaitable[Answer]]


def asking(
    method: str, target: str, body: Any = None, *, headers: Iterable[tuple[str, str]] = (), operation: str = ""
) -> Request:
    """An ordinary request, its body as JSON."""
    given = tuple((name.encode(), value.encode()) for name, value in headers)
    if body is None:
        return Request("ordinary", operation, method, target.encode(), given)
    told = ((b"Content-Type", b"application/json"), *given)
    return Request("ordinary", operation, method, target.encode(), told, json.dumps(body).encode())


def headers_of(pairs: Iterable[Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        before = found.get(name.lower())
        found[name.lower()] = value.strip() if before is None else f"{before}\n{value.strip()}"
    return found


class Wire:
    """One keep-alive connection to a server on this machine, opened when needed. Used by one task at a time."""

    def __init__(self, port: int, *, patience: float = PATIENCE) -> None:
        self.port, self.patience = port, patience
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: Request) -> Answer:
        """The answer, or NO_ANSWER where the server closed the connection or kept silent."""
        reused = self._streams is not None
        answer = await self._exchange(request)
        # A server may close an idle connection just when it is used again: that is no silence.
        return await self._exchange(request) if answer.status == SILENT and reused else answer

    async def _exchange(self, request: Request) -> Answer:
        try:
            async with asyncio.timeout(self.patience):
                return await self._asked(request)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            await self.close()
            return NO_ANSWER

    async def _asked(self, request: Request) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**26)
        reader, writer = self._streams
        with contextlib.suppress(ConnectionError):  # refused before it was all sent; the answer may be there
            writer.write(request.encoded())
            await writer.drain()
        answer = await read_answer(reader, has_body=request.method != "HEAD")
        if answer.headers.get("connection") == "close" or not FRAMED & set(answer.headers):
            await self.close()
        return answer

    async def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


class Pool:
    """As many connections as are asked through at once."""

    def __init__(self, port: int, *, patience: float = PATIENCE) -> None:
        self.port, self.patience = port, patience
        self._idle: list[Wire] = []

    async def send(self, request: Request) -> Answer:
        wire = self._idle.pop() if self._idle else Wire(self.port, patience=self.patience)
        answer = await wire.send(request)
        self._idle.append(wire)
        return answer


async def read_answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> Answer:
    """One answer off the wire, interim ones left out. Raises OSError or IncompleteReadError where there is none."""
    head = [" 100 "]
    while head[0].split(" ", 2)[1].startswith("1"):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers = headers_of(line.partition(":")[::2] for line in head[1:] if line)
    if not has_body or status in {204, 304}:
        return Answer(status, headers, b"")
    if length := headers.get("content-length"):
        return Answer(status, headers, await reader.readexactly(int(length)))
    return Answer(status, headers, await _chunks(reader) if "transfer-encoding" in headers else await reader.read())


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


def _short(text: bytes, limit: int = 160) -> str:
    shown = repr(text)[1:]
    return shown if len(shown) <= limit else f"{shown[: limit - 40]}…{shown[-20:]} ({len(text)} bytes)"
