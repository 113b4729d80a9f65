"""Residents: a link, a receipt, and what may be done with it when."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import append_noted_events, verify
from app.core.clock import SimulatedClock, now
from app.core.days.calendar import SHANGHAI
from app.core.db import make_engine, units
from app.core.receipts import new_receipt_code
from app.surveys.responses import answering
from app.surveys.responses.models import Response
from app.surveys.responses.policy import receipt_mark
from app.surveys.responses.rules import TokenSpent
from app.surveys.waves.models import Token, Wave
from app.surveys.waves.rules import Channel, WaveStatus
from tests.conftest import TODAY, ClientOf
from tests.factories.parties import actor_of
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_response, make_survey, make_token, make_wave

pytestmark = pytest.mark.anyio

ANSWERS = {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}

SENT = {"answers": ANSWERS, "seconds": 60}


async def link_wave(session: AsyncSession, **facts: Any) -> Wave:
    return await make_wave(session, channel=Channel.link, **facts)


async def answered(session: AsyncSession, client: AsyncClient, **facts: Any) -> str:
    """The receipt code of an answer through a one-time link."""
    token = await make_token(session, await link_wave(session, **facts))
    sent = await client.post(f"/surveys/answering/{token}", json=SENT)
    assert sent.status_code == 201
    code: str = sent.json()["receipt_code"]
    return code


def codes(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_link_shows_the_questionnaire_with_its_place(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        shown = (await client.get(f"/surveys/answering/{token}")).json()
    assert [question["name"] for question in shown["survey"]["questions"]] == ["Q1", "Q2", "Q3", "Q4"]
    path = ["district 530114000000", "street 530114003000", "community 530114003004"]
    assert shown["wave"] == {"community": {"name": path[-1], "path": path}, "closes_at": None, "open": True}
    assert shown["demonstration"] is False


async def test_a_token_takes_one_answer(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        first = await client.post(f"/surveys/answering/{token}", json=SENT)
        again = await client.post(f"/surveys/answering/{token}", json=SENT)
        shown = await client.get(f"/surveys/answering/{token}")
    assert (first.status_code, codes(again), codes(shown)) == (201, (409, "TokenSpent"), (409, "TokenSpent"))
    assert await session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1


async def test_of_two_answers_at_once_through_one_link_one_is_taken(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        token = await make_token(session, await link_wave(session))

    async def send() -> str:
        async with door() as session:
            try:
                return await answering.submit_response(session, RESIDENT, token, ANSWERS, 60)
            except TokenSpent:
                return "spent"

    receipts = await asyncio.gather(send(), send(), send())
    assert sorted(len(receipt) for receipt in receipts) == [5, 5, 8]
    async with door() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1
    await engine.dispose()


async def test_an_answer_does_not_wait_until_another_of_its_wave_is_on_the_disk(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        wave = await make_wave(session, channel=Channel.open_link)
    token = wave.open_token or ""
    async with door() as first:
        await answering.submit_response(first, RESIDENT, token, ANSWERS, 60)
        await first.run_sync(append_noted_events)
        async with asyncio.timeout(5), door() as second:
            await answering.submit_response(second, RESIDENT, token, ANSWERS, 60)
    async with door() as session:
        assert await verify(session) == (2, [])
    await engine.dispose()


async def test_an_unknown_token_leads_nowhere(client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        assert codes(await client.get("/surveys/answering/abc")) == (404, "TokenUnknown")
        assert codes(await client.post("/surveys/answering/abc", json=SENT)) == (404, "TokenUnknown")


async def test_a_refused_answer_leaves_the_token_unspent(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        refused = await client.post(f"/surveys/answering/{token}", json={"answers": {"Q2": ["tea"]}})
        assert codes(refused) == (422, "AnswersRefused")
        named = [(row["row"], row["column"], row["code"]) for row in refused.json()["rows"]]
        assert named == [(1, "Q1", "AnswerMissing"), (2, "Q2", "OptionUnknown")]
        assert (await client.post(f"/surveys/answering/{token}", json=SENT)).status_code == 201


async def test_a_closed_wave_takes_no_answers_but_says_so(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session, status=WaveStatus.closed))
    async with client_of(RESIDENT) as client:
        assert (await client.get(f"/surveys/answering/{token}")).json()["wave"]["open"] is False
        assert codes(await client.post(f"/surveys/answering/{token}", json=SENT)) == (409, "WaveClosed")
    assert await session.scalar(sa.select(Token.is_spent)) is False


async def test_answers_are_taken_within_the_announced_time(session: AsyncSession, client_of: ClientOf) -> None:
    at = await now(session)
    early = await make_token(session, await link_wave(session, opens_at=at.replace(hour=11)))
    late = await make_token(session, await link_wave(session, closes_at=at))
    draft = await make_token(session, await link_wave(session, status=WaveStatus.draft))
    async with client_of(RESIDENT) as client:
        refused = [codes(await client.post(f"/surveys/answering/{token}", json=SENT)) for token in (early, late, draft)]
    assert refused == [(409, "WaveNotOpenYet"), (409, "WaveClosed"), (409, "WaveNotOpenYet")]


async def test_an_open_link_takes_many_answers(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    async with client_of(RESIDENT) as client:
        for _ in range(2):
            assert (await client.post(f"/surveys/answering/{wave.open_token}", json=SENT)).status_code == 201
    async with client_of(await actor_of(session, Role.committee)) as client:
        tally = (await client.get(f"/surveys/waves/{wave.id}")).json()["tally"]
    assert (tally["issued"], tally["issued_unknown"], tally["returned"]) == (None, "open_link", 2)
    assert tally["recovery"] == {"numerator": 2, "denominator": None, "rate": None}


async def test_a_receipt_shows_corrects_and_withdraws(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        address = f"/surveys/receipts/{await answered(session, client)}"
        shown = (await client.get(address)).json()
        assert (shown["answers"], shown["status"]) == (ANSWERS, "submitted")
        assert shown["actions"] == ["correct", "withdraw"]
        corrected = (await client.put(address, json={"answers": {"Q1": "M"}})).json()
        assert (corrected["answers"], corrected["status"]) == ({"Q1": "M"}, "submitted")
        withdrawn = (await client.post(f"{address}/withdraw")).json()
        assert (withdrawn["answers"], withdrawn["status"], withdrawn["actions"]) == ({}, "withdrawn", [])
        assert codes(await client.post(f"{address}/withdraw")) == (409, "MoveRefused")
    response = (await session.scalars(sa.select(Response))).one()
    await session.refresh(response)
    assert (response.answers, response.fingerprint, response.suggestions) == ({}, "", [])


async def test_a_receipt_code_may_be_typed_as_it_comes(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        code = await answered(session, client)
        typed = f"{code[:4]}-{code[4:]}".lower()
        assert (await client.get(f"/surveys/receipts/{typed}")).status_code == 200
        assert codes(await client.get("/surveys/receipts/short")) == (422, "ReceiptMalformed")
        assert codes(await client.get("/surveys/receipts/22222222")) == (404, "ReceiptUnknown")


async def test_a_withdrawal_after_closing_erases_the_answers_and_changes_nothing_published(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """Two summaries, one before and one after, would be the withdrawn answers by subtraction."""
    survey = await make_survey(session)
    wave = await make_wave(session, survey)
    for number in range(40):
        await make_response(session, wave, {"Q1": "FM"[number % 2], "Q2": ["meals"]}, serial=str(number))
    code = new_receipt_code()
    await make_response(session, wave, ANSWERS, serial="own", receipt_hash=receipt_mark(code))
    asking = Actor(1, Role.committee, survey.party_id, DOUNAN)
    await session.commit()
    async with client_of(asking) as client:
        await client.post(f"/surveys/waves/{wave.id}/close")
        assert (await client.post(f"/surveys/{survey.id}/close")).status_code == 200
    async with client_of(RESIDENT) as client:
        before = (await client.get(f"/surveys/{survey.id}/summary")).json()
        assert (await client.post(f"/surveys/receipts/{code}/withdraw")).json()["answers"] == {}
        after = (await client.get(f"/surveys/{survey.id}/summary")).json()
    assert before["returns"]["total"]["valid"] == 41
    assert after == before


async def test_after_closing_answers_are_seen_and_withdrawn_but_not_corrected(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    closes_at = TODAY.replace(hour=12)
    async with client_of(RESIDENT) as client:
        address = f"/surveys/receipts/{await answered(session, client, closes_at=closes_at)}"
        clock.at = closes_at.astimezone(SHANGHAI)
        assert (await client.get(address)).json()["actions"] == ["withdraw"]
        assert codes(await client.put(address, json={"answers": ANSWERS})) == (409, "WaveClosed")
        assert (await client.post(f"{address}/withdraw")).json()["status"] == "withdrawn"


async def test_a_correction_of_a_confirmed_answer_is_reviewed_anew(session: AsyncSession, client_of: ClientOf) -> None:
    owner = await actor_of(session, Role.committee)
    async with client_of(RESIDENT) as client, client_of(owner) as staff:
        code = await answered(session, client)
        response = (await session.scalars(sa.select(Response))).one()
        await staff.post(f"/surveys/responses/{response.id}/confirm", json={})
        await client.put(f"/surveys/receipts/{code}", json={"answers": {"Q1": "M"}})
        seen = (await staff.get(f"/surveys/responses/{response.id}")).json()
    assert (seen["status"], seen["version"]) == ("submitted", 3)
    moves = [(review["verb"], review["before"], review["after"], review["account_id"]) for review in seen["reviews"]]
    assert moves == [("confirm", "submitted", "valid", owner.account_id), ("correct", "valid", "submitted", None)]
