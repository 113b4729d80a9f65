"""What a desk shows besides what waits: counted over what its reader sees, by as many questions whatever there is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.needs.rules import NeedStatus
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.waves.rules import Channel, ResponseStatus, WaveStatus
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY, ClientOf
from tests.factories.bids import make_bid
from tests.factories.contracts import engaged, evaluate, evaluator, make_performing, pay, purchaser
from tests.factories.needs import make_need
from tests.factories.notices import lots_of, make_tender, set_clock
from tests.factories.offers import make_offer
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE
from tests.factories.surveys import make_issue, make_response, make_survey, make_wave
from tests.factories.world import World, make_world

pytestmark = pytest.mark.anyio
STREET, BUREAU = Actor(None, Role.street, None, "530114003"), Actor(None, Role.purchaser, None, "530114")
QUIET = {
    "is_asked": False,
    "surveys": 0,
    "issued": 0,
    "returned": 0,
    "rate": None,
    "last_closed_at": None,
    "needs": {},
    "contracts": 0,
    "late": {"surveys": 0, "needs": 0, "contracts": 0},
}


async def shown(client_of: ClientOf, actor: Actor, name: str) -> Any:
    async with client_of(actor) as client:
        answer = await client.get(f"/overviews/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def communities(client_of: ClientOf, actor: Actor) -> dict[str, dict[str, Any]]:
    """Code → what stands there, in the order in which it is shown."""
    found = (await shown(client_of, actor, "communities"))["communities"]
    return {each.pop("code"): {name: fact for name, fact in each.items() if name != "path"} for each in found}


async def street_office(session: AsyncSession) -> Actor:
    return await actor_of(session, Role.street, await make_party(session, PartyKind.street_office))


async def test_the_desk_says_which_overviews_its_reader_has(session: AsyncSession, client_of: ClientOf) -> None:
    found = {}
    for role in (Role.committee, Role.street, Role.purchaser, Role.evaluator, Role.auditor, Role.judge, Role.admin):
        async with client_of(Actor(None, role, None, "530114")) as client:
            found[role.value] = (await client.get("/desk")).json()["overviews"]
    assert found == {
        "committee": [],
        "street": ["communities"],
        "purchaser": ["season", "communities"],
        "evaluator": ["contracts"],
        "auditor": ["contracts"],
        "judge": [],
        "admin": ["installation"],
    }


async def test_a_street_sees_its_own_communities_and_a_bureau_those_of_its_district(
    session: AsyncSession, client_of: ClientOf
) -> None:
    for code in (DOUNAN, LONGJIE, DONGHUALU):
        await make_area(session, code)
    await session.commit()
    assert await communities(client_of, STREET) == {DOUNAN: QUIET}
    assert sorted(await communities(client_of, BUREAU)) == sorted([DOUNAN, LONGJIE])
    assert await communities(client_of, Actor(None, Role.purchaser, None, "")) == {}


async def test_a_community_says_what_is_asked_needed_and_late_there(session: AsyncSession, client_of: ClientOf) -> None:
    office, today = await street_office(session), TODAY.date()
    survey = await make_survey(session)
    paper = await make_wave(session, survey, closes_at=TODAY - timedelta(days=1))
    await make_issue(session, paper, 8)
    for status in (ResponseStatus.valid, ResponseStatus.submitted, ResponseStatus.withdrawn):
        await make_response(session, paper, {} if status is ResponseStatus.withdrawn else None, status=status)
    await make_response(session, await make_wave(session, survey, channel=Channel.open_link))
    for facts in (
        {},
        {"status": NeedStatus.draft},
        {"published_at": TODAY - timedelta(days=40), "expires_on": today - timedelta(days=1)},
    ):
        await make_need(session, **facts)
    await session.commit()
    assert await communities(client_of, office) == {
        DOUNAN: {
            **QUIET,
            "is_asked": True,
            "surveys": 1,
            "issued": 8,
            "returned": 3,
            "rate": "0.2500",
            "needs": {"published": 1, "draft": 1, "expired": 1},
            "late": {"surveys": 1, "needs": 1, "contracts": 0},
        }
    }
    (bureau,) = (await communities(client_of, BUREAU)).values()
    assert bureau["needs"] == {"published": 1, "expired": 1}


async def test_communities_that_nobody_has_asked_for_a_year_come_first(
    session: AsyncSession, client_of: ClientOf
) -> None:
    committees = {code: await make_party(session, PartyKind.committee, area_code=code) for code in (DOUNAN, LONGJIE)}
    for code, closed_at in ((LONGJIE, TODAY - timedelta(days=30)), (DOUNAN, TODAY - timedelta(days=400))):
        survey = await make_survey(
            session, committees[code], status=SurveyStatus.closed, published_at=closed_at, closed_at=closed_at
        )
        facts = {"status": WaveStatus.closed, "opened_at": closed_at, "closed_at": closed_at}
        await make_wave(session, survey, communities=(code,), **facts)
    await session.commit()
    found = await communities(client_of, await actor_of(session, Role.purchaser))
    assert [(code, each["is_asked"]) for code, each in found.items()] == [(DOUNAN, False), (LONGJIE, True)]
    assert all(each["last_closed_at"] for each in found.values())


async def test_a_survey_that_an_office_does_not_see_is_not_told_of(session: AsyncSession, client_of: ClientOf) -> None:
    bureau = await make_party(session, PartyKind.bureau)
    await make_wave(session, await make_survey(session, bureau))
    office = await street_office(session)
    await session.commit()
    assert (await communities(client_of, office))[DOUNAN]["surveys"] == 0
    assert (await communities(client_of, await actor_of(session, Role.purchaser, bureau)))[DOUNAN]["surveys"] == 1


async def test_a_firm_sees_the_contracts_it_is_engaged_for_and_what_it_may_do_today(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_performing(session)
    await set_clock(session, TODAY)
    contract = await make_performing(session)
    who, auditor = await evaluator(session, contract), await engaged(session, contract, EngagementKind.audit)
    await pay(session, contract, "first", 1000)
    await session.commit()
    (read,) = (await shown(client_of, who, "contracts"))["contracts"]
    assert (read["id"], read["status"], read["paid"]["amount"]) == (contract.id, "performing", "1000.00")
    assert (read["next"]["gate"], read["actions"]) == ("midterm_evaluation", ["attach"])
    await evaluate(session, contract, Gate.midterm_evaluation)
    await session.commit()
    (read,) = (await shown(client_of, who, "contracts"))["contracts"]
    assert read["next"]["gate"] == "final_evaluation"
    (read,) = (await shown(client_of, auditor, "contracts"))["contracts"]
    assert (read["id"], read["actions"]) == (contract.id, [])
    stranger = await actor_of(session, Role.evaluator)
    assert await shown(client_of, stranger, "contracts") == {"contracts": [], "total": 0}


async def test_whoever_belongs_to_a_side_may_do_nothing_as_an_evaluator(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    firm = (await evaluator(session, contract)).party_id
    insider = await actor_of(session, Role.purchaser, await session.get_one(Party, contract.purchaser_id))
    await session.commit()
    (read,) = (await shown(client_of, Actor(insider.account_id, Role.evaluator, firm), "contracts"))["contracts"]
    assert read["actions"] == []


async def test_the_season_says_what_comes_next_and_its_money_by_year(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await pay(session, contract, "first", 1000)
    staff = purchaser(contract)
    await set_clock(session, TODAY)
    tender = await make_tender(session, await session.get_one(Party, contract.purchaser_id))
    await session.commit()
    season = await shown(client_of, staff, "season")
    (under,) = [each for each in season["underway"] if each["id"] == tender.id]
    assert (under["thing"], under["status"], under["next"]["name"]) == ("tender", "enquiries", "enquiries_end")
    money = {name: sum_["amount"] for name, sum_ in season["money"][0].items() if name != "year"}
    assert money == {
        "planned": "1400000.00",
        "awarded": "20000.00",
        "contracted": "20000.00",
        "direct": "0.00",
        "paid": "1000.00",
    }
    assert (await shown(client_of, BUREAU, "season"))["money"] == []


async def test_a_milestone_past_its_day_is_late_whoever_it_awaits(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    await session.commit()
    assert (await shown(client_of, purchaser(contract), "season"))["late"] == []
    await set_clock(session, TODAY + timedelta(days=800))
    season = await shown(client_of, purchaser(contract), "season")
    assert {(each["verb"], each["context"], each["contract_id"]) for each in season["late"]} == {
        ("report", "midterm_evaluation", contract.id),
        ("report", "final_evaluation", contract.id),
        ("accept", "resident_acceptance", contract.id),
    }


async def test_what_is_needed_stands_against_the_offers_that_reach_the_street(
    session: AsyncSession, client_of: ClientOf
) -> None:
    today = TODAY.date()
    for facts in (
        {},
        {"category_code": "0201"},
        {"category_code": "0201"},
        {"category_code": None},
        {"category_code": "01"},  # names the kind alone: any offer of that kind is one for it
        {"category_code": "010301"},
        {"status": NeedStatus.draft},
        {"status": NeedStatus.withdrawn},
        {"community_code": DONGHUALU},
    ):
        await make_need(session, **facts)
    await make_offer(session, category_codes=["0101", "0102"], coverage_codes=["530114000000", "530114003000"])
    await make_offer(session, coverage_codes=["530114003000"])
    await make_offer(session, category_codes=["01"])
    await make_offer(session, coverage_codes=[DOUNAN])  # reaches a part of the street only
    await make_offer(session, category_codes=["0201"], coverage_codes=["530100000000"])
    await make_offer(session, category_codes=["0201"], status=OfferStatus.draft)
    await make_offer(session, category_codes=["0201"], available_until=today - timedelta(days=1))
    await session.commit()
    (street,) = (await shown(client_of, BUREAU, "season"))["streets"]
    assert street == {
        "code": "530114003000",
        "path": ["district 530114000000", "street 530114003000"],
        "cells": [
            {
                "category": "01",
                "demand": 3,
                "supply": 3,
                "thin": [{"category": "0103", "demand": 1, "supply": 0}],
            },
            {
                "category": "02",
                "demand": 2,
                "supply": 1,
                "thin": [{"category": "0201", "demand": 2, "supply": 1}],
            },
            {"category": None, "demand": 1, "supply": 0, "thin": []},
        ],
    }


async def test_a_bid_leaves_no_trace_before_the_opening(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    staff = Actor(None, Role.purchaser, tender.party_id, "530114")
    await session.commit()
    before = await shown(client_of, staff, "season"), await shown(client_of, staff, "communities")
    await make_bid(session, lot)
    await session.commit()
    assert (await shown(client_of, staff, "season"), await shown(client_of, staff, "communities")) == before


async def test_nobody_elses_drafts_are_counted_or_named(session: AsyncSession, client_of: ClientOf) -> None:
    world: World = await make_world(session)
    await session.commit()
    for name, actor in world.of_role(Role.purchaser).items():
        season = await shown(client_of, actor, "season")
        drafts = {each["title_zh"] for each in season["underway"] if each["status"] == "draft"}
        assert drafts == {
            "P1": {"金丝雀-draft round", "金丝雀-draft tender"},
            "P3": {"金丝雀-foreign draft tender"},
        }.get(name, set())


@asynccontextmanager
async def counted(session: AsyncSession) -> AsyncIterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []
    connection = (await session.connection()).sync_connection

    def note(*args: Any) -> None:
        sent.append(args[2])

    sa.event.listen(connection, "before_cursor_execute", note)
    yield sent
    sa.event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize(("name", "most"), [("communities", 16), ("season", 16), ("contracts", 16)])
async def test_twice_as_much_to_show_takes_no_further_question(
    session: AsyncSession, client_of: ClientOf, name: str, most: int
) -> None:
    async def grow(codes: tuple[str, ...]) -> None:
        for code in codes:
            committee = await make_party(session, PartyKind.committee, area_code=code)
            await make_wave(session, await make_survey(session, committee), communities=(code,))
            await make_need(session, community_code=code)
            await set_clock(session, TODAY)
            contract = await make_performing(session)
            who.append(await evaluator(session, contract))
        await set_clock(session, TODAY)
        await session.commit()

    who: list[Actor] = []
    asked = []
    for codes in ((DOUNAN,), (LONGJIE, "530114003005")):
        await grow(codes)
        actor = who[0] if name == "contracts" else BUREAU
        async with counted(session) as sent:
            await shown(client_of, actor, name)
        asked.append(len([each for each in sent if each.startswith("SELECT")]))
    assert asked[0] == asked[1] <= most


async def test_the_lists_that_an_overview_leads_to_are_narrowed_to_the_place(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    contract.area_code = (await make_area(session, DOUNAN)).code
    await set_clock(session, TODAY)
    bureau = await session.get_one(Party, contract.purchaser_id)
    survey = await make_survey(session, bureau)
    await make_wave(session, survey)
    await make_wave(session, survey, status=WaveStatus.closed)
    await session.commit()
    found = {}
    async with client_of(purchaser(contract)) as client:
        for area in (DOUNAN, "530114003000", LONGJIE):
            for name in ("surveys", "contracts"):
                items = (await client.get(f"/{name}", params={"area": area})).json()["items"]
                found[area, name] = [each["id"] for each in items]
    assert found == {
        (DOUNAN, "surveys"): [survey.id],
        (DOUNAN, "contracts"): [contract.id],
        ("530114003000", "surveys"): [survey.id],
        ("530114003000", "contracts"): [contract.id],
        (LONGJIE, "surveys"): [],
        (LONGJIE, "contracts"): [],
    }
