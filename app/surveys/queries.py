"""Reading surveys: lists, what was issued and what came back, responses and their reviews, results."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core.actors import Actor
from app.core.errors import NotFound
from app.core.fields import STORED
from app.core.paging import Paging, paginate
from app.core.waiting import Waiting
from app.surveys.models import (
    Issue,
    Response,
    ResponseImport,
    ResponseReview,
    Sheet,
    Survey,
    SurveyResult,
    Token,
    Wave,
    WaveCommunity,
)
from app.surveys.policy import visible
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.responses.tables.tabular import NOT_RETURNED, ReadResponse, table_of
from app.surveys.rules import (
    Channel,
    ResponseState,
    Returns,
    SurveyStatus,
    TokenUnknown,
    WaveState,
    returns_of,
    secret_hash,
)

Counts = dict[ResponseState, int]


class Address(NamedTuple):
    """Where a link leads; `token_hash` is None for an open link, which is never spent."""

    wave_id: int
    community_code: str
    token_hash: str | None
    is_spent: bool


class Answered(NamedTuple):
    """A valid answer, as far as results need it."""

    community_code: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Tally:
    """What went out and came back in one community of a wave, or (`community_code` None) in the whole wave."""

    wave_id: int
    community_code: str | None
    counts: Counts
    returns: Returns


TALLIES = TypeAdapter(dict[int, list[Tally]])


def definition_of(survey: Survey) -> SurveyDefinition:
    return SurveyDefinition.model_validate(survey.definition, context=STORED)


async def list_surveys(
    session: AsyncSession, actor: Actor, paging: Paging, status: SurveyStatus | None = None
) -> tuple[list[Survey], str | None]:
    query = sa.select(Survey).where(visible(actor))
    if status is not None:
        query = query.where(Survey.status == status)
    return await paginate(session, query, paging, id=Survey.id, sorts={"created_at": Survey.created_at})


async def is_answered(session: AsyncSession, survey_id: int) -> bool:
    answers = sa.select(Response.id).join(Wave, Wave.id == Response.wave_id).where(Wave.survey_id == survey_id)
    return bool(await session.scalar(sa.select(answers.exists())))


async def waves_of(session: AsyncSession, survey_id: int) -> list[Wave]:
    return list(await session.scalars(sa.select(Wave).where(Wave.survey_id == survey_id).order_by(Wave.id)))


async def frames_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[int, list[str]]:
    """Wave → the communities it goes to, in the order of their codes."""
    query = sa.select(WaveCommunity).where(WaveCommunity.wave_id.in_(wave_ids)).order_by(WaveCommunity.community_code)
    frames: dict[int, list[str]] = {wave_id: [] for wave_id in wave_ids}
    for each in await session.scalars(query):
        frames[each.wave_id].append(each.community_code)
    return frames


async def ledger_of(session: AsyncSession, wave_id: int) -> list[Issue]:
    return list(await session.scalars(sa.select(Issue).where(Issue.wave_id == wave_id).order_by(Issue.id)))


async def issued_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """(wave, community) → how many went out; absent where nothing has been recorded."""
    query = (
        sa.select(Issue.wave_id, Issue.community_code, sa.func.sum(Issue.count))
        .where(Issue.wave_id.in_(wave_ids))
        .group_by(Issue.wave_id, Issue.community_code)
    )
    return {(wave_id, code): int(count) for wave_id, code, count in await session.execute(query)}


async def sheets_of(session: AsyncSession, wave_id: int) -> dict[str, str]:
    """Serial → community of the wave's registered paper questionnaires."""
    sheets = await session.scalars(sa.select(Sheet).where(Sheet.wave_id == wave_id).order_by(Sheet.serial))
    return {sheet.serial: sheet.community_code for sheet in sheets}


async def counts_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[tuple[int, str], Counts]:
    """(wave, community) → how many responses stand in each state."""
    query = (
        sa.select(Response.wave_id, Response.community_code, Response.status, sa.func.count())
        .where(Response.wave_id.in_(wave_ids))
        .group_by(Response.wave_id, Response.community_code, Response.status)
    )
    counts: dict[tuple[int, str], Counts] = defaultdict(Counter)
    for wave_id, code, status, number in await session.execute(query):
        counts[wave_id, code][status] = number
    return counts


async def tallies(session: AsyncSession, waves: Sequence[Wave]) -> dict[int, list[Tally]]:
    """Wave → the whole wave first, then each of its communities, and those outside it that answers came from."""
    ids = [wave.id for wave in waves]
    frames, issued, counts = (
        await frames_of(session, ids),
        await issued_of(session, ids),
        await counts_of(session, ids),
    )
    return {wave.id: _tallied(wave, frames[wave.id], issued, counts) for wave in waves}


def _tallied(
    wave: Wave,
    frame: list[str],
    issued: dict[tuple[int, str], int],
    counts: dict[tuple[int, str], Counts],
) -> list[Tally]:
    outside = sorted(code for wave_id, code in counts if wave_id == wave.id and code not in frame)
    own = {code: counts.get((wave.id, code), {}) for code in [*frame, *outside]}
    went_out = {code: None if wave.channel is Channel.open_link else issued.get((wave.id, code)) for code in own}
    parts = [Tally(wave.id, code, own[code], returns_of(own[code], went_out[code])) for code in own]
    whole = _sum(list(own.values()))
    is_known = all(went_out[code] is not None or not own[code] for code in frame) and any(
        count is not None for count in went_out.values()
    )
    total = sum(count or 0 for count in went_out.values()) if is_known else None
    return [Tally(wave.id, None, whole, returns_of(whole, total)), *parts]


def total_of(wholes: Collection[Tally]) -> Returns:
    """Several waves together; the issued count is known only where it is of every wave that brought answers."""
    counted = [tally for tally in wholes if tally.counts or tally.returns.issued is not None]
    issued = [tally.returns.issued for tally in counted]
    total = sum(count or 0 for count in issued) if issued and None not in issued else None
    return returns_of(_sum([tally.counts for tally in counted]), total)


def _sum(several: Sequence[Counts]) -> Counts:
    whole: Counter[ResponseState] = Counter()
    for counts in several:
        whole.update(counts)
    return whole


async def find_address(session: AsyncSession, token: str) -> Address:
    """Where a one-time token or an open link leads. Refusal: TokenUnknown."""
    found = await session.get(Token, secret_hash(token), populate_existing=True)
    if found is not None:
        return Address(found.wave_id, found.community_code, found.token_hash, found.is_spent)
    query = (
        sa.select(Wave.id, WaveCommunity.community_code)
        .join(WaveCommunity, WaveCommunity.wave_id == Wave.id)
        .where(Wave.open_token == token)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise TokenUnknown()
    return Address(row.id, row.community_code, None, False)


async def place_of(session: AsyncSession, code: str) -> list[str]:
    """The names of a community's district, street and itself."""
    return [area.name for area in (await areas_with_parents(session, [code])).get(code, [])]


async def fingerprints_of(session: AsyncSession, wave_id: int) -> dict[str, str]:
    """Fingerprint → serial (or number) of the wave's first response with these answers."""
    rows = await session.execute(_fingerprints(wave_id).where(Response.fingerprint != ""))
    return {fingerprint: serial or f"#{id}" for fingerprint, serial, id in rows}


async def same_content(session: AsyncSession, wave_id: int, fingerprint: str, but: int | None = None) -> dict[str, str]:
    """The same for one fingerprint, by its index: what one answer costs does not grow with the wave."""
    query = _fingerprints(wave_id).where(Response.fingerprint == fingerprint, Response.id.is_distinct_from(but))
    return {found: serial or f"#{id}" for found, serial, id in await session.execute(query)}


def _fingerprints(wave_id: int) -> sa.Select[str, str | None, int]:
    """The first response comes last, so that a dictionary keeps it."""
    query = sa.select(Response.fingerprint, Response.serial, Response.id).where(Response.wave_id == wave_id)
    return query.order_by(Response.id.desc())


async def list_responses(
    session: AsyncSession, wave_id: int, paging: Paging, *, status: ResponseState | None, flagged: bool | None
) -> tuple[list[Response], str | None]:
    query = sa.select(Response).where(Response.wave_id == wave_id)
    if status is not None:
        query = query.where(Response.status == status)
    if flagged is not None:
        query = query.where((sa.func.jsonb_array_length(Response.suggestions) > 0) == flagged)
    return await paginate(session, query, paging, id=Response.id, sorts={"submitted_at": Response.submitted_at})


async def all_responses(session: AsyncSession, wave_id: int) -> list[Response]:
    return list(await session.scalars(sa.select(Response).where(Response.wave_id == wave_id).order_by(Response.id)))


async def export_rows(session: AsyncSession, survey: Survey, wave: Wave) -> tuple[list[str], list[list[str]]]:
    """The wave's responses in the layout they can be imported from, and the sheets that did not come back."""
    responses = await all_responses(session, wave.id)
    came_back = {response.serial for response in responses}
    sheets = await sheets_of(session, wave.id)
    out = [(serial, code) for serial, code in sheets.items() if serial not in came_back]
    read = [
        ReadResponse(0, r.serial or f"#{r.id}", r.community_code, r.status.value, r.answers, 0, [], [])
        for r in responses
    ]
    read += [ReadResponse(0, serial, code, NOT_RETURNED, {}, 0, [], []) for serial, code in out]
    return table_of(definition_of(survey), read)


async def reviews_of(session: AsyncSession, response_id: int) -> list[ResponseReview]:
    query = sa.select(ResponseReview).where(ResponseReview.response_id == response_id).order_by(ResponseReview.id)
    return list(await session.scalars(query))


async def valid_answers(session: AsyncSession, survey_id: int) -> list[Answered]:
    query = (
        sa.select(Response.community_code, Response.answers)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Wave.survey_id == survey_id, Response.status == ResponseState.valid)
        .order_by(Response.id)
    )
    return [Answered(code, answers) for code, answers in await session.execute(query)]


async def results_of(session: AsyncSession, survey_id: int, community_code: str | None = None) -> list[SurveyResult]:
    """The categories asked for in a community, or (None) in all communities together, strongest first."""
    query = (
        sa.select(SurveyResult)
        .where(
            SurveyResult.survey_id == survey_id,
            SurveyResult.community_code.is_not_distinct_from(community_code),
        )
        .order_by(SurveyResult.demand_index.desc(), SurveyResult.category_code)
    )
    return list(await session.scalars(query))


async def survey_result(session: AsyncSession, result_id: int) -> SurveyResult:
    """A result, for rooms that rest something on it (NotFound otherwise)."""
    result = await session.get(SurveyResult, result_id)
    if result is None:
        raise NotFound(survey_result=result_id)
    return result


async def imports_of(session: AsyncSession, wave_id: int) -> Sequence[ResponseImport]:
    query = sa.select(ResponseImport).where(ResponseImport.wave_id == wave_id).order_by(ResponseImport.id)
    return (await session.scalars(query)).all()


def results_drawn_from(survey_id: int) -> sa.Select[int]:
    """The numbers of a survey's results: what came of it rests on one of them."""
    return sa.select(SurveyResult.id).where(SurveyResult.survey_id == survey_id)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The actor's questionnaires to publish, waves whose last day has passed, and responses to review."""
    if actor.party_id is None:
        return []
    own = Survey.party_id == actor.party_id
    drafts = await session.scalars(sa.select(Survey).where(own, Survey.status == SurveyStatus.draft))
    items = [Waiting("surveys", "publish", s.id, _title(s), None, None, "survey", s.id) for s in drafts]
    over = sa.select(Wave, Survey).join(Survey, Survey.id == Wave.survey_id)
    over = over.where(own, Wave.state == WaveState.open, Wave.closes_at <= at).order_by(Wave.id)
    for wave, survey in await session.execute(over):
        items.append(Waiting("surveys", "close", wave.id, _title(survey), wave.closes_at, None, "survey", survey.id))
    pending = (
        sa.select(Survey)
        .where(own, Survey.status == SurveyStatus.published)
        .where(
            sa.exists().where(
                Wave.survey_id == Survey.id, Response.wave_id == Wave.id, Response.status == ResponseState.submitted
            )
        )
        .order_by(Survey.id)
    )
    items += [
        Waiting("surveys", "confirm", s.id, _title(s), None, None, "survey", s.id)
        for s in await session.scalars(pending)
    ]
    return items


def _title(survey: Survey) -> str:
    return str(survey.definition["title"]["zh"])
