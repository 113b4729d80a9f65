"""The first answer of a wave that says the same."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import made
from app.surveys.responses.queries import NUMBERED, same_content
from tests.factories.surveys import make_response, make_wave

pytestmark = pytest.mark.anyio


async def test_the_first_answer_of_the_wave_that_says_the_same_is_named(session: AsyncSession) -> None:
    wave, other = await make_wave(session), await make_wave(session)
    await make_response(session, other)
    first, again = await make_response(session, wave, serial="S1"), await make_response(session, wave)
    alone = await make_response(session, wave, {"Q1": "M"})
    assert await same_content(session, wave.id, first.fingerprint) == {first.fingerprint: "S1"}
    assert await same_content(session, wave.id, first.fingerprint, but=first.id) == {first.fingerprint: f"#{again.id}"}
    assert await same_content(session, wave.id, alone.fingerprint, but=alone.id) == {}


async def test_it_is_found_by_one_look_whatever_is_known_of_the_wave(session: AsyncSession) -> None:
    """A planner that knows nothing of a new wave must read neither all of it nor all that say the same."""
    first = await make_response(session, await make_wave(session))
    await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    asked = made(NUMBERED)
    rows = json.dumps([{"n": 0, "wave": first.wave_id, "content": first.fingerprint}])
    plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN {asked.text}", asked.values({"rows": rows}))
    steps = [row[0].strip() for row in plan]
    assert any("Index Scan using ix_responses_content on responses" in step for step in steps), steps
    assert not any("Sort" in step for step in steps), steps
