"""Surveys for residents: by the link they were given, afterwards by their receipt code."""

from fastapi import APIRouter

from app.core.clock import now
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.surveys.questionnaires.queries import asked_by
from app.surveys.responses import answering, policy
from app.surveys.responses.policy import WHO
from app.surveys.responses.schemas import AnsweringRead, AnswersCorrect, AnswersSubmit, ReceiptRead, Submitted, Typed
from app.surveys.waves.queries import place_of

router: APIRouter = web.router("/surveys", "surveys", web.Unlinked, Lane.answering)
taken_together: APIRouter = web.router("/surveys", "surveys", web.Grouped, Lane.answering)


@router.get("/answering/{token}", operation_id="read_questionnaire", dependencies=[allow(WHO["answer"])])
async def read_questionnaire(token: Typed, session: UnitSession) -> AnsweringRead:
    survey, wave, address = await answering.read_questionnaire(session, token)
    place = await place_of(session, address.community_code)
    return AnsweringRead.of(survey, wave, place, await asked_by(session, survey), await now(session))


@taken_together.post(
    "/answering/{token}", operation_id="submit_response", status_code=201, dependencies=[allow(WHO["answer"])]
)
async def submit_response(token: Typed, body: AnswersSubmit, session: UnitSession, actor: CurrentActor) -> Submitted:
    code = await answering.submit_response(session, actor, token, body.answers, body.seconds)
    return Submitted(receipt_code=code)


@router.get("/receipts/{code}", operation_id="read_receipt", dependencies=[allow(WHO["follow"])])
async def read_receipt(code: Typed, session: UnitSession) -> ReceiptRead:
    survey, wave, response = await policy.read_receipt(session, code)
    place = await place_of(session, response.community_code)
    return ReceiptRead.held(survey, wave, response, place, await now(session))


@router.put("/receipts/{code}", operation_id="correct_response", dependencies=[allow(WHO["follow"])])
async def correct_response(code: Typed, body: AnswersCorrect, session: UnitSession, actor: CurrentActor) -> ReceiptRead:
    survey, wave, response = await answering.correct_response(session, actor, code, body.answers)
    place = await place_of(session, response.community_code)
    return ReceiptRead.held(survey, wave, response, place, await now(session))


@router.post("/receipts/{code}/withdraw", operation_id="withdraw_response", dependencies=[allow(WHO["follow"])])
async def withdraw_response(code: Typed, session: UnitSession, actor: CurrentActor) -> ReceiptRead:
    survey, wave, response = await answering.withdraw_response(session, actor, code)
    place = await place_of(session, response.community_code)
    return ReceiptRead.held(survey, wave, response, place, await now(session))
