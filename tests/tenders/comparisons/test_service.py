"""Losers priced by jobs: seen as they come, taken up where they were left, asked again when the ranking changed."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock
from app.core.db import Units, make_engine
from app.core.db import units as make_units
from app.core.errors import Denied, NotFound
from app.core.installation.jobs import open_door, work
from app.parties.rules import PartyKind
from app.tenders.awards import service
from app.tenders.awards.models import LotResult
from app.tenders.awards.policy import read_result
from app.tenders.bids.models import Bid
from app.tenders.comparisons import service as pricing
from app.tenders.comparisons.jobs import PER_JOB, price_losers, resume_pricing
from app.tenders.comparisons.models import InclusionPrice, InclusionRun
from app.tenders.comparisons.queries import PricedLosers, compared_lots
from app.tenders.comparisons.rules import RunStatus
from app.tenders.notices.models import Lot, Tender
from app.tenders.profiles.rules import OverspendRule
from tests.conftest import TODAY
from tests.factories.awards import Scored, bidder_of, live_awards, make_scored, propose
from tests.factories.notices import lots_of, make_tender
from tests.factories.panels import purchaser_of
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
# Two winners and twelve losers, each two points behind the one before.
MANY: list[Scored] = [(96 - 2 * n, 20_000) for n in range(14)]
DEFERRED = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'awards.price_losers' AND status = 'todo'"
# Kills itself in the transaction that writes the fifth price, before it commits. Its clock is the test's: by the real
# one the run has been silent for years, and the sweep that a worker starts with would ask for it a second time.
WORKER = """
import asyncio, os, signal, sys
from contextlib import asynccontextmanager
from datetime import datetime
import sqlalchemy as sa
import app.main
from app.core.clock import SimulatedClock
from app.core.db import make_engine, units
from app.core.installation.jobs import work

real = units(make_engine(sys.argv[1]), clock=SimulatedClock(datetime.fromisoformat(sys.argv[2])))

@asynccontextmanager
async def door():
    async with real() as session:
        yield session
        if await session.scalar(sa.text("SELECT count(*) FROM inclusion_prices")) == 5:
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(work(sys.argv[1], door, until_empty=True))
"""


@dataclass
class Objection:
    """What awards need to know of one."""

    tender_id: int
    lot_id: int | None = None
    id: int = 1


async def asked(session: AsyncSession, tender: Tender, lot: str = "L1") -> InclusionRun:
    return await pricing.price_inclusion(session, purchaser_of(tender), tender.id, lot)


async def make_asked(session: AsyncSession, *scored: Scored) -> InclusionRun:
    tender = await make_scored(session, *scored, places=2)
    await propose(session, tender)
    return await asked(session, tender)


async def prices(session: AsyncSession, run: InclusionRun) -> dict[str, tuple[Decimal | None, list[str], list[str]]]:
    query = sa.select(Bid.ref, InclusionPrice).join(Bid, Bid.id == InclusionPrice.bid_id).order_by(Bid.ref)
    rows = await session.execute(query.where(InclusionPrice.run_id == run.id))
    return {ref or "": (row.price, row.instead_of, row.joined) for ref, row in rows}


async def progress(session: AsyncSession, run: InclusionRun) -> tuple[RunStatus, int, int]:
    await session.refresh(run)
    rows = await session.scalar(sa.select(sa.func.count()).where(InclusionPrice.run_id == run.id))
    assert rows == run.done
    return run.status, run.done, run.total


async def shown(session: AsyncSession, actor: Actor, tender: Tender) -> PricedLosers | None:
    _, result = await read_result(session, actor, tender.id)
    (lot,) = await compared_lots(session, tender, result)
    return lot.inclusion


async def test_every_loser_is_priced_against_the_best_set(session: AsyncSession, units: Units) -> None:
    tender = await make_scored(session, (90, 30_000), (85, 20_000), (80, 20_000), (70, 10_000), places=2, budget=50_000)
    await propose(session, tender)
    run = await asked(session, tender)
    await session.commit()
    open_door(units)
    await price_losers(run.id)
    assert await progress(session, run) == (RunStatus.done, 2, 2)
    assert run.proven_at == TODAY.replace(month=12, day=1, hour=9)
    assert await prices(session, run) == {
        "B03": (Decimal("5.0000"), ["B02"], []),
        "B04": (Decimal("15.0000"), ["B02"], []),
    }
    assert run.best == {"awards": ["B01", "B02"], "amount": "50000.00", "score": "175", "bound": "175"}


async def test_a_reader_sees_the_run_move(session: AsyncSession, units: Units) -> None:
    run = await make_asked(session, *MANY)
    await session.commit()
    seen = [await progress(session, run)]
    open_door(units)
    for _ in range(2):
        await price_losers(run.id)
        seen.append(await progress(session, run))
    assert seen == [
        (RunStatus.waiting, 0, 12),
        (RunStatus.running, PER_JOB, 12),
        (RunStatus.done, 12, 12),
    ]


async def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(own_database: str) -> None:
    """Killed while it writes the fifth price: four stand, and minutes later the next worker goes on."""
    engine, clock = make_engine(own_database), SimulatedClock(TODAY)
    door = make_units(engine, clock=clock)
    async with door() as session:
        run = await make_asked(session, *MANY)
    call = [sys.executable, "-c", WORKER, own_database, TODAY.isoformat()]
    assert subprocess.run(call, check=False, env={**os.environ}).returncode == -signal.SIGKILL
    async with door() as session:
        cut_short = await progress(session, await session.merge(run))
        stand = await prices(session, run)
        await session.execute(sa.update(InclusionRun).values(moved_at=clock.at - pricing.SILENCE))
    open_door(door)
    await resume_pricing(timestamp=0)
    async with door() as session:
        too_early = await session.scalar(sa.text(DEFERRED))
        await session.execute(sa.update(InclusionRun).values(moved_at=clock.at - 2 * pricing.SILENCE))
    await resume_pricing(timestamp=0)
    await work(own_database, door, until_empty=True)
    async with door() as session:
        ended = await progress(session, await session.merge(run))
        found = await prices(session, run)
    await engine.dispose()
    assert (cut_short, too_early, ended) == ((RunStatus.running, 4, 12), 0, (RunStatus.done, 12, 12))
    assert list(stand.items()) == list(found.items())[:4]
    assert [price for price, _, _ in found.values()] == [Decimal(2 * n) for n in range(1, 13)]


async def test_two_workers_on_one_run_write_every_price_once(own_database: str) -> None:
    engine = make_engine(own_database)
    door = make_units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        run = await make_asked(session, *MANY)
    open_door(door)
    await asyncio.gather(price_losers(run.id), price_losers(run.id))
    await work(own_database, door, until_empty=True)
    async with door() as session:
        ended = await progress(session, await session.merge(run))
    await engine.dispose()
    assert ended == (RunStatus.done, 12, 12)


async def test_a_job_that_is_cancelled_leaves_what_it_priced(own_database: str) -> None:
    engine = make_engine(own_database)
    real = make_units(engine, clock=SimulatedClock(TODAY))
    async with real() as session:
        run = await make_asked(session, *MANY)
    units_left = 5

    @asynccontextmanager
    async def door():  # type: ignore[no-untyped-def]
        nonlocal units_left
        units_left -= 1
        if units_left == 0:
            raise asyncio.CancelledError
        async with real() as session:
            yield session

    open_door(door)
    with suppress(asyncio.CancelledError):
        await price_losers(run.id)
    async with real() as session:
        cut_short = await progress(session, await session.merge(run))
    await engine.dispose()
    assert cut_short == (RunStatus.running, 2, 12)


async def test_asked_again_nothing_is_begun_anew_and_it_is_on_record_once(session: AsyncSession, units: Units) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await propose(session, tender)
    first, second = await asked(session, tender), await asked(session, tender)
    await session.commit()
    open_door(units)
    await price_losers(first.id)
    third = await asked(session, tender)
    await session.commit()
    jobs = await session.scalar(sa.text(DEFERRED))
    query = sa.select(AuditEvent.event, AuditEvent.facts["bids"].as_integer())
    events = await session.execute(query.where(AuditEvent.event.like("inclusion.%")).order_by(AuditEvent.seq))
    assert (first.id == second.id == third.id, jobs) == (True, 1)
    assert [tuple(row) for row in events] == [("inclusion.asked", 1), ("inclusion.priced", 1)]


async def test_a_run_that_failed_says_why_and_may_be_asked_for_again(session: AsyncSession, units: Units) -> None:
    """A budget in which no computer could prove a sum: nothing is decided on it."""
    run = await make_asked(session, (90, 20_000), (80, 20_000), (70, 20_000))
    how = await session.get_one(LotResult, run.lot_result_id)
    fine = [
        [key, score, f"20000.{n:02}", groups] for n, (key, score, _, groups) in enumerate(how.ranking["contenders"], 1)
    ]
    right, how.ranking = how.ranking, {**how.ranking, "budget": "99999999999.99", "contenders": fine}
    await session.commit()
    open_door(units)
    await price_losers(run.id)
    assert (await progress(session, run), run.fault) == ((RunStatus.failed, 0, 1), "WinnersUnproven")
    how.ranking = right
    await session.commit()
    lot = await session.get_one(Lot, run.lot_id)
    tender = await session.get_one(Tender, lot.tender_id)
    assert (await asked(session, tender)).id == run.id
    await session.commit()
    await price_losers(run.id)
    assert (await progress(session, run), run.fault) == ((RunStatus.done, 1, 1), None)


async def test_a_run_is_outdated_once_the_ranking_changed_and_asked_for_anew(
    session: AsyncSession, units: Units
) -> None:
    """B01 declines its cut, so others lose than before."""
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    scored = [(90, 30_000), (85, 30_000), (80, 24_000), (75, 20_000), (60, 9_000), (50, 9_000)]
    await make_scored(session, *scored, tender=tender, places=4)
    await propose(session, tender)
    old = await asked(session, tender)
    await session.commit()
    open_door(units)
    await price_losers(old.id)
    award = (await live_awards(session, tender))["B01"]
    await service.decline_cut(session, bidder_of(award), award.id)
    await propose(session, tender)
    stale = await shown(session, purchaser_of(tender), tender)
    new = await asked(session, tender)
    fresh = await shown(session, purchaser_of(tender), tender)
    assert stale is not None and fresh is not None
    assert (stale.run.id, stale.is_outdated, len(stale.rows)) == (old.id, True, 2)
    assert (fresh.run.id, fresh.is_outdated, len(fresh.rows)) == (new.id, False, 0)


async def test_proposed_again_on_the_same_ranking_the_prices_stand(session: AsyncSession, units: Units) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await propose(session, tender)
    run = await asked(session, tender)
    await propose(session, tender)
    seen = await shown(session, purchaser_of(tender), tender)
    assert seen is not None
    assert (seen.run.id, seen.is_outdated, (await asked(session, tender)).id) == (run.id, False, run.id)


async def test_what_is_shown_to_all_does_not_tell_of_a_proposal_that_is_not_out(session: AsyncSession) -> None:
    """After an accepted objection the purchaser proposes again and has the losers of that priced."""
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await propose(session, tender)
    staff = purchaser_of(tender)
    await service.publish_result(session, staff, tender.id)
    (lot,) = await lots_of(session, tender)
    await service.hold_awards(session, staff, Objection(tender.id))
    await service.revoke_awards(session, staff, Objection(tender.id))
    lot.places = 2
    await propose(session, tender)
    await asked(session, tender)
    assert await shown(session, RESIDENT, tender) is None
    assert await shown(session, staff, tender) is not None


async def test_a_result_of_before_rankings_were_kept_is_priced_as_well(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    result = await propose(session, tender)
    query = sa.select(LotResult).where(LotResult.result_id == result.id)
    (how,) = await session.scalars(query)
    kept = how.ranking, how.equal_shares
    how.ranking = how.equal_shares = None
    await asked(session, tender)
    assert (how.ranking, how.equal_shares) == kept


async def test_only_the_bureau_that_buys_has_losers_priced(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    await propose(session, tender)
    (loser,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B02", Bid.tender_id == tender.id))
    other = await make_party(session, PartyKind.bureau, area_code="530111000000")
    for actor in (bidder_of(loser), RESIDENT, Actor(1, Role.purchaser, other.id)):
        with pytest.raises(Denied):
            await pricing.price_inclusion(session, actor, tender.id, "L1")


async def test_there_is_nothing_to_price_before_a_result_or_in_a_lot_that_is_not_there(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000))
    with pytest.raises(NotFound):
        await asked(session, tender)
    await propose(session, tender)
    with pytest.raises(NotFound):
        await asked(session, tender, "L9")


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (
            "UPDATE inclusion_runs SET done = total + 1, status = 'running', proven_at = NULL",
            "ck_inclusion_runs_done_within_total",
        ),
        (
            "UPDATE inclusion_runs SET done = -1, status = 'running', proven_at = NULL",
            "ck_inclusion_runs_done_within_total",
        ),
        ("UPDATE inclusion_runs SET proven_at = NULL", "ck_inclusion_runs_done_has_date"),
        ("UPDATE inclusion_runs SET done = 0", "ck_inclusion_runs_done_is_complete"),
        ("UPDATE inclusion_runs SET fault = 'X'", "ck_inclusion_runs_failed_has_fault"),
        ("UPDATE inclusion_runs SET best = NULL", "ck_inclusion_runs_priced_against_the_best"),
        ("UPDATE inclusion_prices SET price = -0.0001", "ck_inclusion_prices_never_negative"),
        ("UPDATE inclusion_prices SET price = NULL", "ck_inclusion_prices_price_or_reason"),
        ("UPDATE inclusion_prices SET reason = 'unproven'", "ck_inclusion_prices_price_or_reason"),
        ("INSERT INTO inclusion_prices SELECT * FROM inclusion_prices", "pk_inclusion_prices"),
    ],
)
async def test_the_database_itself_refuses_a_run_that_cannot_be(
    session: AsyncSession, units: Units, changed: str, name: str
) -> None:
    run = await make_asked(session, (90, 20_000), (80, 20_000), (70, 20_000))
    await session.commit()
    open_door(units)
    await price_losers(run.id)
    with pytest.raises(IntegrityError) as refused:
        await session.execute(sa.text(changed))
    assert str(refused.value.orig.diag.constraint_name) == name  # type: ignore[union-attr]
