"""Groups: requests that share a transaction, and what becomes of them when one fails or is given up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app.core.db import given, make_engine, together
from app.core.db import units as units_of
from app.core.errors import Busy
from app.core.http import group
from app.core.http.group import Apart, Groups
from app.core.http.lanes import WIDTHS, Lane, Lanes

pytestmark = pytest.mark.anyio
PATIENCE = 20.0  # seconds; nobody is to be left waiting
ASKED = given(number=sa.Integer())
TWICE = sa.select(ASKED.c.n, ASKED.c.number * 2, sa.func.pg_current_xact_id())
BROKEN = sa.select(ASKED.c.n, 1 / ASKED.c.number)


@pytest.fixture
async def groups(own_database: str) -> AsyncIterator[Groups]:
    engine = make_engine(own_database)
    yield Groups(Lanes(), Lane.answering, units_of(engine))
    await engine.dispose()


async def twice(groups: Groups, number: int) -> tuple[int, str]:
    async with asyncio.timeout(PATIENCE), groups.place() as session:
        (row,) = await together(session, (TWICE, {"number": number}))
        assert row
        return row[0], str(row[1])


async def test_what_each_asks_is_answered_to_each_by_one_statement(groups: Groups) -> None:
    heard = await asyncio.gather(*(twice(groups, number) for number in range(5)))
    assert [number for number, _ in heard] == [0, 2, 4, 6, 8]
    assert len({transaction for _, transaction in heard}) == 1


async def test_a_statement_that_fails_sends_everybody_apart(groups: Groups) -> None:
    async def broken() -> None:
        async with asyncio.timeout(PATIENCE), groups.place() as session:
            await together(session, (BROKEN, {"number": 0}))

    results = await asyncio.gather(twice(groups, 1), broken(), twice(groups, 2), return_exceptions=True)
    assert [type(result) for result in results] == [Apart] * 3


async def test_a_request_that_is_given_up_sends_the_others_apart(groups: Groups) -> None:
    inside = asyncio.Event()

    async def idle() -> None:
        async with groups.place():
            inside.set()
            await asyncio.Event().wait()

    given_up, other = asyncio.create_task(idle()), asyncio.create_task(twice(groups, 1))
    await inside.wait()
    given_up.cancel()
    with pytest.raises(Apart):
        await other


async def test_the_session_of_a_group_reaches_no_database_by_itself(groups: Groups) -> None:
    with pytest.raises(Apart):
        async with groups.place() as session:
            await session.execute(sa.text("SELECT 1"))


async def test_more_than_may_wait_are_told_so_at_once(groups: Groups) -> None:
    waiting = [asyncio.create_task(twice(groups, 1)) for _ in range(WIDTHS[Lane.answering].waiting)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await twice(groups, 2)
    assert {number for number, _ in await asyncio.gather(*waiting)} == {2}


async def test_who_comes_as_a_group_ends_gets_the_next_one(groups: Groups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MOST", 2)
    heard = await asyncio.gather(*(twice(groups, number) for number in range(5)))
    assert len({transaction for _, transaction in heard}) == 3
    assert (await twice(groups, 7))[0] == 14


async def test_who_comes_after_a_carrier_was_cut_off_is_not_left_waiting(groups: Groups) -> None:
    """What was cut off is over, not under way: the next one is carried by another."""
    given_up = asyncio.create_task(twice(groups, 1))
    await asyncio.sleep(0)
    carrier = groups._under_way
    assert carrier
    carrier.cancel()
    given_up.cancel()
    await asyncio.gather(carrier, given_up, return_exceptions=True)
    assert (await twice(groups, 7))[0] == 14
