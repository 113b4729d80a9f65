"""The way of a session over HTTP: planned, its code at the door, signed in, concluded; refusals with code and facts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.service_sessions.models import ServiceSession
from app.service_sessions.rules import CallBackStatus
from tests.conftest import ClientOf
from tests.factories.contracts import contractor, evaluator, make_performing
from tests.factories.notices import set_clock
from tests.factories.service_sessions import call, make_draw, make_held, plan_of

pytestmark = pytest.mark.anyio
AT = "/service_sessions"


async def test_a_session_from_its_plan_to_its_list(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    await session.commit()
    plan = plan_of(contract)
    sent = {**plan.__dict__, "starts_at": plan.starts_at.isoformat(), "ends_at": plan.ends_at.isoformat()}
    async with client_of(contractor(contract)) as client:
        planned = (await client.post(f"{AT}/contracts/{contract.id}/plan", json=sent)).json()
        door = (await client.get(f"{AT}/{planned['id']}/door")).json()
    assert (planned["status"], planned["actions"]) == ("planned", ["edit", "attach", "cancel"])
    async with client_of(RESIDENT) as client:
        path = f"{AT}/doors/{door['path'].removeprefix('/d/')}"
        early = await client.post(path, json={"household": "3-2-501"})
        assert (early.status_code, early.json()["code"]) == (409, "SignInOutsideSession")
        await set_clock(session, plan.starts_at)
        assert (await client.get(path)).json()["is_open"] is True
        first = await client.post(path, json={"household": "3-2-501"})
        again = await client.post(path, json={"household": "3 2 501"})
        unknown = await client.post(f"{AT}/doors/nonsense", json={"household": "3-2-501"})
    assert (first.json(), again.json()["facts"]) == ({"number": 1}, {"number": 1})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "DoorUnknown")
    async with client_of(contractor(contract)) as client:
        listed = (await client.post(f"{AT}/{planned['id']}/enter_list", json={"rows": 30})).json()
        held = (await client.post(f"{AT}/{planned['id']}/conclude")).json()
        page = (await client.get(f"{AT}/contracts/{contract.id}")).json()
    assert (listed["sign_ins"], held["status"], page["output"]["claimed"]) == (31, "concluded", 31)
    assert "SHA" not in str(page) and "household" not in str(page)


async def test_calls_over_http_and_what_each_side_reads_of_them(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 12)
    draw = await make_draw(session, contract, seed="seed")
    await call(session, contract, draw, [CallBackStatus.confirmed] * 9 + [CallBackStatus.not_reached] * (draw.size - 9))
    firm = await evaluator(session, contract)
    await session.commit()
    async with client_of(replace(contractor(contract), account_id=7)) as client:
        before = (await client.get(f"{AT}/contracts/{contract.id}")).json()
        refused = await client.get(f"{AT}/draws/{draw.id}/call_backs")
    assert (before["draws"][0]["seed"], before["output"]["checked"], refused.status_code) == (None, None, 403)
    async with client_of(firm) as client:
        stranger = await client.post(f"{AT}/draws/{draw.id}/call_backs/999999/record", json={"outcome": "confirmed"})
        closed = (await client.post(f"{AT}/draws/{draw.id}/close")).json()
    assert (stranger.status_code, stranger.json()["code"]) == (409, "CallBackNotDrawn")
    assert closed["draw"]["seed"] == "seed"
    async with client_of(RESIDENT) as client:
        replay = (await client.get(f"{AT}/draws/{draw.id}")).json()
    assert (len(replay["keys"]), len(replay["drawn"])) == (12, draw.size)
    async with client_of(contractor(contract)) as client:
        after = (await client.get(f"{AT}/contracts/{contract.id}")).json()
    assert after["output"]["checked"]["reached"] == 9
    assert (after["output"]["supported"]["count"], after["output"]["supported"]["most"]) == (12, 12)


async def test_a_plan_outside_the_contract_is_refused_with_its_days(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    await session.commit()
    plan = plan_of(contract)
    late = (plan.ends_at + timedelta(days=4_000)).isoformat()
    sent = {**plan.__dict__, "starts_at": plan.starts_at.isoformat(), "ends_at": late}
    async with client_of(contractor(contract)) as client:
        answer = await client.post(f"{AT}/contracts/{contract.id}/plan", json=sent)
    facts = {"starts_on": contract.starts_on.isoformat(), "ends_on": contract.ends_on.isoformat()}
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (422, "SessionOutsideContract", facts)
    assert await session.get(ServiceSession, 1) is None
