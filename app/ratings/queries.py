"""Who is rated how, and who votes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment, AssessmentResult
from app.assessments.queries import is_seen, results_of
from app.assessments.rules import PUBLIC as TOLD
from app.assessments.rules import AssessmentStatus, untimely
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.models import Party
from app.parties.queries import PartyName, name_of, party_names
from app.ratings.models import Rating, RatingBallot, RatingMember
from app.ratings.policy import of_office, visible
from app.ratings.rules import AyesMissing, Past, RatingStatus, unvoted
from app.ratings.terms import rating_terms
from app.records.queries import standing_records
from app.records.rules import FourLevel

R = RatingStatus
GOING_ON = frozenset({R.admitted, R.rectifying, R.suspended, R.lowered, R.revoked})


class Cast(NamedTuple):
    member: RatingMember
    ballot: RatingBallot


@dataclass(frozen=True)
class RatingPage:
    """A rating with its assessment (None: not admitted yet) and what that came to, the committee of its office when it
    was announced, and the votes; `is_told`: the reader learns of these; `is_linked`: sees the assessment, too."""

    rating: Rating
    party: PartyName
    assessment: Assessment | None
    result: AssessmentResult | None
    members: list[RatingMember]
    cast: list[Cast]
    is_told: bool
    is_linked: bool

    @property
    def refused(self) -> set[str]:
        """What the votes stand against: nothing is announced without them, and nobody votes twice."""
        ballots = [each.ballot.choice for each in self.cast]
        lacks = unvoted(len(self.members), ballots, rating_terms(self.rating.scheme))
        done = {"vote"} if len(ballots) == len(self.members) else set()
        return done | ({"announce"} if lacks else set())


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
    results = (await results_of(session, [found.id]))[found.id] if found else []
    is_told = found is not None and (rating.office_id == actor.party_id or found.status in TOLD)
    is_linked = found is not None and await is_seen(session, actor, found.id)
    last = results[-1] if results else None
    return RatingPage(rating, names[rating.party_id], found, last, members, cast, is_told, is_linked)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The office: an application to take up, a result to vote on, to announce or to confirm, and somebody unqualified
    who is told what to put right, a correction whose time is up, a plate to be taken back."""
    if actor.role is not Role.purchaser:
        return []
    unclaimed = sa.and_(visible(actor), Rating.status == R.applied)
    going_on = sa.or_(Rating.status.in_(GOING_ON), Rating.grade == FourLevel.unqualified)
    own = sa.and_(Rating.office_id == actor.party_id, going_on)
    query = sa.select(Rating, Party, Assessment).join(Party, Party.id == Rating.party_id)
    query = query.outerjoin(Assessment, Assessment.id == Rating.assessment_id).where(sa.or_(unclaimed, own))
    found, today = list[Waiting](), shanghai_date(at)
    for rating, party, assessment in (await session.execute(query.order_by(Rating.id))).all():
        found += _next(rating, name_of(party), today)
        if assessment and rating.status is R.admitted:
            found += await _of_assessment(session, rating, name_of(party), assessment, today)
    return found


def _next(rating: Rating, name: PartyName, today: date) -> list[Waiting]:
    """What is to be done whatever became of the assessment; nothing while a correction runs."""
    match rating.status:
        case R.applied:
            return [_waits("admit", rating, name)]
        case R.confirmed if rating.grade == FourLevel.unqualified:
            return [_waits("rectify", rating, name)]
        case R.rectifying | R.suspended if rating.due_on and rating.due_on < today:
            return [_waits("pass", rating, name, rating.due_on)]
        case R.lowered | R.revoked if rating.plate_due_on and not rating.plate_returned_on:
            return [_waits("return_plate", rating, name, rating.plate_due_on)]
    return []


async def _of_assessment(
    session: AsyncSession, rating: Rating, name: PartyName, assessment: Assessment, today: date
) -> list[Waiting]:
    """Nothing while assessors mark, and while a notice runs."""
    match assessment.status:
        case AssessmentStatus.cancelled:
            return [_waits("decline", rating, name)]
        case AssessmentStatus.announced if untimely("confirm", assessment.notice_ends_on, today) is None:
            return [_waits("confirm", rating, name)]
        case AssessmentStatus.drafted:
            members = await members_of(session, rating.office_id, today)
            ballots = [each.ballot.choice for each in await ballots_of(session, rating, assessment.number)]
            lacks = unvoted(len(members), ballots, rating_terms(rating.scheme))
            if lacks is None:
                return [_waits("announce", rating, name)]
            is_lost = isinstance(lacks, AyesMissing) and len(ballots) == len(members)
            return [] if is_lost else [_waits("vote", rating, name)]
    return []


def _waits(verb: str, rating: Rating, name: PartyName, due_on: date | None = None) -> Waiting:
    due_at = end_of_day(due_on) if due_on else None
    return Waiting("ratings", verb, rating.id, name.zh, due_at, None, "rating", rating.id, title_en=name.en)


async def party_of(session: AsyncSession, party_id: int) -> Party:
    return await session.get_one(Party, party_id)
