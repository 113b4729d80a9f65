"""Work that takes long is put off: its request is kept as it came and answered with 202. A job then carries it out
through the same endpoint, as whoever asked, in one transaction, and what the endpoint answers is kept with it.

An endpoint that may be put off says before it begins how much there is to do: `work.check(len(rows), at_once=500)`.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.types import ASGIApp, Message, Scope

from app.core.actors import Actor

CARRIED = "shuangxuan.carried"  # in the scope of a request; no client can put anything there


class PutOff(Exception):
    """Too much to be done while somebody waits. No refusal: whoever asked is told where it is found again."""


@dataclass(frozen=True)
class Kept:
    """A request as it came, as far as its endpoint looks at it. `file`: what the file was called that it brings."""

    operation: str
    method: str
    path: str
    query: str
    media: str
    body: bytes
    file: str


@dataclass(frozen=True)
class Carried:
    """Whom a request that was put off is carried out for. `begin` has the transaction to itself first, `keep` gets
    what the endpoint answers, still within it."""

    actor: Actor
    begin: Callable[[AsyncSession], Awaitable[None]]
    keep: Callable[[AsyncSession, Response], Awaitable[None]]


class PutOffRead(BaseModel):
    """Where the work is found again: `GET /jobs` tells how far it is, under this number."""

    errand_id: int


class Work:
    """How much there is to do for a request."""

    def __init__(self, request: Request) -> None:
        self._may_be_left = carried(request) is None and request.state.actor.is_signed_in

    def check(self, count: int, at_once: int) -> None:
        """Go on with up to `at_once` things, and with any number where this is the job, or where nobody is known who
        could come back for it. Otherwise PutOff."""
        if self._may_be_left and count > at_once:
            raise PutOff


async def _work(request: Request) -> Work:
    return Work(request)


CurrentWork = Annotated[Work, Depends(_work)]


def carried(request: Request) -> Carried | None:
    found: Carried | None = request.scope.get(CARRIED)
    return found


def or_later(answer: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a route says of itself that may be put off; `answer`: what it says of the file that it gives out."""
    said = dict(answer or {})
    later = {202: {"model": PutOffRead, "description": "takes long; found again with all other long work"}}
    return said | {"responses": said.get("responses", {}) | later}


async def kept_of(request: Request) -> Kept:
    """The request with its body, which was read before: a form is written down anew."""
    media, file = request.headers.get("content-type", ""), ""
    if media.startswith("multipart/"):
        media, body, file = await _form_of(request)
    else:
        body = await request.body()
    operation = request.scope["route"].operation_id
    return Kept(operation, request.method, request.url.path, request.url.query, media, body, file)


async def _form_of(request: Request) -> tuple[str, bytes, str]:
    """A form written down again: its media type, its body, and what its file is called."""
    boundary, written, file = secrets.token_hex(16), bytearray(), ""
    for name, part in (await request.form()).multi_items():
        head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(part, UploadFile):
            file = part.filename or ""
            head += f'; filename="{_quoted(file)}"'
        content = part.encode() if isinstance(part, str) else await _content(part)
        written += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    written += f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", bytes(written), file


async def _content(upload: UploadFile) -> bytes:
    await upload.seek(0)
    return await upload.read()


def _quoted(name: str) -> str:
    """As browsers write names into a form."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


async def carry_out(app: ASGIApp, kept: Kept, carried: Carried) -> Response:
    """What the application answers to a request that was put off: a refusal, or nothing more than that it was done
    (what came of it was kept)."""
    answer = Response()
    content = bytearray()
    bodies = [kept.body]

    async def receive() -> Message:
        # Then nothing: nobody goes away before it is answered.
        return {"type": "http.request", "body": bodies.pop()} if bodies else await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status_code, answer.raw_headers = message["status"], list(message["headers"])
        if answer.status_code >= 400:
            content.extend(message.get("body", b""))

    await app({**_scope(kept), CARRIED: carried}, receive, send)
    answer.body = bytes(content)
    return answer


def _scope(kept: Kept) -> Scope:
    headers = {"host": "localhost", "content-type": kept.media, "content-length": str(len(kept.body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": kept.method,
        "scheme": "http",
        "path": kept.path,
        "raw_path": kept.path.encode(),
        "query_string": kept.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "client": None,
        "server": None,
    }
