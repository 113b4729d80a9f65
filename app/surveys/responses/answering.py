"""What residents do: answer through a link, and with the receipt code see, correct or withdraw their answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.events import happened
from app.core.moves import move
from app.core.receipts import new_receipt_code
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.responses import rules
from app.surveys.responses.answers import check_answers, examine
from app.surveys.responses.models import Response, ResponseReview
from app.surveys.responses.policy import access_receipt, receipt_mark
from app.surveys.responses.quality import suggestions
from app.surveys.responses.queries import same_content
from app.surveys.responses.rules import MOVES, Source
from app.surveys.waves.models import Token, Wave
from app.surveys.waves.policy import taking_wave
from app.surveys.waves.queries import Address, find_address, frames_of
from app.surveys.waves.rules import ResponseStatus, not_begun, not_taking


async def read_questionnaire(session: AsyncSession, token: str) -> tuple[Survey, Wave, Address]:
    """What a link leads to, also after the last day. Refusals: TokenUnknown, TokenSpent, WaveNotOpenYet."""
    address = await find_address(session, token)
    if address.is_spent:
        raise rules.TokenSpent()
    wave = await session.get_one(Wave, address.wave_id)
    if refusal := not_begun(wave, await now(session)):
        raise refusal
    return await session.get_one(Survey, wave.survey_id), wave, address


async def submit_response(
    session: AsyncSession, actor: Actor, token: str, answers: Mapping[str, Any], seconds: int | None
) -> str:
    """Take an answer and return its receipt code, of which only the hash is kept. The token is marked as spent and
    nothing else: no time, no number of the response. Refusals: TokenUnknown, TokenSpent, WaveNotOpenYet, WaveClosed,
    AnswersRefused."""
    address = await find_address(session, token)
    survey, wave = await taking_wave(session, address.wave_id)
    at = await now(session)
    if refusal := not_taking(wave, at):
        raise refusal
    definition = definition_of(survey)
    kept = check_answers(definition, answers, shanghai_date(at))
    await _spend(session, address)
    code = new_receipt_code()
    response = Response(wave_id=wave.id, community_code=address.community_code, source=Source.page, seconds=seconds)
    response.receipt_hash, response.submitted_at = receipt_mark(code), at
    response.answers, response.fingerprint = kept, rules.fingerprint_of(kept)
    response.suggestions = await _doubts(session, survey, response, at)
    session.add(response)
    await happened(session, actor, "response.submitted", response, at, stream=f"waves:{wave.id}")
    return code


async def _spend(session: AsyncSession, address: Address) -> None:
    """In one statement, so that of two answers sent at once through one link only the first is taken."""
    if address.token_hash is None:
        return
    own = sa.update(Token).where(Token.token_hash == address.token_hash, Token.is_spent.is_(False))
    spent = own.values(is_spent=True).returning(Token.token_hash).execution_options(synchronize_session=False)
    if (await session.execute(spent)).one_or_none() is None:
        raise rules.TokenSpent()


async def _doubts(session: AsyncSession, survey: Survey, response: Response, at: datetime) -> list[dict[str, Any]]:
    definition = definition_of(survey)
    examined = examine(definition, response.answers, shanghai_date(at))
    return suggestions(
        definition,
        response.answers,
        shown=len(examined.shown),
        missing=examined.missing,
        seconds=response.seconds,
        community_code=response.community_code,
        frame=(await frames_of(session, [response.wave_id]))[response.wave_id],
        earlier=await same_content(session, response.wave_id, response.fingerprint, but=response.id),
    )


async def correct_response(
    session: AsyncSession, actor: Actor, code: str, answers: Mapping[str, Any]
) -> tuple[Survey, Wave, Response]:
    """Replace the answers, which are then reviewed again.

    Refusals: ReceiptMalformed, ReceiptUnknown, WaveClosed, MoveRefused, AnswersRefused.
    """
    survey, wave, response = await access_receipt(session, code)
    at = await now(session)
    before = response.status
    if refusal := rules.untimely("correct", survey.status, not_taking(wave, at)):
        raise refusal
    corrected = move(MOVES, before, "correct")
    kept = check_answers(definition_of(survey), answers, shanghai_date(at))
    response.status, response.reason = corrected, None
    response.answers, response.fingerprint = kept, rules.fingerprint_of(kept)
    response.suggestions = await _doubts(session, survey, response, at)
    session.add(_by_respondent("correct", response, before, at))
    await happened(session, actor, "response.corrected", response, at, stream=f"waves:{wave.id}")
    return survey, wave, response


async def withdraw_response(session: AsyncSession, actor: Actor, code: str) -> tuple[Survey, Wave, Response]:
    """Erase the answers, at any time: consent may be withdrawn, and what rested on it before stands (PIPL art. 15).

    Refusals: ReceiptMalformed, ReceiptUnknown, MoveRefused.
    """
    survey, wave, response = await access_receipt(session, code)
    at = await now(session)
    before = response.status
    response.status = move(MOVES, before, "withdraw")
    response.answers, response.fingerprint, response.suggestions, response.reason = {}, "", [], None
    session.add(_by_respondent("withdraw", response, before, at))
    await happened(session, actor, "response.withdrawn", response, at, stream=f"waves:{wave.id}")
    return survey, wave, response


def _by_respondent(verb: str, response: Response, before: ResponseStatus, at: datetime) -> ResponseReview:
    return ResponseReview(response_id=response.id, verb=verb, before=before, after=response.status, at=at)
