"""Use cases of service sessions: planned, attended, held; and call-backs, drawn by lot and recorded."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.policy import part_of
from app.contracts.queries import stream_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.installation.secret import keyed
from app.core.moves import check_move, move
from app.core.versions import check_version, touch
from app.matching.allocation.market import drawn
from app.service_sessions import rules
from app.service_sessions.models import (
    CallBack,
    CallBackDraw,
    PaperFeedback,
    ServiceSession,
    SessionOpinion,
    SessionSpeaker,
    SignIn,
)
from app.service_sessions.policy import OfContract, access_contract, access_door, access_draw, access_session
from app.service_sessions.queries import attendance_of, draws_of, held_under, outcomes_of, population_of
from app.service_sessions.rules import (
    CALLED,
    DRAW_MOVES,
    MOVES,
    PENDING,
    PERFORMED,
    SAID,
    Attended,
    CallBackStatus,
    DrawStatus,
    Opinion,
    Plan,
    SignInKind,
)


async def plan_service_session(session: AsyncSession, actor: Actor, contract_id: int, plan: Plan) -> ServiceSession:
    """Refusals: MoveRefused unless the contract is carried out, and those of `check_plan`."""
    contract = await access_contract(session, actor, contract_id, "plan")
    at = await now(session)
    check_move(PERFORMED, contract.status, "plan")
    rules.check_plan(contract, len(contract.targets), plan)
    planned = ServiceSession(contract_id=contract.id, door=secrets.token_urlsafe(16), planned_at=at)
    planned.planned_by = actor.account_id
    _write(planned, plan)
    session.add(planned)
    facts = {"contract": contract.id, "starts_at": plan.starts_at, "planned": plan.planned}
    await happened(session, actor, "service_session.planned", planned, at, stream=stream_of(contract), **facts)
    return planned


def _write(planned: ServiceSession, plan: Plan) -> None:
    planned.kind, planned.title, planned.place, planned.planned = plan.kind, plan.title, plan.place, plan.planned
    planned.starts_at, planned.ends_at, planned.counts_for = plan.starts_at, plan.ends_at, sorted({*plan.counts_for})


async def edit_service_session(
    session: AsyncSession, actor: Actor, service_session_id: int, given: int, plan: Plan
) -> ServiceSession:
    """Until somebody has signed in. Refusals: StaleVersion, SessionAttended, MoveRefused, those of `check_plan`."""
    of = await access_session(session, actor, service_session_id, "edit")
    at = await now(session)
    check_version(of.session, given)
    await _check(session, of, "edit", at)
    rules.check_plan(of.contract, len(of.contract.targets), plan)
    touch(of.session)
    _write(of.session, plan)
    facts = {"starts_at": plan.starts_at, "planned": plan.planned}
    await happened(session, actor, "service_session.edited", of.session, at, stream=stream_of(of.contract), **facts)
    return of.session


async def sign_in_household(session: AsyncSession, actor: Actor, service_session_id: int, household: str) -> SignIn:
    """The leader writes a household down. Refusals: SignInOutsideSession, HouseholdSignedIn, MoveRefused."""
    of = await access_session(session, actor, service_session_id, "sign_in")
    at = await now(session)
    signed_in = await _sign_in(session, of, SignInKind.leader, household, at)
    facts = {"number": signed_in.number}
    await happened(session, actor, "household.signed_in", of.session, at, stream=stream_of(of.contract), **facts)
    return signed_in


async def sign_in_at_door(session: AsyncSession, actor: Actor, door: str, household: str) -> SignIn:
    """A household signs itself in by the code at the door. Refusals: DoorUnknown, SignInOutsideSession,
    HouseholdSignedIn, MoveRefused."""
    of = await access_door(session, door)
    at = await now(session)
    signed_in = await _sign_in(session, of, SignInKind.qr, household, at)
    facts = {"number": signed_in.number}
    await happened(session, actor, "door.passed", of.session, at, stream=stream_of(of.contract), **facts)
    return signed_in


async def _sign_in(session: AsyncSession, of: OfContract, kind: SignInKind, household: str, at: datetime) -> SignIn:
    await _check(session, of, "sign_in", at)
    number = await _last_number(session, of.session) + 1
    mark = _mark(of, household)
    signed_in = SignIn(service_session_id=of.session.id, number=number, kind=kind, household_hash=mark, signed_at=at)
    same = sa.select(SignIn.number).where(SignIn.service_session_id == of.session.id, SignIn.household_hash == mark)
    if (before := await session.scalar(same)) is not None:
        raise rules.HouseholdSignedIn(number=before)
    session.add(signed_in)
    await session.flush()
    return signed_in


def _mark(of: OfContract, household: str) -> str:
    return keyed("household", f"{of.session.id}\x1f{rules.household_mark(household)}")


async def give_feedback(
    session: AsyncSession, actor: Actor, door: str, household: str, *, as_announced: Opinion, again: Opinion
) -> OfContract:
    """A household that signed in says how it was; what it said is counted, and kept beside nothing else. Refusals:
    DoorUnknown, FeedbackOutsideTime, HouseholdNotSignedIn, FeedbackGiven, MoveRefused."""
    of = await access_door(session, door)
    at = await now(session)
    check_move(PERFORMED, of.contract.status, "give_feedback")
    check_move(SAID, of.session.status, "give_feedback")
    if refusal := rules.untimely("give_feedback", of.session, at):
        raise refusal
    speaker = {"service_session_id": of.session.id, "household_hash": _mark(of, household)}
    if await session.scalar(sa.select(SignIn.id).filter_by(**speaker)) is None:
        raise rules.HouseholdNotSignedIn()
    if await session.get(SessionSpeaker, speaker):
        raise rules.FeedbackGiven()
    session.add(SessionSpeaker(**speaker))
    said = {"service_session_id": of.session.id, "as_announced": as_announced, "again": again}
    row = insert(SessionOpinion).values(**said, count=1)
    more = {"count": SessionOpinion.count + 1}
    await session.execute(row.on_conflict_do_update(index_elements=list(said), set_=more))
    await happened(session, actor, "feedback.given", of.session, at, stream=stream_of(of.contract))
    return of


async def _last_number(session: AsyncSession, of: ServiceSession) -> int:
    own = SignIn.service_session_id == of.id
    return await session.scalar(sa.select(sa.func.max(SignIn.number)).where(own)) or 0


async def enter_list(session: AsyncSession, actor: Actor, service_session_id: int, rows: int) -> ServiceSession:
    """So many rows has the paper list, beside whoever signed in otherwise; entered again, the new count holds.

    Refusals: SessionNotBegun, MoveRefused.
    """
    of = await access_session(session, actor, service_session_id, "enter_list")
    at = await now(session)
    await _check(session, of, "enter_list", at)
    own = (SignIn.service_session_id == of.session.id, SignIn.kind == SignInKind.paper)
    await session.execute(sa.delete(SignIn).where(*own))
    first = await _last_number(session, of.session) + 1
    session.add_all(
        SignIn(
            service_session_id=of.session.id,
            number=number,
            kind=SignInKind.paper,
            household_hash=keyed("household", f"{of.session.id}\x1frow {number}"),
            signed_at=at,
        )
        for number in range(first, first + rows)
    )
    await happened(session, actor, "list.entered", of.session, at, stream=stream_of(of.contract), rows=rows)
    return of.session


async def enter_feedback(
    session: AsyncSession, actor: Actor, service_session_id: int, as_announced: Sequence[int], again: Sequence[int]
) -> ServiceSession:
    """What the forms beside the paper list say (yes, partly, no), counted by hand, once. Refusals: FeedbackOutsideTime,
    NobodyOnPaper, FormsEntered, NoForms, FormsUneven, MoreFormsThanRows, MoveRefused."""
    of = await access_session(session, actor, service_session_id, "enter_feedback")
    at = await now(session)
    came = await _check(session, of, "enter_feedback", at)
    rules.check_forms(as_announced, again, came.on_paper)
    entered = PaperFeedback(service_session_id=of.session.id, entered_at=at, entered_by=actor.account_id)
    entered.announced_yes, entered.announced_partly, entered.announced_no = as_announced
    entered.again_yes, entered.again_partly, entered.again_no = again
    entered.entered_as = part_of(actor)
    session.add(entered)
    facts = {"forms": sum(again)}
    await happened(session, actor, "feedback.entered", of.session, at, stream=stream_of(of.contract), **facts)
    return of.session


async def conclude_service_session(session: AsyncSession, actor: Actor, service_session_id: int) -> ServiceSession:
    """It took place, and who signed in is claimed. Refusals: SessionNotBegun, NobodySignedIn, MoveRefused."""
    of = await access_session(session, actor, service_session_id, "conclude")
    at = await now(session)
    came = await _check(session, of, "conclude", at)
    _settle(of.session, actor, "conclude", at)
    facts = {"contract": of.contract.id, "sign_ins": came.sign_ins}
    await happened(session, actor, "service_session.concluded", of.session, at, stream=stream_of(of.contract), **facts)
    return of.session


async def cancel_service_session(
    session: AsyncSession, actor: Actor, service_session_id: int, reason: str
) -> ServiceSession:
    """It does not take place, for a reason that everybody concerned reads. Refusals: SessionAttended, MoveRefused."""
    of = await access_session(session, actor, service_session_id, "cancel")
    at = await now(session)
    await _check(session, of, "cancel", at)
    _settle(of.session, actor, "cancel", at)
    of.session.reason = reason
    facts = {"contract": of.contract.id, "reason": reason}
    await happened(session, actor, "service_session.cancelled", of.session, at, stream=stream_of(of.contract), **facts)
    return of.session


def _settle(found: ServiceSession, actor: Actor, verb: str, at: datetime) -> None:
    found.status, found.settled_at, found.settled_by = move(MOVES, found.status, verb), at, actor.account_id


async def _check(session: AsyncSession, of: OfContract, verb: str, at: datetime) -> Attended:
    """Everything that may stand against `verb`; who has signed in."""
    check_move(PERFORMED, of.contract.status, verb)
    check_move(MOVES, of.session.status, verb)
    came = (await attendance_of(session, [of.session.id]))[of.session.id]
    if refusal := rules.untimely(verb, of.session, at) or rules.hindrance(verb, came):
        raise refusal
    return came


# -- Call-backs


async def draw_call_backs(
    session: AsyncSession, actor: Actor, contract_id: int, *, seed: str | None = None
) -> CallBackDraw:
    """Draw by lot who is asked, of all who signed in to what was held; the seed's digest is published at once, the
    seed itself when the draw is closed. Refusals: DrawStillOpen, NobodySignedIn, MoveRefused."""
    contract = await access_contract(session, actor, contract_id, "draw")
    at = await now(session)
    check_move(PERFORMED, contract.status, "draw")
    if any(draw.status is DrawStatus.open for draw in await draws_of(session, contract.id)):
        raise rules.DrawStillOpen()
    held = await held_under(session, contract.id)
    population = await population_of(session, held)
    if not population:
        raise rules.NobodySignedIn()
    draw = CallBackDraw(contract_id=contract.id, seed=seed or secrets.token_hex(16), population=len(population))
    draw.sessions = held
    draw.size, draw.drawn_at, draw.drawn_by = rules.sample_size(len(population)), at, actor.account_id
    session.add(draw)
    await session.flush()
    keys = drawn(draw.seed, population, draw.size)
    session.add_all(
        CallBack(draw_id=draw.id, sign_in_id=population[key], position=position) for position, key in enumerate(keys, 1)
    )
    facts = {"population": draw.population, "size": draw.size, "digest": rules.seed_digest(draw.seed)}
    await happened(session, actor, "call_backs.drawn", draw, at, stream=stream_of(contract), **facts)
    return draw


async def record_call_back(
    session: AsyncSession, actor: Actor, draw_id: int, sign_in_id: int, outcome: CallBackStatus
) -> CallBackDraw:
    """What came of asking; the log does not say of whom. Refusals: CallBackNotDrawn, MoveRefused once answered."""
    draw, contract = await access_draw(session, actor, draw_id, "record_call_back")
    at = await now(session)
    check_move(DRAW_MOVES, draw.status, "record_call_back")
    own = sa.select(CallBack).where(CallBack.draw_id == draw.id, CallBack.sign_in_id == sign_in_id)
    call_back = await session.scalar(own)
    if call_back is None:
        raise rules.CallBackNotDrawn()
    check_move(CALLED, call_back.status, "record_call_back")
    call_back.status, call_back.recorded_at, call_back.recorded_by = outcome, at, actor.account_id
    await happened(session, actor, "call_back.recorded", draw, at, stream=stream_of(contract))
    return draw


async def close_call_backs(session: AsyncSession, actor: Actor, draw_id: int) -> CallBackDraw:
    """Everybody was tried: the claim has its interval, and the seed is published. Refusals: CallsPending,
    MoveRefused."""
    draw, contract = await access_draw(session, actor, draw_id, "close")
    at = await now(session)
    status = move(DRAW_MOVES, draw.status, "close")
    outcomes = await outcomes_of(session, draw)
    if pending := sum(outcomes[each] for each in PENDING):
        raise rules.CallsPending(count=pending)
    draw.status, draw.closed_at = status, at
    await happened(session, actor, "call_backs.closed", draw, at, stream=stream_of(contract), seed=draw.seed)
    return draw
