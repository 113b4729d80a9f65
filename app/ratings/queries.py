"""Who is rated how, and who votes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment
from app.assessments.queries import is_seen
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.models import Party
from app.parties.queries import PartyName, party_names
from app.ratings.models import Rating, RatingBallot, RatingMember
from app.ratings.policy import of_office, visible
from app.ratings.rules import Past, RatingStatus
from app.records.queries import standing_records


class Cast(NamedTuple):
    member: RatingMember
    ballot: RatingBallot


@dataclass(frozen=True)
class RatingPage:
    """A rating with its assessment (None: not admitted yet), the committee of its office when it was announced, and the
    votes on its last result; `is_linked`: the reader sees the assessment, too."""

    rating: Rating
    party: PartyName
    assessment: Assessment | None
    members: list[RatingMember]
    cast: list[Cast]
    is_linked: bool


async def past_of(session: AsyncSession, party_id: int) -> list[Past]:
    records = await standing_records(session, party_id)
    return [Past(each.kind, each.value, each.valid_from, each.valid_until) for each in records]


async def find_open(session: AsyncSession, party_id: int, scheme: str) -> Rating | None:
    query = sa.select(Rating).where(Rating.party_id == party_id, Rating.scheme == scheme)
    return await session.scalar(query.where(Rating.status.in_((RatingStatus.applied, RatingStatus.admitted))))


async def list_ratings(session: AsyncSession, actor: Actor, party_id: int | None, paging: Paging) -> Found[Rating]:
    """Of one organisation, or of all."""
    query = sa.select(Rating).where(visible(actor))
    if party_id is not None:
        query = query.where(Rating.party_id == party_id)
    return await paginate(session, query, paging, id=Rating.id, sorts={"applied_at": Rating.applied_at})


async def members_of(session: AsyncSession, office_id: int | None, today: date) -> list[RatingMember]:
    """The committee of an office today, by name."""
    member = RatingMember
    query = sa.select(member).where(member.party_id == office_id, member.from_on <= today, member.until_on >= today)
    return list(await session.scalars(query.order_by(member.name, member.id)))


async def list_members(session: AsyncSession, actor: Actor) -> list[RatingMember]:
    return list(await session.scalars(sa.select(RatingMember).where(of_office(actor)).order_by(RatingMember.id)))


async def ballots_of(session: AsyncSession, rating: Rating, number: int) -> list[Cast]:
    """The votes on one result, as they were cast."""
    query = sa.select(RatingMember, RatingBallot).join(RatingBallot, RatingBallot.member_id == RatingMember.id)
    here = RatingBallot.rating_id == rating.id, RatingBallot.number == number
    return [Cast(*row) for row in await session.execute(query.where(*here).order_by(RatingBallot.id))]


async def rating_page(session: AsyncSession, actor: Actor, rating: Rating) -> RatingPage:
    found = await session.get(Assessment, rating.assessment_id) if rating.assessment_id else None
    decided_at = found.announced_at if found and found.announced_at else await now(session)
    members = await members_of(session, rating.office_id, shanghai_date(decided_at))
    cast = await ballots_of(session, rating, found.number) if found else []
    names = await party_names(session, {rating.party_id})
    is_linked = found is not None and await is_seen(session, actor, found.id)
    return RatingPage(rating, names[rating.party_id], found, members, cast, is_linked)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The office: applications to admit, corrections whose time is up. The organisation: a plate to bring back."""
    if actor.role is not Role.purchaser:
        return []
    applied = sa.select(Rating).where(visible(actor), Rating.status == RatingStatus.applied).order_by(Rating.id)
    found = list(await session.scalars(applied))
    today = shanghai_date(at)
    running = Rating.status.in_((RatingStatus.rectifying, RatingStatus.suspended)), Rating.due_on < today
    over = list(await session.scalars(sa.select(Rating).where(Rating.office_id == actor.party_id, *running)))
    names = await party_names(session, {each.party_id for each in (*found, *over)})
    return [
        *(_waits("admit", each, names) for each in found),
        *(_waits("pass", each, names) for each in over),
    ]


def _waits(verb: str, rating: Rating, names: dict[int, PartyName]) -> Waiting:
    name, due_at = names[rating.party_id], end_of_day(rating.due_on) if rating.due_on else None
    return Waiting("ratings", verb, rating.id, name.zh, due_at, None, "rating", rating.id, title_en=name.en)


async def party_of(session: AsyncSession, party_id: int) -> Party:
    return await session.get_one(Party, party_id)
