"""Who may see a need and do what with it. A committee's own needs are its own; drafts are also its street office's."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.core.actors import Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.needs.models import Need
from app.needs.rules import MOVES, TIMELINE, NeedUnknown, hindrance, standing
from app.surveys.results.models import SurveyResult
from app.surveys.waves.models import Wave, WaveCommunity

LOOKS_AFTER = frozenset({Role.street, Role.purchaser})
WHO: Mapping[str, Collection[Role]] = {
    "draft": {Role.committee},
    "edit": {Role.committee},
    "attach": {Role.committee},
    "publish": {Role.committee},
    "withdraw": {Role.committee},
    "advertise": {Role.committee},
    "take_off": {Role.committee},
    "rank": LOOKS_AFTER | {Role.committee},
    "import": {Role.committee, Role.purchaser, Role.admin},
}


def check_role(actor: Actor, verb: str) -> None:
    """Refuse what this role never does, whatever it is done to (Denied)."""
    if not actor.may(verb, WHO[verb]):
        raise Denied(verb=verb, reason="role")


def denial(actor: Actor, verb: str, need: Need) -> str | None:
    """Why `actor` may not `verb` this need; None when they may."""
    if not actor.may(verb, WHO.get(verb, set())):
        return "role"
    if verb == "rank":
        return None if may_rank(actor, need.party_id, need.community_code) else "area"
    return None if need.party_id == actor.party_id else "party"


def may_rank(actor: Actor, party_id: int, community_code: str) -> bool:
    """Whether the actor may see the offers for a need: its own committee, and the offices that look after its area."""
    return actor.party_id == party_id or (actor.role in LOOKS_AFTER and actor.covers(community_code))


def actions(actor: Actor, need: Need, today: date) -> list[str]:
    """The buttons this actor sees: what the state and what the need says allow, and the policy grants."""
    verbs = [verb for verb in verbs_from(MOVES, standing(need, today)) if hindrance(verb, need, today) is None]
    return [verb for verb in verbs if denial(actor, verb, need) is None]


def list_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of needs as a whole."""
    return [verb for verb in ("draft", "import") if actor.may(verb, WHO[verb])]


async def access_result(session: AsyncSession, actor: Actor, result_id: int, community_code: str) -> SurveyResult:
    """A survey's result that a need of this community may rest on: its own, or that of all who were asked with it.

    Refusals: NotFound, Denied.
    """
    result = await session.get(SurveyResult, result_id)
    if result is None:
        raise NotFound(survey_result=result_id)
    asked = sa.select(WaveCommunity.wave_id).join(Wave, Wave.id == WaveCommunity.wave_id)
    here = asked.where(Wave.survey_id == result.survey_id, WaveCommunity.community_code == community_code)
    shared = result.community_code is None and (await session.scalars(here)).first() is not None
    if not shared and result.community_code != community_code:
        raise Denied(verb="draft", reason="community")
    return result


def may_list_for(actor: Actor, community_code: str, party_id: int) -> bool:
    """Whether a list that `actor` brings may hold needs of this community's committee."""
    if actor.role is Role.committee:
        return party_id == actor.party_id
    return actor.role is Role.admin or actor.covers(community_code)


def may_tender(actor: Actor, community_code: str) -> bool:
    """Whether `actor` may put what this community needs out to tender: a bureau buys for its own area."""
    return actor.role is Role.purchaser and actor.covers(community_code)


def may_take_over(actor: Actor) -> bool:
    """Whether `actor` may say that a need was published elsewhere before."""
    return actor.role in {Role.purchaser, Role.admin}


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    published = Need.published_at.is_not(None)
    if actor.role is Role.committee:
        return sa.or_(published, Need.party_id == actor.party_id)
    if actor.role is Role.street and actor.area:
        return sa.or_(published, Need.community_code.startswith(actor.area, autoescape=True))
    return published


def standing_column(today: date) -> sa.ColumnElement[str]:
    """The same as `rules.standing`, in SQL and from the same TIMELINE."""
    ended = [(sa.and_(Need.status == status, getattr(Need, last) < today), then) for status, last, then in TIMELINE]
    return sa.func.coalesce(Need.held_as, sa.case(*ended, else_=sa.cast(Need.status, sa.Text)))


def select_needs(actor: Actor) -> sa.Select[Need]:
    """The needs that this actor sees, with their populations."""
    return sa.select(Need).where(visible(actor)).options(selectinload(Need.populations))


async def access_need(session: AsyncSession, actor: Actor, need_id: int, verb: str) -> Need:
    """The need, locked for `verb`: absent when unseen (404), refused with a reason (403)."""
    query = select_needs(actor).where(Need.id == need_id).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), need=need_id)


async def read_need(session: AsyncSession, actor: Actor, need_id: int) -> Need:
    """The need as this actor sees it (NotFound otherwise)."""
    need = (await session.execute(select_needs(actor).where(Need.id == need_id))).scalar_one_or_none()
    if need is None:
        raise NotFound(need=need_id)
    return need


async def read_needs_to_tender(session: AsyncSession, actor: Actor, ids: Collection[int]) -> list[Need]:
    """The needs that a notice of `actor` names, in the order of their numbers.

    Refusals: NeedUnknown for the first that is absent or unseen, Denied (area) for one that another bureau buys for.
    """
    return await _to_tender(session, actor, ids, sa.select(Need))


async def access_needs_to_tender(session: AsyncSession, actor: Actor, ids: Collection[int]) -> list[Need]:
    """The same needs, locked. Refusals as for reading them."""
    return await _to_tender(session, actor, ids, sa.select(Need).with_for_update())


async def _to_tender(session: AsyncSession, actor: Actor, ids: Collection[int], query: sa.Select[Need]) -> list[Need]:
    query = query.where(Need.id.in_(ids), visible(actor)).order_by(Need.id)
    needs = list(await session.scalars(query, execution_options={"populate_existing": True}))
    if unknown := sorted(set(ids) - {need.id for need in needs}):
        raise NeedUnknown(need=unknown[0])
    if not all(may_tender(actor, need.community_code) for need in needs):
        raise Denied(verb="tender", reason="area")
    return needs
