"""One clock: the database's. `shuangxuan_now()` answers `clock_timestamp()`, unless the transaction runs at a
simulated instant (a replayed season), and triggers and deadlines ask the same function."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import TIMESTAMP, event, func, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from app.core.days.calendar import SHANGHAI

NOW = func.shuangxuan_now(type_=TIMESTAMP(timezone=True))
SET_NOW = text("SELECT set_config('shuangxuan.now', :now, true)")


class SimulatedClock:
    """An instant that stands still until it is moved; kept in `session.info["clock"]`."""

    def __init__(self, at: datetime) -> None:
        self.at = at


async def now(session: AsyncSession) -> datetime:
    """The instant by the database clock. Ask after taking the locks that a deadline depends on."""
    at: datetime = (await session.execute(text("SELECT shuangxuan_now()"))).scalar_one()
    return at.astimezone(SHANGHAI)


async def move_clock(session: AsyncSession, at: datetime) -> None:
    """Let this session run at `at` from here on; only replays and tests call it."""
    session.info["clock"] = SimulatedClock(at)
    await session.execute(SET_NOW, {"now": at.isoformat()})


@event.listens_for(Session, "after_begin")
def _set_simulated_now(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    clock: SimulatedClock | Callable[[], datetime] | None = session.info.get("clock")
    if isinstance(clock, SimulatedClock):
        connection.execute(SET_NOW, {"now": clock.at.isoformat()})
