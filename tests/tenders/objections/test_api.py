"""Objections: filed by applicants in time, holding the awards until they are answered; strangers do not see them."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app import flow
from app.core.actors import Actor, Role
from app.core.clock import SimulatedClock
from app.core.events import REACTIONS
from app.desk.queries import waiting
from app.tenders.awards.models import Award, Result
from app.tenders.awards.rules import AwardsHeld
from app.tenders.awards.service import confirm_awards
from app.tenders.notices.models import Tender
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of, live_awards, make_published
from tests.factories.notices import set_clock
from tests.factories.panels import purchaser_of

pytestmark = pytest.mark.anyio
GROUNDS = {"grounds": "第三位评委的合计有误，请核对。"}
STRANGER = Actor(77, Role.organization, 999_999, "")


async def published(session: AsyncSession, clock: SimulatedClock) -> tuple[Tender, Result, dict[str, Award]]:
    tender, result = await make_published(session, (90, 20_000), (80, 20_000))
    assert flow and result.published_at
    clock.at = result.published_at + timedelta(hours=1)
    awards = await live_awards(session, tender)
    await session.commit()
    return tender, result, awards


async def status_of(session: AsyncSession, award: Award) -> str:
    await session.refresh(award)
    return award.status.value


async def test_an_objection_holds_the_award_until_it_is_rejected_with_a_reason(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, result, awards = await published(session, clock)
    async with client_of(bidder_of(awards["B02"])) as client:
        filed = await client.post(f"/objections/results/{tender.id}", json=GROUNDS)
        assert (filed.status_code, filed.json()["actions"]) == (201, ["withdraw"])
        assert (filed.json()["answer_due_on"], filed.json()["provisional"]) == ("2026-12-08", [])
    assert await status_of(session, awards["B01"]) == "held"
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    staff = purchaser_of(tender)
    with pytest.raises(AwardsHeld):
        await confirm_awards(session, staff, tender.id)
    async with client_of(staff) as client:
        path = f"/objections/{filed.json()['id']}/reject"
        assert (await client.post(path, json={"answer": " "})).json()["code"] == "AnswerWithoutReason"
        rejected = await client.post(path, json={"answer": "已核对，合计无误。"})
        assert (rejected.json()["status"], rejected.json()["actions"]) == ("rejected", [])
        assert (await client.post(path, json={"answer": "再答"})).json()["code"] == "MoveRefused"
    assert await status_of(session, awards["B01"]) == "noticed"


async def test_an_accepted_objection_undoes_the_awards(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, _, awards = await published(session, clock)
    async with client_of(bidder_of(awards["B02"])) as client:
        filed = (await client.post(f"/objections/results/{tender.id}", json=GROUNDS)).json()
    async with client_of(purchaser_of(tender)) as client:
        accepted = await client.post(f"/objections/{filed['id']}/accept", json={"answer": "合计有误，重新核算。"})
        assert accepted.json()["status"] == "accepted"
    assert await status_of(session, awards["B01"]) == "revoked"


async def test_a_withdrawn_objection_lets_the_award_go(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, _, awards = await published(session, clock)
    async with client_of(bidder_of(awards["B02"])) as client:
        filed = (await client.post(f"/objections/results/{tender.id}", json=GROUNDS)).json()
        assert (await client.post(f"/objections/{filed['id']}/withdraw")).json()["status"] == "withdrawn"
    assert await status_of(session, awards["B01"]) == "noticed"


async def test_an_objection_needs_grounds_an_applicant_and_an_open_window(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, result, awards = await published(session, clock)
    path = f"/objections/results/{tender.id}"
    async with client_of(STRANGER) as client:
        assert (await client.post(path, json=GROUNDS)).status_code == 404
    async with client_of(bidder_of(awards["B02"])) as client:
        assert (await client.post(path, json={"grounds": " "})).json()["code"] == "ObjectionWithoutGrounds"
        assert (await client.post(path, json={**GROUNDS, "lot_id": 999_999})).status_code == 404
        assert (await client.post(path, json=GROUNDS)).status_code == 201
        twice = await client.post(path, json=GROUNDS)
        assert (twice.status_code, twice.json()["code"]) == (409, "AlreadyExists")
        assert result.objections_end is not None
        clock.at = result.objections_end
        late = await client.post(path, json=GROUNDS)
    assert (late.status_code, late.json()["code"]) == (409, "ObjectionTooLate")


async def test_an_objection_is_seen_by_its_two_sides_only_and_waits_for_the_purchaser(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    tender, _, awards = await published(session, clock)
    async with client_of(bidder_of(awards["B02"])) as client:
        filed = (await client.post(f"/objections/results/{tender.id}", json=GROUNDS)).json()
    async with client_of(bidder_of(awards["B01"])) as client:
        assert (await client.get(f"/objections?tender_id={tender.id}")).json() == []
        assert (await client.post(f"/objections/{filed['id']}/withdraw")).status_code == 404
    async with client_of(purchaser_of(tender)) as client:
        (seen,) = (await client.get(f"/objections?tender_id={tender.id}")).json()
        assert seen["actions"] == ["accept", "reject"]
    items = await waiting(session, purchaser_of(tender), clock.at)
    assert [(item.room, item.verb) for item in items if item.room == "objections"] == [("objections", "reject")]


def test_every_end_of_an_objection_has_its_consequence() -> None:
    ends = ("objection.filed", "objection.accepted", "objection.rejected", "objection.withdrawn")
    assert [end for end in ends if not REACTIONS[end]] == []
