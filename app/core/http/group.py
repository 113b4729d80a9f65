"""Requests of one kind that come at once, in one transaction: it costs a journey a statement and one wait for the disk,
however many they are (decision 0018).

Each runs as it would alone; only what it asks of the database is asked for all together (`db.together`), once each has
asked or is through, and none is answered before the commit. Where one is refused, or anything fails, nothing of the
group stays, and each is done apart by the way of all other requests.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import append_noted_events
from app.core.db import Asked, Row, Units, together
from app.core.errors import Busy
from app.core.http.lanes import WIDTHS, Lane, Lanes

MOST = 64  # requests of a group
PAUSE, PAUSES = 0.001, 10  # seconds; so often at most
Heard = asyncio.Future[list[Row | None]]


class Apart(Exception):
    """The group was undone."""


class Group:
    """Some requests in one transaction. `session` is theirs: bound to no database, which they reach by `together`."""

    def __init__(self, size: int, session: AsyncSession) -> None:
        self.session = AsyncSession(info=session.info | {"shared_by": self})
        self._real, self._size, self._is_whole = session, size, True
        self._asking, self._through = dict[Heard, Sequence[Asked]](), list[Heard]()
        self._is_at_rest, self._is_over = asyncio.Event(), asyncio.Event()

    async def ask(self, asked: Sequence[Asked]) -> list[Row | None]:
        """What `together` answers. Refusal: Apart."""
        self._check_whole()
        self._asking[heard := Heard()] = asked
        return await self._wait(heard)

    async def be_through(self) -> None:
        """Wait for the commit. Refusal: Apart, or what went wrong while it was on its way."""
        self._check_whole()
        self._through.append(heard := Heard())
        await self._wait(heard)

    async def break_up(self) -> None:
        """One of them was refused: wait until nothing is left of the group."""
        self.let_go()
        await self._is_over.wait()

    def let_go(self) -> None:
        """One of them fails, or was given up: the others are not waited for."""
        self._is_whole = False
        self._is_at_rest.set()

    def _check_whole(self) -> None:
        """Before anything is left to be answered that nobody will wait for. Refusal: Apart."""
        if not self._is_whole:
            raise Apart

    async def _wait(self, heard: Heard) -> list[Row | None]:
        if len(self._asking) + len(self._through) == self._size:
            self._is_at_rest.set()
        return await heard

    async def carry_out(self) -> None:
        """All that is asked until every request is through, then what was left for the end. Refusal: Apart."""
        while len(self._through) < self._size:
            await self._is_at_rest.wait()
            if not self._is_whole:
                raise Apart
            self._is_at_rest.clear()
            await self._answer()
        self._real.info.update(self.session.info, shared_by=None)
        await self._real.run_sync(append_noted_events)
        if not self._is_whole:
            raise Apart

    async def _answer(self) -> None:
        rows = iter(await together(self._real, *(one for asked in self._asking.values() for one in asked)))
        asking, self._asking = self._asking, {}
        for heard, asked in asking.items():
            answer = [next(rows) for _ in asked]
            if not heard.done():
                heard.set_result(answer)

    def end(self, fault: Exception | None = None) -> None:
        """Tell everybody who waits: None where it was committed."""
        self._is_whole = False
        self._is_over.set()
        for heard in (*self._asking, *self._through):
            if heard.done():
                continue
            if fault:
                heard.set_exception(fault)
            else:
                heard.set_result([])


class Groups:
    """The groups of one lane, one after the other: who comes while one is under way waits for the next one."""

    def __init__(self, lanes: Lanes, lane: Lane, door: Units) -> None:
        self._lanes, self._lane, self._door = lanes, lane, door
        self._waiting = list[asyncio.Future[Group]]()
        self._under_way: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def place(self) -> AsyncIterator[AsyncSession]:
        """A place in a group; leaving it waits for the commit. Refusals: Busy; Apart, whatever it was that failed, here
        or with another one, before the commit."""
        if len(self._waiting) >= WIDTHS[self._lane].waiting:
            raise Busy(seconds=1)
        group = await self._joined()
        try:
            yield group.session
        except asyncio.CancelledError:
            group.let_go()
            raise
        except Exception as fault:
            await group.break_up()
            raise Apart from fault
        await group.be_through()

    async def _joined(self) -> Group:
        self._waiting.append(joined := asyncio.Future[Group]())
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._carry_out())
        try:
            return await joined
        except asyncio.CancelledError:
            if joined.done() and not joined.cancelled() and not joined.exception():
                joined.result().let_go()
            raise

    async def _carry_out(self) -> None:
        while self._waiting:
            await self._gather()
            joining, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if present := [each for each in joining if not each.done()]:
                await self._carry_out_one(present)

    async def _gather(self) -> None:
        """As long as somebody comes, others may: a journey costs the same however many share it."""
        for _ in range(PAUSES):
            before = len(self._waiting)
            await asyncio.sleep(PAUSE)
            if len(self._waiting) == before:
                break

    async def _carry_out_one(self, joining: list[asyncio.Future[Group]]) -> None:
        """What goes wrong after everything was carried out is told as it is: it may have been committed."""
        group: Group | None = None
        is_carried_out = False
        try:
            async with self._lanes.place(self._lane), self._door() as session:
                group = Group(len(joining), session)
                for each in joining:
                    if not each.done():
                        each.set_result(group)
                    else:
                        group.let_go()
                await group.carry_out()
                is_carried_out = True
        except Exception as fault:
            if group:
                group.end(fault if is_carried_out else Apart())
            for each in joining:
                if not each.done():
                    each.set_exception(Apart())
        else:
            group.end()
