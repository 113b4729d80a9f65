"""Both ends of the thread: a receipt code leads to what neighbours said at the end, and nothing tells what one said."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.core.actors import RESIDENT
from app.core.receipts import new_receipt_code
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.surveys.questionnaires.models import Survey
from app.surveys.responses.models import Response
from app.surveys.responses.policy import receipt_mark
from app.surveys.results import service as closing
from app.surveys.results.models import SurveyResult
from app.surveys.waves.rules import ResponseStatus
from app.surveys.waves.service import close_wave
from app.voices.rules import VoicePurpose
from app.voices.service import hear_meeting
from tests.conftest import ClientOf
from tests.factories.contracts import accept, purchaser
from tests.factories.needs import make_need
from tests.factories.parties import make_area
from tests.factories.reference import DONGHUALU
from tests.factories.surveys import make_response, make_survey_result, make_wave
from tests.factories.voices import answer, ask, ask_content, make_own_wave, make_willing
from tests.paths.test_api import make_agreed, make_contracted, path_of

pytestmark = pytest.mark.anyio


async def receipt_of(session: AsyncSession, need: Need) -> str:
    """The code of somebody who answered the survey that the need rests on."""
    result = await session.get_one(SurveyResult, need.survey_result_id)
    survey, code = await session.get_one(Survey, result.survey_id), new_receipt_code()
    await make_response(session, await make_wave(session, survey), receipt_hash=receipt_mark(code))
    return code


async def outcome_of(client: AsyncClient, code: str) -> dict[str, Any]:
    answer = await client.get(f"/surveys/receipts/{code}/path")
    assert answer.status_code == 200, answer.text
    (outcome,) = answer.json()["outcomes"]
    return dict(outcome)


async def test_who_kept_the_receipt_sees_what_neighbours_said_at_the_end(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need, contract = await make_agreed(session)
    await make_willing(session, contract, 20, 6)
    await contracts.start_contract(session, purchaser(contract), contract.id)
    code = await receipt_of(session, need)
    async with client_of(RESIDENT) as client:
        before = await outcome_of(client, code)
        await accept(session, contract, 26, 32)
        after = await outcome_of(client, code)
        path = await path_of(client, need)
    assert (before["need_id"], before["is_own"], before["contract"]["status"]) == (need.id, True, "performing")
    assert (before["acceptance"]["said"], before["acceptance"]["answers"]) == ("undecided", None)
    said = after["willingness"]
    assert (said["said"], said["answers"], said["ayes"], said["state"]) == ("willing", 26, 20, "done")
    assert (after["acceptance"]["said"], after["acceptance"]["accepting"]) == ("accepted", 26)
    assert {name: path[name] for name in ("willingness", "acceptance")} == {
        name: after[name] for name in ("willingness", "acceptance")
    }


async def test_everybody_sees_how_content_residents_are_once_the_wave_is_closed(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need, contract = await make_contracted(session)
    wave, code = await make_own_wave(session, contract, VoicePurpose.satisfaction), new_receipt_code()
    async with client_of(RESIDENT) as client:
        before = (await path_of(client, need))["satisfaction"]
        await ask_content(session, contract, wave)
        asking = (await path_of(client, need))["satisfaction"]
        await answer(session, wave, ["F"] * 31 + ["M"] * 8)
        await make_response(session, wave, {"Q1": "F"}, receipt_hash=receipt_mark(code))
        meanwhile = (await path_of(client, need))["satisfaction"]
        await close_wave(session, purchaser(contract), wave.id)
        told, outcome = (await path_of(client, need))["satisfaction"], await outcome_of(client, code)
    assert (before, asking["state"], asking["answers"], meanwhile) == (None, "under_way", None, asking)
    shown = [told[name] for name in ("state", "served", "needed", "answers", "ayes", "share", "low", "high")]
    assert shown == ["done", 120, 54, 40, 32, "0.8000", "0.6524", "0.8950"]
    assert outcome["satisfaction"] == told


async def test_who_was_asked_whether_they_accept_sees_the_same(session: AsyncSession, client_of: ClientOf) -> None:
    need, contract = await make_contracted(session)
    wave, code = await make_own_wave(session, contract), new_receipt_code()
    await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 20 + ["M"] * 5)
    await make_response(session, wave, {"Q1": "F"}, receipt_hash=receipt_mark(code))
    async with client_of(RESIDENT) as client:
        before = await outcome_of(client, code)
        await close_wave(session, purchaser(contract), wave.id)
        after = await outcome_of(client, code)
    assert (before["need_id"], before["acceptance"]["answers"]) == (need.id, None)
    assert (after["acceptance"]["said"], after["acceptance"]["answers"], after["acceptance"]["accepting"]) == (
        "accepted",
        26,
        21,
    )


async def test_a_code_that_nobody_was_given_leads_nowhere(session: AsyncSession, client_of: ClientOf) -> None:
    await make_contracted(session)
    async with client_of(RESIDENT) as client:
        unknown = await client.get(f"/surveys/receipts/{new_receipt_code()}/path")
        malformed = await client.get("/surveys/receipts/nonsense/path")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ReceiptUnknown")
    assert (malformed.status_code, malformed.json()["code"]) == (422, "ReceiptMalformed")


async def test_needs_of_the_own_community_come_first_and_drafts_not_at_all(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_area(session, DONGHUALU)
    there = await make_survey_result(session, community_code=DONGHUALU)
    survey = await session.get_one(Survey, there.survey_id)
    here = await make_survey_result(session, survey, category_code="0201")
    other = await make_need(session, community_code=DONGHUALU, survey_result_id=there.id)
    own = await make_need(session, title="社区食堂", survey_result_id=here.id)
    await make_need(session, title="草稿", survey_result_id=here.id, status=NeedStatus.draft)
    code = await receipt_of(session, own)
    async with client_of(RESIDENT) as client:
        found = (await client.get(f"/surveys/receipts/{code}/path")).json()["outcomes"]
    assert [(each["need_id"], each["is_own"]) for each in found] == [(own.id, True), (other.id, False)]
    assert [each["contract"]["state"] for each in found] == ["not_reached"] * 2


@pytest.mark.parametrize(("ayes", "noes", "told"), [(20, 6, 20), (22, 4, None), (26, 0, None)])
async def test_willingness_where_few_differ_tells_how_many_answered_alone(
    session: AsyncSession, client_of: ClientOf, ayes: int, noes: int, told: int | None
) -> None:
    need, contract = await make_agreed(session)
    await make_willing(session, contract, ayes, noes)
    async with client_of(RESIDENT) as client:
        said = (await path_of(client, need))["willingness"]
    assert (said["said"], said["answers"], said["ayes"]) == ("willing", 26, told)


async def test_what_four_residents_want_is_not_told(session: AsyncSession, client_of: ClientOf) -> None:
    need, contract = await make_agreed(session)
    await make_willing(session, contract, 4, 0)
    async with client_of(RESIDENT) as client:
        said = (await path_of(client, need))["willingness"]
    assert (said["said"], said["answers"], said["ayes"]) == ("undecided", None, None)


async def test_residents_who_are_being_asked_have_said_nothing_yet(session: AsyncSession, client_of: ClientOf) -> None:
    need, contract = await make_agreed(session)
    wave = await make_own_wave(session, contract, VoicePurpose.willingness)
    await ask(session, contract, wave, VoicePurpose.willingness, rule="low_half")
    await answer(session, wave, ["F"] * 9)
    async with client_of(RESIDENT) as client:
        said = (await path_of(client, need))["willingness"]
    assert (said["said"], said["state"], said["answers"], said["ayes"]) == ("asked", "under_way", None, None)


async def test_a_meeting_is_told_by_the_law_it_decides_by(session: AsyncSession, client_of: ClientOf) -> None:
    need, contract = await make_agreed(session)
    await hear_meeting(session, purchaser(contract), contract.id, entitled=41, present=31, ayes=21)
    await session.flush()
    async with client_of(RESIDENT) as client:
        said = (await path_of(client, need))["willingness"]
    assert (said["method"], said["answers"], said["ayes"], "第九" in said["rule"]) == ("meeting", 31, 21, True)


async def test_figures_of_acceptance_are_told_once_and_never_as_one_more_answer(
    session: AsyncSession, client_of: ClientOf
) -> None:
    need, contract = await make_contracted(session)
    async with client_of(RESIDENT) as client:
        await accept(session, contract, 12, 30)
        refused = await path_of(client, need)
        announced = (await client.get(f"/contracts/{contract.id}/announcement")).json()
        await accept(session, contract, 30, 31)
        accepted = await path_of(client, need)
    assert (refused["acceptance"]["said"], refused["acceptance"]["answers"]) == ("refused", None)
    assert (announced["acceptance"]["standing"], announced["acceptance"]["accepting"]) == ("refused", None)
    assert (accepted["acceptance"]["answers"], accepted["acceptance"]["accepting"]) == (31, None), "one did not accept"


async def test_a_survey_that_speaks_for_a_contract_publishes_no_second_count_of_its_answers(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """Somebody withdraws between: two counts of the same answers would tell what they said."""
    _, contract = await make_contracted(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 15 + ["M"] * 7)
    for each in await answers_in(session, wave.id):
        each.status = ResponseStatus.valid
    await close_wave(session, purchaser(contract), wave.id)
    gone = (await answers_in(session, wave.id))[-1]
    gone.status, gone.answers, gone.fingerprint = ResponseStatus.withdrawn, {}, ""
    await closing.close_survey(session, purchaser(contract), wave.survey_id)
    await session.flush()
    async with client_of(RESIDENT) as client:
        summary = (await client.get(f"/surveys/{wave.survey_id}/summary")).json()
    assert (voice.answers, summary["answers"]) == (22, [])


async def answers_in(session: AsyncSession, wave_id: int) -> list[Response]:
    return list(await session.scalars(sa.select(Response).where(Response.wave_id == wave_id).order_by(Response.id)))
