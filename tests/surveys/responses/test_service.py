"""What reviewers decide about a response."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import MoveRefused
from app.surveys.responses import service as reviewing
from app.surveys.responses.models import ResponseReview
from app.surveys.responses.queries import reviews_of
from app.surveys.responses.rules import Quality
from app.surveys.waves.rules import ResponseStatus
from tests.factories.surveys import make_response, make_wave
from tests.surveys.factories import committee, count, refused_with

pytestmark = pytest.mark.anyio


async def test_every_decision_and_its_reversal_is_kept(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    response = await make_response(session, wave, status=ResponseStatus.submitted)
    await session.commit()
    await reviewing.invalidate_response(session, actor, response.id, Quality.straight_lining, "全选同一项")
    await reviewing.restore_response(session, actor, response.id, "电话核实为真实填写")
    await reviewing.confirm_response(session, actor, response.id)
    assert (response.status, response.reason, response.version) == (ResponseStatus.valid, None, 4)
    assert [
        (each.verb, each.before, each.after, each.reason, each.note, each.account_id)
        for each in await reviews_of(session, response.id)
    ] == [
        ("invalidate", "submitted", "invalid", "straight_lining", "全选同一项", actor.account_id),
        ("restore", "invalid", "submitted", None, "电话核实为真实填写", actor.account_id),
        ("confirm", "submitted", "valid", None, "", actor.account_id),
    ]


async def test_a_response_is_not_confirmed_twice(session: AsyncSession) -> None:
    actor, response = await committee(session), await make_response(session, await make_wave(session))
    await refused_with(MoveRefused, reviewing.confirm_response(session, actor, response.id))


async def test_only_responses_without_doubts_are_confirmed_together(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    plain = await make_response(session, wave, status=ResponseStatus.submitted)
    doubtful = [{"code": "too_fast", "facts": {}}]
    fast = await make_response(session, wave, status=ResponseStatus.submitted, suggestions=doubtful)
    assert await reviewing.confirm_unflagged(session, actor, wave.id) == 1
    assert (plain.status, fast.status) == (ResponseStatus.valid, ResponseStatus.submitted)
    assert await count(session, ResponseReview) == 1
