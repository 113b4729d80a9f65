"""What a serving process keeps of the market, over connections of its own: edits show once they are committed."""

import asyncio
import gc
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.clock import SimulatedClock
from app.core.db import Units, make_engine, units
from app.core.installation.jobs import open_door
from app.matching.ranking.arrays.storage import SnapshotUnreadable
from app.offers.models import Offer
from app.rankings import kept as room
from app.rankings.kept import Kept, MarketUnready, market, prepare_market
from app.rankings.market import Market
from app.rankings.stored import newest, stored
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
def today() -> SimulatedClock:
    return SimulatedClock(TODAY)


@pytest.fixture
def door(own_engine: AsyncEngine, today: SimulatedClock) -> Units:
    return units(own_engine, clock=today)


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(room, "kept", Kept())
    monkeypatch.setattr(room, "folder", lambda: tmp_path)
    monkeypatch.setattr(room, "PATIENCE", 30)


async def offered(door: Units, title: str) -> int:
    async with door() as session:
        return (await make_offer(session, await make_party(session), title=title)).id


async def seen(door: Units) -> Market:
    async with door() as session:
        return await market(session)


async def test_an_edit_of_another_connection_shows_once_it_is_committed_and_not_before(door: Units) -> None:
    first = await offered(door, "送餐上门")
    assert (await seen(door)).offers.ids == (str(first),)
    async with door() as session:
        second = (await make_offer(session, await make_party(session), title="陪诊")).id
        assert (await seen(door)).offers.ids == (str(first),)
    assert (await seen(door)).offers.ids == (str(first), str(second))
    assert await seen(door) is await seen(door)


async def test_an_edit_that_is_committed_after_a_later_one_is_not_lost(door: Units) -> None:
    first = await offered(door, "送餐上门")
    await seen(door)
    async with door() as slow:
        await slow.execute(sa.update(Offer).where(Offer.id == first).values(status="paused"))
        later = await offered(door, "陪诊")
        assert (await seen(door)).offers.ids == (str(first), str(later))
    assert (await seen(door)).offers.ids == (str(later),)


async def test_of_a_large_market_a_job_makes_the_base_and_every_process_maps_it(
    door: Units, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    open_door(door)
    ids = [await offered(door, title) for title in ("送餐上门", "陪诊", "河道保护")]
    with pytest.raises(MarketUnready):
        await seen(door)
    async with door() as session:
        waiting = await session.scalar(
            sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name"), {"name": room.PREPARE}
        )
    assert waiting == 1
    await prepare_market()
    found = await seen(door)
    assert (found.offers.ids, found.edited) == (tuple(map(str, ids)), 0)
    async with door() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM market_edits")) == 0
    ids.append(await offered(door, "陪读"))
    assert (await seen(door)).offers.ids == tuple(map(str, ids))
    monkeypatch.setattr(room, "kept", Kept())
    again = await seen(door)
    assert (again.offers.ids, again.edited) == (tuple(map(str, ids)), 1)
    assert again.offers.statistics == found.offers.statistics


async def test_a_base_that_was_mapped_is_out_of_the_collector_s_sight(
    door: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    open_door(door)
    for title in ("送餐上门", "陪诊"):
        await offered(door, title)
    await prepare_market()
    before = gc.get_freeze_count()
    await seen(door)
    frozen = gc.get_freeze_count()
    assert frozen > before
    async with door() as session:
        await session.execute(sa.update(Offer).values(title="陪诊到院"))
    words = (await seen(door)).offers.base.snapshot.frame.spelled
    assert "陪诊" in words
    assert not any(each is words for each in gc.get_objects()), "neither are a city's words, after an edit"
    gc.unfreeze()


async def test_after_midnight_the_base_of_yesterday_serves_until_the_new_one_is_there(
    door: Units, today: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    open_door(door)
    for title in ("送餐上门", "陪诊"):
        await offered(door, title)
    await prepare_market()
    yesterday = await seen(door)
    today.at += timedelta(days=1)
    waiting = await seen(door)
    assert (waiting.ground, waiting.offers.ids) == (yesterday.ground, yesterday.offers.ids)
    await prepare_market()
    renewed = await seen(door)
    assert renewed.ground.day == yesterday.ground.day + timedelta(days=1)


async def test_a_base_that_other_sources_made_is_not_used_with_these(
    door: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    open_door(door)
    for title in ("送餐上门", "陪诊"):
        await offered(door, title)
    with monkeypatch.context() as older:
        older.setattr("app.rankings.market.ENGINE", "another")
        await prepare_market()
    monkeypatch.setattr(room, "kept", Kept())
    with pytest.raises(MarketUnready):
        await seen(door)


async def test_many_rankings_at_once_renew_it_once(door: Units) -> None:
    await offered(door, "送餐上门")
    found = await asyncio.gather(*(seen(door) for _ in range(5)))
    assert len({id(each) for each in found}) == 1


async def test_a_base_that_cannot_be_read_is_passed_over(door: Units, tmp_path: Path) -> None:
    (tmp_path / "current").write_text("gone")
    first = await offered(door, "送餐上门")
    assert (await seen(door)).offers.ids == (str(first),)
    found = newest(tmp_path)
    assert found
    with pytest.raises(SnapshotUnreadable):
        stored(found, room.reader_of((await seen(door)).offers.reader.reference))
