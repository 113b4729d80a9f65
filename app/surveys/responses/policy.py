"""Who may review a response: whoever runs its survey. Residents reach theirs by a link or a receipt code only."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, granted
from app.core.errors import NotFound
from app.core.installation.secret import keyed
from app.core.moves import verbs_from
from app.core.receipts import read_receipt_code
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import ASKS, visible
from app.surveys.responses.models import Response
from app.surveys.responses.rules import BY_RECEIPT, MOVES, ReceiptUnknown, untimely
from app.surveys.waves.models import Wave
from app.surveys.waves.policy import locked, survey_of, taking_wave
from app.surveys.waves.rules import ResponseStatus, not_taking, secret_hash

WHO = {verb: EVERYONE if verb in BY_RECEIPT else ASKS for _, verb in MOVES} | {"answer": EVERYONE, "follow": EVERYONE}


def denial(actor: Actor, verb: str, survey: Survey) -> str | None:
    """Why `actor` may not `verb` a response to this survey without its receipt; None when they may."""
    if verb in BY_RECEIPT or not actor.may(verb, WHO[verb]):
        return "role"
    return None if survey.party_id == actor.party_id else "party"


def actions(actor: Actor, survey: Survey, status: ResponseStatus) -> list[str]:
    """The buttons a reviewer sees: what the status and the survey allow and the policy grants."""
    verbs = [v for v in verbs_from(MOVES, status) if denial(actor, v, survey) is None]
    return [verb for verb in verbs if untimely(verb, survey.status, None) is None]


def receipt_actions(survey: Survey, wave: Wave, response: Response, at: datetime) -> list[str]:
    """The buttons of whoever holds the receipt."""
    verbs = [verb for verb in verbs_from(MOVES, response.status) if verb in BY_RECEIPT]
    return [verb for verb in verbs if untimely(verb, survey.status, not_taking(wave, at)) is None]


def seen_answers(
    actor: Actor, survey: Survey, definition: SurveyDefinition, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Single answers as this actor may read them: personal and sensitive ones are the owner's alone."""
    if survey.party_id == actor.party_id:
        return dict(answers)
    hidden = {question.name for question in definition.questions if question.sensitive != "none"}
    return {name: answer for name, answer in answers.items() if name not in hidden}


async def read_response(session: AsyncSession, actor: Actor, response_id: int) -> tuple[Survey, Wave, Response]:
    query = (
        sa.select(Survey, Wave, Response)
        .join(Wave, Wave.survey_id == Survey.id)
        .join(Response, Response.wave_id == Wave.id)
        .where(Response.id == response_id, visible(actor))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound(response=response_id)
    return found


async def access_response(session: AsyncSession, actor: Actor, response_id: int, verb: str) -> tuple[Survey, Response]:
    """The response, locked for `verb`, and its survey, which is not closed meanwhile. Refusals: NotFound, Denied."""
    wave_id = await session.scalar(sa.select(Response.wave_id).where(Response.id == response_id))
    survey = granted(
        await survey_of(session, wave_id, visible(actor)), verb, partial(denial, actor, verb), response=response_id
    )
    return survey, await locked(session, _response(response_id))


async def access_receipt(session: AsyncSession, typed: str) -> tuple[Survey, Wave, Response]:
    """The response that a receipt code belongs to, locked. Refusals: ReceiptMalformed, ReceiptUnknown."""
    survey, wave, response = await read_receipt(session, typed)
    survey, wave = await taking_wave(session, wave.id)
    return survey, wave, await locked(session, _response(response.id))


async def read_receipt(session: AsyncSession, typed: str) -> tuple[Survey, Wave, Response]:
    query = (
        sa.select(Survey, Wave, Response)
        .join(Wave, Wave.survey_id == Survey.id)
        .join(Response, Response.wave_id == Wave.id)
        .where(Response.receipt_hash == receipt_mark(read_receipt_code(typed)))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise ReceiptUnknown()
    return found


def receipt_mark(code: str) -> str:
    """What is kept of a receipt code: keyed with the installation's secret, since 31^8 codes could be tried out."""
    return keyed("receipt", secret_hash(code))


def _response(response_id: int) -> sa.Select[Response]:
    return sa.select(Response).where(Response.id == response_id).with_for_update()
