"""Sessions of tests: planned under a contract that is carried out, attended, held; call-backs drawn and answered."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.days.calendar import SHANGHAI
from app.service_sessions import service
from app.service_sessions.models import CallBack, CallBackDraw, ServiceSession, SignIn
from app.service_sessions.rules import CallBackStatus, DrawStatus, Plan, SessionKind, SessionStatus, SignInKind
from tests.factories.contracts import contractor, evaluator
from tests.factories.notices import set_clock

C = CallBackStatus


def plan_of(contract: Contract, **facts: Any) -> Plan:
    """Two hours on the contract's second day, unless `facts` say otherwise."""
    starts = datetime.combine(contract.starts_on + timedelta(days=1), datetime.min.time(), SHANGHAI)
    given = {"starts_at": starts.replace(hour=14), "ends_at": starts.replace(hour=16), "planned": 40, "counts_for": [0]}
    return Plan(**{"kind": SessionKind.activity, "title": "邻里茶话会", "place": "活动室", **given, **facts})


async def make_session(session: AsyncSession, contract: Contract, **facts: Any) -> ServiceSession:
    return await service.plan_service_session(session, contractor(contract), contract.id, plan_of(contract, **facts))


async def make_going_on(session: AsyncSession, contract: Contract, **facts: Any) -> ServiceSession:
    """A session that takes place now: the clock is moved into it."""
    planned = await make_session(session, contract, **facts)
    await set_clock(session, planned.starts_at + timedelta(minutes=10))
    return planned


async def make_held(session: AsyncSession, contract: Contract, rows: int, **facts: Any) -> ServiceSession:
    """A session that was held, with a paper list of so many rows."""
    held, actor = await make_going_on(session, contract, **facts), contractor(contract)
    await service.enter_list(session, actor, held.id, rows)
    return await service.conclude_service_session(session, actor, held.id)


async def make_draw(session: AsyncSession, contract: Contract, **facts: Any) -> CallBackDraw:
    who = await evaluator(session, contract)
    return await service.draw_call_backs(session, who, contract.id, **facts)


async def drawn_in(session: AsyncSession, draw: CallBackDraw) -> list[int]:
    """The sign-ins that were drawn, in the order of their lots."""
    query = sa.select(CallBack.sign_in_id).where(CallBack.draw_id == draw.id).order_by(CallBack.position)
    return list(await session.scalars(query))


async def call(session: AsyncSession, contract: Contract, draw: CallBackDraw, outcomes: Sequence[C]) -> None:
    """Those who were drawn say this, in the order of their lots."""
    who = await evaluator(session, contract)
    for sign_in, outcome in zip(await drawn_in(session, draw), outcomes, strict=True):
        await service.record_call_back(session, who, draw.id, sign_in, outcome)


async def keep_session(session: AsyncSession, contract: Contract, **facts: Any) -> ServiceSession:
    """A planned session as a row, whatever the hour."""
    plan = plan_of(contract, **facts)
    kept = ServiceSession(contract_id=contract.id, door=secrets.token_urlsafe(16), planned_at=plan.starts_at)
    for name, value in asdict(plan).items():
        setattr(kept, name, value)
    session.add(kept)
    await session.flush()
    return kept


async def keep_draw(session: AsyncSession, contract: Contract, status: DrawStatus) -> tuple[CallBackDraw, int]:
    """A draw of the one sign-in of a session of its own, and that sign-in: rows, whatever the hour."""
    held = await keep_session(session, contract)
    sign_in = SignIn(service_session_id=held.id, number=1, kind=SignInKind.paper, household_hash="0" * 64)
    sign_in.signed_at = held.starts_at
    session.add(sign_in)
    await session.flush()
    held.status, held.settled_at = SessionStatus.concluded, held.ends_at
    draw = CallBackDraw(contract_id=contract.id, sessions=[held.id], seed="seed", population=1, size=1)
    draw.drawn_at = held.ends_at
    session.add(draw)
    await session.flush()
    session.add(CallBack(draw_id=draw.id, sign_in_id=sign_in.id, position=1))
    await session.flush()
    if status is DrawStatus.closed:
        draw.status, draw.closed_at = status, held.ends_at
    await session.flush()
    return draw, sign_in.id


async def keep_checked(
    session: AsyncSession, contract: Contract, confirmed: int, reached: int, claimed: int = 0
) -> CallBackDraw:
    """A closed draw of as many sign-ins as answered, of whom so many confirm that they were there; drawn of so many
    `claimed`, or of those alone."""
    held, population = await keep_session(session, contract), claimed or reached
    rows = [SignIn(service_session_id=held.id, number=n, kind=SignInKind.paper) for n in range(1, population + 1)]
    for row in rows:
        row.household_hash, row.signed_at = f"{row.number:064d}", held.starts_at
    session.add_all(rows)
    await session.flush()
    held.status, held.settled_at = SessionStatus.concluded, held.ends_at
    draw = CallBackDraw(contract_id=contract.id, sessions=[held.id], seed="seed", population=population, size=reached)
    draw.drawn_at = held.ends_at
    session.add(draw)
    await session.flush()
    for position, row in enumerate(rows[:reached], 1):
        status = CallBackStatus.confirmed if position <= confirmed else CallBackStatus.denied
        call = CallBack(draw_id=draw.id, sign_in_id=row.id, position=position, status=status)
        call.recorded_at = held.ends_at
        session.add(call)
    await session.flush()
    draw.status, draw.closed_at = DrawStatus.closed, held.ends_at
    await session.flush()
    return draw
