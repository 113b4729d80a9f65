"""An allowance of tries: some at once, then one by one, by the database's clock."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import move_clock
from app.core.db import make_engine
from app.core.db import units as units_of
from app.core.http.limits import (
    Allowance,
    Limit,
    TooOften,
    check_allowed,
    count_try,
    forget_whole,
    give_back,
    take,
)
from tests.conftest import TODAY

pytestmark = pytest.mark.anyio
THREE_THEN_ONE_A_MINUTE = Limit("test", 3, timedelta(minutes=1))


async def is_heard(session: AsyncSession, subject: str = "a") -> int:
    """0 when a try is heard, and then counted; else the seconds to wait."""
    try:
        await check_allowed(session, THREE_THEN_ONE_A_MINUTE, subject)
    except TooOften as refused:
        return int(refused.facts["seconds"])
    await count_try(session, THREE_THEN_ONE_A_MINUTE, subject)
    return 0


async def test_three_tries_are_heard_at_once_and_then_one_a_minute(session: AsyncSession) -> None:
    assert [await is_heard(session) for _ in range(5)] == [0, 0, 0, 60, 60]
    await move_clock(session, TODAY + timedelta(seconds=59))
    assert await is_heard(session) == 1
    await move_clock(session, TODAY + timedelta(seconds=60))
    assert [await is_heard(session) for _ in range(2)] == [0, 60]


async def test_one_subject_does_not_use_up_the_allowance_of_another(session: AsyncSession) -> None:
    assert [await is_heard(session, subject) for subject in ("a", "a", "a", "b", "a")] == [0, 0, 0, 0, 60]


async def test_a_try_taken_in_advance_is_heard_as_often_by_the_running_clock_and_can_be_given_back(
    own_database: str,
) -> None:
    engine = make_engine(own_database)
    async with units_of(engine)() as session:
        waits = [await take(session, THREE_THEN_ONE_A_MINUTE, "a") for _ in range(4)]
        for _ in range(2):
            await give_back(session, THREE_THEN_ONE_A_MINUTE, "a")
        waits += [await take(session, THREE_THEN_ONE_A_MINUTE, "a") for _ in range(2)]
    await engine.dispose()
    assert [wait > 0 for wait in waits] == [False, False, False, True, False, True]


async def test_the_table_names_nobody_and_forgets_who_may_try_again(session: AsyncSession) -> None:
    await is_heard(session, "203.0.113.7")
    kept = (await session.scalars(sa.select(Allowance.subject))).one()
    assert "203" not in kept and len(kept) == 64
    await move_clock(session, TODAY + timedelta(minutes=1))
    await forget_whole(session)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Allowance)) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(gaps=st.lists(st.integers(0, 200), min_size=1, max_size=15), subject=st.uuids().map(str))
async def test_in_no_stretch_of_time_more_tries_are_heard_than_the_limit_says(
    session: AsyncSession, gaps: list[int], subject: str
) -> None:
    at, heard = 0, []
    for gap in gaps:
        at += gap
        await move_clock(session, TODAY + timedelta(seconds=at))
        if not await is_heard(session, subject):
            heard.append(at)
    for i, start in enumerate(heard):
        for j, end in enumerate(heard[i:], 1):
            assert j <= 3 + (end - start) // 60
