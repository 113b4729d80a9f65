"""A contract that asks whether residents want its service starts once they do; who asks them finds it on the desk."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.contracts.models import Contract
from app.contracts.queries import milestones_of
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import SHANGHAI
from app.desk import queries as desk
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.tenders.profiles.rules import Gate, profile_document, varied
from app.voices.rules import VoicePurpose
from app.voices.service import hear_meeting
from tests.conftest import ClientOf
from tests.factories.contracts import contractor, make_contract, make_performing, make_signed, purchaser
from tests.factories.notices import make_tender, set_clock
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DOUNAN
from tests.factories.service_sessions import make_session
from tests.factories.voices import ask, ask_content, make_own_wave, make_willing
from tests.notifications.test_api import events_of

pytestmark = pytest.mark.anyio


async def make_asking(session: AsyncSession) -> Contract:
    """A signed contract in Dounan whose service waits for its residents."""
    contract = await make_signed(session)
    await make_area(session, DOUNAN)
    contract.asks_willingness, contract.area_code = True, DOUNAN
    await session.flush()
    return contract


async def committee(session: AsyncSession) -> Actor:
    return await actor_of(session, Role.committee, await make_party(session, PartyKind.committee))


async def asked_of(session: AsyncSession, actor: Actor) -> list[tuple[str, int]]:
    found = await desk.waiting(session, actor, await now(session))
    return [(each.verb, each.subject_id) for each in found if each.room == "voices"]


async def test_a_draft_says_that_residents_are_asked_first(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_contract(session)
    await session.commit()
    terms = {"title": "探访", "starts_on": "2027-01-10", "ends_on": "2027-12-31", "targets": [{"what": "探访"}]}
    async with client_of(purchaser(contract)) as client:
        at, header = f"/contracts/{contract.id}", {"If-Match": f'"{contract.version}"'}
        edited = (await client.put(at, json={**terms, "asks_willingness": True}, headers=header)).json()
        left = await client.put(at, json=terms, headers={"If-Match": f'"{edited["version"]}"'})
    assert (edited["asks_willingness"], left.json()["asks_willingness"]) == (True, True)


@pytest.mark.parametrize("asked", [True, False])
async def test_the_profile_says_whether_a_new_contract_asks_residents_first(session: AsyncSession, asked: bool) -> None:
    document = varied(profile_document("venture"), {"willingness": {"asked": asked}})
    contract = await make_contract(session, tender=await make_tender(session, profile_document=document))
    assert contract.asks_willingness is asked


async def test_a_service_starts_only_once_residents_want_it(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_asking(session)
    await session.commit()
    async with client_of(contractor(contract)) as client:
        at = f"/contracts/{contract.id}"
        refused = await client.post(f"{at}/start")
        shown = (await client.get(at)).json()
        assert (refused.status_code, refused.json()["code"]) == (409, "WillingnessAwaited")
        assert ("征得居民同意" in refused.json()["messages"]["zh"], "want it" in refused.json()["messages"]["en"]) == (
            True,
            True,
        )
        assert (shown["status"], "start" in shown["actions"], shown["willing_at"]) == ("signed", False, None)
        await make_willing(session, contract, 20, 6)
        wanted = (await client.get(at)).json()
        started = await client.post(f"{at}/start")
    assert ("start" in wanted["actions"], started.json()["status"]) == (True, "performing")


@pytest.mark.parametrize(("ayes", "noes"), [(6, 20), (4, 0)])
async def test_residents_who_do_not_want_it_or_are_too_few_start_nothing(
    session: AsyncSession, client_of: ClientOf, ayes: int, noes: int
) -> None:
    contract = await make_asking(session)
    await make_willing(session, contract, ayes, noes)
    async with client_of(contractor(contract)) as client:
        assert (await client.post(f"/contracts/{contract.id}/start")).json()["code"] == "WillingnessAwaited"


async def test_a_meeting_wants_it_and_the_last_word_counts(session: AsyncSession) -> None:
    contract = await make_asking(session)
    await hear_meeting(session, purchaser(contract), contract.id, entitled=41, present=21, ayes=11)
    assert contract.willing_at is not None
    await make_willing(session, contract, 5, 20)
    assert contract.willing_at is None


async def test_the_database_starts_no_service_that_waits_for_its_residents(session: AsyncSession) -> None:
    contract = await make_asking(session)
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.update(Contract).where(Contract.id == contract.id).values(status="performing"))
    assert refused.value.orig.diag.constraint_name == "ck_contracts_wanted_before_it_starts"  # type: ignore[union-attr]


async def test_the_committee_has_residents_to_ask_until_somebody_asks_them(session: AsyncSession) -> None:
    contract, who = await make_asking(session), await committee(session)
    assert await asked_of(session, who) == [("ask", contract.id)]
    assert await asked_of(session, contractor(contract)) == []
    wave = await make_own_wave(session, contract, VoicePurpose.willingness)
    await ask(session, contract, wave, VoicePurpose.willingness, rule="low_half")
    assert await asked_of(session, who) == []


async def test_acceptance_is_on_the_desk_when_its_day_comes_near(session: AsyncSession) -> None:
    contract, who = await make_performing(session), await committee(session)
    contract.area_code = DOUNAN
    (gate,) = [m for m in await milestones_of(session, contract.id) if m.gate is Gate.resident_acceptance]
    assert gate.due_on is not None
    day = datetime.combine(gate.due_on, datetime.min.time(), SHANGHAI)
    await set_clock(session, day - timedelta(days=31))
    assert await asked_of(session, who) == []
    await set_clock(session, day - timedelta(days=30))
    await ask_content(session, contract, await make_own_wave(session, contract, VoicePurpose.satisfaction))
    assert await asked_of(session, who) == [("ask", contract.id)], "that they are asked how content they are is not it"
    await ask(session, contract, await make_own_wave(session, contract))
    assert await asked_of(session, who) == []


async def test_those_who_look_after_the_place_hear_of_sessions_and_of_what_residents_say(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract, who = await make_asking(session), await committee(session)
    buyer = await actor_of(session, Role.purchaser, await session.get_one(Party, contract.purchaser_id))
    await make_willing(session, contract, 20, 6)
    await contracts.start_contract(session, contractor(contract), contract.id)
    await make_session(session, contract)
    await session.commit()
    told = {event for event, _ in await events_of(client_of, who)}
    assert {"voice.heard", "service_session.planned"} <= told
    assert {"voice.asked", "voice.heard", "service_session.planned"} <= {
        e for e, _ in await events_of(client_of, buyer)
    }
