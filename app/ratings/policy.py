"""Who applies, decides and reads. Grades that were given are public, and so is a result on notice; what was applied for
is for organisation and bureau."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment
from app.assessments.rules import MOVES as ASSESSMENT_MOVES
from app.assessments.rules import PUBLIC as TOLD
from app.assessments.rules import AssessmentStatus, untimely
from app.core.actors import BUYS, EVERYONE, Actor, Role, granted
from app.core.days.calendar import shanghai_date
from app.core.moves import verbs_from
from app.parties.models import Party
from app.ratings.models import Rating, RatingMember
from app.ratings.rules import MOVES, PUBLIC, RatingStatus
from app.ratings.terms import rating_terms
from app.records.rules import FourLevel

OWN = frozenset({Role.organization})
DECIDES = (
    "admit",
    "decline",
    "vote",
    "announce",
    "confirm",
    "lower",
    "revoke",
    "rectify",
    "pass",
    "fail",
    "return_plate",
)
WHO = {
    "list": EVERYONE,
    "read": EVERYONE,
    "apply": OWN,
    **dict.fromkeys(DECIDES, BUYS),
    "list_members": BUYS,
    "appoint_member": BUYS,
    "list_warnings": BUYS,
}


def denial(actor: Actor, verb: str, rating: Rating) -> str | None:
    """Why `actor` may not `verb` this rating, already seen; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    if verb not in DECIDES or rating.office_id is None:
        return None  # an application that is seen is of the office's area
    return None if rating.office_id == actor.party_id else "party"


# What takes the assessment in a state that only the page of a rating knows, and which move of the assessment that is.
OF_ASSESSMENT = {"vote": "announce", "announce": "announce", "confirm": "confirm"}


def actions(actor: Actor, rating: Rating) -> list[str]:
    """In lists: what does not depend on the assessment."""
    verbs = [verb for verb in verbs_from(MOVES, rating.status) if denial(actor, verb, rating) is None]
    known = OF_ASSESSMENT.keys() | ({"decline"} if rating.assessment_id else set())
    return [verb for verb in verbs if is_fitting(verb, rating) and verb not in known]


def page_actions(
    actor: Actor, rating: Rating, assessment: Assessment | None, at: datetime, refused: Collection[str] = ()
) -> list[str]:
    """On the page of a rating: also what its assessment allows today; `refused`: what the votes stand against."""
    found = actions(actor, rating)
    if assessment is None or rating.status is not RatingStatus.admitted or rating.office_id != actor.party_id:
        return found
    if assessment.status is AssessmentStatus.cancelled:
        return [*found, *(["decline"] if denial(actor, "decline", rating) is None else [])]
    may = verbs_from(ASSESSMENT_MOVES, assessment.status)
    verbs = [verb for verb, move in OF_ASSESSMENT.items() if move in may and denial(actor, verb, rating) is None]
    timely = [v for v in verbs if untimely(v, assessment.notice_ends_on, shanghai_date(at)) is None]
    return [*found, *(verb for verb in timely if is_fitting(verb, rating) and verb not in refused)]


def list_actions(actor: Actor, party_id: int | None) -> list[str]:
    """On the list of the own organisation, whether one may apply; on that of all, whether one keeps a committee."""
    if party_id is None:
        return [verb for verb in ("appoint_member",) if actor.may(verb, WHO[verb])]
    return ["apply"] if party_id == actor.party_id and actor.may("apply", WHO["apply"]) else []


def is_fitting(verb: str, rating: Rating) -> bool:
    """Committees vote, and grades are lowered and plates returned, where the scheme knows them."""
    terms = rating_terms(rating.scheme)
    if verb == "vote":
        return terms.body is not None
    if verb in {"lower", "revoke"}:
        return terms.body is not None
    if verb == "rectify":
        return rating.grade == FourLevel.unqualified
    return verb != "return_plate" or (rating.plate_due_on is not None and rating.plate_returned_on is None)


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    on_notice = sa.select(Assessment.id).where(Assessment.status.in_(TOLD))
    is_public = sa.or_(Rating.status.in_(PUBLIC), Rating.assessment_id.in_(on_notice))
    if actor.role is Role.purchaser:
        here = sa.select(Party.id).where(sa.or_(Party.area_code.is_(None), Party.area_code.startswith(actor.area)))
        unclaimed = sa.and_(Rating.office_id.is_(None), Rating.party_id.in_(here))
        return sa.or_(is_public, Rating.office_id == actor.party_id, unclaimed)
    return sa.or_(is_public, Rating.party_id == actor.party_id) if actor.role in OWN else is_public


async def read_rating(session: AsyncSession, actor: Actor, rating_id: int) -> Rating:
    query = sa.select(Rating).where(Rating.id == rating_id, visible(actor))
    return granted(await session.scalar(query), "read", partial(denial, actor, "read"), rating=rating_id)


async def access_rating(session: AsyncSession, actor: Actor, rating_id: int, verb: str) -> Rating:
    """The rating, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Rating).where(Rating.id == rating_id, visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    return granted(found, verb, partial(denial, actor, verb), rating=rating_id)


def of_office(actor: Actor) -> sa.ColumnElement[bool]:
    """The members of the committee that the actor's office keeps."""
    return RatingMember.party_id == actor.party_id
