"""Live changes: told once they are committed, to those who may read what has changed, and for as long as they may."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

import psycopg
import pytest
import uvicorn
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.policy import authenticate
from app.accounts.sessions import begin_session, sign_out
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.db import Units, make_engine, units
from app.core.errors import Busy
from app.core.events import changed
from app.core.http import changes, streams
from app.core.http.connections import TimedProtocol
from app.core.http.streams import Reader, Streams, TooManyStreams, listening
from app.core.settings import PROJECT, Settings
from app.flow import CHANGES
from app.main import create_app
from app.notifications.policy import inbox_of
from app.serving import Server
from tests.conftest import ClientOf
from tests.factories.notices import make_tender
from tests.factories.panels import judge, make_panel, purchaser_of
from tests.factories.parties import actor_of, make_account, make_party
from tests.factories.surveys import make_wave

pytestmark = pytest.mark.anyio
SOON = 5  # seconds, of what must come


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(streams, "PAUSE", 0)
    monkeypatch.setattr(streams, "LISTEN_AGAIN_AFTER", 0)
    yield


async def heard(reader: Reader) -> list[str]:
    return await reader.changed(asyncio.get_running_loop().time() + SOON)


async def until_listening(found: Streams) -> None:
    async with asyncio.timeout(SOON):
        while not found.is_listening:
            await asyncio.sleep(0)


async def test_what_is_committed_is_told_once_and_what_is_rolled_back_never(own_database: str) -> None:
    engine, found, reader = make_engine(own_database), Streams(), Reader(1, {f"wave:{n}": f"wave:{n}" for n in (1, 2)})
    async with listening(own_database, found):
        await until_listening(found)
        with found.open(reader):
            with pytest.raises(ZeroDivisionError):
                async with units(engine)() as session:
                    changed(session, "wave:1")
                    raise ZeroDivisionError
            async with units(engine)() as session:
                changed(session, "wave:2", "wave:2", "wave:3")
            assert await heard(reader) == ["wave:2"]
    await engine.dispose()


async def test_while_the_database_is_away_there_is_no_stream_and_then_there_is_again(own_database: str) -> None:
    found, reader = Streams(), Reader(1, {})
    async with listening(own_database, found):
        await until_listening(found)
        with found.open(reader):
            with psycopg.connect(own_database, autocommit=True) as connection:
                here = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                connection.execute(f"SELECT pg_terminate_backend(pid) {here}")
            assert (await heard(reader), reader.is_over) == ([], True)
        await until_listening(found)


async def test_a_page_hears_of_what_changed_while_it_was_opened() -> None:
    found, reader = Streams(), Reader(1, {"wave:1": "wave:1"})
    found.is_listening = True
    found.tell("wave:1")
    with found.open(reader):
        assert await heard(reader) == ["wave:1"]


def test_one_person_has_a_few_streams_and_a_process_not_more_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Streams()
    found.is_listening = True
    monkeypatch.setattr(streams, "OF_A_PROCESS", streams.OF_A_PERSON + 1)
    with ExitStack() as held:
        for _ in range(streams.OF_A_PERSON):
            held.enter_context(found.open(Reader(1, {})))
        with pytest.raises(TooManyStreams) as refused:
            held.enter_context(found.open(Reader(1, {})))
        assert refused.value.facts == {"most": streams.OF_A_PERSON}
        held.enter_context(found.open(Reader(2, {})))
        with pytest.raises(Busy):
            held.enter_context(found.open(Reader(3, {})))
    with found.open(Reader(1, {})):
        pass


async def test_a_thing_is_followed_by_who_may_read_it_and_nobody_else(
    session: AsyncSession, client_of: ClientOf
) -> None:
    wave, tender = await make_wave(session), await make_tender(session)
    seats = await make_panel(session, tender, accounts=True)
    stranger = await actor_of(session, Role.purchaser, await make_party(session))
    await session.commit()
    asked = {"wave": f"wave:{wave.id}", "panel": f"panel:{tender.id}", "comparison": f"comparison:{tender.id}"}
    refused = {}
    for name, actor in {"stranger": stranger, "judge": judge(seats[0]), "purchaser": purchaser_of(tender)}.items():
        async with client_of(actor) as client:
            for topic, said in asked.items():
                answer = await client.get("/changes", params={"topic": ["jobs", said]})
                refused[name, topic] = answer.json()["code"]
    nothing = {"wave": "NotFound", "panel": "NotFound", "comparison": "NotFound"}
    assert {topic: refused["stranger", topic] for topic in asked} == nothing
    assert {topic: refused["judge", topic] for topic in asked} == nothing | {"panel": "Denied"}
    # Past the policy: in this test nobody listens to the database.
    assert {topic: refused["purchaser", topic] for topic in asked} == nothing | {"wave": "Busy", "panel": "Busy"}


def test_pages_follow_what_can_be_followed_and_what_something_changes() -> None:
    """A page that followed anything else would be refused its whole stream, and nobody would notice."""
    text = (PROJECT / "frontend" / "src" / "api" / "changes.ts").read_text(encoding="utf-8")
    (named,) = re.findall(r"^export type Topic = (.*);$", text, re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', named)) == changes.THINGS.keys() | changes.OWN.keys()
    assert {topic for topic, _ in CHANGES} < changes.THINGS.keys()


@pytest.mark.parametrize("topic", ["notifications:5", "wave", "salaries"])
async def test_what_cannot_be_followed_is_refused(session: AsyncSession, client_of: ClientOf, topic: str) -> None:
    async with client_of(Actor(1, Role.committee)) as client:
        answer = await client.get("/changes", params={"topic": topic}, headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "TopicUnknown")
    assert f'"{topic}"' in answer.json()["detail"]


class Live:
    """A running server, and somebody signed in; `units` take their turns at the one connection of the test."""

    def __init__(self, units: Units, token: str, actor: Actor) -> None:
        self.units, self.token, self.actor = units, token, actor
        self.app = create_app(Settings(), units, authenticate)
        self.streams: Streams = self.app.state.streams
        self.streams.is_listening = True
        config = uvicorn.Config(self.app, port=0, http=TimedProtocol, lifespan="off", log_config=None)
        config.load()
        self.server = Server(config, self.say_nothing, self.streams.end)
        self.server.lifespan = config.lifespan_class(config)

    async def say_nothing(self) -> None: ...

    @asynccontextmanager
    async def lines(self) -> AsyncIterator[AsyncIterator[str]]:
        """What a page that follows its inbox is told, from the first word on."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        client = AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies={"shuangxuan_session": self.token})
        asked = "/api/v1/changes?topic=notifications"
        async with asyncio.timeout(SOON), client, client.stream("GET", asked) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert (answer.headers["x-accel-buffering"], "content-encoding" in answer.headers) == ("no", False)
            told = (line async for line in answer.aiter_lines() if line)
            assert [await anext(told), await anext(told)] == ["event: ready", "data: follows"]
            yield told


@pytest.fixture
async def live(session: AsyncSession, units: Units) -> AsyncIterator[Live]:
    _, seat = await make_account(session, Role.committee, await make_party(session))
    token, actor = await begin_session(session, seat, await now(session), "")
    await session.commit()
    turn = asyncio.Lock()

    @asynccontextmanager
    async def in_turn() -> AsyncIterator[AsyncSession]:
        async with turn, units() as session:
            yield session

    found = Live(in_turn, token, actor)
    await found.server.startup()
    yield found
    await found.server.shutdown()


async def test_what_changed_often_is_said_once_and_by_its_topic_alone(live: Live) -> None:
    async with live.lines() as told:
        for _ in range(100):
            live.streams.tell(inbox_of(live.actor.account_id))
        live.streams.tell(inbox_of(0))
        assert await anext(told) == "data: notifications"
        live.streams.end()
        assert [line async for line in told] == []


async def test_it_ends_with_the_session_at_the_next_heartbeat(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HEARTBEAT", 0.01)
    async with live.lines() as told:
        assert [await anext(told), await anext(told)] == ["event: beat", "data: follows"]
        async with live.units() as session:
            await sign_out(session, live.actor, live.token)
        assert {line async for line in told} <= {"event: beat", "data: follows"}


async def test_a_server_that_stops_does_not_wait_for_streams(live: Live) -> None:
    async with live.lines() as told:
        await live.server.shutdown()
        assert [line async for line in told] == []
