"""What the database itself refuses, and what it cannot tell."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.models import TABLES
from app.surveys.questionnaires.models import Survey
from app.surveys.responses.models import Response, ResponseReview
from app.surveys.waves.models import Issue, Token
from app.surveys.waves.rules import ResponseStatus
from tests.factories.reference import LONGJIE
from tests.factories.surveys import make_issue, make_response, make_survey, make_token, make_wave

pytestmark = pytest.mark.anyio


async def refused_by(session: AsyncSession, constraint: str, statement: sa.Executable) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with session.begin_nested():
            await session.execute(statement)
    assert isinstance(caught.value.orig, psycopg.Error)
    assert caught.value.orig.diag.constraint_name == constraint


async def test_the_database_freezes_an_answered_questionnaire(session: AsyncSession) -> None:
    survey = await make_survey(session)
    rewording = sa.update(Survey).where(Survey.id == survey.id).values(definition={"title": {"zh": "另一份"}})
    await make_response(session, await make_wave(session, survey))
    await refused_by(session, "surveys_are_frozen_by_the_first_answer", rewording)
    await session.execute(sa.update(Survey).where(Survey.id == survey.id).values(version=9))


async def test_ledger_and_reviews_are_only_added_to(session: AsyncSession) -> None:
    wave = await make_wave(session)
    await make_issue(session, wave, 5)
    response = await make_response(session, wave)
    review = ResponseReview(response_id=response.id, verb="confirm", after=ResponseStatus.valid, at=await now(session))
    session.add(review)
    await session.flush()
    await refused_by(session, "issues_are_append_only", sa.update(Issue).values(count=6))
    await refused_by(session, "issues_are_append_only", sa.delete(Issue))
    await refused_by(session, "response_reviews_are_append_only", sa.delete(ResponseReview))


async def test_a_correction_without_a_reason_and_an_issue_outside_the_wave_cannot_be(session: AsyncSession) -> None:
    wave, at = await make_wave(session), await now(session)
    entry = {"wave_id": wave.id, "community_code": "530114003004", "reason": "", "at": at}
    unexplained = sa.insert(Issue).values(**entry, count=-1)
    await refused_by(session, "ck_issues_corrections_have_a_reason", unexplained)
    outside = sa.insert(Issue).values(**{**entry, "community_code": LONGJIE}, count=1)
    await refused_by(session, "fk_issues_wave_id_community_code", outside)


async def test_a_serial_comes_back_once_in_a_wave(session: AsyncSession) -> None:
    one, other = await make_wave(session), await make_wave(session)
    await make_response(session, one, serial="S1")
    await make_response(session, other, serial="S1")
    with pytest.raises(IntegrityError, match="uq_responses_wave_id_serial"):
        async with session.begin_nested():
            await make_response(session, one, serial="S1")


async def test_a_withdrawn_response_keeps_no_answers(session: AsyncSession) -> None:
    response = await make_response(session, await make_wave(session))
    withdrawn = sa.update(Response).where(Response.id == response.id).values(status=ResponseStatus.withdrawn)
    await refused_by(session, "ck_responses_withdrawn_keeps_no_answers", withdrawn)


async def test_an_invalid_response_says_why(session: AsyncSession) -> None:
    response = await make_response(session, await make_wave(session))
    invalid = sa.update(Response).where(Response.id == response.id).values(status=ResponseStatus.invalid)
    await refused_by(session, "ck_responses_invalid_has_its_reason", invalid)


def test_no_column_joins_tokens_to_responses() -> None:
    """What the two tables share is the wave and the community; a token has no time, no number, no order."""
    tokens, responses = TABLES.tables["tokens"], TABLES.tables["responses"]
    assert set(tokens.columns.keys()) == {"token_hash", "wave_id", "community_code", "is_spent"}
    assert set(tokens.columns.keys()) & set(responses.columns.keys()) == {"wave_id", "community_code"}
    assert {key.column.table.name for table in (tokens, responses) for key in table.foreign_keys} == {
        "wave_communities",
        "waves",
        "areas",
    }


async def test_a_token_is_kept_as_its_hash(session: AsyncSession) -> None:
    token = await make_token(session, await make_wave(session))
    kept = (await session.scalars(sa.select(Token))).one()
    assert (token in kept.token_hash, len(kept.token_hash)) == (False, 64)
