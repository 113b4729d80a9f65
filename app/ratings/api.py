"""Endpoints of ratings."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.core.paging import Page, PagingQuery
from app.parties.queries import party_names
from app.ratings import policy, queries, service
from app.ratings.policy import WHO
from app.ratings.schemas import (
    BallotCastBy,
    RatingApply,
    RatingConfirm,
    RatingDecline,
    RatingMemberAppoint,
    RatingMemberRead,
    RatingRead,
    RatingRule,
    RatingSeen,
    RatingWarning,
)
from app.ratings.warnings import warnings

router = web.router("/ratings", "ratings")


async def _read(session: AsyncSession, actor: Actor, rating_id: int) -> RatingRead:
    await session.flush()
    rating = await policy.read_rating(session, actor, rating_id)
    await session.refresh(rating)
    return RatingRead.of(await queries.rating_page(session, actor, rating), actor, await now(session))


@router.get("", operation_id="list_ratings", dependencies=[allow(WHO["list"])])
async def list_ratings(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, party_id: Id | None = None
) -> Page[RatingSeen]:
    """Grades that were given, of one organisation or of all; the own ones and those of the own area from the
    application on."""
    found = await queries.list_ratings(session, actor, party_id, paging)
    names = await party_names(session, {each.party_id for each in found.rows})
    rows = [RatingSeen.seen_by(actor, each, names[each.party_id]) for each in found.rows]
    return found.page(rows, policy.list_actions(actor, party_id))


@router.post("", operation_id="apply_for_rating", status_code=201, dependencies=[allow(WHO["apply"])])
async def apply_for_rating(session: UnitSession, actor: CurrentActor, wanted: RatingApply) -> RatingRead:
    rating = await service.apply_for_rating(session, actor, wanted.scheme)
    await session.flush()
    return await _read(session, actor, rating.id)


@router.get("/members", operation_id="list_rating_members", dependencies=[allow(WHO["list_members"])])
async def list_rating_members(session: UnitSession, actor: CurrentActor) -> list[RatingMemberRead]:
    return [RatingMemberRead.of(each) for each in await queries.list_members(session, actor)]


@router.post("/members", operation_id="appoint_member", status_code=201, dependencies=[allow(WHO["appoint_member"])])
async def appoint_member(session: UnitSession, actor: CurrentActor, wanted: RatingMemberAppoint) -> RatingMemberRead:
    member = await service.appoint_member(session, actor, wanted.name, wanted.works_for_id)
    await session.flush()
    return RatingMemberRead.of(member)


@router.get("/warnings", operation_id="list_rating_warnings", dependencies=[allow(WHO["list_warnings"])])
async def list_rating_warnings(session: UnitSession, actor: CurrentActor) -> list[RatingWarning]:
    """What may cost organisations their grade, the nearest day first."""
    found = await warnings(session, actor)
    names = await party_names(session, {each.party_id for each in found})
    return [RatingWarning.of(each, names[each.party_id]) for each in found]


@router.get("/{rating_id}", operation_id="read_rating", dependencies=[allow(WHO["read"])])
async def read_rating(session: UnitSession, actor: CurrentActor, rating_id: Id) -> RatingRead:
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/vote", operation_id="vote_on_rating", dependencies=[allow(WHO["vote"])])
async def vote_on_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: BallotCastBy) -> RatingRead:
    await service.vote_on_rating(session, actor, rating_id, wanted.member_id, wanted.choice)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/admit", operation_id="admit_rating", dependencies=[allow(WHO["admit"])])
async def admit_rating(session: UnitSession, actor: CurrentActor, rating_id: Id) -> RatingRead:
    await service.admit_rating(session, actor, rating_id)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/announce", operation_id="announce_rating", dependencies=[allow(WHO["announce"])])
async def announce_rating(session: UnitSession, actor: CurrentActor, rating_id: Id) -> RatingRead:
    await service.announce_rating(session, actor, rating_id)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/decline", operation_id="decline_rating", dependencies=[allow(WHO["decline"])])
async def decline_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingDecline) -> RatingRead:
    await service.decline_rating(session, actor, rating_id, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/confirm", operation_id="confirm_rating", dependencies=[allow(WHO["confirm"])])
async def confirm_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingConfirm) -> RatingRead:
    await service.confirm_rating(session, actor, rating_id, wanted.source)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/lower", operation_id="lower_rating", dependencies=[allow(WHO["lower"])])
async def lower_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingRule) -> RatingRead:
    await service.lower_rating(session, actor, rating_id, wanted.source, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/revoke", operation_id="revoke_rating", dependencies=[allow(WHO["revoke"])])
async def revoke_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingRule) -> RatingRead:
    await service.revoke_rating(session, actor, rating_id, wanted.source, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/rectify", operation_id="rectify_rating", dependencies=[allow(WHO["rectify"])])
async def rectify_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingRule) -> RatingRead:
    await service.rectify_rating(session, actor, rating_id, wanted.source, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/pass", operation_id="pass_rating", dependencies=[allow(WHO["pass"])])
async def pass_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingRule) -> RatingRead:
    await service.pass_rating(session, actor, rating_id, wanted.source, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/fail", operation_id="fail_rating", dependencies=[allow(WHO["fail"])])
async def fail_rating(session: UnitSession, actor: CurrentActor, rating_id: Id, wanted: RatingRule) -> RatingRead:
    await service.fail_rating(session, actor, rating_id, wanted.source, wanted.reason)
    return await _read(session, actor, rating_id)


@router.post("/{rating_id}/return_plate", operation_id="return_plate", dependencies=[allow(WHO["return_plate"])])
async def return_plate(session: UnitSession, actor: CurrentActor, rating_id: Id) -> RatingRead:
    await service.return_plate(session, actor, rating_id)
    return await _read(session, actor, rating_id)
