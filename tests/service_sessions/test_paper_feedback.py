"""Whoever signed in on the paper list says on a form how a session was: counted once, told by itself, and never more
forms than rows."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.actors import RESIDENT, Actor, Role
from app.parties.rules import PartyKind
from app.service_sessions import service
from app.service_sessions.models import PaperFeedback, ServiceSession
from app.service_sessions.rules import FEEDBACK_LASTS, Opinion
from tests.conftest import ClientOf
from tests.factories.contracts import contractor, make_performing
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party
from tests.factories.service_sessions import make_going_on, make_held

pytestmark = pytest.mark.anyio
SAID = {"as_announced": {"yes": 18, "partly": 5, "no": 7}, "again": {"yes": 27, "partly": 3, "no": 0}}


async def enter(client_of: ClientOf, actor: Actor, of: ServiceSession, **facts: Any) -> Response:
    async with client_of(actor) as client:
        return await client.post(f"/service_sessions/{of.id}/enter_feedback", json=SAID | facts)


async def page_of(client_of: ClientOf, contract: Contract) -> dict[str, Any]:
    async with client_of(contractor(contract)) as client:
        (only,) = (await client.get(f"/service_sessions/contracts/{contract.id}")).json()["items"]
    return dict(only)


async def make_mixed(session: AsyncSession, contract: Contract, rows: int, *households: str) -> ServiceSession:
    """A session that was held, with a paper list of so many rows and households who say at the door it was good."""
    held = await make_going_on(session, contract)
    for household in households:
        await service.sign_in_at_door(session, RESIDENT, held.door, household)
        said = {"as_announced": Opinion.yes, "again": Opinion.yes}
        await service.give_feedback(session, RESIDENT, held.door, household, **said)
    await service.enter_list(session, contractor(contract), held.id, rows)
    await service.conclude_service_session(session, contractor(contract), held.id)
    await session.commit()
    return held


async def test_the_forms_are_counted_once_and_told_when_no_more_can_be_said(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    held = await make_mixed(session, contract, 36)
    before = await page_of(client_of, contract)
    entered, again = [await enter(client_of, contractor(contract), held) for _ in range(2)]
    during = (await page_of(client_of, contract))["feedback"]
    await set_clock(session, held.ends_at + FEEDBACK_LASTS)
    after = await page_of(client_of, contract)
    assert (entered.status_code, again.status_code, again.json()["code"]) == (200, 409, "FormsEntered")
    assert ("enter_feedback" in before["actions"], "enter_feedback" in entered.json()["actions"]) == (True, False)
    assert (during["answers"], during["paper"]["answers"], during["paper"]["again"]) == (0, 30, None)
    assert after["feedback"]["paper"] == {
        "answers": 30,
        "entered_as": "contractor",
        "as_announced": {"yes": 18, "partly": 5, "no": 7},
        "again": {"yes": None, "partly": None, "no": None},
    }, "three would come again perhaps, none would not"


async def test_whoever_counted_the_forms_does_not_learn_what_a_few_said_at_the_door(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    held = await make_mixed(session, contract, 36, "1-1-1", "1-1-2", "1-1-3")
    await enter(client_of, contractor(contract), held)
    await set_clock(session, held.ends_at + FEEDBACK_LASTS)
    told = (await page_of(client_of, contract))["feedback"]
    assert (told["answers"], told["as_announced"]) == (3, {"yes": None, "partly": None, "no": None})
    assert told["paper"]["as_announced"] == {"yes": 18, "partly": 5, "no": 7}, "nothing is added up to be subtracted"


async def test_the_committee_of_the_place_may_enter_them_too(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    party = await make_party(session, PartyKind.committee)
    contract.area_code = party.area_code or ""
    held = await make_mixed(session, contract, 36)
    entered = await enter(client_of, await actor_of(session, Role.committee, party), held)
    assert (entered.status_code, entered.json()["feedback"]["paper"]["entered_as"]) == (200, "client")


@pytest.mark.parametrize(
    ("rows", "facts", "status", "code"),
    [
        (29, {}, 422, "MoreFormsThanRows"),
        (36, {"again": {"yes": 27, "partly": 2, "no": 0}}, 422, "FormsUneven"),
        (36, {each: {"yes": 0, "partly": 0, "no": 0} for each in SAID}, 422, "NoForms"),
    ],
)
async def test_forms_that_cannot_be_are_refused_and_nothing_is_kept(
    session: AsyncSession, client_of: ClientOf, rows: int, facts: dict[str, Any], status: int, code: str
) -> None:
    contract = await make_performing(session)
    held = await make_mixed(session, contract, rows)
    refused = await enter(client_of, contractor(contract), held, **facts)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await session.scalar(sa.select(sa.func.count()).select_from(PaperFeedback)) == 0


async def test_without_a_paper_list_before_it_was_held_and_after_its_time_none_are_entered(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    going_on = await make_going_on(session, contract)
    await session.commit()
    early = await enter(client_of, contractor(contract), going_on)
    at_the_door = await make_mixed(session, contract, 0, "1-1-1")
    nobody = await enter(client_of, contractor(contract), at_the_door)
    held = await make_mixed(session, contract, 36)
    await set_clock(session, held.ends_at + FEEDBACK_LASTS)
    late = await enter(client_of, contractor(contract), held)
    codes = [each.json()["code"] for each in (early, nobody, late)]
    assert codes == ["MoveRefused", "NobodyOnPaper", "FeedbackOutsideTime"]


async def test_the_database_keeps_no_more_forms_than_rows(session: AsyncSession) -> None:
    contract = await make_performing(session)
    held = await make_held(session, contract, 5)
    counts = {"announced_yes": 6, "announced_partly": 0, "announced_no": 0, "again_yes": 6, "again_partly": 0}
    row = {"service_session_id": held.id, **counts, "again_no": 0, "entered_as": "contractor"}
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.insert(PaperFeedback).values(**row, entered_at=held.ends_at))
    assert refused.value.orig.diag.constraint_name == "ck_paper_feedback_of_the_list"  # type: ignore[union-attr]
