"""A request sent twice has one effect and one answer: the client names its intent (Idempotency-Key).

Neither the key nor the answer can be read from the table: rows are found by a keyed hash, and an answer (a resident's
receipt code, say) is sealed with the key, which only the client has.
"""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256

from fastapi import Request, Response
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.datastructures import UploadFile

from app.core.clock import now
from app.core.db import Base
from app.core.errors import DomainError
from app.core.installation.secret import box, keyed

KEY = re.compile(r"[\x21-\x7e]{16,200}")
CHUNK = 256 * 1024  # bytes of a file looked at at once
KEPT_HEADERS = ("content-type", "etag", "location")


class KeyMalformed(DomainError):
    status = 422


class KeyReused(DomainError):
    """The Idempotency-Key was used for a different request."""

    status = 422


class Idempotency(Base):
    """An answered request. `who`: account, role and party, or nobody; `key`, `request_hash`: keyed hashes."""

    __tablename__ = "idempotency"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    answer: Mapped[bytes | None]
    at: Mapped[datetime]


async def answered_once(
    session: AsyncSession, request: Request, who: str, run: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Run the request, unless its key was answered before: then give that answer again.

    Refusals: KeyMalformed, KeyReused.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return await run(request)
    if not KEY.fullmatch(key):
        raise KeyMalformed()
    asked = keyed(f"asked under {key}", await _asked(request))
    claim = insert(Idempotency).values(
        who=who, key=keyed("idempotency", key), request_hash=asked, at=await now(session)
    )
    claimed = await session.execute(claim.on_conflict_do_nothing().returning(Idempotency.key))
    row = await session.get_one(Idempotency, (who, keyed("idempotency", key)))
    if claimed.scalar_one_or_none() is None:
        if row.request_hash != asked or row.answer is None:
            raise KeyReused(key=key)
        return _opened(row.answer, key)
    response = await run(request)
    row.answer = _sealed(response, key)
    return response


async def _asked(request: Request) -> str:
    """What tells this request from another: method, address, and body or, of a form, its parts without boundaries."""
    digest = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/"):
        for name, part in (await request.form()).multi_items():
            digest.update(f"\n{name} {part if isinstance(part, str) else part.filename}\n".encode())
            if isinstance(part, UploadFile):
                digest.update(await _digest(part))
    else:
        digest.update(await request.body())
    return digest.hexdigest()


async def _digest(file: UploadFile) -> bytes:
    digest = sha256()
    while chunk := await file.read(CHUNK):
        digest.update(chunk)
    await file.seek(0)
    return digest.digest()


def _sealed(response: Response, key: str) -> bytes:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    said = [response.status_code, headers, bytes(response.body).decode()]
    return box("answer", key).encrypt(json.dumps(said).encode())


def _opened(answer: bytes, key: str) -> Response:
    status, headers, body = json.loads(box("answer", key).decrypt(answer))
    return Response(body, status_code=status, headers=headers)
