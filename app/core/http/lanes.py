"""How many requests run at once, by class: a flood of one class leaves the others their places.

Every place stands for one connection to the database, so the pool is never short of one. A request that finds its
lane full waits a moment; one that would wait longer is told so at once (503 with Retry-After) instead of queueing.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import Busy


class Lane(StrEnum):
    """`gate`: who asks, before a body is waited for; `reserved`, `attaching`: what has a deadline of its own (bids and
    their files, health); `following`: who opens a stream of changes, and whether they may go on; `jobs`: requests that
    were put off."""

    gate = "gate"
    reserved = "reserved"
    signing_in = "signing_in"
    reading = "reading"
    writing = "writing"
    answering = "answering"
    files = "files"
    attaching = "attaching"
    following = "following"
    jobs = "jobs"


@dataclass(frozen=True)
class Width:
    """`at_once` requests run, `waiting` more may wait for `patience` seconds."""

    at_once: int
    waiting: int
    patience: float


# As many as a process has with all its connections; with more or fewer of them they are in proportion.
WIDTHS = {
    Lane.gate: Width(3, 200, 1.0),
    Lane.reserved: Width(4, 100, 5.0),
    Lane.signing_in: Width(2, 40, 2.0),
    Lane.reading: Width(5, 60, 1.0),
    Lane.writing: Width(4, 60, 1.0),
    Lane.answering: Width(4, 100, 2.0),
    Lane.files: Width(2, 10, 5.0),
    Lane.attaching: Width(2, 100, 10.0),
    Lane.following: Width(1, 400, 10.0),
    Lane.jobs: Width(2, 10, 5.0),
}
USUAL = sum(width.at_once for width in WIDTHS.values())


def places_of(lane: Lane, places: int) -> int:
    """Of so many `places` in all; one at least, whatever floods the others."""
    return max(1, WIDTHS[lane].at_once * places // USUAL)


class Lanes:
    """The lanes of one web process, which runs so many requests at once."""

    def __init__(self, places: int = USUAL) -> None:
        self._places = {lane: asyncio.Semaphore(places_of(lane, places)) for lane in WIDTHS}
        self._waiting = Counter[Lane]()

    @asynccontextmanager
    async def place(self, lane: Lane) -> AsyncIterator[None]:
        """A place in the lane for as long as the block lasts. Refusal: Busy."""
        await self._take(lane)
        try:
            yield
        finally:
            self._places[lane].release()

    async def _take(self, lane: Lane) -> None:
        places, width = self._places[lane], WIDTHS[lane]
        if places.locked() and self._waiting[lane] >= width.waiting:
            raise Busy(seconds=1)
        self._waiting[lane] += 1
        try:
            async with asyncio.timeout(width.patience):
                await places.acquire()
        except TimeoutError:
            raise Busy(seconds=1) from None
        finally:
            self._waiting[lane] -= 1
