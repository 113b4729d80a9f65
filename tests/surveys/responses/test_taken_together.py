"""Answers that come at the same moment: one transaction, and each of them as if it had come alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from httpx import Response as Answer
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor
from app.core.audit import verify
from app.core.clock import SimulatedClock
from app.core.db import Units, make_engine
from app.core.db import units as units_of
from app.core.settings import Settings
from app.main import create_app
from app.surveys.responses.models import Response
from app.surveys.waves.models import Token
from app.surveys.waves.rules import Channel
from tests.conftest import TODAY
from tests.factories.surveys import make_token, make_wave

pytestmark = pytest.mark.anyio

SENT = {"answers": {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}, "seconds": 60}
REFUSED: dict[str, Any] = {"answers": {"Q2": ["tea"]}}
CROWD = 6


@pytest.fixture
async def door(own_database: str) -> AsyncIterator[Units]:
    engine = make_engine(own_database)
    yield units_of(engine, clock=SimulatedClock(TODAY))
    await engine.dispose()


async def open_link(door: Units) -> str:
    async with door() as session:
        return (await make_wave(session, channel=Channel.open_link)).open_token or ""


async def at_once(door: Units, *sent: tuple[str, Any, str]) -> list[Answer]:
    """What the application answers to so many: each a link, a body and a key."""

    async def authenticate(session: AsyncSession, token: str) -> Actor:
        return RESIDENT

    transport = ASGITransport(create_app(Settings(), door, authenticate), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        posts = [
            client.post(f"/surveys/answering/{link}", json=body, headers={"Idempotency-Key": key})
            for link, body, key in sent
        ]
        return await asyncio.gather(*posts)


def keys(count: int) -> list[str]:
    return [uuid4().hex for _ in range(count)]


async def kept(door: Units) -> tuple[int, int]:
    """How many answers, of how many transactions; each stands in the log, whose chains are whole."""
    async with door() as session:
        transaction = sa.distinct(sa.cast(sa.literal_column("responses.xmin"), sa.Text))
        counts = sa.select(sa.func.count(), sa.func.count(transaction)).select_from(Response)
        answers, transactions = (await session.execute(counts)).one()
        assert await verify(session) == (answers, [])
    return answers, transactions


async def test_answers_that_come_at_once_are_one_transaction_with_a_receipt_for_each(door: Units) -> None:
    link = await open_link(door)
    answers = await at_once(door, *((link, SENT, key) for key in keys(CROWD)))
    assert [answer.status_code for answer in answers] == [201] * CROWD
    assert len({answer.json()["receipt_code"] for answer in answers}) == CROWD
    assert await kept(door) == (CROWD, 1)


async def test_who_is_refused_among_many_is_refused_alone(door: Units) -> None:
    link = await open_link(door)
    good = [(link, SENT, key) for key in keys(CROWD)]
    *taken, refused, unknown = await at_once(door, *good, (link, REFUSED, *keys(1)), ("nowhere", SENT, *keys(1)))
    assert [answer.status_code for answer in taken] == [201] * CROWD
    assert (refused.status_code, refused.json()["code"]) == (422, "AnswersRefused")
    assert [(row["column"], row["code"]) for row in refused.json()["rows"]] == [
        ("Q1", "AnswerMissing"),
        ("Q2", "OptionUnknown"),
    ]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "TokenUnknown")
    assert await kept(door) == (CROWD, CROWD)


async def test_of_two_in_one_group_by_the_same_link_one_is_taken(door: Units) -> None:
    async with door() as session:
        wave = await make_wave(session, channel=Channel.link)
        same, other = await make_token(session, wave), await make_token(session, wave)
    answers = await at_once(door, *zip((same, same, other), [SENT] * 3, keys(3), strict=True))
    assert sorted(answer.status_code for answer in answers[:2]) == [201, 409]
    assert answers[2].status_code == 201
    assert (await kept(door))[0] == 2
    async with door() as session:
        assert list(await session.scalars(sa.select(Token.is_spent))) == [True, True]


async def test_each_key_of_a_group_gets_its_own_answer_again(door: Units) -> None:
    link, named = await open_link(door), keys(CROWD)
    sent = [(link, SENT, key) for key in named]
    first, again = await at_once(door, *sent), await at_once(door, *sent)
    assert [answer.json() for answer in again] == [answer.json() for answer in first]
    assert (await kept(door))[0] == CROWD
    reused = await at_once(door, *((link, REFUSED, key) for key in named))
    assert {answer.json()["code"] for answer in reused} == {"KeyReused"}


async def test_one_key_twice_in_a_group_is_one_answer(door: Units) -> None:
    link, (key, other) = await open_link(door), keys(2)
    first, again, third = await at_once(door, (link, SENT, key), (link, SENT, key), (link, SENT, other))
    assert first.json() == again.json() != third.json()
    assert (await kept(door))[0] == 2


def failing(door: Units, when: Callable[[], bool]) -> Units:
    """A door at which the server dies before the commit."""

    @asynccontextmanager
    async def dying() -> AsyncIterator[AsyncSession]:
        async with door() as session:
            yield session
            if when():
                raise ConnectionError

    return dying


async def test_a_server_that_dies_before_the_commit_has_acknowledged_nothing(door: Units) -> None:
    link = await open_link(door)
    answers = await at_once(failing(door, lambda: True), *((link, SENT, key) for key in keys(CROWD)))
    assert [answer.status_code for answer in answers] == [500] * CROWD
    assert await kept(door) == (0, 0)


async def test_an_answer_whose_commit_failed_is_not_taken_a_second_time(door: Units) -> None:
    """Whether it was committed is not known then: its sender asks again under its key."""
    link, (key,), times = await open_link(door), keys(1), iter([True])
    once = failing(door, lambda: next(times, False))
    (answer,) = await at_once(once, (link, SENT, key))
    assert (answer.status_code, await kept(door)) == (500, (0, 0))
    (again,) = await at_once(once, (link, SENT, key))
    assert (again.status_code, await kept(door)) == (201, (1, 1))
