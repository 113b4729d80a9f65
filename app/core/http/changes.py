"""Live changes: a stream of server-sent events that says what has changed, so that pages read it again.

A topic is one's own (`notifications`), or a thing (`wave:12`) that is followed by who may read it: its room's reading
function is asked when the stream is opened, and with every heartbeat. `app/flow.py` names all of them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from app.core.actors import STAFF, Actor
from app.core.db import Units
from app.core.errors import DomainError
from app.core.fields import Exact
from app.core.http import unit as web
from app.core.http.lanes import Lane, Lanes
from app.core.http.streams import Reader, Streams
from app.core.http.unit import SESSION_COOKIE, Authenticate, CurrentActor, UnitSession, allow

Read = Callable[[AsyncSession, Actor, int], Awaitable[Any]]
Keys = Callable[[Actor], Iterable[str]]
Topic = Annotated[str, Exact(60, pattern=r"^[a-z_]{1,40}(:[1-9][0-9]{0,15})?$")]

HEARTBEAT = 15.0  # seconds: proxies close a connection that is silent for a minute
READY, BEAT = format_sse_event(event="ready", data_str="follows"), format_sse_event(event="beat", data_str="follows")
UNBUFFERED = {"X-Accel-Buffering": "no", "Cache-Control": "no-store, no-transform"}
router = web.router("/changes", "changes", lane=Lane.following)

THINGS: dict[str, Read] = {}
OWN: dict[str, Keys] = {}


class TopicUnknown(DomainError):
    """Nothing of that name can be followed."""

    status = 422


def followed(topic: str, read: Read) -> None:
    """`topic:7` may be followed by whom `read` does not refuse number 7."""
    THINGS[topic] = read


def followed_as_own(topic: str, keys: Keys) -> None:
    """Everybody may follow `topic`, and hears what is told under their own keys."""
    OWN[topic] = keys


async def keys_of(session: AsyncSession, actor: Actor, topics: Sequence[str]) -> dict[str, str]:
    """The topics by the keys under which they are told. Refusals: TopicUnknown, and those of the things."""
    keys: dict[str, str] = {}
    for topic in topics:
        name, _, number = topic.partition(":")
        if name not in (THINGS if number else OWN):
            raise TopicUnknown(topic=topic)
        if number:
            await THINGS[name](session, actor, int(number))
        keys |= dict.fromkeys([topic] if number else OWN[name](actor), topic)
    return keys


class Following(StreamingResponse):
    """What one reader hears, until it is over or they are refused what they follow. Refusals: those of `Streams.open`,
    before anything is answered."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, reader: Reader, is_admitted: Callable[[], Awaitable[bool]]) -> None:
        super().__init__(self._told(), headers=UNBUFFERED)
        self.streams, self.reader, self.is_admitted = streams, reader, is_admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.streams.open(self.reader):
            await super().__call__(scope, receive, send)

    async def _told(self) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        yield READY
        due = clock() + HEARTBEAT
        while not self.reader.is_over:
            for topic in await self.reader.changed(due):
                yield format_sse_event(data_str=topic)
            if clock() >= due:
                if not await asyncio.shield(self.is_admitted()):  # a query cut short costs its connection
                    return
                yield BEAT
                due = clock() + HEARTBEAT


@router.get("", operation_id="follow_changes", status_code=200, response_class=Following, dependencies=[allow(STAFF)])
async def follow_changes(
    request: Request,
    session: UnitSession,
    actor: CurrentActor,
    topic: Annotated[list[Topic], Query(min_length=1, max_length=20)],
) -> Following:
    """Server-sent events, each with a topic whose page is to be read again: `notifications`, `jobs`, `wave:12`,
    `panel:3`, `comparison:3`. `ready` comes first, `beat` every 15 seconds; it ends with the session."""
    keys = await keys_of(session, actor, topic)
    reader = Reader(actor.account_id, keys)
    return Following(request.app.state.streams, reader, partial(_may_still, request, actor, topic))


async def _may_still(request: Request, actor: Actor, topics: Sequence[str]) -> bool:
    """Whether the session stands and nothing that is followed is refused now."""
    lanes: Lanes = request.app.state.lanes
    units: Units = request.app.state.units
    authenticate: Authenticate = request.app.state.authenticate
    try:
        async with lanes.place(Lane.following), units() as session:
            is_same = await authenticate(session, request.cookies.get(SESSION_COOKIE, "")) == actor
            return is_same and bool(await keys_of(session, actor, topics))
    except (DomainError, SQLAlchemyError):
        return False
