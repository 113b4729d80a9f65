"""Jobs: deferred with the change, carried out after it, forgotten with it."""

import asyncio
import re
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.accounts.policy import authenticate
from app.core.db import make_engine, units
from app.core.http.upkeep import forget_answered_requests, take_up_stalled_jobs
from app.core.installation.jobs import defer, jobs, keep_working, unit, work
from app.core.installation.queue import access_failed, failed_jobs, job_kinds
from app.core.settings import Settings
from app.main import create_app

pytestmark = pytest.mark.anyio


@jobs.task(name="tests.mark")
async def mark(name: str) -> None:
    async with unit() as session:
        await session.execute(
            sa.text("INSERT INTO idempotency (who, key, request_hash, at) VALUES ('job', :n, '', now())"), {"n": name}
        )


@jobs.task(name="tests.break_off")
async def break_off(secret: str) -> None:
    async with unit() as session:
        await access_failed(session, 0)


async def marks(url: str) -> list[str]:
    engine = make_engine(url)
    door = units(engine)
    await work(url, door, until_empty=True)
    async with door() as session:
        found = list((await session.execute(sa.text("SELECT key FROM idempotency ORDER BY key"))).scalars())
    await engine.dispose()
    return found


async def test_a_job_deferred_in_a_transaction_runs_after_its_commit(own_database: str) -> None:
    engine = make_engine(own_database)
    async with units(engine)() as session:
        await defer(session, mark, name="a")
        await defer(session, mark, name="b")
    await engine.dispose()
    assert await marks(own_database) == ["a", "b"]


async def test_a_job_of_a_transaction_that_failed_is_never_run(own_database: str) -> None:
    engine = make_engine(own_database)
    with pytest.raises(ZeroDivisionError):
        async with units(engine)() as session:
            await defer(session, mark, name="a")
            raise ZeroDivisionError
    await engine.dispose()
    assert await marks(own_database) == []


async def test_a_worker_that_fails_is_started_again_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.installation.beside.FIRST_PAUSE", 0.0)
    runs: list[str] = []
    third = asyncio.Event()

    async def fail(url: str, *_: object) -> None:
        runs.append(url)
        if len(runs) == 1:
            raise OSError("the database is gone")
        if len(runs) == 3:
            third.set()
            await asyncio.Event().wait()

    monkeypatch.setattr("app.core.installation.jobs.work", fail)
    working = asyncio.create_task(keep_working("here", units(make_engine("postgresql://nowhere"))))
    await asyncio.wait_for(third.wait(), 5)
    working.cancel()
    await asyncio.wait({working})
    assert (runs, working.cancelled()) == (["here"] * 3, True)


async def test_the_job_of_a_killed_worker_is_carried_out_by_another(own_database: str) -> None:
    engine = make_engine(own_database)
    async with units(engine)() as session:
        await defer(session, mark, name="a")
        worker = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        number = (await session.execute(sa.text(worker))).scalar_one()
        taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :number"
        await session.execute(sa.text(taken), {"number": number})
        await defer(session, take_up_stalled_jobs, timestamp=0)
    await engine.dispose()
    await marks(own_database)
    assert await marks(own_database) == ["a"]


async def test_a_stalled_job_whose_like_already_waits_is_given_up_and_the_next_one_taken_up(own_database: str) -> None:
    engine = make_engine(own_database)
    async with units(engine)() as session:
        for name, once in (("a", "only"), ("b", None)):
            await defer(session, mark, name=name, once=once)
        worker = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        number = (await session.execute(sa.text(worker))).scalar_one()
        taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :number"
        await session.execute(sa.text(taken), {"number": number})
        await defer(session, mark, name="a", once="only")
        await defer(session, mark, name="c", once="only")
        await defer(session, take_up_stalled_jobs, timestamp=0)
    await engine.dispose()
    await marks(own_database)
    assert sorted(await marks(own_database)) == ["a", "b"]


@pytest.fixture
async def web(own_database: str) -> AsyncIterator[tuple[FastAPI, AsyncClient]]:
    engine = make_engine(own_database)
    app = create_app(Settings(), units(engine), authenticate)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1/api/v1") as client:
        yield app, client
    await engine.dispose()


async def test_readiness_tells_when_the_worker_is_dead(web: tuple[FastAPI, AsyncClient], own_database: str) -> None:
    app, client = web
    assert (await client.get("/health/ready")).status_code == 200
    engine = make_engine(own_database)
    worker = app.state.worker = SimpleNamespace(is_working=False)
    for working, beat, answer in ((False, True, 503), (True, False, 503), (True, True, 200)):
        worker.is_working = working
        async with units(engine)() as session:
            await session.execute(sa.text("DELETE FROM procrastinate_workers"))
            if beat:
                await session.execute(sa.text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json().get("code")) == (answer, "WorkerAway" if answer == 503 else None)
    await engine.dispose()


async def test_readiness_tells_when_the_database_is_away(web: tuple[FastAPI, AsyncClient]) -> None:
    app, client = web
    engine = make_engine("postgresql://127.0.0.1:1/nowhere")
    app.state.units = units(engine)
    ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status_code, ready.json()["code"], live.status_code) == (503, "DatabaseAway", 200)
    await engine.dispose()


async def test_requests_answered_a_month_ago_are_forgotten_and_later_ones_kept(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine)
    async with door() as session:
        for key, days in (("old", 31), ("new", 29)):
            await session.execute(
                sa.text(
                    "INSERT INTO idempotency (who, key, request_hash, at)"
                    " VALUES ('x', :key, '', now() - :days * interval '1 day')"
                ),
                {"key": key, "days": days},
            )
        await defer(session, forget_answered_requests, timestamp=0)
    await engine.dispose()
    assert await marks(own_database) == ["new"]


async def test_what_a_job_breaks_off_with_is_kept_beside_it_without_its_words(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine)
    async with door() as session:
        await defer(session, break_off, secret="张三 13800138000")
    await work(own_database, door, until_empty=True)
    async with door() as session:
        (kind,), (failed,) = await job_kinds(session), await failed_jobs(session)
        assert (kind.kind, kind.waiting, kind.running, kind.failed) == ("tests.break_off", 0, 0, 1)
        reason = failed.reason or ""
        assert re.fullmatch(r"NotFound app/core/installation/queue\.py:[0-9]+", reason), reason
        assert failed.kind == "tests.break_off"
        assert failed.failed_at is not None
    await engine.dispose()
