"""A second database to read from: a streaming replica of the first, asked while it is there and not far behind.

How far it is behind is told by the primary's positions in its log, not by the clocks of either: every second the
primary says how far it has come, and the replica is as fresh as the newest of these that it has replayed. So one that
is cut off from its primary, and thinks that it has everything, is found out, too.
"""

import asyncio
import time
from collections import deque
from enum import StrEnum

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.db import make_engine, units

MOST_BEHIND = 5.0  # seconds
LOOK_EVERY, ANSWER_WITHIN = 1.0, 2.0
BESIDE_READERS = 2  # connections: of the look, and of the question whether a page still stands
WHICH = "current_database() || ' of ' || (SELECT system_identifier FROM pg_control_system())"
WRITTEN = sa.text(f"SELECT {WHICH}, CAST(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') AS bigint)")
REPLAYED = sa.text(f"SELECT {WHICH}, CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS bigint)")
# One whose machine has gone without a word is given up, not waited for.
GIVEN_UP = {"connect_timeout": 3, "tcp_user_timeout": 3_000}
log = structlog.get_logger()


class Fitness(StrEnum):
    fit = "fit"
    behind = "behind"
    away = "away"
    foreign = "foreign"  # no replica, or one of another database


class Freshness:
    """Of which moment everything has been replayed, for all that is known."""

    def __init__(self) -> None:
        self._ahead = deque[tuple[int, float]](maxlen=60)
        self._as_of = float("-inf")

    def written(self, position: int, at: float) -> None:
        """So far the primary had come at `at`."""
        self._ahead.append((position, at))

    def behind(self, replayed: int, at: float) -> float:
        """Seconds by which a replica that has come to `replayed` is behind at the most."""
        while self._ahead and self._ahead[0][0] <= replayed:
            self._as_of = self._ahead.popleft()[1]
        return at - self._as_of


class Replica:
    """`door` opens a transaction on it, for so many `readers` at once; whether to use it says `is_fit`, as of the last
    look."""

    def __init__(self, url: str, primary: AsyncEngine, readers: int) -> None:
        self._engine = make_engine(url, pool_size=readers + BESIDE_READERS, pressed=0, connecting=GIVEN_UP)
        self._primary, self._freshness = primary, Freshness()
        self.door = units(self._engine)
        self.fitness = Fitness.away

    @property
    def is_fit(self) -> bool:
        return self.fitness is Fitness.fit

    def failed(self) -> None:
        """A transaction on it broke off: until the next look it is not asked."""
        self._is(Fitness.away)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        try:
            while True:
                self._is(await self.look())
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await self._engine.dispose()

    async def look(self) -> Fitness:
        own = await self._primary_written()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                its, replayed = await _said(self._engine, REPLAYED)
        except (SQLAlchemyError, OSError, TimeoutError):
            return Fitness.away
        if replayed is None or own not in {None, its}:
            return Fitness.foreign
        is_behind = self._freshness.behind(replayed, time.monotonic()) > MOST_BEHIND
        return Fitness.behind if is_behind else Fitness.fit

    async def _primary_written(self) -> str | None:
        """Note how far it has come; which database it is, None while it does not answer."""
        at = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                which, position = await _said(self._primary, WRITTEN)
        except (SQLAlchemyError, OSError, TimeoutError):
            return None
        self._freshness.written(position or 0, at)
        return which

    def _is(self, fitness: Fitness) -> None:
        if fitness is not self.fitness:
            self.fitness = fitness
            log.warning("replica_is", fitness=fitness.value)


async def _said(engine: AsyncEngine, question: sa.TextClause) -> tuple[str, int | None]:
    async with engine.connect() as connection:
        which, position = (await connection.execute(question)).one()
    return which, position
