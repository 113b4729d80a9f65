"""Who may see and run a survey: its own committee, street office or bureau; the offices above it see it.

Residents reach a survey only through a token or a receipt code, and its published figures once it is closed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role
from app.core.errors import Denied, NotFound
from app.core.installation.secret import keyed
from app.core.moves import verbs_from
from app.parties.models import Party
from app.surveys.models import Response, Survey, SurveyFigures, Wave
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.rules import (
    RESPONSE_MOVES,
    SURVEY_MOVES,
    WAVE_MOVES,
    Channel,
    ReceiptUnknown,
    ResponseState,
    SurveyStatus,
    WaveState,
    is_taking,
    read_receipt_code,
    secret_hash,
)

T = TypeVar("T", Wave, Response)
ASKS = frozenset({Role.committee, Role.street, Role.purchaser})
RESPONDENT = frozenset({"correct", "withdraw"})  # moves of whoever holds the receipt
WHO = {
    "read": ASKS,
    "create": ASKS,
    "edit": ASKS,
    "publish": ASKS,
    "close": ASKS,
    "target": ASKS,
    "create_wave": ASKS,
    "open": ASKS,
    "discard": ASKS,
    "issue": ASKS,
    "make_tokens": ASKS,
    "make_sheets": ASKS,
    "import_issued": ASKS,
    "enter": ASKS,
    "import_responses": ASKS,
    "export_responses": ASKS,
    "confirm": ASKS,
    "confirm_unflagged": ASKS,
    "invalidate": ASKS,
    "mark_duplicate": ASKS,
    "restore": ASKS,
    "answer": EVERYONE,
    "follow": EVERYONE,
    "read_summary": EVERYONE,
}
VERBS_OF_CHANNEL = {
    Channel.link: ["make_tokens", "import_responses"],
    Channel.open_link: ["import_responses"],
    Channel.paper: ["make_sheets", "import_issued", "enter", "import_responses"],
    Channel.phone: ["enter", "import_responses"],
    Channel.meeting: ["enter", "import_responses"],
}


def denial(actor: Actor, verb: str, survey: Survey) -> str | None:
    """Why `actor` may not `verb` this survey, its waves or their responses; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    return None if verb == "read" or survey.party_id == actor.party_id else "party"


def actions(actor: Actor, survey: Survey, *, is_answered: bool) -> list[str]:
    """The buttons this actor sees: what the state allows and the policy grants."""
    verbs = [v for v in verbs_from(SURVEY_MOVES, survey.status) if v != "edit" or not is_answered]
    if survey.status is not SurveyStatus.closed:
        verbs += ["target", "create_wave"]
    return [verb for verb in verbs if denial(actor, verb, survey) is None]


def wave_actions(actor: Actor, survey: Survey, wave: Wave) -> list[str]:
    verbs = [v for v in verbs_from(WAVE_MOVES, wave.state) if v != "open" or survey.status is SurveyStatus.published]
    if wave.state in {WaveState.draft, WaveState.open}:
        verbs += ["issue"] if wave.channel is not Channel.open_link else []
        before_opening = {"enter", "import_responses"} if wave.state is WaveState.draft else set()
        verbs += [verb for verb in VERBS_OF_CHANNEL[wave.channel] if verb not in before_opening]
    if survey.status is SurveyStatus.published:
        verbs.append("confirm_unflagged")
    return [verb for verb in verbs if denial(actor, verb, survey) is None]


def response_actions(actor: Actor, survey: Survey, status: ResponseState) -> list[str]:
    """What a reviewer may do with a response until the survey is closed."""
    if survey.status is SurveyStatus.closed:
        return []
    verbs = [verb for verb in verbs_from(RESPONSE_MOVES, status) if verb not in RESPONDENT]
    return [verb for verb in verbs if denial(actor, verb, survey) is None]


def receipt_actions(response: Response, wave: Wave, at: datetime) -> list[str]:
    """What the respondent may do: correct while the wave takes answers, withdraw at any time (PIPL art. 15)."""
    taking = is_taking(wave.state, wave.opens_at, wave.closes_at, at)
    verbs = [verb for verb in verbs_from(RESPONSE_MOVES, response.status) if verb in RESPONDENT]
    return [verb for verb in verbs if taking or verb == "withdraw"]


def may_survey(actor: Actor, code: str) -> bool:
    """A committee or street office asks in its own area; a bureau also beyond, for surveys held together."""
    return actor.role is Role.purchaser or actor.covers(code)


def seen_answers(
    actor: Actor, survey: Survey, definition: SurveyDefinition, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Single answers as this actor may read them: personal and sensitive ones are the owner's alone."""
    if survey.party_id == actor.party_id:
        return dict(answers)
    hidden = {question.name for question in definition.questions if question.sensitive != "none"}
    return {name: answer for name, answer in answers.items() if name not in hidden}


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """A survey is its owner's and that of the offices above; for anybody else it does not exist."""
    if actor.role not in ASKS or actor.party_id is None:
        return sa.false()
    own = Survey.party_id == actor.party_id
    if actor.role is Role.committee or not actor.area:
        return own
    below = sa.select(Party.id).where(Party.area_code.startswith(actor.area, autoescape=True))
    return sa.or_(own, Survey.party_id.in_(below))


async def read_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    """The survey as it is, for reading (NotFound when unseen)."""
    survey = await session.scalar(sa.select(Survey).where(Survey.id == survey_id, visible(actor)))
    if survey is None:
        raise NotFound(survey=survey_id)
    return survey


async def access_survey(session: AsyncSession, actor: Actor, survey_id: int, verb: str) -> Survey:
    """The survey, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Survey).where(Survey.id == survey_id, visible(actor)).with_for_update()
    return _allowed(actor, verb, await session.scalar(query), number=survey_id)


async def read_wave(session: AsyncSession, actor: Actor, wave_id: int) -> tuple[Survey, Wave]:
    query = sa.select(Survey, Wave).join(Wave, Wave.survey_id == Survey.id).where(Wave.id == wave_id, visible(actor))
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound(wave=wave_id)
    return found


async def access_wave(session: AsyncSession, actor: Actor, wave_id: int, verb: str) -> tuple[Survey, Wave]:
    """The wave, locked for `verb`, and its survey, which stays as it is meanwhile. Refusals: NotFound, Denied."""
    survey = _allowed(actor, verb, await _survey_of(session, wave_id, visible(actor)), number=wave_id)
    return survey, await _locked(session, sa.select(Wave).where(Wave.id == wave_id).with_for_update())


async def taking_wave(session: AsyncSession, wave_id: int) -> tuple[Survey, Wave]:
    """Survey and wave of a token or a receipt; neither is edited or closed while an answer is taken (FOR SHARE)."""
    survey = await _survey_of(session, wave_id, sa.true())
    assert survey is not None
    return survey, await _locked(session, sa.select(Wave).where(Wave.id == wave_id).with_for_update(read=True))


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
    survey = _allowed(actor, verb, await _survey_of(session, wave_id, visible(actor)), number=response_id)
    return survey, await _locked(session, _response(response_id))


async def access_receipt(session: AsyncSession, typed: str) -> tuple[Survey, Wave, Response]:
    """The response that a receipt code belongs to, locked. Refusals: ReceiptMalformed, ReceiptUnknown."""
    survey, wave, response = await read_receipt(session, typed)
    survey, wave = await taking_wave(session, wave.id)
    return survey, wave, await _locked(session, _response(response.id))


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


async def closed_survey(session: AsyncSession, survey_id: int) -> tuple[Survey, SurveyFigures]:
    """A survey and its figures, for everyone (NotFound until it is closed and they are frozen)."""
    query = sa.select(Survey, SurveyFigures).join(SurveyFigures).where(Survey.id == survey_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFound(survey=survey_id)
    return found


async def _survey_of(session: AsyncSession, wave_id: int | None, condition: sa.ColumnElement[bool]) -> Survey | None:
    own = sa.select(Wave.survey_id).where(Wave.id == wave_id).scalar_subquery()
    return await session.scalar(
        sa.select(Survey)
        .where(Survey.id == own, condition)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


def receipt_mark(code: str) -> str:
    """What is kept of a receipt code: keyed with the installation's secret, since 31^8 codes could be tried out."""
    return keyed("receipt", secret_hash(code))


def _response(response_id: int) -> sa.Select[Response]:
    return sa.select(Response).where(Response.id == response_id).with_for_update()


async def _locked(session: AsyncSession, query: sa.Select[T]) -> T:
    """The one row of `query` as it is now that it is locked, whatever was read of it before."""
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


def _allowed(actor: Actor, verb: str, survey: Survey | None, *, number: int) -> Survey:
    if survey is None:
        raise NotFound(number=number)
    if reason := denial(actor, verb, survey):
        raise Denied(verb=verb, reason=reason)
    return survey
