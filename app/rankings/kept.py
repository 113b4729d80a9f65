"""The market that a process keeps, and who renews it: one at a time, in transactions of its own, and nobody waits long.

A ranking takes the market as it stands after every edit that was committed before, as long as taking them up takes
less than `PATIENCE`; after a list of thousands was brought it may be that of a moment ago. A base is made where nothing
is held up by it: of a few rows at once, of more by a job, while the last one is used on.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.db import Units, beside
from app.core.errors import DomainError
from app.core.installation.heap import out_of_sight
from app.core.installation.jobs import AGAIN, defer, jobs, unit
from app.core.settings import settings
from app.matching.ranking.arrays.storage import SnapshotUnreadable
from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import Category, NeedRecord, OfferRecord
from app.rankings.market import (
    Market,
    State,
    built,
    edits_since,
    forget_edits,
    has_more_than,
    public_ids,
    read_fresh,
    read_reference,
    renewed,
    state_of,
    untaken,
)
from app.rankings.stored import newest, store, stored, told_of, unread_in
from app.rankings.texts import is_read, read_taxonomy, read_texts, unread_rows
from app.taxonomy.queries import reader_of

PATIENCE, FIRST_PATIENCE = 0.2, 5  # seconds
FEW = 2_000  # rows of which a base is made at once, or that lie over one until the next is made
PREPARE, READ = "rankings.prepare_market", "rankings.read_texts"
IN_ONE_GO = 200  # edited rows made ready together, so that the process stays responsive

Beside = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class MarketUnready(DomainError):
    """The first base of a large market is being made."""

    status = 503


def folder() -> Path:
    """Where bases lie: one folder for all processes of an installation, like that of attachments."""
    return settings().data_dir / "market"


class Standing(Enum):
    """Of the market beside what was committed: all of it is taken up and no newer base is there, some is not, or there
    is no market of this database."""

    current = auto()
    behind = auto()
    foreign = auto()


async def have_all_read(beside: Beside, records: Iterable[Category | NeedRecord | OfferRecord]) -> None:
    """Have a job read those of the texts that were not read yet, in turn with the one that makes the base."""
    if not is_read(records):
        async with beside() as session:
            await defer(session, read_new, once=READ, turn=PREPARE)


class Kept:
    """The market of this process; `base` is the folder that it was mapped from, if it was."""

    def __init__(self) -> None:
        self.market: Market | None = None
        self.base: Path | None = None
        self.renewal: asyncio.Task[None] | None = None

    async def standing(self, session: AsyncSession) -> Standing:
        market, state = self.market, await state_of(session)
        if market is None or market.ground.database != state.ground.database:
            return Standing.foreign
        if market.ground != state.ground or self.base != newest(folder()):
            return Standing.behind
        return Standing.behind if untaken(market, await edits_since(session, market.seen)).rows else Standing.current

    async def catch_up(self, beside: Beside, patience: float | None) -> None:
        """Renew the market, or wait for whoever does, not longer than `patience`; it is renewed on after that."""
        if self.renewal is None or self.renewal.done() or self.renewal.get_loop() is not asyncio.get_running_loop():
            self.renewal = asyncio.create_task(self._renew(beside))
        done, _ = await asyncio.wait({self.renewal}, timeout=patience)
        for renewal in done:
            renewal.result()

    async def _renew(self, beside: Beside) -> None:
        async with beside() as session:
            state, terms = await state_of(session), await read_reference(session)
        reader = await asyncio.to_thread(reader_of, terms)
        self.market = await self._newest(state, reader)
        if self.market is None or self.market.ground != state.ground or self.market.edited > FEW:
            await self._have_a_base_made(beside, reader)
        if self.market is not None:
            await self._take_up(beside, self.market)

    async def _newest(self, state: State, reader: Reader) -> Market | None:
        """The market so far, or the base on disk if that is newer; None where neither is of this database and its
        terms. One of yesterday serves until today's is made."""
        if (found := newest(folder())) != self.base:
            self.base = found
            with suppress(SnapshotUnreadable):
                if found and told_of(found)[0][:2] == state.ground[:2]:
                    mapped = await asyncio.to_thread(stored, found, reader)
                    out_of_sight()
                    return mapped
        return self.market if self.market and self.market.ground[:2] == state.ground[:2] else None

    async def _have_a_base_made(self, beside: Beside, reader: Reader) -> None:
        async with beside() as session:
            state = await state_of(session)
            if await has_more_than(session, FEW):
                return await defer(session, prepare_market, once=PREPARE, turn=PREPARE)
            taken, everything = await edits_since(session, state.seen), await public_ids(session)
            fresh = await read_fresh(session, everything, state.ground.day)
        await have_all_read(beside, [*reader.reference.categories, *fresh.needs, *fresh.offers])
        made = await asyncio.to_thread(built, state, reader, fresh)
        self.market = replace(made, taken=taken)

    async def _take_up(self, beside: Beside, market: Market) -> None:
        """What was edited since, in parts that show as they are done."""
        async with beside() as session:
            state, since = await state_of(session), await edits_since(session, market.seen)
        if not (edited := untaken(market, since)).rows:
            return
        for part in edited.parts(IN_ONE_GO):
            async with beside() as session:
                fresh = await read_fresh(session, part, market.ground.day)
            await have_all_read(beside, [*fresh.needs, *fresh.offers])
            market = self.market = await asyncio.to_thread(renewed, market, fresh)
        async with beside() as session:
            taken = await edits_since(session, state.seen)
        self.market = replace(market, seen=state.seen, taken={key: since[key] for key in since.keys() & taken.keys()})


kept = Kept()


async def market(session: AsyncSession) -> Market:
    """The market, with every edit that was committed before as far as `PATIENCE` lasts. Refusal: MarketUnready."""
    begun = time.monotonic()
    while (standing := await kept.standing(session)) is not Standing.current:
        left = begun + (PATIENCE if standing is Standing.behind else FIRST_PATIENCE) - time.monotonic()
        if left <= 0:
            break
        # On one connection for everything nothing can go on beside.
        await kept.catch_up(lambda: beside(session), left if isinstance(session.bind, AsyncEngine) else None)
        if kept.market is None:
            break
    if kept.market is None or standing is Standing.foreign:
        raise MarketUnready(seconds=FIRST_PATIENCE)
    return kept.market


async def _is_as_good(session: AsyncSession, base: Path, state: State) -> bool:
    """Whether a base is of today, and little was edited or read since."""
    with suppress(SnapshotUnreadable):
        ground, seen = told_of(base)
        if ground == state.ground and len(await edits_since(session, seen)) <= FEW:
            return unread_in(base) - await unread_rows(session) <= FEW
    return False


async def warm_market(units: Units) -> None:
    """What a process does once it has started, so that its first ranking is as fast as the next."""
    with suppress(MarketUnready, SQLAlchemyError):
        async with units() as session:
            await market(session)


@jobs.task(name=PREPARE, queueing_lock=PREPARE, retry=AGAIN)
async def prepare_market() -> None:
    """Make the base of a large market, unless there is one by now; once more when many of its texts were read, which
    takes the model minutes for a city: until then they are ranked by their words."""
    await read_taxonomy()
    await _make_base()
    await read_texts(as_edits=not await _much_is_unread())
    await _make_base()


@jobs.task(name=READ, queueing_lock=READ, retry=AGAIN)
async def read_new() -> None:
    """Read what was not read yet of the taxonomy and of all that is public; where that is much, make a base of it."""
    if await _much_is_unread():
        return await prepare_market()
    await read_taxonomy()
    await read_texts(as_edits=True)


async def _much_is_unread() -> bool:
    async with unit() as session:
        return await unread_rows(session) > FEW


async def _make_base() -> None:
    """Unless one is as good; edits that it holds are told nobody any more."""
    async with unit() as session:
        state, terms = await state_of(session), await read_reference(session)
        if (found := newest(folder())) and await _is_as_good(session, found, state):
            return
        fresh = await read_fresh(session, await public_ids(session), state.ground.day)
    made = await asyncio.to_thread(lambda: built(state, reader_of(terms), fresh))
    await asyncio.to_thread(store, made, folder())
    async with unit() as session:
        await forget_edits(session, made.seen)
