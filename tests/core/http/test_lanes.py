"""Lanes: each class of request has its own places; who would wait too long is told so at once."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from app.core.errors import Busy
from app.core.http import lanes
from app.core.http.lanes import Lane, Lanes, Width

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(lanes, "WIDTHS", {lane: Width(2, 1, 0.01) for lane in Lane})
    yield


async def test_a_full_lane_refuses_after_a_moment_and_says_when_to_come_again() -> None:
    found = Lanes()
    async with found.place(Lane.answering), found.place(Lane.answering):
        with pytest.raises(Busy) as refused:
            async with found.place(Lane.answering):
                pass
    assert refused.value.facts == {"seconds": 1}


async def test_a_full_lane_takes_nothing_from_another() -> None:
    found = Lanes()
    async with found.place(Lane.answering), found.place(Lane.answering), found.place(Lane.reserved):
        pass


async def test_who_waits_gets_the_place_that_becomes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WIDTHS", {lane: Width(1, 1, 5) for lane in Lane})
    found, order = Lanes(), []

    async def run(name: str) -> None:
        async with found.place(Lane.reading):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(run("first"), run("second"))
    assert order == ["first", "second"]


async def test_more_than_may_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WIDTHS", {lane: Width(1, 1, 60) for lane in Lane})
    found = Lanes()
    async with AsyncExitStack() as held:
        await held.enter_async_context(found.place(Lane.reading))
        waiting = asyncio.create_task(held.enter_async_context(found.place(Lane.reading)))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await held.enter_async_context(found.place(Lane.reading))
        waiting.cancel()


async def test_a_place_is_given_back_whatever_happens() -> None:
    found = Lanes()
    for _ in range(5):
        with pytest.raises(ValueError, match="ours"):
            async with found.place(Lane.reading):
                raise ValueError("ours")
    async with found.place(Lane.reading), found.place(Lane.reading):
        pass


def test_every_lane_has_a_width() -> None:
    assert set(lanes.WIDTHS) == set(Lane)
