"""Jobs: deferred with the change, carried out after it, forgotten with it."""

import pytest
import sqlalchemy as sa

from app.core.db import make_engine, units
from app.core.jobs import defer, jobs, open_door, unit, work
from app.core.upkeep import forget_answered_requests, verify_audit

pytestmark = pytest.mark.anyio


@jobs.task(name="tests.mark")
async def mark(name: str) -> None:
    async with unit() as session:
        await session.execute(
            sa.text("INSERT INTO idempotency (who, key, request_hash, at) VALUES ('job', :n, '', now())"), {"n": name}
        )


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


async def test_the_nightly_check_of_the_audit_log_fails_on_a_broken_chain(own_database: str) -> None:
    engine = make_engine(own_database, as_owner=True)
    open_door(units(engine))
    await verify_audit(timestamp=0)
    async with units(engine)() as session:
        head = "INSERT INTO audit_heads (stream, seq, hash) VALUES ('needs:1', 1, 'x')"
        await session.execute(sa.text(head))
    with pytest.raises(RuntimeError, match="1 faults"):
        await verify_audit(timestamp=0)
    await engine.dispose()
