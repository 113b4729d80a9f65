"""What reviewers do with a response: rules suggest, a person decides, and every decision and its reversal is kept."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.moves import move
from app.surveys.questionnaires.models import Survey
from app.surveys.responses.models import Response, ResponseReview
from app.surveys.responses.policy import access_response
from app.surveys.responses.rules import MOVES, Quality, untimely
from app.surveys.waves.policy import access_wave, check_wave
from app.surveys.waves.rules import ResponseStatus


async def confirm_response(
    session: AsyncSession, actor: Actor, response_id: int, note: str = ""
) -> tuple[Survey, Response]:
    """Count the response. Refusals: SurveyClosed, MoveRefused."""
    survey, response, at = await _moved(session, actor, response_id, "confirm", None, note)
    await happened(session, actor, "response.confirmed", response, at, stream=response.stream)
    return survey, response


async def invalidate_response(
    session: AsyncSession, actor: Actor, response_id: int, reason: Quality, note: str = ""
) -> tuple[Survey, Response]:
    """Do not count the response, for this reason. Refusals: SurveyClosed, MoveRefused."""
    survey, response, at = await _moved(session, actor, response_id, "invalidate", reason, note)
    await happened(session, actor, "response.invalidated", response, at, stream=response.stream, reason=reason.value)
    return survey, response


async def mark_duplicate_response(
    session: AsyncSession, actor: Actor, response_id: int, note: str = ""
) -> tuple[Survey, Response]:
    """Do not count the response: it is somebody's second. Refusals: SurveyClosed, MoveRefused."""
    survey, response, at = await _moved(session, actor, response_id, "mark_duplicate", None, note)
    await happened(session, actor, "response.marked_duplicate", response, at, stream=response.stream)
    return survey, response


async def restore_response(
    session: AsyncSession, actor: Actor, response_id: int, note: str = ""
) -> tuple[Survey, Response]:
    """Take a decision back; the response is to be reviewed again. Refusals: SurveyClosed, MoveRefused."""
    survey, response, at = await _moved(session, actor, response_id, "restore", None, note)
    await happened(session, actor, "response.restored", response, at, stream=response.stream)
    return survey, response


async def confirm_unflagged(session: AsyncSession, actor: Actor, wave_id: int) -> int:
    """Confirm every response of the wave that no rule found doubtful; returns how many."""
    survey, wave = await access_wave(session, actor, wave_id, "confirm_unflagged")
    at = await now(session)
    check_wave(survey, wave, "confirm_unflagged")
    plain = sa.select(Response).where(
        Response.wave_id == wave.id,
        Response.status == ResponseStatus.submitted,
        sa.func.jsonb_array_length(Response.suggestions) == 0,
    )
    responses = list(await session.scalars(plain.order_by(Response.id).with_for_update()))
    for response in responses:
        session.add(_decide(actor, response, "confirm", None, "", at))
    await happened(session, actor, "responses.confirmed", wave, at, count=len(responses))
    return len(responses)


async def _moved(
    session: AsyncSession, actor: Actor, response_id: int, verb: str, reason: Quality | None, note: str
) -> tuple[Survey, Response, datetime]:
    survey, response = await access_response(session, actor, response_id, verb)
    at = await now(session)
    if refusal := untimely(verb, survey.status, None):
        raise refusal
    session.add(_decide(actor, response, verb, reason, note, at))
    return survey, response, at


def _decide(
    actor: Actor, response: Response, verb: str, reason: Quality | None, note: str, at: datetime
) -> ResponseReview:
    before = response.status
    response.status = move(MOVES, before, verb)
    response.reason = reason
    decision = ResponseReview(response_id=response.id, verb=verb, before=before, after=response.status, reason=reason)
    decision.note, decision.account_id, decision.at = note, actor.account_id, at
    return decision
