"""The audit log: what is recorded is chained, and what is tampered with is found."""

from dataclasses import dataclass

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.audit import AuditEvent, AuditFault, verify
from app.core.clock import now
from app.core.db import Units, make_engine
from app.core.db import units as open_units
from app.core.events import happened

pytestmark = pytest.mark.anyio
CLERK = Actor(7, Role.committee, 3, "530114003004")


@dataclass
class Thing:
    """Anything with a table and a number can be a subject; no room listens to its events."""

    id: int
    __tablename__ = "things"


async def happen(units: Units, *events: str, stream: str = "things:1") -> None:
    async with units() as session:
        for event in events:
            await happened(
                session, CLERK, event, Thing(1), await now(session), stream=stream, amount="12.00", zh="需求"
            )


async def committed(url: str, tamper: str) -> list[AuditFault]:
    """Two streams written for good, then `tamper` by a superuser, then verified."""
    engine = make_engine(url)
    door = open_units(engine)
    await happen(door, "thing.made", "thing.changed", "thing.gone")
    await happen(door, "thing.made", "thing.changed", stream="things:2")
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("ALTER TABLE audit_events DISABLE TRIGGER USER")
        superuser.execute(tamper)
    async with door() as session:
        _count, faults = await verify(session)
    await engine.dispose()
    return faults


async def test_events_of_a_stream_are_numbered_and_chained(units: Units, session: AsyncSession) -> None:
    await happen(units, "thing.made", "thing.changed")
    rows = list((await session.execute(sa.select(AuditEvent).order_by(AuditEvent.seq))).scalars())
    assert [(row.seq, row.event, row.prev) for row in rows] == [
        (1, "thing.made", None),
        (2, "thing.changed", rows[0].hash),
    ]
    assert await verify(session) == (2, [])


async def test_a_use_case_that_fails_leaves_no_event(units: Units, session: AsyncSession) -> None:
    with pytest.raises(ZeroDivisionError):
        async with units() as unit:
            await happened(unit, CLERK, "thing.made", Thing(1), await now(unit))
            raise ZeroDivisionError
    assert await verify(session) == (0, [])


@pytest.mark.parametrize("change", ["UPDATE audit_events SET role = 'admin'", "DELETE FROM audit_events"])
async def test_the_application_cannot_change_what_is_written(units: Units, session: AsyncSession, change: str) -> None:
    await happen(units, "thing.made")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(sa.text(change))


async def test_even_the_owner_is_stopped_by_a_trigger(own_database: str) -> None:
    engine = make_engine(own_database)
    await happen(open_units(engine), "thing.made")
    await engine.dispose()
    with psycopg.connect(own_database) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM audit_events")


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        ("SELECT 1", None),
        ("UPDATE audit_events SET facts = '{}' WHERE stream = 'things:1' AND seq = 2", ("things:1", 2, "altered")),
        ("UPDATE audit_events SET at = at + interval '1 s' WHERE seq = 3", ("things:1", 3, "altered")),
        ("DELETE FROM audit_events WHERE stream = 'things:1' AND seq = 2", ("things:1", 2, "missing")),
        ("DELETE FROM audit_events WHERE stream = 'things:1' AND seq = 3", ("things:1", 3, "cut_off")),
        ("DELETE FROM audit_events WHERE stream = 'things:2'", ("things:2", 1, "cut_off")),
    ],
)
async def test_a_superusers_tampering_is_found_where_it_happened(
    own_database: str, tamper: str, fault: tuple[str, int, str] | None
) -> None:
    assert await committed(own_database, tamper) == ([AuditFault(*fault)] if fault else [])
