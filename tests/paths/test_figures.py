"""The season in numbers, as anybody reads it."""

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.needs.rules import NeedStatus
from tests.conftest import ClientOf
from tests.factories.needs import make_need
from tests.factories.reference import DOUNAN

pytestmark = pytest.mark.anyio
GUANDU = "530111004002"


async def read_season(client: AsyncClient) -> dict[str, object]:
    answer = await client.get("/season")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_season_that_has_not_begun_has_no_numbers(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        assert await read_season(client) == {
            "answers": 0,
            "needs": 0,
            "pairs": 0,
            "projects": 0,
            "money": {"amount": "0.00", "currency": "CNY"},
            "streets": [],
        }


async def test_every_street_says_what_became_of_its_needs_and_none_of_drafts(
    session: AsyncSession, client_of: ClientOf
) -> None:
    for status in (NeedStatus.published, NeedStatus.published, NeedStatus.fulfilled, NeedStatus.draft):
        await make_need(session, community_code=DOUNAN, status=status)
    await make_need(session, community_code=GUANDU, status=NeedStatus.withdrawn)
    await session.commit()
    async with client_of(RESIDENT) as client:
        season = await read_season(client)
    assert season["needs"] == 4
    assert season["streets"] == [
        {
            "code": "530114003000",
            "path": ["district 530114000000", "street 530114003000"],
            "needs": 3,
            "stands": {"published": 2, "fulfilled": 1},
        },
        {
            "code": "530111004000",
            "path": ["district 530111000000", "street 530111004000"],
            "needs": 1,
            "stands": {"withdrawn": 1},
        },
    ]
