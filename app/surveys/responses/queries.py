"""Reading responses: lists, exports, reviews, and which have the same content."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.db import given, table_of
from app.core.paging import PIECE, Found, Paging, count_rows, in_pieces, paginate
from app.core.waiting import Waiting
from app.surveys.questionnaires.definition import Label
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import title_of
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.responses.models import Response, ResponseImport, ResponseReview
from app.surveys.responses.tables.tabular import NOT_RETURNED
from app.surveys.waves.models import Wave
from app.surveys.waves.queries import sheets_of
from app.surveys.waves.rules import ResponseStatus

# What it is called, its community and state, and its answers: a row of the layout that can be imported again.
Exported = tuple[str, str, str, dict[str, Any]]


class Piece(NamedTuple):
    """Valid answers that came in one after the other: where each is from, and all of them as one list in JSON."""

    community_codes: list[str]
    answers: str


async def fingerprints_of(session: AsyncSession, wave_id: int) -> dict[str, str]:
    """Fingerprint → serial (or number) of the wave's first response with these answers."""
    query = sa.select(Response.fingerprint, Response.serial, Response.id).where(Response.wave_id == wave_id)
    # The first response comes last, so that a dictionary keeps it.
    rows = await session.execute(query.where(Response.fingerprint != "").order_by(Response.id.desc()))
    return {fingerprint: serial or f"#{id}" for fingerprint, serial, id in rows}


async def same_content(session: AsyncSession, wave_id: int, fingerprint: str, but: int | None = None) -> dict[str, str]:
    """The same for one fingerprint, by its index: an answer costs the same however large the wave."""
    same = content_of(RESPONSES.c.wave_id, RESPONSES.c.fingerprint) == content_of(sa.literal(wave_id), fingerprint)
    query = sa.select(CALLED).where(same, RESPONSES.c.id.is_distinct_from(but)).order_by(RESPONSES.c.id).limit(1)
    called = await session.scalar(query)
    return {fingerprint: called} if called else {}


def content_of(wave: sa.ColumnElement[int], fingerprint: sa.ColumnElement[str] | str) -> sa.ColumnElement[str]:
    """What `ix_responses_content` goes over."""
    return sa.cast(wave, sa.Text) + sa.literal_column("':'", sa.Text) + fingerprint


RESPONSES = table_of(Response)
CALLED = sa.func.coalesce(RESPONSES.c.serial, sa.func.concat("#", RESPONSES.c.id))
CONTENTS = given(wave=sa.BigInteger(), content=sa.Text())
FIRST_OF_CONTENT = (
    sa.select(CALLED)
    .where(content_of(RESPONSES.c.wave_id, RESPONSES.c.fingerprint) == content_of(CONTENTS.c.wave, CONTENTS.c.content))
    .order_by(RESPONSES.c.id)
    .limit(1)
    .scalar_subquery()
)
# The number of the answer that is being taken, and what its wave's first answer of the same content is called.
NUMBERED = sa.select(CONTENTS.c.n, sa.func.nextval("responses_id_seq"), FIRST_OF_CONTENT)


async def list_responses(
    session: AsyncSession, wave_id: int, paging: Paging, *, status: ResponseStatus | None, flagged: bool | None
) -> Found[Response]:
    query = sa.select(Response).where(Response.wave_id == wave_id)
    if status is not None:
        query = query.where(Response.status == status)
    if flagged is not None:
        query = query.where((sa.func.jsonb_array_length(Response.suggestions) > 0) == flagged)
    return await paginate(session, query, paging, id=Response.id, sorts={"submitted_at": Response.submitted_at})


async def count_responses(session: AsyncSession, wave_id: int) -> int:
    return await count_rows(session, sa.select(Response.id).where(Response.wave_id == wave_id))


async def export_responses(session: AsyncSession, wave: Wave) -> AsyncIterator[list[Exported]]:
    """The wave's responses, and the sheets that did not come back; in pieces."""
    columns = Response.serial, Response.id, Response.community_code, Response.status, Response.answers
    query = sa.select(*columns).where(Response.wave_id == wave.id).order_by(Response.id)
    sheets = await sheets_of(session, wave.id)
    async for piece in in_pieces(session, query):
        for row in piece:
            sheets.pop(row.serial or "", None)
        yield [(serial or f"#{id}", code, status.value, answers) for serial, id, code, status, answers in piece]
    yield [(serial, code, NOT_RETURNED, {}) for serial, code in sheets.items()]


async def reviews_of(session: AsyncSession, response_id: int) -> list[ResponseReview]:
    query = sa.select(ResponseReview).where(ResponseReview.response_id == response_id).order_by(ResponseReview.id)
    return list(await session.scalars(query))


async def count_valid(session: AsyncSession, survey_id: int) -> int:
    return await count_rows(session, _valid(survey_id).with_only_columns(Response.id))


def _valid(survey_id: int) -> sa.Select[str, dict[str, Any]]:
    query = sa.select(Response.community_code, Response.answers).join(Wave, Wave.id == Response.wave_id)
    return query.where(Wave.survey_id == survey_id, Response.status == ResponseStatus.valid)


async def valid_answers(session: AsyncSession, survey_id: int) -> AsyncIterator[Piece]:
    """In the order in which they came in, many in a row: a large survey has a hundred megabytes, and a row by itself
    costs more than what it says."""
    numbers, comma = Response.id // PIECE, sa.literal_column("','", sa.Text())
    places = sa.func.array_agg(aggregate_order_by(Response.community_code, Response.id))
    written = sa.func.string_agg(sa.cast(Response.answers, sa.Text), aggregate_order_by(comma, Response.id))
    query = _valid(survey_id).with_only_columns(places, written).group_by(numbers).order_by(numbers)
    async for codes, answers in await session.stream(query.execution_options(yield_per=1)):
        yield Piece(codes, f"[{answers}]")


async def imports_of(session: AsyncSession, wave_id: int) -> Sequence[ResponseImport]:
    query = sa.select(ResponseImport).where(ResponseImport.wave_id == wave_id).order_by(ResponseImport.id)
    return (await session.scalars(query)).all()


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's waves with responses to review."""
    answers = sa.exists().where(Response.wave_id == Wave.id, Response.status == ResponseStatus.submitted)
    own = sa.and_(Survey.party_id == actor.party_id, Survey.status == SurveyStatus.published)
    pending = sa.select(Wave, Survey).join(Survey, Survey.id == Wave.survey_id).where(own, answers).order_by(Wave.id)
    return [_to_review(wave, title_of(survey)) for wave, survey in await session.execute(pending)]


def _to_review(wave: Wave, title: Label) -> Waiting:
    return Waiting(
        "surveys",
        "confirm",
        wave.id,
        title.zh,
        None,
        None,
        "responses",
        wave.id,
        context=wave.title,
        title_en=title.en,
    )
