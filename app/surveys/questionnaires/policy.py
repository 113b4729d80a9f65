"""Who may see and run a survey: its own committee, street office or bureau; the offices above it see it."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role, granted
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.rules import MOVES, untimely

ASKS = frozenset({Role.committee, Role.street, Role.purchaser})
WHO = {verb: ASKS for verb in ("read", "create", "edit", "publish", "close", "target", "create_wave")}


def denial(actor: Actor, verb: str, survey: Survey) -> str | None:
    """Why `actor` may not `verb` this survey; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return None if verb == "read" or survey.party_id == actor.party_id else "party"


def actions(actor: Actor, survey: Survey, *, is_answered: bool) -> list[str]:
    """The buttons this actor sees: what the status and the hour allow and the policy grants."""
    verbs = [v for v in verbs_from(MOVES, survey.status) if untimely(v, is_answered=is_answered) is None]
    return [verb for verb in verbs if denial(actor, verb, survey) is None]


def list_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of surveys as a whole."""
    return [verb for verb in ("create",) if actor.may(verb, WHO[verb])]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """A survey is its owner's and that of the offices above; nobody else learns that it exists."""
    if actor.role not in ASKS or actor.party_id is None:
        return sa.false()
    own = Survey.party_id == actor.party_id
    if actor.role is Role.committee or not actor.area:
        return own
    return sa.or_(own, Survey.area_code.startswith(actor.area, autoescape=True))


async def read_survey(session: AsyncSession, actor: Actor, survey_id: int) -> Survey:
    """The survey as it is, for reading (NotFound when unseen)."""
    survey = await session.scalar(sa.select(Survey).where(Survey.id == survey_id, visible(actor)))
    if survey is None:
        raise NotFound(survey=survey_id)
    return survey


async def access_survey(session: AsyncSession, actor: Actor, survey_id: int, verb: str) -> Survey:
    """The survey, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Survey).where(Survey.id == survey_id, visible(actor)).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), survey=survey_id)
