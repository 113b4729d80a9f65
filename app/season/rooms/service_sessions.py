"""Sessions of the demonstration: three that are held, one of them attended at its door and spoken of, one cancelled;
hours and people are made up."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.days.calendar import SHANGHAI
from app.service_sessions.models import ServiceSession
from app.service_sessions.queries import sessions_of
from app.service_sessions.rules import Opinion, Plan, SessionKind, counted
from app.service_sessions.service import (
    cancel_service_session,
    conclude_service_session,
    enter_list,
    give_feedback,
    plan_service_session,
    sign_in_at_door,
)

DAY = timedelta(days=1)
# Days after the plan, kind, title, place, people expected, rows of the paper list (0: cancelled).
SESSIONS = (
    (5, SessionKind.activity, "邻里茶话会", "社区活动室", 40, 38),
    (12, SessionKind.course, "手机使用入门课", "社区服务站", 25, 4),
    (19, SessionKind.activity, "院坝健身操", "社区广场", 60, 0),
    (26, SessionKind.visit, "独居老人探访", "各楼栋", 30, 27),
)
# Which households come to the course by the code at the door, and what they say of it.
DOORS = {
    f"{1 + number % 3}-{1 + number % 2}-{100 + number}": {
        "as_announced": Opinion.yes if number < 12 else Opinion.partly,
        "again": Opinion.yes if number < 10 else Opinion.partly if number < 15 else Opinion.no,
    }
    for number in range(18)
}
RAIN = "当日大雨，居民代表同意取消。"


def _contractor(contract: Contract) -> Actor:
    return Actor(None, Role.organization, contract.contractor_id)


async def plan(session: AsyncSession, contract: Contract) -> None:
    today = (await now(session)).date()
    targets = [number for number, target in enumerate(contract.targets) if counted(str(target["quantity"]))]
    for after, kind, title, place, people, _ in SESSIONS:
        starts_at = datetime.combine(today + after * DAY, datetime.min.time().replace(hour=14), SHANGHAI)
        planned = Plan(kind, title, place, starts_at, starts_at + timedelta(hours=2), people, targets)
        await plan_service_session(session, _contractor(contract), contract.id, planned)


async def attend(session: AsyncSession, contract: Contract) -> None:
    """Households sign in by the code at the door of what is held now, and say how it was."""
    at = await now(session)
    for each in await sessions_of(session, contract.id):
        for household, said in DOORS.items() if each.starts_at <= at < each.ends_at else ():
            await sign_in_at_door(session, RESIDENT, each.door, household)
            await give_feedback(session, RESIDENT, each.door, household, **said)


async def hold(session: AsyncSession, contract: Contract) -> None:
    rows = {title: count for *_, title, _, _, count in SESSIONS}
    for each in await sessions_of(session, contract.id):
        await _settle(session, _contractor(contract), each, rows[each.title])


async def _settle(session: AsyncSession, contractor: Actor, planned: ServiceSession, rows: int) -> None:
    if not rows:
        await cancel_service_session(session, contractor, planned.id, RAIN)
        return
    await enter_list(session, contractor, planned.id, rows)
    await conclude_service_session(session, contractor, planned.id)
