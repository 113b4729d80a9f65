"""The sentence model reads texts by a job; rankings take up what was read, and wait for nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.clock import SimulatedClock
from app.core.db import Units, make_engine, units
from app.core.installation.jobs import open_door
from app.matching.ranking.arrays.columns import MEANT
from app.matching.ranking.meaning import DIMENSIONS
from app.offers.models import Offer
from app.rankings import kept as room
from app.rankings import texts
from app.rankings.entries import offer_entries
from app.rankings.kept import READ, Kept, MarketUnready, market, prepare_market, read_new
from app.rankings.market import Market
from tests.conftest import TODAY
from tests.factories.offers import make_offer
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own_engine(own_database: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(own_database)
    yield engine
    await engine.dispose()


@pytest.fixture
def door(own_engine: AsyncEngine) -> Units:
    made = units(own_engine, clock=SimulatedClock(TODAY))
    open_door(made)
    return made


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(room, "kept", Kept())
    monkeypatch.setattr(room, "folder", lambda: tmp_path)
    monkeypatch.setattr(room, "PATIENCE", 30)


async def offered(door: Units, title: str) -> int:
    async with door() as session:
        return (await make_offer(session, await make_party(session), title=title, description="一。二！")).id


async def seen(door: Units) -> Market:
    async with door() as session:
        return await market(session)


async def meant(door: Units) -> list[bool]:
    """Of which offers, in order of their numbers, rankings know what they mean."""
    found = await seen(door)
    flags = found.offers.snapshot().table.columns.flags
    return [bool(flag & MEANT) for flag in flags]


async def jobs_waiting(door: Units) -> int:
    async with door() as session:
        query = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
        return int((await session.execute(query, {"name": READ})).scalar_one())


async def test_texts_are_ranked_by_their_words_until_a_job_has_read_them(door: Units) -> None:
    for title in ("送餐上门", "送餐上门", "陪诊"):
        await offered(door, title)
    before = await seen(door)
    assert await meant(door) == [False] * 3
    assert await jobs_waiting(door) == 1
    await read_new()
    assert await meant(door) == [True] * 3
    assert (await seen(door)).ground != before.ground, "what records are about is read anew, too"


async def test_an_edited_text_is_read_again_and_one_that_was_read_before_is_not(door: Units) -> None:
    id = await offered(door, "送餐上门")
    await read_new()
    for title, known in (("陪诊", False), ("送餐上门", True)):
        async with door() as session:
            await session.execute(sa.update(Offer).where(Offer.id == id).values(title=title))
        assert await meant(door) == [known]
    for title in ("陪护", "陪聊"):
        async with door() as session:
            await session.execute(sa.update(Offer).where(Offer.id == id).values(title=title))
        assert await meant(door) == [False]
        await read_new()
        assert await meant(door) == [True]


async def test_the_vectors_of_the_whole_and_of_each_sentence_are_kept(door: Units) -> None:
    id = await offered(door, "送餐上门")
    await read_new()
    async with door() as session:
        record = (await offer_entries(session, [id], TODAY.date()))[id].record
    assert len(record.meaning) == 4 * DIMENSIONS


async def test_without_the_model_nothing_is_asked_for_and_texts_are_compared_by_words(
    door: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "is_installed", lambda: False)
    await offered(door, "送餐上门")
    assert await meant(door) == [False]
    await read_new()
    assert (await meant(door), await jobs_waiting(door)) == ([False], 0)


async def test_the_texts_of_a_large_market_are_read_for_one_base_and_no_process_takes_up_each_row(
    door: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    for title in ("送餐上门", "陪诊", "河道保护"):
        await offered(door, title)
    with pytest.raises(MarketUnready):
        await seen(door)
    assert await jobs_waiting(door) == 0, "the base comes first, and reads them itself"
    await prepare_market()
    found = await seen(door)
    assert (await meant(door), found.edited) == ([True] * 3, 0)


async def test_a_base_that_was_cut_off_after_its_texts_were_read_is_made_with_them_the_next_time(
    door: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    for title in ("送餐上门", "陪诊", "河道保护"):
        await offered(door, title)
    await texts.read_taxonomy()
    with monkeypatch.context() as later:
        later.setattr(texts, "is_installed", lambda: False)
        await prepare_market()
    assert await meant(door) == [False] * 3
    await texts.read_texts(as_edits=False)
    assert await meant(door) == [False] * 3
    await prepare_market()
    assert await meant(door) == [True] * 3
