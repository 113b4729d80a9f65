"""What committees do with their needs, what follows for a need elsewhere, and bringing whole lists in."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, time
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.errors import NotFound
from app.core.events import happened
from app.core.history import revise
from app.core.moves import check_move, move
from app.core.reading.files import Table
from app.core.reading.foreign import off_loop
from app.core.reading.listing import Imported, check_rows, take_in
from app.core.reading.parts import in_parts
from app.core.versions import check_version, touch
from app.needs import rules
from app.needs.lists import ListedNeed, check_row, read_needs
from app.needs.models import Need, NeedVersion
from app.needs.policy import access_need, access_result, check_role
from app.needs.queries import known_to
from app.parties.models import Party
from app.parties.queries import require_party
from app.parties.rules import PartyKind
from app.surveys.results.models import SurveyResult
from app.taxonomy.models import Category
from app.taxonomy.queries import require_categories, require_populations


class ForNeeds(Protocol):
    """Something that concerns needs: a pair, a lot, a contract."""

    need_ids: Iterable[int]


Follow = Callable[[AsyncSession, Actor, int | ForNeeds], Awaitable[list[Need]]]


class Surveyed(Protocol):
    """A survey."""

    id: Any


async def draft_need(session: AsyncSession, actor: Actor, values: dict[str, Any]) -> Need:
    """A need of the actor's committee. Refusals: PartyUnknown, those of `rules.check_values`, unknown codes."""
    committee = await _committee(session, actor)
    at = await now(session)
    rules.check_values(values)
    await _require_codes(session, values)
    return await _drafted(session, actor, _new(committee.id, committee.area_code, values, at), at)


async def draft_need_from_result(session: AsyncSession, actor: Actor, result_id: int) -> Need:
    """A need of the actor's committee for what residents asked for; it keeps the link and how the result stood.

    Refusals: PartyUnknown, NotFound, Denied, ResultWithheld.
    """
    committee = await _committee(session, actor)
    result = await access_result(session, actor, result_id, committee.area_code or "")
    at = await now(session)
    if result.is_withheld:
        raise rules.ResultWithheld()
    category = await session.get_one(Category, result.category_code)
    said = {"title": category.label_zh, "category_code": category.code, "population_codes": []}
    need = _new(committee.id, committee.area_code, said, at)
    need.survey_result_id, need.evidence_n = result.id, result.n
    need.evidence_share, need.evidence_low, need.evidence_high = result.share, result.low, result.high
    return await _drafted(session, actor, need, at)


async def forget_withheld(session: AsyncSession, actor: Actor, survey: Surveyed) -> None:
    """Needs that cite a result that is withheld keep the link and no figures."""
    withheld = sa.select(SurveyResult.id).where(SurveyResult.survey_id == survey.id, SurveyResult.is_withheld)
    figures = {"evidence_n": None, "evidence_share": None, "evidence_low": None, "evidence_high": None}
    await session.execute(sa.update(Need).where(Need.survey_result_id.in_(withheld)).values(figures))


async def edit_need(session: AsyncSession, actor: Actor, need_id: int, given: int, values: dict[str, Any]) -> Need:
    """Once the need is published, what it said before is kept as a version."""
    need = await access_need(session, actor, need_id, "edit")
    at = await now(session)
    check_version(need, given)
    touch(need)
    rules.check_values(values)
    rules.check_edit(need, values, shanghai_date(at))
    await _require_codes(session, values)
    fields = _revise(session, actor, need, values, at)
    await happened(session, actor, "need.edited", need, at, fields=fields, version=need.version)
    return need


async def publish_need(session: AsyncSession, actor: Actor, need_id: int) -> Need:
    need = await access_need(session, actor, need_id, "publish")
    at = await now(session)
    status = move(rules.MOVES, need.status, "publish")
    if refusal := rules.hindrance("publish", need, shanghai_date(at)):
        raise refusal
    need.status, need.published_at = status, at
    await happened(session, actor, "need.published", need, at, community=need.community_code)
    return need


async def withdraw_need(session: AsyncSession, actor: Actor, need_id: int, reason: str) -> Need:
    """Residents who followed the need read the reason."""
    need = await access_need(session, actor, need_id, "withdraw")
    at = await now(session)
    need.status = move(rules.MOVES, rules.standing(need, shanghai_date(at)), "withdraw")
    need.withdrawn_at, need.withdrawal_reason, need.advertised_at = at, reason, None
    await happened(session, actor, "need.withdrawn", need, at)
    return need


async def advertise_need(session: AsyncSession, actor: Actor, need_id: int) -> Need:
    """Nobody offers what is asked for: it comes on the list of unmet needs, and those are told who could.

    Refusals: NotFound, Denied, MoveRefused, AlreadyAdvertised.
    """
    need, at = await _access_open(session, actor, need_id, "advertise")
    need.advertised_at = at
    await happened(session, actor, "need.advertised", need, at)
    return need


async def take_off_need(session: AsyncSession, actor: Actor, need_id: int) -> Need:
    """Refusals: NotFound, Denied, MoveRefused, NotAdvertised."""
    need, at = await _access_open(session, actor, need_id, "take_off")
    need.advertised_at = None
    await happened(session, actor, "need.taken_off", need, at)
    return need


def hold_as(word: str, *, by: str, after: Collection[str]) -> Follow:
    """The reaction by which another room holds needs: each that reads one of `after` comes to read `word`.

    `by` is the verb under which a need that reads anything else refuses it with MoveRefused.
    """
    rules.allow_holding(word, by, after)

    async def hold_needs(session: AsyncSession, actor: Actor, subject: int | ForNeeds) -> list[Need]:
        needs, at = await _access_held(session, subject, by)
        for need in needs:
            need.held_as, need.advertised_at = word, None
            await happened(session, actor, "need.held", need, at, held_as=word)
        return needs

    return hold_needs


async def release_needs(session: AsyncSession, actor: Actor, subject: int | ForNeeds) -> list[Need]:
    """The pair declined, the lot failed or the contract ended early: the need is open again."""
    needs, at = await _access_held(session, subject, "release")
    for need in needs:
        need.held_as = None
        await happened(session, actor, "need.released", need, at)
    return needs


async def fulfil_needs(session: AsyncSession, actor: Actor, subject: int | ForNeeds) -> list[Need]:
    """Residents have accepted the service."""
    needs, at = await _access_held(session, subject, "fulfil")
    for need in needs:
        need.status, need.held_as, need.fulfilled_at = rules.NeedStatus.fulfilled, None, at
        await happened(session, actor, "need.fulfilled", need, at)
    return needs


async def import_needs(
    session: AsyncSession, actor: Actor, table: Table, *, ref_scheme: str = "", update: bool = False
) -> Imported:
    """Bring a list in, whole or not at all. New rows become drafts of their communities' committees, or, with a day
    of publication, needs taken over from elsewhere; known ones are refused, or with `update` edited.

    `ref_scheme` names a season whose numbers are unique; without it each committee numbers its own needs.
    Refusals: Denied, WrongColumns, RowsRefused.
    """
    check_role(actor, "import")
    rows = await off_loop(read_needs, table)
    known = await known_to(session, ref_scheme, rows)
    at = await now(session)
    await check_rows(
        rows, lambda row: check_row(row, known, actor, shanghai_date(at), ref_scheme=ref_scheme, update=update)
    )
    added, changed = await take_in(
        session,
        rows,
        draft=lambda row: _listed(row, ref_scheme, at),
        revise=lambda need, values: _revise(session, actor, need, values, at),
    )
    async for needs in in_parts([*added, *changed], "recording"):
        for need in needs:
            await happened(session, actor, "need.imported", need, at, ref=need.ref, version=need.version)
    return Imported(len(added), len(changed), len(rows) - len(added) - len(changed))


async def _committee(session: AsyncSession, actor: Actor) -> Party:
    check_role(actor, "draft")
    return await require_party(session, actor.party_id or 0, PartyKind.committee)


async def _drafted(session: AsyncSession, actor: Actor, need: Need, at: datetime) -> Need:
    session.add(need)
    cited = need.survey_result_id
    await happened(session, actor, "need.drafted", need, at, community=need.community_code, survey_result=cited)
    return need


def _new(party_id: int | None, community_code: str | None, values: dict[str, Any], at: datetime) -> Need:
    return Need(
        party_id=party_id,
        community_code=community_code,
        status=rules.NeedStatus.draft,
        created_at=at,
        version=1,
        populations=[],
        **values,
    )


def _listed(row: ListedNeed, ref_scheme: str, at: datetime) -> Need:
    need = _new(row.party_id, row.party, row.values, at)
    need.ref_scheme, need.ref = ref_scheme, row.ref or None
    if row.published_on:
        need.status, need.is_taken_over = rules.NeedStatus.published, True
        need.published_at = datetime.combine(row.published_on, time.min, SHANGHAI)
    return need


def _revise(session: AsyncSession, actor: Actor, need: Need, values: dict[str, Any], at: datetime) -> list[str]:
    """Let the need, its edit counted, say `values`, keeping what a published one said before; the changed fields."""
    replaced, changes = need.version - 1, revise(need, values)
    if changes and need.published_at:
        session.add(NeedVersion(need_id=need.id, version=replaced, changes=changes, account_id=actor.account_id, at=at))
    return list(changes)


async def _access_open(session: AsyncSession, actor: Actor, need_id: int, verb: str) -> tuple[Need, datetime]:
    """The need, locked, of which nothing but its place on the list of unmet needs changes."""
    need = await access_need(session, actor, need_id, verb)
    at = await now(session)
    check_move(rules.MOVES, rules.standing(need, shanghai_date(at)), verb)
    if refusal := rules.hindrance(verb, need, shanghai_date(at)):
        raise refusal
    return need, at


async def _access_held(session: AsyncSession, subject: int | ForNeeds, verb: str) -> tuple[list[Need], datetime]:
    """The needs that `subject` concerns, locked in the order of their numbers; `verb` may follow on each."""
    ids = sorted({subject} if isinstance(subject, int) else set(subject.need_ids))
    query = sa.select(Need).where(Need.id.in_(ids)).order_by(Need.id).with_for_update()
    needs = list(await session.scalars(query))
    if missing := set(ids) - {need.id for need in needs}:
        raise NotFound(need=min(missing))
    at = await now(session)
    for need in needs:
        check_move(rules.HELD_MOVES, rules.standing(need, shanghai_date(at)), verb)
    return needs, at


async def _require_codes(session: AsyncSession, values: dict[str, Any]) -> None:
    await require_categories(session, [values["category_code"]] if values["category_code"] else [])
    await require_populations(session, values["population_codes"])
