"""One request = one transaction: who asks, may their role, the body, a place in the lane, has it been answered before;
then the use case, then commit. Nothing is held while a client is waited for.

An endpoint's router uses `Unit` as its route class and names who may call it with `allow(...)`.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import timedelta
from functools import partial
from inspect import signature
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from app.core.actors import RESIDENT, Actor, Role, covers
from app.core.db import Units, together
from app.core.errors import Denied, DomainError, NotSignedIn, VersionRequired
from app.core.http.body import has_body, with_body
from app.core.http.description import reference
from app.core.http.group import Apart, Groups
from app.core.http.idempotency import answered_once, claim_of
from app.core.http.lanes import Lane, Lanes
from app.core.http.limits import Limit, asked_of, check_whole, count_try, network_of
from app.core.http.putting_off import PutOff, carried
from app.core.http.shared import Shared
from app.core.installation.replica import Replica
from app.core.reading.files import Uploaded
from app.core.settings import Settings

SAFE = {"GET", "HEAD", "OPTIONS"}
SESSION_COOKIE = "shuangxuan_session"
VERSION = re.compile(r"[0-9]{1,9}")
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {"application/problem+json": {"schema": {"$ref": reference("Problem")}}}}
    for status, what in {
        400: "the request cannot be read",
        401: "not signed in",
        403: "not allowed",
        404: "absent or not visible",
        408: "the body came too slowly",
        409: "refused in this state",
        412: "stale version",
        413: "too large",
        422: "input refused",
        428: "If-Match is required",
        429: "tried too often; Retry-After says when again",
        503: "busy; Retry-After says when again",
    }.items()
}

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
Authenticate = Callable[[AsyncSession, str], Awaitable[Actor]]
M = TypeVar("M")
# A household mistypes a code a few times; 31^8 codes tried at this pace take a million years.
GUESSES = Limit("guesses", 20, timedelta(seconds=30))


class PublicAddressUnset(DomainError):
    """PUBLIC_URL is not set."""


class BeyondMandate(DomainError):
    """An organisation lets this person of its own do less; `reason` is the mandate they have, `heads` whom to ask."""

    status = 403


class CrossSite(DomainError):
    """An unsafe request that another site sent."""

    status = 403


class Allowed:
    """A route's gate: refuses every role that is not in `roles`, and of an organisation's people those whose mandate is
    too small, before the body is even waited for."""

    def __init__(self, roles: Collection[Role]) -> None:
        self.roles = frozenset(roles)

    async def __call__(self) -> None:
        """Nothing: a mark on the route, asked by `Unit`."""

    def check(self, actor: Actor, operation: str) -> None:
        """Refusals: NotSignedIn, Denied, BeyondMandate. What needs no account needs no mandate either."""
        if actor.role not in self.roles:
            raise Denied(verb="call", reason="role") if actor.is_signed_in else NotSignedIn()
        if Role.resident not in self.roles and not covers(actor.mandate, operation):
            raise BeyondMandate(reason=actor.mandate.value, heads=list(actor.heads))


class InLane:
    """A route's lane, where it is not that of its kind."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane

    async def __call__(self) -> None:
        """Nothing: a mark on the route, asked by `Unit`."""


def allow(roles: Collection[Role]) -> DependsParam:
    """For a route's `dependencies=[allow(WHO["publish"])]`."""
    gate: DependsParam = Depends(Allowed(roles))
    return gate


def in_lane(lane: Lane) -> DependsParam:
    """For a route's, or a router's, `dependencies=[in_lane(Lane.files)]`."""
    mark: DependsParam = Depends(InLane(lane))
    return mark


class Unit(APIRoute):
    """Runs its endpoint in one transaction and commits before anything is acknowledged."""

    def get_route_handler(self) -> Endpoint:
        endpoint = super().get_route_handler()
        gate = self._mark(Allowed) or Allowed(())
        upload = next((each.call for each in self.dependant.dependencies if isinstance(each.call, Uploaded)), None)
        self.lane = self._lane(upload is not None)

        async def run(request: Request) -> Response:
            check_same_site(request)
            if request.method not in SAFE:
                if has_body(request):
                    await self._ask_who(request, gate)
                settings: Settings = request.app.state.settings
                request = await with_body(request, file_limit=settings.upload_bytes if upload else None)
            return await self._in_its_lane(request, gate, upload, endpoint)

        return run

    async def _in_its_lane(
        self, request: Request, gate: Allowed, upload: Uploaded[Any] | None, endpoint: Endpoint
    ) -> Response:
        lanes: Lanes = request.app.state.lanes
        async with lanes.place(Lane.jobs if carried(request) else self.lane):
            if upload:
                await upload.take(request)
            try:
                return await self._in_one_transaction(request, gate, endpoint)
            except PutOff:
                return await self._in_one_transaction(request, gate, self._put_off)

    async def _put_off(self, request: Request) -> Response:
        """Have it carried out later; what there is to tell of that is known higher up."""
        answered: Response = await request.app.state.put_off(request)
        return answered

    @property
    def _changes(self) -> str:
        """The operation, as far as mandates go; whoever may read at all may read everything."""
        return "read" if set(self.methods or ()) <= SAFE else str(self.operation_id)

    def _mark(self, kind: type[M]) -> M | None:
        """The route's own mark of that kind comes after its router's."""
        marks = [each.dependency for each in self.dependencies if isinstance(each.dependency, kind)]
        return marks[-1] if marks else None

    def _lane(self, takes_file: bool) -> Lane:
        if mark := self._mark(InLane):
            return mark.lane
        if takes_file or self.response_class is Response:  # it takes a file, or answers one
            return Lane.files
        return Lane.reading if set(self.methods or ()) <= SAFE else Lane.writing

    async def _ask_who(self, request: Request, gate: Allowed) -> None:
        """In a short transaction of its own, since the body may be long in coming."""
        units: Units = request.app.state.units
        lanes: Lanes = request.app.state.lanes
        async with lanes.place(Lane.gate), units() as session:
            gate.check(await self.who(session, request), self._changes)

    async def _in_one_transaction(
        self, request: Request, gate: Allowed, endpoint: Endpoint, door: Units | None = None
    ) -> Response:
        """Who asks is asked again: a session may have ended while the body came. `door`: where not on the primary."""
        units: Units = door or request.app.state.units
        later = carried(request)
        async with units() as session:
            if later:
                await later.begin(session)
            answered = await self._in(session, request, gate, endpoint)
            if later:
                await later.keep(session, answered)
            return answered

    async def _in(self, session: AsyncSession, request: Request, gate: Allowed, endpoint: Endpoint) -> Response:
        actor = await self.who(session, request)
        gate.check(actor, self._changes)
        request.state.session, request.state.actor = session, actor
        return await self.answer(session, actor, request, endpoint)

    async def who(self, session: AsyncSession, request: Request) -> Actor:
        if later := carried(request):
            return later.actor
        authenticate: Authenticate = request.app.state.authenticate
        return await authenticate(session, request.cookies.get(SESSION_COOKIE, ""))

    async def answer(self, session: AsyncSession, actor: Actor, request: Request, endpoint: Endpoint) -> Response:
        if request.method in SAFE:
            return await endpoint(request)
        claim = await claim_of(request, who_asks(actor))
        if claim is None:
            return await endpoint(request)
        (claimed,) = await together(session, claim.asked)
        return await answered_once(session, request, claim, endpoint, is_first=claimed is not None)


class Open(Unit):
    """What is open to everybody: a list or a page is made once for all who are not signed in, while nothing changes."""

    async def _in_one_transaction(
        self, request: Request, gate: Allowed, endpoint: Endpoint, door: Units | None = None
    ) -> Response:
        """Strangers, who have written nothing that they would look for, are read to from the replica while it is fit;
        whatever the database refuses there is asked of the primary."""
        make = partial(super()._in_one_transaction, request, gate, endpoint)
        if request.method != "GET" or self.lane is not Lane.reading or SESSION_COOKIE in request.cookies:
            return await make()
        gate.check(RESIDENT, self._changes)
        state = request.app.state
        replica: Replica | None = state.replica
        if replica and replica.is_fit:
            pages: Shared = state.shared_of_replica
            try:
                return await pages.read(replica.door, request, partial(make, replica.door))
            except SQLAlchemyError:
                replica.failed()
        shared: Shared = state.shared
        return await shared.read(state.units, request, make)


class Unlinked(Unit):
    """Answers of people who must stay unknown: whoever is signed in, here they are a resident, admitted by the secret
    they name. Wrong ones are counted by address, in a transaction of their own, since the refusal undoes the other."""

    async def _ask_who(self, request: Request, gate: Allowed) -> None:
        gate.check(RESIDENT, self._changes)

    async def who(self, session: AsyncSession, request: Request) -> Actor:
        return RESIDENT

    async def _in_one_transaction(
        self, request: Request, gate: Allowed, endpoint: Endpoint, door: Units | None = None
    ) -> Response:
        try:
            return await super()._in_one_transaction(request, gate, endpoint, door)
        except DomainError as refused:
            if refused.is_guess:
                units: Units = request.app.state.units
                async with units() as session:
                    await count_try(session, GUESSES, network(request))
            raise

    async def answer(self, session: AsyncSession, actor: Actor, request: Request, endpoint: Endpoint) -> Response:
        """The allowance and the claim are asked for together."""
        claim = None if request.method in SAFE else await claim_of(request, who_asks(actor))
        wanted = [claim.asked] if claim else []
        allowance, *claimed = await together(session, asked_of(GUESSES, network(request)), *wanted)
        check_whole(GUESSES, *(allowance or ()))
        if claim is None:
            return await endpoint(request)
        return await answered_once(session, request, claim, endpoint, is_first=claimed != [None])


class Grouped(Unlinked):
    """What many people send at the same moment is taken together, in one transaction."""

    async def _in_its_lane(
        self, request: Request, gate: Allowed, upload: Uploaded[Any] | None, endpoint: Endpoint
    ) -> Response:
        groups: Groups = request.app.state.groups
        try:
            async with groups.place() as session:
                return await self._in(session, request, gate, endpoint)
        except Apart:
            return await super()._in_its_lane(request, gate, upload, endpoint)


class Unkept(Unit):
    """Requests that carry or are answered with a secret: an Idempotency-Key is not heeded, nothing is kept."""

    async def answer(self, session: AsyncSession, actor: Actor, request: Request, endpoint: Endpoint) -> Response:
        return await endpoint(request)


def who_asks(actor: Actor) -> str:
    return f"{actor.account_id}:{actor.role}:{actor.party_id}"


def network(request: Request) -> str:
    """What a request comes from, as far as one customer's network can be told."""
    return network_of(request.client.host if request.client else "")


def public_address(request: Request) -> str:
    """The address that people open, for what is printed: a setting, never what a request says. Refusal:
    PublicAddressUnset, where the platform is reached from other machines and nobody said under which name."""
    settings: Settings = request.app.state.settings
    if settings.public_url is None and not settings.is_local:
        raise PublicAddressUnset()
    return settings.public_url or f"http://{settings.host}:{settings.port}"


def check_same_site(request: Request) -> None:
    """Browsers say where an unsafe request comes from; other sites are refused (Sec-Fetch-Site, else Origin)."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSite(site=site)
        return
    origin, host = request.headers.get("origin"), request.headers.get("host")
    settings: Settings = request.app.state.settings
    own = {f"https://{host}"} if settings.secure_cookies else {f"https://{host}", f"http://{host}"}
    if origin is not None and origin not in own:
        raise CrossSite(site=origin)


async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _actor(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


async def _units(request: Request) -> Units:
    units: Units = request.app.state.units
    return units


def asked(kind: Callable[..., object]) -> DependsParam:
    """What the query asks for, as `kind` holds it: `Annotated[NeedFilter, asked(NeedFilter)]`. Whatever is no coroutine
    FastAPI hands to a thread and waits for, which takes longer than many a list."""

    async def take(**given: object) -> object:
        return kind(**given)

    take.__signature__ = signature(kind)  # type: ignore[attr-defined]
    taken: DependsParam = Depends(take)
    return taken


UnitSession = Annotated[AsyncSession, Depends(_session)]
CurrentActor = Annotated[Actor, Depends(_actor)]
# For what is to be kept even where the request is refused: a wrong code that was tried.
UnitsApart = Annotated[Units, Depends(_units)]


class Room(APIRouter):
    """A room's routes, looked through only where the address has what their prefix begins with: there are some 260."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if self.prefix.partition("{")[0] in scope["path"] else (Match.NONE, {})


def router(prefix: str, tag: str, unit: type[Unit] = Unit, lane: Lane | None = None) -> APIRouter:
    """A room's router: each route a unit of work, each refusal declared; `lane` where it is not that of its kind."""
    marks = [in_lane(lane)] if lane else []
    return Room(prefix=prefix, tags=[tag], route_class=unit, responses=REFUSALS, dependencies=marks)


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise VersionRequired()
    text = if_match.removeprefix("W/").strip('"')
    return int(text) if VERSION.fullmatch(text) else -1


IfMatch = Annotated[int, Depends(_if_match)]


def tag_version(response: Response, version: int) -> None:
    """Say which version was read (ETag)."""
    response.headers["ETag"] = f'"{version}"'


def example(**value: Any) -> dict[str, Any]:
    """The `json_schema_extra` that shows one example in the API documentation."""
    return {"example": json.loads(json.dumps(value, default=str))}
