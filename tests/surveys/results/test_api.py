"""A survey over HTTP from its questionnaire to its results."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Role
from tests.conftest import ClientOf
from tests.factories.parties import actor_of
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_survey, services_definition

pytestmark = pytest.mark.anyio

ANSWERS = {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}

SENT = {"answers": ANSWERS, "seconds": 60}


def codes(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_survey_from_questionnaire_to_results(session: AsyncSession, client_of: ClientOf) -> None:
    await make_survey(session)  # brings area and categories
    actor = await actor_of(session, Role.committee)
    definition = services_definition().model_dump(mode="json")
    async with client_of(actor) as client:
        created = await client.post("/surveys", json={"definition": definition})
        assert (created.status_code, created.headers["etag"]) == (201, '"1"')
        survey = f"/surveys/{created.json()['id']}"
        edited = await client.put(survey, json={"definition": definition}, headers={"If-Match": '"1"'})
        assert edited.json()["version"] == 2
        stale = await client.put(survey, json={"definition": definition}, headers={"If-Match": '"1"'})
        assert codes(stale) == (412, "StaleVersion")
        assert codes(await client.put(survey, json={"definition": definition})) == (428, "VersionRequired")
        targets = {"targets": [{"margin": "Q1", "counts": {"F": 50, "M": 50}}]}
        await client.put(f"{survey}/targets", json=targets, headers={"If-Match": '"2"'})
        assert (await client.post(f"{survey}/publish")).json()["status"] == "published"
        asked = {"channel": "paper", "communities": [DOUNAN]}
        wave = (await client.post(f"{survey}/waves", json=asked)).json()
        address = f"/surveys/waves/{wave['id']}"
        assert (await client.post(f"{address}/open")).json()["state"] == "open"
        await client.post(f"{address}/issue", json={"community_code": DOUNAN, "count": 4})
        for serial, sex in (("1", "F"), ("2", "F"), ("3", "M")):
            body = {"community_code": DOUNAN, "serial": serial, "answers": {**ANSWERS, "Q1": sex}}
            assert (await client.post(f"{address}/enter", json=body)).status_code == 201
        assert codes(await client.post(f"{address}/enter", json=body)) == (409, "SerialEntered")
        assert (await client.post(f"{address}/confirm_unflagged")).json() == {"count": 3}
        tally = (await client.post(f"{address}/close")).json()["tally"]
        assert tally["recovery"] == {"numerator": 3, "denominator": 4, "rate": "0.7500"}
        assert (await client.get(f"{survey}/summary")).status_code == 404
        assert (await client.post(f"{survey}/close")).json()["actions"] == []
        found = (await client.get(f"{survey}/findings", params={"stratum": "Q1"})).json()
        assert (found["n"], found["returns"]["total"]["effective"]["rate"]) == (3, "0.7500")
        assert found["answers"][0]["tables"][0]["lines"][0]["weighted"]["share"] == "0.5000"
        assert sorted(found["answers"][1]["strata"]) == ["F", "M"]
        results = (await client.get(f"{survey}/results")).json()
        assert [(result["category_code"], result["votes"], result["is_withheld"]) for result in results] == [
            ("0101", 3, True),
            ("0201", 0, True),
        ]
    async with client_of(RESIDENT) as client:
        summary = (await client.get(f"{survey}/summary")).json()
        assert codes(await client.get(survey)) == (401, "NotSignedIn")
    assert summary["returns"]["total"]["issued"] == 4
    assert {answer["tables"][0]["n"] for answer in summary["answers"]} == {None}
