"""Work in parts."""

import asyncio

import pytest

from app.core.errors import LISTED, NotFound, RowRefused, RowsRefused
from app.core.parts import PART, in_parts
from app.core.problems import problem_of

pytestmark = pytest.mark.anyio


async def test_between_parts_others_have_their_turn() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    items = list(range(3 * PART + 1))
    seen = [(item, turns) async for part in in_parts(items) for item in part]
    running.cancel()
    assert ([item for item, _ in seen], seen[-1][1] - seen[0][1]) == (items, 3)


def test_of_very_many_faults_all_are_counted_and_the_first_are_listed() -> None:
    problem = problem_of(RowsRefused([RowRefused(row, "id", NotFound()) for row in range(2, 30_002)]))
    (cause,) = problem.rows
    assert (problem.facts, cause.rows[-1], cause.more) == ({"count": 30_000}, LISTED + 1, 30_000 - LISTED)
