"""Draws of spot checks on real tables: once a year, replayed by anybody, and what then waits for the bureau."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.actors import RESIDENT, Actor
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.draws.rules import YearDrawn
from app.evaluations import service
from app.evaluations.draws import candidates, draw_page
from app.evaluations.models import SpotDraw
from app.evaluations.queries import waiting
from app.evaluations.rules import EvaluationKind, NothingToDraw
from tests.conftest import ClientOf
from tests.factories.contracts import contractor, make_performing, purchaser
from tests.factories.evaluations import begin, make_projects
from tests.factories.notices import set_clock

pytestmark = pytest.mark.anyio


async def lines(session: AsyncSession, actor: Actor) -> list[tuple[str, int]]:
    return [(each.verb, each.thing_id) for each in await waiting(session, actor, await now(session))]


async def test_of_26_projects_8_are_drawn_by_a_seed_that_anybody_replays(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_projects(session, 26)
    await session.commit()
    async with client_of(purchaser(contract)) as bureau:
        offered = (await bureau.get("/evaluations/draws")).json()
        assert (offered["candidates"], offered["actions"]) == (26, ["draw_spot_checks"])
        drawn = await bureau.post("/evaluations/draws")
        assert (drawn.status_code, drawn.json()["size"]) == (201, 8)
        again = await bureau.post("/evaluations/draws")
        assert (again.status_code, again.json()["code"]) == (409, "YearDrawn")
        assert (await bureau.get("/evaluations/draws")).json()["actions"] == []
    async with client_of(RESIDENT) as anybody:
        (row,) = (await anybody.get("/evaluations/draws")).json()["items"]
        told = (await anybody.get(f"/evaluations/draws/{row['id']}")).json()
    numbers = [each["number"] for each in told["lots"]]
    lots = {number: hashlib.sha256(f"{told['seed']}\n{number}".encode()).hexdigest() for number in numbers}
    assert numbers == sorted(lots, key=lots.__getitem__)
    assert [each["lot"] for each in told["lots"]] == [lots[number] for number in numbers]
    assert [each["is_drawn"] for each in told["lots"]] == [True] * 8 + [False] * 18
    assert (told["size"], len(numbers), told["share"]) == (8, 26, "0.3000")


async def test_the_draw_and_then_each_project_waits_for_the_bureau_until_the_year_ends(session: AsyncSession) -> None:
    contract = await make_projects(session, 4)
    bureau, today = purchaser(contract), shanghai_date(await now(session))
    (line,) = await waiting(session, bureau, await now(session))
    assert (line.verb, line.thing, line.due_at) == (
        "draw_spot_checks",
        "spot_checks",
        end_of_day(date(today.year, 12, 31)),
    )
    assert await waiting(session, contractor(contract), await now(session)) == []
    draw = await service.draw_spot_checks(session, bureau, seed="2018")
    await session.flush()
    drawn = [each.contract.id for each in (await draw_page(session, draw)).lots][: draw.size]
    assert await lines(session, bureau) == [("begin", id) for id in drawn]
    checked = await session.get_one(Contract, drawn[0])
    await begin(session, checked, bureau, EvaluationKind.spot_check)
    assert await lines(session, bureau) == [("begin", id) for id in drawn[1:]]


async def test_a_check_that_is_due_is_begun_from_the_draw_by_its_bureau_alone(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_projects(session, 4)
    bureau = purchaser(contract)
    draw = await service.draw_spot_checks(session, bureau, seed="2018")
    await session.flush()
    drawn = [each.contract.id for each in (await draw_page(session, draw)).lots][: draw.size]
    await session.commit()
    at = f"/evaluations/draws/{draw.id}/due"
    for stranger in (RESIDENT, contractor(contract), replace(bureau, party_id=contract.contractor_id)):
        async with client_of(stranger) as client:
            assert (await client.get(at)).json() == {"items": []}
    async with client_of(bureau) as client:
        due = (await client.get(at)).json()["items"]
        assert due == [{"contract_id": id, "actions": ["begin"]} for id in drawn]
        begun = await client.post(f"/evaluations/contracts/{drawn[0]}/begin", json={"kind": "spot_check"})
        assert begun.status_code == 201
        assert [each["contract_id"] for each in (await client.get(at)).json()["items"]] == drawn[1:]
    await set_clock(session, end_of_day(date(draw.year, 12, 31)) + timedelta(hours=1))
    await session.commit()
    async with client_of(bureau) as client:
        assert (await client.get(at)).json() == {"items": []}


async def test_what_runs_less_than_a_year_or_has_not_begun_is_not_drawn_of(session: AsyncSession) -> None:
    contract = await make_performing(session)
    contract.starts_on, contract.ends_on = date(2026, 8, 1), date(2027, 6, 29)
    await session.flush()
    assert await candidates(session, contract.purchaser_id) == []
    with pytest.raises(NothingToDraw):
        await service.draw_spot_checks(session, purchaser(contract))


async def test_a_year_is_drawn_once_whatever_the_application_tries(session: AsyncSession) -> None:
    contract = await make_projects(session, 2)
    await service.draw_spot_checks(session, purchaser(contract), seed="2018")
    await session.flush()
    with pytest.raises(YearDrawn):
        await service.draw_spot_checks(session, purchaser(contract), seed="2019")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(sa.update(SpotDraw).values(seed="2019"))
