"""Asking over HTTP: a wave speaks for what its survey is for, where the contract serves; refusals change nothing."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.waves.models import Wave
from app.voices.models import Voice
from app.voices.rules import VoicePurpose
from tests.conftest import ClientOf
from tests.factories.contracts import make_performing, make_signed, purchaser
from tests.factories.reference import DOUNAN
from tests.factories.surveys import services_definition
from tests.factories.voices import ask, make_own_wave

pytestmark = pytest.mark.anyio
ELSEWHERE = "530102001001"


async def sent(client: AsyncClient, contract: Contract, wave: Wave, **facts: Any) -> Response:
    body = {"purpose": "acceptance", "wave_id": wave.id, "question": "Q1", "options": ["F"], **facts}
    return await client.post(f"/voices/contracts/{contract.id}/ask", json=body)


async def asked_of(session: AsyncSession, contract: Contract) -> list[int | None]:
    return list(await session.scalars(sa.select(Voice.wave_id).where(Voice.contract_id == contract.id)))


async def test_a_wave_of_another_purpose_is_refused_with_both(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    of_needs = await make_own_wave(session, contract)
    own = await session.get_one(Survey, of_needs.survey_id)
    own.purpose = SurveyPurpose.need
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        refused = await sent(client, contract, of_needs)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "PurposeUnfit")
    assert problem["facts"] == {"wanted": "acceptance", "purpose": "need"}
    assert ("需求调查" in problem["messages"]["zh"], "“needs”" in problem["messages"]["en"]) == (True, True)
    assert await asked_of(session, contract) == []


async def test_a_wave_that_asks_people_elsewhere_is_refused_with_their_communities(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract, communities=(DOUNAN, ELSEWHERE))
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        refused = await sent(client, contract, wave)
    assert (refused.status_code, refused.json()["code"]) == (422, "WaveOutsideContract")
    assert refused.json()["facts"] == {"places": f"community {ELSEWHERE}"}
    assert await asked_of(session, contract) == []


async def test_a_wave_for_the_purpose_and_the_place_is_asked(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_signed(session)
    wave = await make_own_wave(session, contract, VoicePurpose.willingness)
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        listed = (await client.get("/surveys", params={"purpose": "willingness"})).json()["items"]
        others = (await client.get("/surveys", params={"purpose": "acceptance"})).json()["items"]
        voice = await sent(client, contract, wave, purpose="willingness", rule="low_half")
    assert ([each["id"] for each in listed], others, voice.status_code) == ([wave.survey_id], [], 201)
    assert await asked_of(session, contract) == [wave.id]


async def test_a_survey_that_was_asked_to_speak_keeps_its_purpose(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    await ask(session, contract, wave)
    await session.commit()
    body = {"definition": services_definition().model_dump(mode="json")}
    async with client_of(purchaser(contract)) as client:
        at, header = f"/surveys/{wave.survey_id}", {"If-Match": '"1"'}
        refused = await client.put(at, json={**body, "purpose": "need"}, headers=header)
        kept = await client.put(at, json=body, headers=header)
    assert (refused.status_code, refused.json()["code"]) == (409, "PurposeBound")
    assert refused.json()["facts"] == {"purpose": "acceptance"}
    assert (kept.status_code, kept.json()["purpose"]) == (200, "acceptance")


async def test_the_purpose_of_a_new_questionnaire_is_asked_for_and_can_change_before_it_is_used(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await make_own_wave(session, contract)  # brings the categories
    await session.commit()
    body = {"definition": services_definition().model_dump(mode="json")}
    async with client_of(purchaser(contract)) as client:
        plain = (await client.post("/surveys", json=body)).json()
        made = (await client.post("/surveys", json={**body, "purpose": "satisfaction"})).json()
        header = {"If-Match": '"1"'}
        changed = await client.put(f"/surveys/{made['id']}", json={**body, "purpose": "willingness"}, headers=header)
        wrong = await client.post("/surveys", json={**body, "purpose": "gossip"})
    assert (plain["purpose"], made["purpose"], changed.json()["purpose"]) == ("need", "satisfaction", "willingness")
    assert wrong.status_code == 422


async def test_what_no_survey_asks_is_no_purpose_of_a_new_one_and_stays_that_of_an_old_one(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract, VoicePurpose.satisfaction)
    survey = await session.get_one(Survey, wave.survey_id)
    survey.purpose = SurveyPurpose.feedback
    await session.commit()
    body, at = {"definition": services_definition().model_dump(mode="json")}, f"/surveys/{survey.id}"
    async with client_of(purchaser(contract)) as client:
        refused = [await client.post("/surveys", json={**body, "purpose": name}) for name in ("feedback", "call_back")]
        kept = await client.put(at, json={**body, "purpose": "feedback"}, headers={"If-Match": '"2"'})
        other = await client.put(at, json={**body, "purpose": "call_back"}, headers={"If-Match": '"3"'})
    assert [(each.status_code, each.json()["code"]) for each in [*refused, other]] == [
        (422, "PurposeAskedElsewhere")
    ] * 3
    assert (kept.status_code, kept.json()["purpose"]) == (200, "feedback")


async def test_the_database_refuses_a_wave_of_another_purpose_and_a_purpose_that_changes(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    await ask(session, contract, wave)
    for change, constraint in (
        (sa.update(Survey).where(Survey.id == wave.survey_id).values(purpose="need"), "ck_surveys_purpose_stays"),
        (sa.insert(Voice).values(**await _of_needs(session, contract)), "ck_voices_purpose"),
    ):
        with pytest.raises(DBAPIError) as refused:
            async with session.begin_nested():
                await session.execute(change)
        assert refused.value.orig.diag.constraint_name == constraint  # type: ignore[union-attr]


async def _of_needs(session: AsyncSession, contract: Contract) -> dict[str, Any]:
    wave = await make_own_wave(session, contract, VoicePurpose.willingness)
    asked = {"purpose": "acceptance", "method": "survey", "question": "Q1", "options": ["F"], "status": "asked"}
    return {"contract_id": contract.id, "wave_id": wave.id, "asked_at": contract.drafted_at, **asked}
