"""Work in parts."""

import asyncio
from datetime import date

import pytest

from app.core.errors import LISTED, NotFound, RowRefused, RowsRefused
from app.core.problems import problem_of
from app.core.reading.parts import PART, in_parts
from app.needs.rules import ExpiryPassed

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
    seen = [(item, turns) async for part in in_parts(items, "storing") for item in part]
    running.cancel()
    assert ([item for item, _ in seen], seen[-1][1] - seen[0][1]) == (items, 3)


def test_of_very_many_faults_all_are_counted_and_the_first_are_listed() -> None:
    problem = problem_of(RowsRefused([RowRefused(row, "id", NotFound()) for row in range(2, 30_002)]))
    (cause,) = problem.rows
    assert (problem.facts, cause.rows[-1], cause.more) == ({"count": 30_000}, LISTED + 1, 30_000 - LISTED)


def test_days_in_which_the_rows_of_one_cause_differ_are_said_as_people_write_them() -> None:
    faults = [
        RowRefused(row, "有效期至", ExpiryPassed(expires_on=date(2026, 1, row), day=date(2026, 11, 29)))
        for row in (2, 3, 4, 5)
    ]
    (cause,) = problem_of(RowsRefused(faults)).rows
    assert "2026年1月2日、2026年1月3日、2026年1月4日…" in cause.messages["zh"]
    assert "2 January 2026, 3 January 2026, 4 January 2026…" in cause.messages["en"]
