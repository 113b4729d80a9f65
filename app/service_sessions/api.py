"""Endpoints of service sessions and of call-backs; the code at the door needs no account."""

from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.policy import read_contract, reader_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id, Line
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, public_address
from app.parties.queries import party_names
from app.service_sessions import policy, queries, service
from app.service_sessions.door_schemas import DoorLink, DoorRead, FeedbackGive, HouseholdSignIn, SignedIn
from app.service_sessions.models import CallBackDraw, ServiceSession
from app.service_sessions.policy import WHO, OfContract
from app.service_sessions.rules import PENDING, CallBackStatus, DrawStatus
from app.service_sessions.schemas import (
    CallBackRead,
    CallBackRecord,
    CallBacks,
    ContractSession,
    ContractSessions,
    DrawRead,
    DrawReplay,
    FeedbackEntered,
    ListEntered,
    OutputRead,
    SessionCancel,
    SessionPlan,
)

router = web.router("/service_sessions", "service_sessions")
doors: APIRouter = web.router("/service_sessions", "service_sessions", web.Unlinked)
Door = Annotated[str, Line(100)]


async def _read(session: AsyncSession, actor: Actor, found: ServiceSession) -> ContractSession:
    await session.flush()
    contract = await session.get_one(Contract, found.contract_id)
    came, said = await queries.attendance_of(session, [found.id]), await queries.feedback_of(session, [found.id])
    reader = await reader_of(session, actor, contract)
    return ContractSession.of(OfContract(found, contract), came[found.id], said[found.id], reader)


async def _draw(session: AsyncSession, actor: Actor, draw: CallBackDraw) -> DrawRead:
    await session.flush()
    contract, outcomes = await session.get_one(Contract, draw.contract_id), await queries.outcomes_of(session, draw)
    pending = sum(outcomes[each] for each in PENDING)
    return DrawRead.of(draw, contract, await reader_of(session, actor, contract), pending)


async def _call_backs(session: AsyncSession, actor: Actor, draw: CallBackDraw) -> CallBacks:
    of = await _draw(session, actor, draw)
    return CallBacks(draw=of, items=[CallBackRead.of(each) for each in await queries.call_backs_of(session, draw)])


@router.get("/contracts/{contract_id}", operation_id="list_service_sessions", dependencies=[allow(WHO["list"])])
async def list_service_sessions(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractSessions:
    contract = await read_contract(session, actor, contract_id)
    found, draws = await queries.sessions_of(session, contract.id), await queries.draws_of(session, contract.id)
    ids = [each.id for each in found]
    came, said = await queries.attendance_of(session, ids), await queries.feedback_of(session, ids)
    reader, output = await reader_of(session, actor, contract), await queries.output_of(session, actor, contract, found)
    drawing = any(draw.status is DrawStatus.open for draw in draws)
    return ContractSessions(
        items=[ContractSession.of(OfContract(each, contract), came[each.id], said[each.id], reader) for each in found],
        output=OutputRead.of(output),
        draws=[await _draw(session, actor, draw) for draw in draws],
        actions=policy.contract_actions(reader, contract, drawing=drawing, sign_ins=output.claimed),
    )


@router.post(
    "/contracts/{contract_id}/plan",
    operation_id="plan_service_session",
    status_code=201,
    dependencies=[allow(WHO["plan"])],
)
async def plan_service_session(
    session: UnitSession, actor: CurrentActor, contract_id: Id, body: SessionPlan
) -> ContractSession:
    return await _read(session, actor, await service.plan_service_session(session, actor, contract_id, body.plan))


@router.put("/{service_session_id}", operation_id="edit_service_session", dependencies=[allow(WHO["edit"])])
async def edit_service_session(
    session: UnitSession, actor: CurrentActor, service_session_id: Id, given: IfMatch, body: SessionPlan
) -> ContractSession:
    edited = await service.edit_service_session(session, actor, service_session_id, given, body.plan)
    return await _read(session, actor, edited)


@router.post(
    "/{service_session_id}/sign_in",
    operation_id="sign_in_household",
    status_code=201,
    dependencies=[allow(WHO["sign_in"])],
)
async def sign_in_household(
    session: UnitSession, actor: CurrentActor, service_session_id: Id, body: HouseholdSignIn
) -> SignedIn:
    return SignedIn.of(await service.sign_in_household(session, actor, service_session_id, body.household))


@router.post("/{service_session_id}/enter_list", operation_id="enter_list", dependencies=[allow(WHO["enter_list"])])
async def enter_list(
    session: UnitSession, actor: CurrentActor, service_session_id: Id, body: ListEntered
) -> ContractSession:
    return await _read(session, actor, await service.enter_list(session, actor, service_session_id, body.rows))


@router.post(
    "/{service_session_id}/enter_feedback",
    operation_id="enter_feedback",
    dependencies=[allow(WHO["enter_feedback"])],
)
async def enter_feedback(
    session: UnitSession, actor: CurrentActor, service_session_id: Id, body: FeedbackEntered
) -> ContractSession:
    counts = body.as_announced.counts, body.again.counts
    return await _read(session, actor, await service.enter_feedback(session, actor, service_session_id, *counts))


@router.post(
    "/{service_session_id}/conclude", operation_id="conclude_service_session", dependencies=[allow(WHO["conclude"])]
)
async def conclude_service_session(
    session: UnitSession, actor: CurrentActor, service_session_id: Id
) -> ContractSession:
    return await _read(session, actor, await service.conclude_service_session(session, actor, service_session_id))


@router.post("/{service_session_id}/cancel", operation_id="cancel_service_session", dependencies=[allow(WHO["cancel"])])
async def cancel_service_session(
    session: UnitSession, actor: CurrentActor, service_session_id: Id, body: SessionCancel
) -> ContractSession:
    cancelled = await service.cancel_service_session(session, actor, service_session_id, body.reason)
    return await _read(session, actor, cancelled)


@router.get("/{service_session_id}/door", operation_id="read_door_link", dependencies=[allow(WHO["read_door"])])
async def read_door_link(
    request: Request, session: UnitSession, actor: CurrentActor, service_session_id: Id
) -> DoorLink:
    """What the organisation hangs up at the door."""
    of = await policy.read_session(session, actor, service_session_id)
    return DoorLink.of(of.session, public_address(request))


@doors.get("/doors/{door}", operation_id="read_door", dependencies=[allow(WHO["enter_door"])])
async def read_door(session: UnitSession, door: Door) -> DoorRead:
    return await _door(session, await policy.read_door(session, door))


async def _door(session: AsyncSession, of: OfContract) -> DoorRead:
    names = await party_names(session, {of.contract.contractor_id})
    return DoorRead.of(of, names[of.contract.contractor_id], await now(session))


@doors.post("/doors/{door}", operation_id="sign_in_at_door", status_code=201, dependencies=[allow(WHO["enter_door"])])
async def sign_in_at_door(session: UnitSession, actor: CurrentActor, door: Door, body: HouseholdSignIn) -> SignedIn:
    return SignedIn.of(await service.sign_in_at_door(session, actor, door, body.household))


@doors.post(
    "/doors/{door}/feedback",
    operation_id="give_feedback",
    status_code=201,
    dependencies=[allow(WHO["give_feedback"])],
)
async def give_feedback(session: UnitSession, actor: CurrentActor, door: Door, body: FeedbackGive) -> DoorRead:
    of = await service.give_feedback(session, actor, door, **dict(body))
    return await _door(session, of)


@router.post(
    "/contracts/{contract_id}/draw",
    operation_id="draw_call_backs",
    status_code=201,
    dependencies=[allow(WHO["draw"])],
)
async def draw_call_backs(session: UnitSession, actor: CurrentActor, contract_id: Id) -> CallBacks:
    return await _call_backs(session, actor, await service.draw_call_backs(session, actor, contract_id))


@router.get("/draws/{draw_id}", operation_id="read_draw", dependencies=[allow(WHO["read_draw"])])
async def read_draw(session: UnitSession, draw_id: Id) -> DrawReplay:
    """A draw that is over, with everything to draw it again."""
    draw = await policy.read_draw(session, draw_id)
    return DrawReplay.of(draw, [*await queries.population_of(session, draw.sessions)])


@router.get("/draws/{draw_id}/call_backs", operation_id="list_call_backs", dependencies=[allow(WHO["list_call_backs"])])
async def list_call_backs(session: UnitSession, actor: CurrentActor, draw_id: Id) -> CallBacks:
    """Whom the lots fell on, and how each call went: for the evaluator alone."""
    return await _call_backs(session, actor, await policy.seen_draw(session, actor, draw_id))


@router.post(
    "/draws/{draw_id}/call_backs/{sign_in_id}/record",
    operation_id="record_call_back",
    dependencies=[allow(WHO["record_call_back"])],
)
async def record_call_back(
    session: UnitSession, actor: CurrentActor, draw_id: Id, sign_in_id: Id, body: CallBackRecord
) -> CallBacks:
    outcome = CallBackStatus(body.outcome)
    return await _call_backs(
        session, actor, await service.record_call_back(session, actor, draw_id, sign_in_id, outcome)
    )


@router.post("/draws/{draw_id}/close", operation_id="close_call_backs", dependencies=[allow(WHO["close"])])
async def close_call_backs(session: UnitSession, actor: CurrentActor, draw_id: Id) -> CallBacks:
    return await _call_backs(session, actor, await service.close_call_backs(session, actor, draw_id))
