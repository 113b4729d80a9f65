"""The application asked without a socket, as its web server would ask it: fast enough for `make test`."""

import asyncio
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from tests.attack.wire import SILENT, Answer, Request, Send, headers_of


def sending(app: FastAPI) -> Send:
    """A sender of requests to the application itself."""

    async def send(request: Request) -> Answer:
        return await _asked(app, request)

    return send


async def _asked(app: FastAPI, request: Request) -> Answer:
    told: list[dict[str, Any]] = []
    bodies = [{"type": "http.request", "body": request.body}]

    async def receive() -> dict[str, Any]:
        return bodies.pop() if bodies else await asyncio.Future()  # the client waits for its answer

    async def send(message: Any) -> None:
        told.append(message)

    try:
        await app(scope_of(request), receive, send)
    except Exception:
        if not told:  # the server's own last answer
            return Answer(500, {}, b"")
    if not told:
        return Answer(SILENT, {}, b"")
    headers = headers_of([each.decode("latin-1") for each in pair] for pair in told[0]["headers"])
    return Answer(told[0]["status"], headers, b"".join(each.get("body", b"") for each in told[1:]))


def scope_of(request: Request) -> dict[str, Any]:
    path, _, query = request.target.partition(b"?")
    given = {name.lower() for name, _ in request.headers}
    own = [(b"host", b"127.0.0.1"), (b"content-length", str(len(request.body)).encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [*(each for each in own if each[0] not in given), *((n.lower(), v) for n, v in request.headers)],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8000),
    }
