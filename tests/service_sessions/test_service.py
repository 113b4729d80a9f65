"""Sessions planned, attended and held; call-backs drawn, made and closed; the database refuses what must never be."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.core.actors import RESIDENT, Actor
from app.core.clock import now
from app.core.errors import Denied, MoveRefused, NotFound, StaleVersion
from app.desk import queries as desk
from app.files.rules import Holder
from app.files.service import attach_file
from app.matching.allocation.market import lot
from app.service_sessions import queries, rules, service
from app.service_sessions.models import CallBack, CallBackDraw, ServiceSession, SignIn
from app.service_sessions.policy import read_draw
from app.service_sessions.rules import CallBackStatus, SessionStatus, SignInKind, Unit
from tests.factories.contracts import contractor, evaluator, make_performing, make_signed, purchaser
from tests.factories.notices import set_clock
from tests.factories.service_sessions import (
    call,
    drawn_in,
    make_draw,
    make_going_on,
    make_held,
    make_session,
    plan_of,
)
from tests.files.test_service import received

pytestmark = pytest.mark.anyio
C = CallBackStatus


async def broken(session: AsyncSession, statement: sa.Executable) -> str:
    """The constraint that the database names when it refuses the statement."""
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(statement)
    return str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


async def test_a_session_is_planned_attended_in_three_ways_and_held(session: AsyncSession) -> None:
    contract = await make_performing(session)
    planned, actor = await make_going_on(session, contract), contractor(contract)
    first = await service.sign_in_at_door(session, RESIDENT, planned.door, "3-2-501")
    second = await service.sign_in_household(session, actor, planned.id, "1-1-102")
    await service.enter_list(session, actor, planned.id, 30)
    await service.conclude_service_session(session, actor, planned.id)
    came = list(await session.scalars(sa.select(SignIn).order_by(SignIn.number)))
    assert [first.number, second.number, len(came), planned.status] == [1, 2, 32, SessionStatus.concluded]
    assert {each.kind for each in came} == {SignInKind.qr, SignInKind.leader, SignInKind.paper}


async def test_nobody_signs_in_outside_the_session_and_nothing_is_changed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    planned = await make_session(session, contract)
    for moment in (planned.starts_at - timedelta(seconds=1), planned.ends_at):
        await set_clock(session, moment)
        with pytest.raises(rules.SignInOutsideSession):
            await service.sign_in_at_door(session, RESIDENT, planned.door, "3-2-501")
        with pytest.raises(rules.SignInOutsideSession):
            await service.sign_in_household(session, contractor(contract), planned.id, "3-2-501")
    assert (await queries.sign_ins_of(session, [planned.id]))[planned.id] == 0


async def test_a_household_signs_in_once_a_session_and_leaves_no_trace_across_sessions(session: AsyncSession) -> None:
    contract = await make_performing(session)
    first, other = await make_going_on(session, contract), await make_going_on(session, contract)
    await service.sign_in_at_door(session, RESIDENT, first.door, "3-2-501")
    with pytest.raises(rules.HouseholdSignedIn) as refused:
        await service.sign_in_household(session, contractor(contract), first.id, "3 2 501室")
    assert refused.value.facts == {"number": 1}
    await service.sign_in_at_door(session, RESIDENT, other.door, "3-2-501")
    hashes = list(await session.scalars(sa.select(SignIn.household_hash)))
    assert (len(set(hashes)), "501" in "".join(hashes) and "3-2-501" in "".join(hashes)) == (2, False)


async def test_a_list_entered_again_has_the_new_count(session: AsyncSession) -> None:
    contract = await make_performing(session)
    planned, actor = await make_going_on(session, contract), contractor(contract)
    await service.sign_in_at_door(session, RESIDENT, planned.door, "3-2-501")
    for rows in (30, 12):
        await service.enter_list(session, actor, planned.id, rows)
    assert (await queries.sign_ins_of(session, [planned.id]))[planned.id] == 13


async def test_a_list_and_the_end_wait_until_the_session_has_begun(session: AsyncSession) -> None:
    contract = await make_performing(session)
    planned, actor = await make_session(session, contract), contractor(contract)
    await set_clock(session, planned.starts_at - timedelta(minutes=1))
    with pytest.raises(rules.SessionNotBegun):
        await service.enter_list(session, actor, planned.id, 30)
    with pytest.raises(rules.SessionNotBegun):
        await service.conclude_service_session(session, actor, planned.id)


async def test_a_session_nobody_came_to_is_cancelled_and_one_that_was_attended_is_not(session: AsyncSession) -> None:
    contract = await make_performing(session)
    empty, actor = await make_going_on(session, contract), contractor(contract)
    with pytest.raises(rules.NobodySignedIn):
        await service.conclude_service_session(session, actor, empty.id)
    await service.cancel_service_session(session, actor, empty.id, "暴雨")
    attended = await make_going_on(session, contract)
    await service.sign_in_at_door(session, RESIDENT, attended.door, "3-2-501")
    with pytest.raises(rules.SessionAttended):
        await service.cancel_service_session(session, actor, attended.id, "暴雨")
    with pytest.raises(rules.SessionAttended):
        await service.edit_service_session(session, actor, attended.id, 1, plan_of(contract))
    assert (empty.status, empty.reason, attended.status) == (SessionStatus.cancelled, "暴雨", SessionStatus.planned)


async def test_an_edit_names_its_version_and_stays_within_the_contract(session: AsyncSession) -> None:
    contract = await make_performing(session)
    planned, actor = await make_session(session, contract), contractor(contract)
    late = plan_of(contract, ends_at=planned.ends_at + timedelta(days=4_000))
    with pytest.raises(rules.SessionOutsideContract):
        await service.edit_service_session(session, actor, planned.id, 1, late)
    await service.edit_service_session(session, actor, planned.id, 1, plan_of(contract, place="广场"))
    with pytest.raises(StaleVersion):
        await service.edit_service_session(session, actor, planned.id, 1, plan_of(contract, place="社区"))
    assert (planned.place, planned.version) == ("广场", 2)


async def test_sessions_belong_to_a_contract_that_is_carried_out(session: AsyncSession) -> None:
    signed = await make_signed(session)
    with pytest.raises(MoveRefused):
        await make_session(session, signed)
    contract = await contracts.start_contract(session, contractor(signed), signed.id)
    planned = await make_going_on(session, contract)
    await contracts.terminate_contract(session, purchaser(contract), contract.id, "停止")
    with pytest.raises(MoveRefused):
        await service.sign_in_at_door(session, RESIDENT, planned.door, "3-2-501")


async def test_only_the_contractor_plans_and_only_whoever_is_engaged_draws(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm, bureau = await evaluator(session, contract), purchaser(contract)
    for who, refused in ((bureau, Denied), (firm, Denied), (Actor(None, contractor(contract).role, 1), NotFound)):
        with pytest.raises(refused):
            await service.plan_service_session(session, who, contract.id, plan_of(contract))
    await make_held(session, contract, 10)
    for who in (bureau, contractor(contract)):
        with pytest.raises(Denied):
            await service.draw_call_backs(session, who, contract.id)


async def test_call_backs_speak_for_no_session_that_was_held_after_the_draw(session: AsyncSession) -> None:
    contract = await make_performing(session)
    contract.targets = [{"what": "服务对象人数", "quantity": "不少于 500 人"}]
    await make_held(session, contract, 12, counts_for=[0])
    draw = await make_draw(session, contract)
    await call(session, contract, draw, [C.confirmed] * draw.size)
    await service.close_call_backs(session, await evaluator(session, contract), draw.id)
    await make_held(session, contract, 400, counts_for=[0])
    found = await queries.output_of(
        session, contractor(contract), contract, await queries.sessions_of(session, contract.id)
    )
    assert found.supported is not None
    assert (found.claimed, found.supported.claimed, found.claims[0].supported) == (412, 12, None)


async def test_430_signed_in_79_are_drawn_and_399_are_supported(session: AsyncSession) -> None:
    contract = await make_performing(session)
    contract.targets = [{"what": "服务对象人数", "quantity": "不少于 500 人"}, {"what": "活动", "quantity": "2 场"}]
    for rows in (230, 200):
        held = await make_held(session, contract, rows, counts_for=[0, 1])
    draw = await make_draw(session, contract)
    assert (draw.population, draw.size, len(await drawn_in(session, draw))) == (430, 79, 79)
    await call(session, contract, draw, [C.confirmed] * 66 + [C.denied] * 5 + [C.not_reached] * 8)
    await service.close_call_backs(session, await evaluator(session, contract), draw.id)
    found = await queries.output_of(
        session, contractor(contract), contract, await queries.sessions_of(session, contract.id)
    )
    assert found.supported is not None
    assert (found.claimed, found.supported.count, found.supported.least, found.supported.most) == (430, 399, 363, 416)
    people, sessions = found.claims
    assert (people.unit, people.planned, people.done, people.mark, people.supported_mark) == (
        Unit.people,
        500,
        430,
        2,
        1,
    )
    assert (sessions.unit, sessions.planned, sessions.done, sessions.mark) == (Unit.sessions, 2, 2, 3)
    assert held.counts_for == [0, 1]


async def test_anybody_draws_again_with_the_seed_once_all_were_asked(session: AsyncSession) -> None:
    contract = await make_performing(session)
    held = await make_held(session, contract, 12)
    draw = await make_draw(session, contract, seed="2019 spring")
    with pytest.raises(NotFound):
        await read_draw(session, draw.id)
    await call(session, contract, draw, [C.confirmed] * draw.size)
    await service.close_call_backs(session, await evaluator(session, contract), draw.id)
    await make_held(session, contract, 5)
    seen = await read_draw(session, draw.id)
    keys = [*await queries.population_of(session, seen.sessions)]
    chosen = sorted(keys, key=lambda key: lot(seen.seed, key))[: seen.size]
    numbers = {f"{held.id}-{each.sign_in.number}" for each in await queries.call_backs_of(session, draw)}
    assert (len(keys), set(chosen)) == (12, numbers)


async def test_who_was_not_drawn_is_not_called(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 120)
    draw, firm = await make_draw(session, contract), await evaluator(session, contract)
    chosen = await drawn_in(session, draw)
    (other, *_) = set(await session.scalars(sa.select(SignIn.id))) - set(chosen)
    with pytest.raises(rules.CallBackNotDrawn):
        await service.record_call_back(session, firm, draw.id, other, C.confirmed)
    assert (draw.size, (await queries.outcomes_of(session, draw))[C.drawn]) == (54, 54)
    more = {"draw_id": draw.id, "sign_in_id": other, "position": 55}
    assert await broken(session, sa.insert(CallBack).values(**more)) == "ck_call_backs_drawn"


async def test_an_answer_stays_and_who_was_not_reached_is_tried_again(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 2)
    draw, firm = await make_draw(session, contract), await evaluator(session, contract)
    first, second = await drawn_in(session, draw)
    for outcome in (C.not_reached, C.reached, C.denied):
        await service.record_call_back(session, firm, draw.id, first, outcome)
    with pytest.raises(MoveRefused):
        await service.record_call_back(session, firm, draw.id, first, C.confirmed)
    with pytest.raises(rules.CallsPending):
        await service.close_call_backs(session, firm, draw.id)
    await service.record_call_back(session, firm, draw.id, second, C.not_reached)
    await service.close_call_backs(session, firm, draw.id)
    with pytest.raises(MoveRefused):
        await service.record_call_back(session, firm, draw.id, second, C.confirmed)


async def test_there_is_one_draw_at_a_time_and_none_of_nobody(session: AsyncSession) -> None:
    contract = await make_performing(session)
    with pytest.raises(rules.NobodySignedIn):
        await make_draw(session, contract)
    await make_held(session, contract, 5)
    await make_draw(session, contract)
    with pytest.raises(rules.DrawStillOpen):
        await make_draw(session, contract)


async def test_the_organisation_learns_how_many_deny_where_that_does_not_tell_who(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 4)
    draw, firm = await make_draw(session, contract), await evaluator(session, contract)
    await call(session, contract, draw, [C.confirmed] * 3 + [C.denied])
    await service.close_call_backs(session, firm, draw.id)
    found = await queries.sessions_of(session, contract.id)
    own = await queries.output_of(session, contractor(contract), contract, found)
    checks = await queries.output_of(session, firm, contract, found)
    assert (own.checked, own.supported, own.is_hidden, own.claims[0].supported) == (None, None, True, None)
    assert (checks.is_hidden, checks.checked and checks.checked.denied) == (False, 1)


async def test_nobody_learns_how_calls_go_while_the_draw_is_open(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 30)
    draw = await make_draw(session, contract)
    await service.record_call_back(
        session, await evaluator(session, contract), draw.id, (await drawn_in(session, draw))[0], C.denied
    )
    found = await queries.sessions_of(session, contract.id)
    assert (await queries.output_of(session, contractor(contract), contract, found)).checked is None


async def test_the_database_keeps_sessions_in_their_contract_and_sign_ins_in_their_session(
    session: AsyncSession,
) -> None:
    contract = await make_performing(session)
    planned = await make_going_on(session, contract)
    signed_in = await service.sign_in_at_door(session, RESIDENT, planned.door, "3-2-501")
    later = sa.update(ServiceSession).values(ends_at=planned.ends_at + timedelta(days=4_000))
    assert await broken(session, later) == "ck_service_sessions_days"
    after = {"service_session_id": planned.id, "number": 2, "kind": SignInKind.qr, "household_hash": "0" * 64}
    beyond = sa.insert(SignIn).values(**after, signed_at=planned.ends_at)
    assert await broken(session, beyond) == "ck_session_sign_ins_hours"
    same = after | {"household_hash": signed_in.household_hash, "signed_at": planned.starts_at}
    twice = await broken(session, sa.insert(SignIn).values(**same))
    assert twice == "uq_session_sign_ins_service_session_id_household_hash"
    await service.conclude_service_session(session, contractor(contract), planned.id)
    await session.flush()
    assert await broken(session, sa.update(ServiceSession).values(place="别处")) == "ck_service_sessions_stay"
    assert await broken(session, sa.delete(SignIn)) == "ck_session_sign_ins_stay"
    draw = await make_draw(session, contract)
    await session.flush()
    assert await broken(session, sa.update(CallBackDraw).values(seed="another")) == "ck_call_back_draws_stay"
    assert draw.size == 1


async def test_photographs_hang_on_a_session_and_are_seen_by_whoever_sees_the_contract(session: AsyncSession) -> None:
    contract = await make_performing(session)
    held = await make_held(session, contract, 3)
    hung = await attach_file(session, contractor(contract), Holder.service_session, held.id, received())
    assert hung.hangs_on == (Holder.service_session, held.id)
    with pytest.raises(Denied):
        await attach_file(session, purchaser(contract), Holder.service_session, held.id, received())


async def test_a_session_that_is_over_waits_for_the_organisation_and_a_draw_for_the_evaluator(
    session: AsyncSession,
) -> None:
    contract = await make_performing(session)
    planned, actor = await make_going_on(session, contract), contractor(contract)
    firm = await evaluator(session, contract)
    await set_clock(session, planned.ends_at)

    async def desk_of(who: Actor) -> list[str]:
        return [
            each.verb
            for each in await desk.waiting(session, who, await now(session))
            if each.room == "service_sessions"
        ]

    assert await desk_of(actor) == ["enter_list"], "nobody has signed in: it cannot be concluded yet"
    await service.enter_list(session, actor, planned.id, 1)
    assert await desk_of(actor) == ["conclude"]
    await service.conclude_service_session(session, actor, planned.id)
    draw = await make_draw(session, contract)
    assert (await desk_of(actor), await desk_of(firm)) == ([], ["record_call_back"])
    await call(session, contract, draw, [C.confirmed])
    assert await desk_of(firm) == ["close"]
