"""Ratings of tests: applied for, assessed, voted on, announced and confirmed."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.models import Assessment
from app.assessments.rules import Excluded
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.parties.models import Party
from app.ratings import service
from app.ratings.models import Rating, RatingMember
from app.ratings.rules import Ballot, last_inspected
from app.ratings.terms import rating_terms
from app.records.rules import RecordKind
from tests.factories.assessments import bureau_of, lock, seat
from tests.factories.notices import set_clock
from tests.factories.parties import make_party
from tests.factories.records import make_record

NATIONAL, LOCAL = "national_5a", "local_four_level"
RULED = ("呈民发〔2026〕21号", "财务管理不规范")


def applicant(party: Party) -> Actor:
    return Actor(None, Role.organization, party.id)


def office_of(rating: Rating) -> Actor:
    return Actor(None, Role.purchaser, rating.office_id, "530114")


async def make_member(session: AsyncSession, office: Actor, name: str, works_for_id: int | None = None) -> RatingMember:
    member = await service.appoint_member(session, office, name, works_for_id)
    await session.flush()
    return member


async def make_admitted(
    session: AsyncSession, party: Party | None = None, office: Actor | None = None, scheme: str = LOCAL
) -> Rating:
    """Taken up by the office of an organisation that passed its last inspection."""
    subject = party or await make_party(session, founded="2010-05")
    if rating_terms(scheme).registered_years:
        year = last_inspected(shanghai_date(await now(session)))
        days = {"valid_from": date(year, 1, 1), "valid_until": date(year, 12, 31)}
        await make_record(session, subject, RecordKind.inspection, value="qualified", **days)
    rating = await service.apply_for_rating(session, applicant(subject), scheme)
    await session.flush()
    await service.admit_rating(session, office or await bureau_of(session), rating.id)
    await session.flush()
    return rating


async def make_drafted(
    session: AsyncSession,
    points: int,
    *,
    scheme: str = NATIONAL,
    members: int = 0,
    party: Party | None = None,
    office: Actor | None = None,
) -> tuple[Rating, list[RatingMember]]:
    """Every assessor gives `points`; an office with so many `members` of its committee."""
    rating = await make_admitted(session, party, office, scheme)
    office = office_of(rating)
    assessment = await session.get_one(Assessment, rating.assessment_id)
    groups = [group.code for group in assessment.terms.groups for _ in range(group.least)]
    assessors = [await seat(session, assessment, group) for group in groups]
    await assessments.collect_assessment(session, office, assessment.id)
    for who in assessors:
        await lock(session, assessment, who, points)
    await assessments.compute_assessment(session, office, assessment.id, Excluded())
    await session.flush()
    return rating, [await make_member(session, office, f"委员{n}") for n in range(1, members + 1)]


async def make_announced(
    session: AsyncSession,
    points: int,
    *,
    scheme: str = LOCAL,
    party: Party | None = None,
    office: Actor | None = None,
) -> Rating:
    """With the votes of all seven members where it takes a vote."""
    members = 7 if rating_terms(scheme).body else 0
    rating, voters = await make_drafted(session, points, scheme=scheme, members=members, party=party, office=office)
    for each in voters:
        await service.vote_on_rating(session, office_of(rating), rating.id, each.id, Ballot.aye)
    await session.flush()
    await service.announce_rating(session, office_of(rating), rating.id)
    await session.flush()
    return rating


async def confirmed(session: AsyncSession, rating: Rating) -> Rating:
    """On the day after its notice."""
    assessment = await session.get_one(Assessment, rating.assessment_id)
    assert assessment.notice_ends_on
    await set_clock(session, end_of_day(assessment.notice_ends_on) + timedelta(hours=9))
    await service.confirm_rating(session, office_of(rating), rating.id, "呈民发〔2026〕20号")
    await session.flush()
    await session.refresh(rating)
    return rating
