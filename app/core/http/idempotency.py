"""A request sent twice has one effect and one answer: the client names its intent (Idempotency-Key).

Neither the key nor the answer can be read from the table: rows are found by a keyed hash, and an answer (a resident's
receipt code, say) is sealed with the key, which only the client has.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from fastapi import Request, Response
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.datastructures import UploadFile

from app.core.clock import NOW
from app.core.db import Asked, Base, at_last, given, table_of
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


TABLE = table_of(Idempotency)
CLAIMS = given(who=sa.Text(), key=sa.Text(), request=sa.Text())
IN_ORDER = sa.select(CLAIMS.c.who, CLAIMS.c.key, CLAIMS.c.request, NOW).order_by(CLAIMS.c.who, CLAIMS.c.key)
CLAIMED = (
    insert(TABLE)
    .from_select(["who", "key", "request_hash", "at"], IN_ORDER)
    .on_conflict_do_nothing()
    .returning(TABLE.c.who, TABLE.c.key)
    .cte("claimed")
)
IS_CLAIMED = sa.and_(CLAIMED.c.who == CLAIMS.c.who, CLAIMED.c.key == CLAIMS.c.key)
CLAIM = sa.select(sa.func.min(CLAIMS.c.n)).join(CLAIMED, IS_CLAIMED).group_by(CLAIMS.c.who, CLAIMS.c.key)
ANSWERED = sa.select(TABLE.c.request_hash, TABLE.c.answer).where(
    TABLE.c.who == sa.bindparam("of"), TABLE.c.key == sa.bindparam("by")
)
ANSWERS = given(who=sa.Text(), key=sa.Text(), answer=sa.Text())
ANSWER = (
    sa.update(TABLE)
    .where(TABLE.c.who == ANSWERS.c.who, TABLE.c.key == ANSWERS.c.key)
    .values(answer=sa.func.convert_to(ANSWERS.c.answer, "UTF8"))
)


@dataclass(frozen=True)
class Claim:
    """That this request is the first one of `who` under `key`; `request_hash` tells it from another one."""

    who: str
    key: str
    request_hash: str

    @property
    def named(self) -> dict[str, Any]:
        return {"who": self.who, "key": keyed("idempotency", self.key)}

    @property
    def asked(self) -> Asked:
        """A row where the claim holds, none where another request was first: it is waited for until it is through."""
        return CLAIM, {**self.named, "request": self.request_hash}


async def claim_of(request: Request, who: str) -> Claim | None:
    """None where the client names no intent. Refusal: KeyMalformed."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise KeyMalformed()
    return Claim(who, key, keyed(f"asked under {key}", await _asked(request)))


async def answered_once(
    session: AsyncSession,
    request: Request,
    claim: Claim,
    run: Callable[[Request], Awaitable[Response]],
    *,
    is_first: bool,
) -> Response:
    """Run the request, unless its key was answered before: then give that answer again. Refusal: KeyReused."""
    if not is_first:
        request_hash, answer = (await session.execute(ANSWERED, {"of": claim.who, "by": claim.named["key"]})).one()
        if request_hash != claim.request_hash or answer is None:
            raise KeyReused(key=claim.key)
        return _opened(answer, claim.key)
    response = await run(request)
    at_last(session, ANSWER, {**claim.named, "answer": _sealed(response, claim.key)})
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


def _sealed(response: Response, key: str) -> str:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    said = [response.status_code, headers, bytes(response.body).decode()]
    return box("answer", key).encrypt(json.dumps(said).encode()).decode()


def _opened(answer: bytes, key: str) -> Response:
    status, headers, body = json.loads(box("answer", key).decrypt(answer))
    return Response(body, status_code=status, headers=headers)
