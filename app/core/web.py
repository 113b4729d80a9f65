"""One request = one transaction: who asks, may their role, has it been answered before; then the use case, then commit.

An endpoint's router uses `Unit` as its route class and names who may call it with `allow(...)`.
"""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.routing import APIRoute
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.db import Base, Units
from app.core.errors import Denied, DomainError, NotSignedIn, StaleVersion, VersionRequired
from app.core.problems import Problem

SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION_COOKIE = "shuangxuan_session"
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what, "content": {"application/problem+json": {}}}
    for status, what in {
        400: "the request cannot be read",
        401: "not signed in",
        403: "not allowed",
        404: "absent or not visible",
        409: "refused in this state",
        412: "stale version",
        413: "too large",
        422: "input refused",
        428: "If-Match is required",
        503: "busy",
    }.items()
}

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
Authenticate = Callable[[AsyncSession, str], Awaitable[Actor]]


class CrossSite(DomainError):
    """An unsafe request that another site sent."""

    status = 403


class KeyReused(DomainError):
    """The Idempotency-Key was used for a different request."""

    status = 422


class Idempotency(Base):
    """An answered request, so that sending it again has no second effect."""

    __tablename__ = "idempotency"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    at: Mapped[datetime]


class Unit(APIRoute):
    """Runs its endpoint in one transaction and commits before anything is acknowledged."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()

        async def run(request: Request) -> Response:
            check_same_site(request)
            request.state.request_id = request.headers.get("x-request-id") or uuid.uuid4().hex
            structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
            units: Units = request.app.state.units
            async with units() as session:
                request.state.session = session
                request.state.actor = await request.app.state.authenticate(
                    session, request.cookies.get(SESSION_COOKIE, "")
                )
                return await self._answered_once(session, request, endpoint)

        return run

    async def fingerprint(self, request: Request) -> str:
        """What tells this request from another one sent with the same key."""
        asked = f"{request.method} {request.url}\n".encode() + await request.body()
        return hashlib.sha256(asked).hexdigest()

    async def _answered_once(self, session: AsyncSession, request: Request, endpoint: Endpoint) -> Response:
        """Run `endpoint`, unless this Idempotency-Key was answered before: then give that answer again."""
        key = request.headers.get("idempotency-key")
        if request.method in SAFE or not key:
            return await endpoint(request)
        actor: Actor = request.state.actor
        who = str(actor.account_id or "resident")
        asked = await self.fingerprint(request)
        claim = insert(Idempotency).values(who=who, key=key, request_hash=asked, at=await now(session))
        claimed = await session.execute(claim.on_conflict_do_nothing().returning(Idempotency.key))
        row = await session.get_one(Idempotency, (who, key))
        if claimed.scalar_one_or_none() is None:
            if row.request_hash != asked:
                raise KeyReused(key=key)
            return Response(row.body, status_code=row.status or 200, media_type="application/json")
        response = await endpoint(request)
        row.status, row.body = response.status_code, bytes(response.body).decode()
        return response


class Unlinked(Unit):
    """Answers of people who must stay unknown: a repeated request is known by its key alone, nothing of it is kept."""

    async def fingerprint(self, request: Request) -> str:
        return ""


class Unkept(Unit):
    """Requests that carry or are answered with a secret: an Idempotency-Key is not heeded, nothing is kept."""

    async def _answered_once(self, session: AsyncSession, request: Request, endpoint: Endpoint) -> Response:
        return await endpoint(request)


def check_same_site(request: Request) -> None:
    """Browsers say where an unsafe request comes from; other sites are refused (Sec-Fetch-Site, else Origin)."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSite(site=site)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSite(site=origin)


def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


def _actor(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


UnitSession = Annotated[AsyncSession, Depends(_session)]
CurrentActor = Annotated[Actor, Depends(_actor)]


class Allowed:
    """A gate before an endpoint: refuses every role that is not in `roles`, before the body is even looked at."""

    def __init__(self, roles: Collection[Role]) -> None:
        self.roles = frozenset(roles)

    def __call__(self, actor: CurrentActor) -> None:
        if actor.role in self.roles:
            return
        if not actor.is_signed_in:
            raise NotSignedIn()
        raise Denied(verb="call", reason="role")


def allow(roles: Collection[Role]) -> DependsParam:
    """For a route's `dependencies=[allow(WHO["publish"])]`."""
    gate: DependsParam = Depends(Allowed(roles))
    return gate


def router(prefix: str, tag: str, unit: type[Unit] = Unit) -> APIRouter:
    """A room's router: each route a unit of work, each refusal declared."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=unit, responses=REFUSALS)


def _if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise VersionRequired()
    text = if_match.removeprefix("W/").strip('"')
    return int(text) if text.isdigit() else -1


IfMatch = Annotated[int, Depends(_if_match)]


def check_version(thing: Any, given: int) -> None:
    """Refuse an edit of a stale reading; otherwise count this edit."""
    if thing.version != given:
        raise StaleVersion(given=given, current=thing.version)
    thing.version += 1


def tag_version(response: Response, version: int) -> None:
    """Say which version was read (ETag)."""
    response.headers["ETag"] = f'"{version}"'


def example(**value: Any) -> dict[str, Any]:
    """The `json_schema_extra` that shows one example in the API documentation."""
    return {"example": json.loads(json.dumps(value, default=str))}
