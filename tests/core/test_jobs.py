"""Jobs: deferred with the change, carried out after it, forgotten with it."""

import pytest
import sqlalchemy as sa

from app.core.db import make_engine, units
from app.core.jobs import defer, jobs, unit, work

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
