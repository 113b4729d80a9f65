"""Requests: one transaction each, answered once, from our own pages only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Form, Response, UploadFile
from fastapi.dependencies.models import Dependant
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, RESIDENT, Actor, Role
from app.core.db import Units
from app.core.errors import StaleVersion
from app.core.http import unit as web
from app.core.http.body import JSON_LIMIT
from app.core.http.lanes import Lanes
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.problems import install
from app.core.settings import Settings
from tests.test_house import routes as routes_of_all_rooms

pytestmark = pytest.mark.anyio
CLERK = Actor(7, Role.committee)
KEY = "0123456789abcdef"
routes = web.router("/marks", "marks")


@routes.post("", operation_id="make_mark", dependencies=[allow({Role.committee})])
async def make_mark(session: UnitSession, actor: CurrentActor, name: str, fail: bool = False) -> dict[str, Any]:
    await session.execute(
        sa.text("INSERT INTO idempotency (who, key, request_hash, at) VALUES ('mark', :name, '', now())"),
        {"name": name},
    )
    if fail:
        raise StaleVersion(given=1, current=2)
    count = await session.execute(sa.text("SELECT count(*) FROM idempotency WHERE who = 'mark'"))
    return {"marks": count.scalar_one()}


@routes.put("", operation_id="edit_mark", dependencies=[allow({Role.committee})])
async def edit_mark(given: IfMatch) -> int:
    return given


secret_routes = web.router("/secrets", "secrets", web.Unkept)
answer_routes = web.router("/answers", "answers", web.Unlinked)


@secret_routes.post("", operation_id="make_secret", dependencies=[allow({Role.committee})])
@answer_routes.post("", operation_id="make_answer", dependencies=[allow(EVERYONE)])
async def make_secret() -> str:
    return "secret"


file_routes = web.router("/files", "files")


@file_routes.post("", operation_id="take_file", dependencies=[allow({Role.committee})])
async def take_file(upload: UploadFile, note: Annotated[str, Form()] = "") -> dict[str, Any]:
    return {"size": len(await upload.read()), "note": note}


@routes.patch("", operation_id="tag_mark", dependencies=[allow({Role.committee})])
async def tag_mark(response: Response) -> str:
    tag_version(response, 7)
    return "tagged"


async def kept(session: AsyncSession) -> list[tuple[str, ...]]:
    rows = await session.execute(sa.text("SELECT who, key, request_hash, encode(answer, 'escape') FROM idempotency"))
    return [tuple(row) for row in rows]


async def test_nothing_is_kept_of_a_secret(units: Units, session: AsyncSession) -> None:
    async with client(units, CLERK) as api:
        await api.post("/secrets", headers={"Idempotency-Key": KEY})
    assert await kept(session) == []


async def test_of_an_answer_is_kept_neither_key_nor_person_nor_words(units: Units, session: AsyncSession) -> None:
    async with client(units, CLERK) as api:
        first = await api.post("/marks?name=a", headers={"Idempotency-Key": KEY})
        await api.post("/answers", headers={"Idempotency-Key": KEY})
        ((who, *clerks), (nobody, *residents)) = sorted(row for row in await kept(session) if row[0] != "mark")
    assert (first.json(), who, nobody) == ({"marks": 1}, "7:committee:None", "None:resident:None")
    assert [word for word in (KEY, "marks", "secret") if word in str([clerks, residents])] == []
    assert clerks[1] != residents[1]


def client(units: Units, actor: Actor | Callable[[], Actor]) -> AsyncClient:
    async def authenticate(session: AsyncSession, token: str) -> Actor:
        return actor if isinstance(actor, Actor) else actor()

    app = FastAPI()
    app.state.settings, app.state.lanes = Settings(), Lanes()
    app.state.units, app.state.authenticate = units, authenticate
    install(app)
    for each in (routes, secret_routes, answer_routes, file_routes):
        app.include_router(each)
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://test")


async def test_a_refused_request_changes_nothing(units: Units) -> None:
    async with client(units, CLERK) as api:
        refused = await api.post("/marks?name=a&fail=true")
        assert (refused.status_code, refused.json()["code"]) == (412, "StaleVersion")
        assert (await api.post("/marks?name=b")).json() == {"marks": 1}


async def test_the_same_request_sent_twice_has_one_effect_and_one_answer(units: Units) -> None:
    async with client(units, CLERK) as api:
        first = await api.post("/marks?name=a", headers={"Idempotency-Key": KEY})
        again = await api.post("/marks?name=a", headers={"Idempotency-Key": KEY})
        assert first.json() == again.json() == {"marks": 1}


async def test_a_key_is_not_taken_for_another_request(units: Units) -> None:
    async with client(units, CLERK) as api:
        await api.post("/marks?name=a", headers={"Idempotency-Key": KEY}, json={"x": 1})
        other = await api.post("/marks?name=a", headers={"Idempotency-Key": KEY}, json={"x": 2})
        assert (other.status_code, other.json()["code"]) == (422, "KeyReused")


async def test_an_upload_sent_again_with_another_boundary_is_the_same_request(units: Units) -> None:
    async with client(units, CLERK) as api:
        files, headers = {"upload": ("a.csv", b"x,y")}, {"Idempotency-Key": KEY}
        first = await api.post("/files", files=files, data={"note": "n"}, headers=headers)
        again = await api.post("/files", files=files, data={"note": "n"}, headers=headers)
        other = await api.post("/files", files={"upload": ("a.csv", b"x,z")}, data={"note": "n"}, headers=headers)
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (first.json(), again.json()) == ({"size": 3, "note": "n"},) * 2
    assert other.json()["code"] == "KeyReused"


async def test_an_answer_given_again_says_its_version_too(units: Units) -> None:
    async with client(units, CLERK) as api:
        answers = [await api.patch("/marks", headers={"Idempotency-Key": KEY}) for _ in range(2)]
    assert [(each.headers["etag"], each.json()) for each in answers] == [('"7"', "tagged")] * 2


async def test_a_key_belongs_to_the_role_and_party_it_was_used_in(units: Units) -> None:
    async with client(units, CLERK) as api:
        assert (await api.post("/marks?name=a", headers={"Idempotency-Key": KEY})).json() == {"marks": 1}
    async with client(units, Actor(7, Role.committee, 9)) as api:
        assert (await api.post("/marks?name=b", headers={"Idempotency-Key": KEY})).json() == {"marks": 2}


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "sixteen characters", "sixteen\tcharacters"])
async def test_a_key_that_is_none_is_refused(units: Units, key: str) -> None:
    async with client(units, CLERK) as api:
        refused = await api.post("/marks?name=a", headers={"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (422, "KeyMalformed")


async def test_a_refused_request_may_be_repeated_with_the_same_key(units: Units) -> None:
    async with client(units, CLERK) as api:
        await api.post("/marks?name=a&fail=true", headers={"Idempotency-Key": KEY})
        again = await api.post("/marks?name=a&fail=true", headers={"Idempotency-Key": KEY})
        assert again.status_code == 412


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://test"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
    ],
)
async def test_other_sites_cannot_send_on_a_users_behalf(units: Units, headers: dict[str, str], status: int) -> None:
    async with client(units, CLERK) as api:
        assert (await api.post("/marks?name=a", headers=headers)).status_code == status


async def test_the_role_is_checked_before_the_input(units: Units) -> None:
    async with client(units, Actor(8, Role.judge)) as api:
        assert (await api.post("/marks")).status_code == 403
    async with client(units, RESIDENT) as api:
        assert (await api.post("/marks")).status_code == 401
    async with client(units, CLERK) as api:
        assert (await api.post("/marks")).status_code == 422


async def test_the_role_is_checked_before_the_body_is_waited_for(units: Units) -> None:
    waited_for = []

    async def body() -> AsyncIterator[bytes]:
        waited_for.append(True)
        yield b"x"

    async with client(units, RESIDENT) as api:
        assert (await api.post("/files", content=body())).status_code == 401
    assert waited_for == []


async def test_no_transaction_is_open_while_the_body_is_waited_for(units: Units) -> None:
    opened: list[str] = []

    @asynccontextmanager
    async def watched() -> AsyncIterator[AsyncSession]:
        opened.append("begin")
        async with units() as session:
            yield session
        opened.append("end")

    async def body() -> AsyncIterator[bytes]:
        opened.append("body")
        yield b"{}"

    async with client(watched, CLERK) as api:
        await api.post("/marks?name=a", content=body())
    assert opened == ["begin", "end", "body", "begin", "end"]


async def test_who_is_shut_out_while_the_body_comes_changes_nothing(units: Units) -> None:
    actors = iter([CLERK, RESIDENT])
    async with client(units, lambda: next(actors)) as api:
        assert (await api.post("/marks?name=a", content=b"{}")).status_code == 401
    with pytest.raises(StopIteration):
        next(actors)


async def test_who_brings_no_body_is_asked_once(units: Units) -> None:
    actors = iter([CLERK])
    async with client(units, lambda: next(actors)) as api:
        assert (await api.post("/marks?name=a")).status_code == 200


async def test_a_body_beyond_the_limit_is_refused_whatever_it_says_of_its_length(units: Units) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536

    async with client(units, CLERK) as api:
        for content in (endless(), b" " * (JSON_LIMIT + 1), b" " * (5 * JSON_LIMIT)):
            refused = await api.post("/marks?name=a", content=content)
            assert (refused.status_code, refused.json()["code"]) == (413, "BodyTooLarge")
            assert refused.json()["facts"] == {"limit_kb": 1024}


async def test_a_body_that_stops_coming_is_refused(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.http.body.SILENT_SECONDS", 0.01)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with client(units, CLERK) as api:
        refused = await api.post("/marks?name=a", content=stalled())
    assert (refused.status_code, refused.json()["code"]) == (408, "BodyTooSlow")
    assert refused.headers["connection"] == "close"


@pytest.mark.parametrize("given", ["²", "9" * 5000, '"-1"', "*", '"1", "2"', ""])
async def test_a_version_that_is_none_is_stale_at_most(units: Units, given: str) -> None:
    async with client(units, CLERK) as api:
        answered = await api.put("/marks", headers={"If-Match": given.encode("latin-1")})
    assert answered.json() == -1


async def test_an_edit_must_say_which_version_it_edits(units: Units) -> None:
    async with client(units, CLERK) as api:
        assert (await api.put("/marks")).status_code == 428
        assert (await api.put("/marks", headers={"If-Match": '"3"'})).json() == 3


async def test_a_refusal_is_a_problem_in_both_languages(units: Units) -> None:
    async with client(units, CLERK) as api:
        refused = await api.post("/marks?name=a&fail=true", headers={"Accept-Language": "en"})
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["detail"] == problem["messages"]["en"]
    assert problem["messages"]["zh"].startswith("内容已被他人更新")
    assert problem["facts"] == {"given": 1, "current": 2}


def below(needs: Dependant) -> list[Dependant]:
    return [needs, *(each for further in needs.dependencies for each in below(further))]


def test_nothing_that_endpoints_depend_on_is_handed_to_a_thread() -> None:
    """A thread that is waited for takes longer than most of what is asked."""
    calls = {each.call for route in routes_of_all_rooms() for each in below(route.dependant) if each.call}
    handed = {call for call in calls if not iscoroutinefunction(call) and not iscoroutinefunction(type(call).__call__)}
    assert handed == set()
