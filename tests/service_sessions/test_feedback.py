"""How a session was, over HTTP: two questions at the door, once a household; counted, and told when it is settled."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.service import terminate_contract
from app.core.actors import RESIDENT
from app.service_sessions import rules, service
from app.service_sessions.models import ServiceSession, SessionOpinion, SessionSpeaker
from app.service_sessions.rules import FEEDBACK_LASTS, Opinion
from tests.conftest import ClientOf
from tests.factories.contracts import contractor, make_performing, purchaser
from tests.factories.notices import set_clock
from tests.factories.service_sessions import make_going_on, make_session

pytestmark = pytest.mark.anyio
SAID = {"household": "3-2-501", "as_announced": "yes", "again": "partly"}


@pytest.fixture
async def anybody(client_of: ClientOf) -> AsyncIterator[AsyncClient]:
    async with client_of(RESIDENT) as client:
        yield client


async def say(client: AsyncClient, of: ServiceSession, **facts: Any) -> Response:
    return await client.post(f"/service_sessions/doors/{of.door}/feedback", json={**SAID, **facts})


async def signed_in(session: AsyncSession, of: ServiceSession, households: Sequence[str]) -> None:
    for household in households:
        await service.sign_in_at_door(session, RESIDENT, of.door, household)


async def attended(session: AsyncSession, contract: Contract, *households: str) -> ServiceSession:
    """A session that takes place now, and who signed in."""
    going_on = await make_going_on(session, contract)
    await signed_in(session, going_on, households or ["3-2-501"])
    return going_on


async def counted(session: AsyncSession) -> int:
    return await session.scalar(sa.select(sa.func.coalesce(sa.func.sum(SessionOpinion.count), 0))) or 0


async def page_of(client_of: ClientOf, contract: Contract) -> dict[str, Any]:
    async with client_of(contractor(contract)) as client:
        (only,) = (await client.get(f"/service_sessions/contracts/{contract.id}")).json()["items"]
    return dict(only["feedback"])


async def test_who_was_there_says_once_how_it_was(session: AsyncSession, anybody: AsyncClient) -> None:
    held = await attended(session, await make_performing(session))
    door = (await anybody.get(f"/service_sessions/doors/{held.door}")).json()
    first, again = await say(anybody, held), await say(anybody, held, household="3 2 501室", again="no")
    assert (door["takes_feedback"], first.status_code, first.json()["title"]) == (True, 201, held.title)
    assert (again.status_code, again.json()["code"], await counted(session)) == (409, "FeedbackGiven", 1)


async def test_who_was_not_there_says_nothing(session: AsyncSession, anybody: AsyncClient) -> None:
    held = await attended(session, await make_performing(session))
    stranger = await say(anybody, held, household="9-9-909")
    nowhere = await anybody.post("/service_sessions/doors/nonsense/feedback", json=SAID)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "HouseholdNotSignedIn")
    assert (nowhere.status_code, nowhere.json()["code"], await counted(session)) == (404, "DoorUnknown", 0)


async def test_whether_a_household_was_there_is_not_found_out_by_trying_numbers(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    held = await attended(session, await make_performing(session))
    tried = [(await say(anybody, held, household=f"9-9-{number}")).status_code for number in range(30)]
    assert (tried[0], tried[-1]) == (409, 429)


async def test_outside_its_time_nothing_is_said_and_nothing_changes(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    held = await attended(session, await make_performing(session))
    end = held.ends_at + FEEDBACK_LASTS
    for moment in (held.starts_at - timedelta(seconds=1), end):
        await set_clock(session, moment)
        refused = await say(anybody, held)
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (409, "FeedbackOutsideTime")
        assert set(problem["facts"]) == {"starts_at", "until"}
        assert (
            problem["messages"]["zh"] != problem["messages"]["en"],
            "现在不能填写" in problem["messages"]["zh"],
        ) == (True, True)
        assert (await anybody.get(f"/service_sessions/doors/{held.door}")).json()["takes_feedback"] is False
    assert await counted(session) == 0
    await set_clock(session, end - timedelta(seconds=1))
    assert (await say(anybody, held)).status_code == 201


async def test_a_cancelled_session_and_an_ended_contract_take_no_feedback(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    contract = await make_performing(session)
    empty = await make_session(session, contract)
    await service.cancel_service_session(session, contractor(contract), empty.id, "暴雨")
    held = await attended(session, contract)
    cancelled = await say(anybody, empty)
    door = (await anybody.get(f"/service_sessions/doors/{empty.door}")).json()
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "MoveRefused")
    assert cancelled.json()["facts"] == {"state": "cancelled", "verb": "give_feedback"}
    assert (door["takes_feedback"], door["reason"]) == (False, "暴雨")
    await terminate_contract(session, purchaser(contract), contract.id, "停止")
    ended = await say(anybody, held)
    assert (ended.json()["code"], ended.json()["facts"]["state"]) == ("MoveRefused", "terminated")
    assert await counted(session) == 0


async def test_what_was_said_is_told_per_session_when_no_more_can_be_said(
    session: AsyncSession, client_of: ClientOf, anybody: AsyncClient
) -> None:
    contract = await make_performing(session)
    households = [f"1-1-{number}" for number in range(12)]
    held = await attended(session, contract, *households)
    for number, household in enumerate(households):
        as_announced = "yes" if number < 6 else "partly" if number < 9 else "no"
        again = "yes" if number < 8 else "no"
        await say(anybody, held, household=household, as_announced=as_announced, again=again)
    during = await page_of(client_of, contract)
    assert (during["answers"], during["as_announced"], during["again"]) == (12, None, None)
    await set_clock(session, held.ends_at + FEEDBACK_LASTS)
    after = await page_of(client_of, contract)
    assert after["as_announced"] == {"yes": 6, "partly": None, "no": None}, "three said partly, three no"
    assert after["again"] == {"yes": None, "partly": None, "no": None}, "four would not come again"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, (None, None, None)),
        ({"yes": 4}, (None, None, None)),
        ({"yes": 9}, (None, None, None)),
        ({"yes": 9, "no": 4}, (None, None, None)),
        ({"yes": 9, "partly": 4, "no": 1}, (9, None, None)),
        ({"yes": 9, "partly": 5, "no": 4}, (9, None, None)),
        ({"yes": 9, "partly": 5, "no": 5}, (9, 5, 5)),
    ],
)
def test_no_count_under_five_follows_from_what_is_told(said: dict[str, int], told: tuple[int | None, ...]) -> None:
    assert rules.told({Opinion(opinion): count for opinion, count in said.items()}) == told


async def test_what_a_household_said_is_kept_beside_nothing_that_leads_to_it(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    held = await attended(session, await make_performing(session))
    await say(anybody, held)
    assert {*SessionOpinion.__table__.c.keys()} == {"service_session_id", "as_announced", "again", "count"}
    assert {*SessionSpeaker.__table__.c.keys()} == {"service_session_id", "household_hash"}


async def test_the_database_takes_feedback_only_of_those_who_were_there(session: AsyncSession) -> None:
    held = await attended(session, await make_performing(session))
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.insert(SessionSpeaker).values(service_session_id=held.id, household_hash="0" * 64))
    assert refused.value.orig.diag.constraint_name == "fk_session_speakers_were_there"  # type: ignore[union-attr]
