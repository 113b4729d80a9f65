"""Jobs of results: losers priced a few at a time, so that a worker that is stopped soon comes to an end."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.errors import DomainError
from app.core.installation.jobs import AGAIN, defer, jobs, unit
from app.matching.winners.choose import Winners, best_winners
from app.tenders.comparisons import service as pricing
from app.tenders.comparisons.models import InclusionRun
from app.tenders.comparisons.rules import Contest, price

# A set of 200 bids takes the solver some 60 ms, one of 2,000 some 300 ms: a job is over within seconds.
PER_JOB = 10


@jobs.task(name="awards.price_losers", retry=AGAIN)
async def price_losers(run_id: int) -> None:
    """Price the next losers of a run, then have the rest priced by a job of its own."""
    try:
        await _price_some(run_id)
    except DomainError as fault:
        async with unit() as session:
            await pricing.fail_run(session, run_id, fault)
    async with unit() as session:
        if not await pricing.finish_run(session, run_id):
            await defer(session, price_losers, run_id=run_id)


async def _price_some(run_id: int) -> None:
    async with unit() as session:
        case = await pricing.open_run(session, run_id)
    if case is None:
        return
    best = case.best or await _keep_best(run_id, case.contest)
    for bid in case.left[:PER_JOB]:
        found = await asyncio.to_thread(price, case.contest, best, bid)
        async with unit() as session:
            await pricing.keep_price(session, run_id, found)


async def _keep_best(run_id: int, contest: Contest) -> Winners:
    solve = asyncio.to_thread(best_winners, contest.contenders, places=contest.places, budget=contest.budget)
    best = await solve
    async with unit() as session:
        await pricing.keep_best(session, run_id, best)
    return best


async def start_pricing(session: AsyncSession, actor: Actor, run: InclusionRun) -> None:
    """The first job of a run, deferred with the change that asked for it."""
    await defer(session, price_losers, run_id=run.id)


@jobs.periodic(cron="* * * * *")
@jobs.task(name="awards.resume_pricing", queueing_lock="awards.resume_pricing")
async def resume_pricing(timestamp: int) -> None:
    """A worker that was killed leaves its run where it was; it is taken up again within minutes."""
    async with unit() as session:
        for run in await pricing.silent_runs(session):
            await defer(session, price_losers, run_id=run.id)
