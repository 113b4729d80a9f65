"""Connections over a real socket: who says nothing is not waited for, who asks is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.core.http import connections
from app.core.http.connections import TimedProtocol

pytestmark = pytest.mark.anyio
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def plain(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(plain, host="127.0.0.1", port=0, http=TimedProtocol, lifespan="off", log_config=None)
    config.timeout_keep_alive = 0.05  # type: ignore[assignment]
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await server.shutdown()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", ASK + b"GET"])
async def test_a_request_that_does_not_come_ends_the_connection(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.05)
    async with connected() as (reader, writer):
        writer.write(said)
        with pytest.raises(ConnectionResetError):
            async with asyncio.timeout(5):
                while await reader.read(1000):
                    pass
            raise ConnectionResetError  # closed, not reset: as good


async def test_a_request_that_comes_is_answered_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 5)
    async with connected() as (reader, writer):
        for _ in range(3):
            writer.write(ASK)
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
