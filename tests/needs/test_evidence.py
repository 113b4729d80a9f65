"""From a survey's result to a need: the link, how the result stood, and who may rest on it."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.parties.rules import PartyKind
from app.surveys.questionnaires.rules import SurveyStatus
from tests.conftest import ClientOf
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DOUNAN, LONGJIE
from tests.factories.surveys import make_survey, make_survey_result, make_wave

pytestmark = pytest.mark.anyio


async def committee(session: AsyncSession, area_code: str = DOUNAN) -> Actor:
    party = await make_party(session, PartyKind.committee, area_code=area_code)
    return Actor(1, Role.committee, party.id, area_code)


async def test_a_result_becomes_a_draft_that_keeps_the_link_and_how_it_stood(
    session: AsyncSession, client_of: ClientOf
) -> None:
    result = await make_survey_result(session)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = (await client.post(f"/needs/from-result/{result.id}")).json()
    result.share, result.low, result.high, result.n = result.low, result.low, result.low, 400
    await session.commit()
    async with client_of(actor) as client:
        published = (await client.post(f"/needs/{drafted['id']}/publish")).json()
    assert (drafted["status"], drafted["title"], drafted["category_code"]) == ("draft", "类 0101", "0101")
    assert (published["status"], published["evidence"]) == (
        "published",
        {
            "survey_result_id": result.id,
            "n": 123,
            "share": "0.4146",
            "low": "0.3314",
            "high": "0.5030",
            "note": "",
            "no_evidence_reason": "",
        },
    )


async def test_an_edit_leaves_the_link_and_evidence_in_place(session: AsyncSession, client_of: ClientOf) -> None:
    result = await make_survey_result(session)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = (await client.post(f"/needs/from-result/{result.id}")).json()
        published = await client.post(f"/needs/{drafted['id']}/publish")
        body = {"title": "开办老年助餐点", "category_code": "0101"}
        stale = await client.put(f"/needs/{drafted['id']}", json=body, headers={"If-Match": '"1"'})
        edited = await client.put(
            f"/needs/{drafted['id']}", json=body, headers={"If-Match": f'"{published.json()["version"]}"'}
        )
    assert stale.json()["code"] == "StaleVersion"
    assert (edited.json()["title"], edited.json()["evidence"]) == ("开办老年助餐点", drafted["evidence"])


async def test_a_result_of_everybody_asked_serves_each_community_that_was_asked(
    session: AsyncSession, client_of: ClientOf
) -> None:
    survey = await make_survey(session, status=SurveyStatus.closed)
    await make_wave(session, survey, communities=(LONGJIE,))
    result = await make_survey_result(session, survey, community_code=None)
    asked, unasked = await committee(session, LONGJIE), await committee(session)
    await session.commit()
    async with client_of(asked) as client:
        drafted = await client.post(f"/needs/from-result/{result.id}")
    async with client_of(unasked) as client:
        refused = await client.post(f"/needs/from-result/{result.id}")
    assert (drafted.status_code, drafted.json()["community_code"]) == (201, LONGJIE)
    assert (refused.status_code, refused.json()["facts"]) == (403, {"verb": "draft", "reason": "community"})


async def test_a_result_of_another_community_a_withheld_one_and_none_at_all_are_refused(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_area(session, LONGJIE)
    elsewhere = await make_survey_result(session, community_code=LONGJIE)
    small = await make_survey_result(session, is_withheld=True)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        refused = [await client.post(f"/needs/from-result/{id}") for id in (elsewhere.id, small.id, 0)]
        listed = (await client.get("/needs")).json()["items"]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (403, "Denied"),
        (409, "ResultWithheld"),
        (404, "NotFound"),
    ]
    assert listed == []


async def test_residents_find_what_came_of_their_survey(session: AsyncSession, client_of: ClientOf) -> None:
    meals = await make_survey_result(session)
    other = await make_survey_result(session)
    actor = await committee(session)
    await session.commit()
    async with client_of(actor) as client:
        drafted = [(await client.post(f"/needs/from-result/{result.id}")).json() for result in (meals, other)]
        for need in drafted:
            await client.post(f"/needs/{need['id']}/publish")
    async with client_of(RESIDENT) as client:
        by_survey = (await client.get(f"/needs?survey_id={meals.survey_id}")).json()["items"]
        by_result = (await client.get(f"/needs?survey_result_id={other.id}")).json()["items"]
    assert [[item["id"] for item in found] for found in (by_survey, by_result)] == [
        [drafted[0]["id"]],
        [drafted[1]["id"]],
    ]
