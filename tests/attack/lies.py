"""What no HTTP client would send: lies about lengths, broken framing, endless heads. None may bring out a fault."""

import asyncio
import contextlib
from collections import Counter

from tests.attack.wire import read_answer

HOST = b"Host: 127.0.0.1\r\n"
JSON = HOST + b"Content-Type: application/json\r\n"
POST = b"POST /api/v1/needs HTTP/1.1\r\n" + JSON
GET = b"GET /api/v1/tenders HTTP/1.1\r\n" + HOST
LIES = (
    POST + b"Content-Length: 5\r\n\r\n{}",
    POST + b"Content-Length: 1\r\n\r\n{\"title\": \"x\"}",
    POST + b"Content-Length: -1\r\n\r\n{}",
    POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    POST + b"Content-Length: 2, 2\r\n\r\n{}",
    POST + b"Content-Length: 0x2\r\n\r\n{}",
    POST + b"Content-Length: \xb2\r\n\r\n{}",
    POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    POST + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 70_000 + b"\r\n{}\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: \x00chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    GET + b"X-Request-Id: a\nX-Evil: b\r\n\r\n",
    GET + b"X-Request-Id: a\rX-Evil: b\r\n\r\n",
    GET + b"X-Request-Id: \x00\r\n\r\n",
    GET + b"no colon here\r\n\r\n",
    GET + b": no name\r\n\r\n",
    GET + b"Na me: x\r\n\r\n",
    GET + b" folded: x\r\n y\r\n\r\n",
    GET + b"X: y\r\n" * 20_000 + b"\r\n",
    GET + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
    GET.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
    GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n",
    b"GET /api/v1/tenders\r\n\r\n",
    b"GET  /api/v1/tenders HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /\xb2\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://evil.example/api/v1/tenders HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    b"\r\n" * 1000,
    b"\x00" * 1000,
    GET.replace(b"GET", b"get") + b"\r\n",
    GET + HOST + b"\r\n",
    GET.replace(HOST, b"") + b"\r\n",
    (GET + b"\r\n") * 200,
    GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n",
)  # fmt: skip
PATIENCE = 3.0  # seconds; a lie about a length makes both sides wait, and only one of them for long


async def tell_lies(port: int) -> Counter[str]:
    """Each on a connection of its own; how they were answered. "closed" and "waits" are fair answers."""
    answered: Counter[str] = Counter()
    for lie in LIES:
        answered[await _told(port, lie)] += 1
    return answered


async def _told(port: int, lie: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        with contextlib.suppress(OSError):
            writer.write(lie)
            await writer.drain()
        return str((await asyncio.wait_for(read_answer(reader), PATIENCE)).status)
    except TimeoutError:
        return "waits"
    except (OSError, asyncio.IncompleteReadError, ValueError):
        return "closed"
    finally:
        writer.close()
