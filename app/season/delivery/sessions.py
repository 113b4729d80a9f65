"""What was held under a season's contracts, how many signed in, and what those said whom the lots fell on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.rules import EngagementKind
from app.core.errors import DomainError
from app.season.delivery.acting import Scene, check_firms, contracts_by_bid, daily, firm_of, of_season
from app.season.delivery.engagements import ENGAGEMENTS
from app.season.delivery.lists import (
    Entry,
    Listing,
    at,
    count,
    day,
    day_of,
    hour,
    line,
    member,
    places_in,
    positive,
    prose,
)
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step
from app.service_sessions.models import CallBackDraw, ServiceSession, SignIn
from app.service_sessions.queries import call_backs_of, draws_of, outcomes_of, sessions_of, sign_ins_of
from app.service_sessions.rules import (
    CallBackStatus,
    DrawStatus,
    Plan,
    SessionBackwards,
    SessionKind,
    SessionStatus,
    sample_size,
)
from app.service_sessions.service import (
    cancel_service_session,
    close_call_backs,
    conclude_service_session,
    draw_call_backs,
    enter_list,
    plan_service_session,
    record_call_back,
)

NEXT_DAY = timedelta(days=1)
SETTLED, DRAWN, CLOSED = (8, 0), (13, 10), (18, 0)  # the hours of a day
OUTCOMES = (CallBackStatus.confirmed, CallBackStatus.denied, CallBackStatus.not_reached)
SESSIONS = Listing(
    "sessions",
    ("contract", "starts_at", "title"),
    {
        "contract": line,
        "kind": member(SessionKind),
        "title": line,
        "place": line,
        "starts_at": hour,
        "ends_at": hour,
        "planned": positive,
        "targets": places_in,
        "announced": day,
        "sign_ins": positive,
        "reason": prose,
        "source": line,
    },
    optional=frozenset({"targets", "sign_ins", "reason"}),
    order=("announced",),
)
CALL_BACKS = Listing(
    "call_backs",
    ("contract", "drawn"),
    {
        "contract": line,
        "drawn": day,
        "seed": line,
        "confirmed": count,
        "denied": count,
        "not_reached": count,
        "closed": day,
        "source": line,
    },
    order=("drawn", "closed"),
)


class SessionHeldAndCancelled(DomainError):
    """A session has people who came, or a reason why it was cancelled."""

    status = 422


class CallBacksDiffer(DomainError):
    """So many are drawn as the platform draws of those who signed in by then."""

    status = 422


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    yield from daily(season, SESSIONS, "announced", (9, 40), _plan)
    yield from daily(season, SESSIONS, "ends_at", SETTLED, _settle, after=NEXT_DAY)
    yield from daily(season, CALL_BACKS, "drawn", DRAWN, _draw)
    yield from daily(season, CALL_BACKS, "closed", CLOSED, _call)


async def _plan(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        said = {name: row[name] for name in ("kind", "title", "place", "starts_at", "ends_at", "planned")}
        plan = Plan(**said, counts_for=[number - 1 for number in row["targets"]])
        await plan_service_session(session, scene.contractor, scene.contract.id, plan)


async def _settle(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    known = {(each.title, each.starts_at): each.id for each in await sessions_of(session, scene.contract.id)}
    for row in rows:
        own = known[row["title"], row["starts_at"]]
        if row["sign_ins"]:
            await enter_list(session, scene.contractor, own, row["sign_ins"])
            await conclude_service_session(session, scene.contractor, own)
        elif row["reason"]:
            await cancel_service_session(session, scene.contractor, own, row["reason"])


async def _draw(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    firm = await firm_of(session, scene.contract, EngagementKind.evaluation)
    for row in rows:
        await draw_call_backs(session, firm, scene.contract.id, seed=row["seed"])


async def _call(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    """In the order of the lots; whose answers they are, the list does not say."""
    firm = await firm_of(session, scene.contract, EngagementKind.evaluation)
    for row in rows:
        (draw,) = [each for each in await draws_of(session, scene.contract.id) if each.status is DrawStatus.open]
        said = [outcome for outcome in OUTCOMES for _ in range(row[outcome.value])]
        for called, outcome in zip(await call_backs_of(session, draw), said, strict=True):
            await record_call_back(session, firm, draw.id, called.sign_in.id, outcome)
        await close_call_backs(session, firm, draw.id)


# -- Checks


def _note(tables: Tables, known: Known, faults: Faults) -> None:
    SESSIONS.note(tables, known, faults)
    CALL_BACKS.note(tables, known, faults)


def _check(season: Season, _known: Known, faults: Faults) -> None:
    sessions, calls = SESSIONS.check(season), CALL_BACKS.check(season)
    for row in sessions:
        if row["ends_at"] <= row["starts_at"]:
            row.refuse("ends_at", SessionBackwards(starts_at=row["starts_at"], ends_at=row["ends_at"]))
        if row["sign_ins"] and row["reason"]:
            row.refuse("reason", SessionHeldAndCancelled())
    for row in calls:
        drawn_at, own = at(row["drawn"], *DRAWN), [each for each in sessions if each["contract"] == row["contract"]]
        came = sum(each["sign_ins"] or 0 for each in own if _settled_at(each) < drawn_at)
        given, drawn = sum(row[outcome.value] for outcome in OUTCOMES), sample_size(came) if came else 0
        if given != drawn or not drawn:
            row.refuse("confirmed", CallBacksDiffer(given=given, drawn=drawn, population=came))
    check_firms(calls, ENGAGEMENTS.read(season.tables), EngagementKind.evaluation)
    take_faults(SESSIONS.file, sessions, faults)
    take_faults(CALL_BACKS.file, calls, faults)


def _settled_at(row: Entry) -> datetime:
    return at((row["ends_at"] + NEXT_DAY).date(), *SETTLED)


# -- Written out


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    held, called = [], []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        found = await sessions_of(session, contract.id)
        came = await sign_ins_of(session, [each.id for each in found])
        held += [{"contract": bid, **_session(each, came[each.id])} for each in found]
        for draw in await draws_of(session, contract.id):
            if draw.status is DrawStatus.closed:
                outcomes = await outcomes_of(session, draw)
                counts = {outcome.value: outcomes[outcome] for outcome in OUTCOMES}
                days = {"drawn": day_of(draw.drawn_at), "closed": day_of(draw.closed_at)}
                called.append({"contract": bid, "seed": draw.seed, **days, **counts})
    return await SESSIONS.sheet(session, name, held) | await CALL_BACKS.sheet(session, name, called)


def _session(each: ServiceSession, came: int) -> dict[str, Any]:
    said = {name: getattr(each, name) for name in ("kind", "title", "place", "starts_at", "ends_at", "planned")}
    is_held = each.status is SessionStatus.concluded
    settled = {"sign_ins": came if is_held else None, "reason": each.reason}
    targets = [position + 1 for position in each.counts_for]
    return {**said, **settled, "targets": targets, "announced": day_of(each.planned_at)}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    own = sa.select(Contract.id).where(of_season(season.name))
    states = sa.select(ServiceSession.status, sa.func.count()).where(ServiceSession.contract_id.in_(own))
    found = {state.value: n for state, n in await session.execute(states.group_by(ServiceSession.status))}
    people = sa.select(sa.func.count()).select_from(SignIn).join(ServiceSession)
    held = ServiceSession.contract_id.in_(own), ServiceSession.status == SessionStatus.concluded
    outcomes = dict.fromkeys((outcome.value for outcome in OUTCOMES), 0)
    draws = list(await session.scalars(sa.select(CallBackDraw).where(CallBackDraw.contract_id.in_(own))))
    for draw in draws:
        counts = await outcomes_of(session, draw)
        outcomes = {name: number + counts[CallBackStatus(name)] for name, number in outcomes.items()}
    claimed = await session.scalar(people.where(*held))
    return {"sessions": {**dict(sorted(found.items())), "sign_ins": claimed, "draws": len(draws), **outcomes}}


ROOM = Room(steps=_steps, check_lists=_note, check=_check, sheets=_sheets, summary=_summary)
