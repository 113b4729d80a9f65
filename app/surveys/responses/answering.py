"""What residents do: answer through a link, and with the receipt code see, correct or withdraw their answers."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.db import at_last, given, table_of, together
from app.core.events import happened
from app.core.moves import move
from app.core.receipts import new_receipt_code
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of, written_definition
from app.surveys.responses import rules
from app.surveys.responses.answers import Examined, check_complete
from app.surveys.responses.models import Response, ResponseReview
from app.surveys.responses.policy import access_receipt, receipt_mark
from app.surveys.responses.quality import suggestions
from app.surveys.responses.queries import NUMBERED, same_content
from app.surveys.responses.rules import MOVES, Source
from app.surveys.waves.models import Token, Wave
from app.surveys.waves.policy import taking_by
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
    link = await taking_by(session, token)
    if refusal := not_taking(link, link.at):
        raise refusal
    definition = written_definition(link.definition)
    examined, code = check_complete(definition, answers, shanghai_date(link.at)), new_receipt_code()
    response = Response(wave_id=link.wave_id, community_code=link.community_code, seconds=seconds)
    response.source, response.status, response.version = Source.page, ResponseStatus.submitted, 1
    response.receipt_hash, response.submitted_at = receipt_mark(code), link.at
    response.answers, response.fingerprint = examined.answers, rules.fingerprint_of(examined.answers)
    response.id, earlier = await _numbered(session, link.token_hash, response)
    response.suggestions = _doubts(definition, response, examined, link.frame, earlier)
    at_last(session, KEEP, {name: getattr(response, name) for name in KEPT})
    await happened(session, actor, "response.submitted", response, link.at, stream=response.stream)
    return code


# Nothing of the session's bookkeeping is needed for a row that nobody has seen yet.
RESPONSES, TOKENS = table_of(Response), table_of(Token)
KEPT = sorted(set(RESPONSES.c.keys()) - {"serial", "reason"})
ROWS = given(**{name: RESPONSES.c[name].type for name in KEPT})
KEEP = sa.insert(RESPONSES).from_select(KEPT, sa.select(*(ROWS.c[name] for name in KEPT)))
SPENT = given(hashed=sa.Text())
SPEND = (
    sa.update(TOKENS)
    .where(TOKENS.c.token_hash == SPENT.c.hashed, TOKENS.c.is_spent.is_(False))
    .values(is_spent=True)
    .returning(SPENT.c.n)
)


async def _numbered(session: AsyncSession, token_hash: str | None, response: Response) -> tuple[int, dict[str, str]]:
    """The response's number, and the wave's first response of the same content. The token is spent in one statement, so
    that of two answers sent at once through one link only the first is taken. Refusal: TokenSpent."""
    same = (NUMBERED, {"wave": response.wave_id, "content": response.fingerprint})
    spending = [(SPEND, {"hashed": token_hash})] if token_hash else []
    found, *spent = await together(session, same, *spending)
    if spent == [None]:
        raise rules.TokenSpent()
    number, first = found or ()
    return number, {response.fingerprint: first} if first else {}


def _doubts(
    definition: SurveyDefinition,
    response: Response,
    examined: Examined,
    frame: Collection[str],
    earlier: Mapping[str, str],
) -> list[dict[str, Any]]:
    return suggestions(
        definition,
        response.answers,
        shown=len(examined.shown),
        missing=examined.missing,
        seconds=response.seconds,
        community_code=response.community_code,
        frame=frame,
        earlier=earlier,
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
    definition, frames = definition_of(survey), await frames_of(session, [wave.id])
    examined = check_complete(definition, answers, shanghai_date(at))
    response.status, response.reason = corrected, None
    response.answers, response.fingerprint = examined.answers, rules.fingerprint_of(examined.answers)
    earlier = await same_content(session, wave.id, response.fingerprint, but=response.id)
    response.suggestions = _doubts(definition, response, examined, frames[wave.id], earlier)
    session.add(_by_respondent("correct", response, before, at))
    await happened(session, actor, "response.corrected", response, at, stream=response.stream)
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
    await happened(session, actor, "response.withdrawn", response, at, stream=response.stream)
    return survey, wave, response


def _by_respondent(verb: str, response: Response, before: ResponseStatus, at: datetime) -> ResponseReview:
    return ResponseReview(response_id=response.id, verb=verb, before=before, after=response.status, at=at)
