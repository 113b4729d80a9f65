"""Lists of needs: filtered, sorted, exported, open, waiting; and what a list that is brought is checked against."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import eq, ge, le
from typing import Annotated, Any, NamedTuple

import sqlalchemy as sa
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from app.areas.models import Area
from app.areas.queries import areas_with_parents, communities_in
from app.areas.rules import inside
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.fields import Day, Id, Line, Search
from app.core.money import Amount
from app.core.paging import Columns, Found, Paging, count_rows, in_pieces, paginate
from app.core.reading.listing import Labels, ListedRow, OnRecord, meant_by
from app.core.waiting import Waiting
from app.matching.ranking.searched import Meant, meant
from app.needs.models import Need, NeedPopulation, NeedVersion
from app.needs.policy import select_needs, standing_column
from app.needs.rules import EXPIRY_NOTICE, NeedStatus, standing_words
from app.parties.models import Party
from app.parties.queries import offices_of
from app.parties.rules import PartyKind
from app.surveys.results.models import SurveyResult
from app.taxonomy.queries import having_all, one_of, saying, services_called, vocabulary

SORTS: Columns = {
    "title": Need.title,
    "community_code": Need.community_code,
    "status": Need.sorted_status,
    "budget": Need.sorted_budget,
    "starts_on": Need.sorted_start,
    "published_at": Need.sorted_at,
    "beneficiaries": Need.sorted_beneficiaries,
    "advertised_at": Need.sorted_advertised,
}


# Made once: to name a table anew costs more than the rest of a query.
EACH, SAYING = aliased(Need), aliased(Need)


class _OneStanding:
    """A word that a need can read; which there are is known once `flow.py` has been read."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": standing_words()}

    @staticmethod
    def check(word: str) -> str:
        if word not in standing_words():
            raise PydanticKnownError("enum", {"expected": ", ".join(standing_words())})
        return word


StandingWord = Annotated[str, Line(40), _OneStanding()]


@dataclass(frozen=True)
class NeedFilter:
    """`area`: a code or its beginning; `category`, `population`: beginnings; `status` is the one the need has today;
    `is_advertised`: what stands on the list of unmet needs today."""

    q: Search = ""
    status: StandingWord | None = None
    area: Search = ""
    category: Search = ""
    population: Search = ""
    party_id: Id | None = None
    survey_id: Id | None = None
    survey_result_id: Id | None = None
    budget_from: Amount | None = None
    budget_until: Amount | None = None
    starts_from: Day | None = None
    starts_until: Day | None = None
    is_advertised: bool = False


def filtered(actor: Actor, wanted: NeedFilter, today: date) -> sa.Select[Need]:
    """The needs that this actor sees and asked for."""
    query = select_needs(actor).where(*_ranges(wanted))
    if wanted.status:
        query = query.where(standing_column(today) == wanted.status)
    if wanted.is_advertised:
        query = query.where(Need.advertised_at.is_not(None), standing_column(today) == NeedStatus.published)
    if wanted.survey_id is not None:
        results = sa.select(SurveyResult.id).where(SurveyResult.survey_id == wanted.survey_id)
        query = query.where(Need.survey_result_id.in_(results))
    if wanted.area:
        query = query.where(Need.community_code.startswith(inside(wanted.area), autoescape=True))
    if wanted.category:
        query = query.where(Need.category_code.startswith(wanted.category, autoescape=True))
    if wanted.population:
        code = NeedPopulation.population_code.startswith(wanted.population, autoescape=True)
        query = query.where(Need.id.in_(sa.select(NeedPopulation.need_id).where(code)))
    return query.where(_says(wanted.q)) if wanted.q.strip() else query


def _ranges(wanted: NeedFilter) -> list[sa.ColumnElement[bool]]:
    limits = (
        (eq, Need.party_id, wanted.party_id),
        (eq, Need.survey_result_id, wanted.survey_result_id),
        (ge, Need.budget, wanted.budget_from),
        (le, Need.budget, wanted.budget_until),
        (ge, Need.starts_on, wanted.starts_from),
        (le, Need.starts_on, wanted.starts_until),
    )
    return [compare(column, limit) for compare, column, limit in limits if limit is not None]


def _says(text: str) -> sa.ColumnElement[bool]:
    """Each word or one that means the same, in what the need says or in the name of its service or of where it lies;
    or the need's number."""
    numbered = sa.select(EACH.id).where(EACH.ref == text.strip())
    return Need.id.in_(sa.union_all(numbered, *having_all(EACH.id, [_speaking_of(words) for words in meant(text)])))


def _speaking_of(words: Meant) -> list[sa.Select[int]]:
    """One query for each index that finds some of them."""
    says = saying(SAYING.id, (SAYING.title, SAYING.description, SAYING.requirements), words)
    lies = sa.select(SAYING.id).where(SAYING.community_code == one_of(communities_in(words[0])))
    called = sa.select(SAYING.id).where(SAYING.category_code == one_of(services_called(words[0])))
    return [*says, lies, called]


async def list_needs(
    session: AsyncSession, actor: Actor, wanted: NeedFilter, paging: Paging, today: date
) -> Found[Need]:
    return await paginate(session, filtered(actor, wanted, today), paging, id=Need.id, sorts=SORTS)


async def count_needs(session: AsyncSession, actor: Actor, wanted: NeedFilter, today: date) -> int:
    return await count_rows(session, filtered(actor, wanted, today).with_only_columns(Need.id))


class NeedLine(NamedTuple):
    """A need as it stands in a list that is taken away."""

    id: int
    ref: str | None
    title: str
    description: str
    category_code: str | None
    population_codes: list[str]
    community_code: str
    beneficiaries: int | None
    budget: Decimal | None
    period_months: int | None
    starts_on: date | None
    requirements: str
    published_at: datetime | None
    expires_on: date | None
    evidence_note: str
    no_evidence_reason: str


async def export_needs(
    session: AsyncSession, actor: Actor, wanted: NeedFilter, today: date
) -> AsyncIterator[list[tuple[NeedLine, list[Area]]]]:
    """Every need asked for, oldest first, with where its community lies; in pieces."""
    groups = sa.select(NeedPopulation.population_code).where(NeedPopulation.need_id == Need.id)
    said = {"population_codes": sa.func.array(groups.order_by(NeedPopulation.population_code).scalar_subquery())}
    columns = [said[name] if name in said else getattr(Need, name) for name in NeedLine._fields]
    query = filtered(actor, wanted, today).with_only_columns(*columns).order_by(Need.id)
    places: dict[str, list[Area]] = {}
    async for piece in in_pieces(session, query):
        lines = [NeedLine(*row) for row in piece]
        places |= await areas_with_parents(session, {line.community_code for line in lines} - places.keys())
        yield [(line, places[line.community_code]) for line in lines]


async def need_versions(session: AsyncSession, need_id: int) -> list[NeedVersion]:
    """What was edited after publication, the latest edit first."""
    query = sa.select(NeedVersion).where(NeedVersion.need_id == need_id).order_by(NeedVersion.version.desc())
    return list(await session.scalars(query))


ENDED = {NeedStatus.fulfilled, NeedStatus.withdrawn}


@dataclass(frozen=True)
class Known:
    """What the codes and numbers of a list stand for."""

    areas: dict[str, list[Area]]
    categories: Labels
    populations: Labels
    committees: dict[str, Party]
    needs: OnRecord[Need]


async def known_to(session: AsyncSession, ref_scheme: str, rows: Sequence[ListedRow[Need]]) -> Known:
    """Everything that the rows of a list refer to; its needs are locked, in order.

    In a season's list a number stands for one need of that season, elsewhere for one of the community's own.
    """
    communities = {row.party for row in rows}
    listed = Need.ref_scheme == ref_scheme if ref_scheme else Need.community_code.in_(communities)
    query = sa.select(Need).where(listed, meant_by(rows, Need)).order_by(Need.id)
    needs = await session.scalars(query.options(selectinload(Need.populations)).with_for_update())
    called = await vocabulary(session)
    return Known(
        areas=await areas_with_parents(session, communities),
        categories=called.categories,
        populations=called.populations,
        committees=await offices_of(session, PartyKind.committee, communities),
        needs=OnRecord(needs, lambda need: need.status in ENDED),
    )


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """A committee's drafts to publish, and its needs whose last day is near or has passed."""
    if actor.role is not Role.committee or actor.party_id is None:
        return []
    drafts = Need.status == NeedStatus.draft
    nearly_over = sa.and_(Need.status == NeedStatus.published, Need.expires_on <= shanghai_date(at + EXPIRY_NOTICE))
    own = sa.select(Need).where(Need.party_id == actor.party_id, Need.held_as.is_(None))
    query = own.where(sa.or_(drafts, nearly_over)).order_by(Need.id)
    return [_awaited(need) for need in await session.scalars(query)]


def _awaited(need: Need) -> Waiting:
    verb = "publish" if need.status is NeedStatus.draft else "edit"
    due_at = end_of_day(need.expires_on) if need.expires_on else None
    return Waiting("needs", verb, need.id, need.title, due_at, None, "need", need.id)
