"""Whoever asked for long work may stop it, before it is begun and while it is done; nothing of it is left then."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import AuditEvent
from app.core.db import make_engine
from app.core.db import units as make_units
from app.core.installation.jobs import open_door
from app.core.installation.progress import Progress, Step
from app.core.reading import parts
from app.core.settings import Settings
from app.errands import jobs, service
from app.main import create_app
from app.needs import service as needs
from app.needs.models import Need
from tests.conftest import ClientOf
from tests.errands.test_api import ROW, asking, committee, everything_takes_long, job_of, listed

pytestmark = pytest.mark.anyio
assert asking and everything_takes_long  # fixtures


async def test_what_is_stopped_while_it_waits_is_not_done(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    await session.commit()
    async with asking(actor) as client:
        job = await job_of(client, await client.post("/needs/import", files=listed(ROW)))
        assert job["actions"] == ["stop"]
        stop = f"/errands/{job['subject_id']}/stop"
        assert (await client.post(stop)).status_code == 204
        await jobs.do_errand(job["subject_id"])
        (stopped,) = (await client.get("/jobs")).json()
        assert (stopped["status"], stopped["actions"], stopped["counts"]) == ("stopped", [], None)
        again = await client.post(stop)
    assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
    assert await session.scalar(sa.select(sa.func.count(Need.id))) == 0
    told = sa.select(AuditEvent.account_id).where(AuditEvent.event == "errand.stopped")
    assert list(await session.scalars(told)) == [actor.account_id]


@pytest.mark.parametrize("rows", [2, 1])
async def test_what_is_stopped_while_it_is_done_is_undone(
    own_database: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Between two of its parts; after the last one, when it would be kept."""
    begun, heard, done = asyncio.Event(), asyncio.Event(), list[Sequence[Any]]()

    async def in_slow_parts(items: Sequence[Any], step: Step) -> AsyncIterator[Sequence[Any]]:
        async for part in parts.in_parts(items, step):
            done.append(part)
            yield part
            begun.set()
            await heard.wait()

    async def tell(session: AsyncSession, errand_id: int, progress: Progress) -> None:
        await telling(session, errand_id, progress)
        if progress.is_stopped:
            heard.set()

    telling = service.tell
    monkeypatch.setattr(service, "tell", tell)
    monkeypatch.setattr(parts, "PART", 1)
    monkeypatch.setattr(needs, "in_parts", in_slow_parts)
    monkeypatch.setattr(jobs, "TELL_EVERY", 0.01)
    engine = make_engine(own_database)
    units = make_units(engine)
    async with units() as session:
        actor = await committee(session)

    async def authenticate(session: AsyncSession, token: str) -> Any:
        return actor

    app = create_app(Settings(), units, authenticate)
    open_door(units, app)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        listing = listed(*({**ROW, "id": str(n), "title": f"助餐点 {n}"} for n in range(rows)))
        job = await job_of(client, await client.post("/needs/import", files=listing))
        doing = asyncio.create_task(jobs.do_errand(job["subject_id"]))
        async with asyncio.timeout(20):
            await begun.wait()
            assert (await client.post(f"/errands/{job['subject_id']}/stop")).status_code == 204
            await doing
        (stopped,) = (await client.get("/jobs")).json()
    assert len(done) == 1
    assert [stopped[name] for name in ("status", "counts", "problem", "file")] == ["stopped", None, None, None]
    async with units() as session:
        assert await session.scalar(sa.select(sa.func.count(Need.id))) == 0
    await engine.dispose()
