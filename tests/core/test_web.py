"""Requests: one transaction each, answered once, from our own pages only."""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import web
from app.core.actors import RESIDENT, Actor, Role
from app.core.db import Units
from app.core.errors import StaleVersion
from app.core.problems import install
from app.core.web import CurrentActor, IfMatch, UnitSession, allow

pytestmark = pytest.mark.anyio
CLERK = Actor(7, Role.committee)
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
@answer_routes.post("", operation_id="make_answer", dependencies=[allow({Role.committee})])
async def make_secret() -> str:
    return "secret"


async def kept(session: AsyncSession) -> list[tuple[str, str | None]]:
    rows = await session.execute(sa.text("SELECT request_hash, body FROM idempotency ORDER BY key"))
    return [(row.request_hash, row.body) for row in rows]


async def test_nothing_is_kept_of_a_secret_and_no_trace_of_the_request_of_an_answer(
    units: Units, session: AsyncSession
) -> None:
    async with client(units, CLERK) as api:
        await api.post("/secrets", headers={"Idempotency-Key": "k"})
        assert await kept(session) == []
        await api.post("/answers", headers={"Idempotency-Key": "k"}, json={"x": 1})
        assert await kept(session) == [("", '"secret"')]
        assert (await api.post("/answers", headers={"Idempotency-Key": "k"})).json() == "secret"


def client(units: Units, actor: Actor) -> AsyncClient:
    async def authenticate(session: AsyncSession, token: str) -> Actor:
        return actor

    app = FastAPI()
    app.state.units, app.state.authenticate = units, authenticate
    install(app)
    for each in (routes, secret_routes, answer_routes):
        app.include_router(each)
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://test")


async def test_a_refused_request_changes_nothing(units: Units) -> None:
    async with client(units, CLERK) as api:
        refused = await api.post("/marks?name=a&fail=true")
        assert (refused.status_code, refused.json()["code"]) == (412, "StaleVersion")
        assert (await api.post("/marks?name=b")).json() == {"marks": 1}


async def test_the_same_request_sent_twice_has_one_effect_and_one_answer(units: Units) -> None:
    async with client(units, CLERK) as api:
        first = await api.post("/marks?name=a", headers={"Idempotency-Key": "k"})
        again = await api.post("/marks?name=a", headers={"Idempotency-Key": "k"})
        assert first.json() == again.json() == {"marks": 1}


async def test_a_key_is_not_taken_for_another_request(units: Units) -> None:
    async with client(units, CLERK) as api:
        await api.post("/marks?name=a", headers={"Idempotency-Key": "k"}, json={"x": 1})
        other = await api.post("/marks?name=a", headers={"Idempotency-Key": "k"}, json={"x": 2})
        assert (other.status_code, other.json()["code"]) == (422, "KeyReused")


async def test_a_refused_request_may_be_repeated_with_the_same_key(units: Units) -> None:
    async with client(units, CLERK) as api:
        await api.post("/marks?name=a&fail=true", headers={"Idempotency-Key": "k"})
        again = await api.post("/marks?name=a&fail=true", headers={"Idempotency-Key": "k"})
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
