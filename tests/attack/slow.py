"""Clients that hold what they were given: slow with their headers, slow with their bodies, slow to read, or silent."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import NamedTuple

from app.core.settings import settings
from tests.attack.known import API
from tests.attack.server import Server
from tests.attack.waits import Waits, meanwhile
from tests.attack.wire import Pool, asking

ASKED_EVERY = 8.0  # seconds between two pages of one reader, who looks at them, too
DRIP_EVERY = 1.0
PAGES = [
    asking("GET", f"{API}{path}") for path in ("/tenders", "/needs?limit=20", "/offers?limit=20", "/areas", "/session")
]
HEAD = b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: shuangxuan_session=made-up\r\n"
Kind = Callable[[], tuple[bytes, bytes, bool]]


def _slow_headers() -> tuple[bytes, bytes, bool]:
    return HEAD % (b"GET", b"/"), b"X-a: b\r\n", True


def _slow_body() -> tuple[bytes, bytes, bool]:
    told = b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
    return HEAD % (b"POST", API.encode() + b"/needs") + told, b" ", True


def _slow_sign_in() -> tuple[bytes, bytes, bool]:
    told = b"Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"
    return HEAD % (b"POST", API.encode() + b"/session") + told, b" ", True


def _slow_reader() -> tuple[bytes, bytes, bool]:
    """Asks for more than all buffers on the way hold, and reads nothing of it."""
    return (HEAD % (b"GET", _heaviest()) + b"\r\n") * 30, b"", False


def _heaviest() -> bytes:
    """The largest file of the built pages, which costs the server least."""
    files = sorted((settings().web_dir / "assets").glob("*.js"), key=lambda file: file.stat().st_size)
    return f"/assets/{files[-1].name}".encode() if files else API.encode() + b"/openapi.json"


def _silent() -> tuple[bytes, bytes, bool]:
    return HEAD % (b"GET", API.encode() + b"/health/live") + b"\r\n", b"", True


KINDS: dict[str, Kind] = {
    "headers": _slow_headers,
    "body": _slow_body,
    "sign-in body": _slow_sign_in,
    "reading": _slow_reader,
    "idle": _silent,
}


class Slow(NamedTuple):
    """How others fared, and which slow connections the server still held at the end, by kind."""

    waits: Waits
    held: dict[str, int]


async def warm_up(server: Server) -> None:
    """A server that has just started opens its connections and loads what it needs with its first requests."""
    send = Pool(server.port).send
    for _ in range(3):
        await asyncio.gather(*(send(page) for page in PAGES * 2))


async def slow_clients(server: Server, *, slow: int = 200, readers: int = 200, seconds: float = 90) -> Slow:
    """`slow` clients of every kind in turn, while `readers` people read as people do."""
    await warm_up(server)
    ended: dict[str, int] = dict.fromkeys(KINDS, 0)
    kinds = list(itertools.islice(itertools.cycle(KINDS), slow))
    clients = [asyncio.create_task(_client(server.port, kind, ended)) for kind in kinds]
    await asyncio.sleep(1)
    pools = [Pool(server.port).send for _ in range(readers)]
    async with meanwhile(pools, PAGES, pause=ASKED_EVERY) as waits:
        await asyncio.sleep(seconds)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    held = {kind: kinds.count(kind) - count for kind, count in ended.items()}
    return Slow(waits, {kind: count for kind, count in held.items() if count})


async def _client(port: int, kind: str, ended: dict[str, int]) -> None:
    """Drips until the server closes the connection."""
    first, drop, reads = KINDS[kind]()
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
        try:
            writer.write(first)
            reading = asyncio.create_task(_until_closed(reader) if reads else _until_reset(writer))
            while not reading.done():
                with contextlib.suppress(OSError):
                    writer.write(drop)
                await asyncio.wait([reading], timeout=DRIP_EVERY)
        finally:
            reading.cancel()
            writer.close()
    ended[kind] += 1


async def _until_closed(reader: asyncio.StreamReader) -> None:
    while await reader.read(2**16):
        pass


async def _until_reset(writer: asyncio.StreamWriter) -> None:
    """A client that does not read sees the end only when what it sends is refused."""
    while not writer.is_closing():
        writer.write(b"\r\n")
        await asyncio.sleep(1)
