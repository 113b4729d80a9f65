"""Use cases of ratings. That the assessment which a grade comes of is planned, announced and ended, and that the grade
becomes a record, follows in `flow.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import queries as assessments
from app.assessments.models import Assessment
from app.assessments.rules import MOVES as ASSESSMENT_MOVES
from app.assessments.rules import AssessmentStatus, SubjectKind, untimely
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import MoveRefused, NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.parties.policy import read_parties
from app.parties.queries import party_names
from app.ratings import queries, rules
from app.ratings.models import Rating, RatingBallot, RatingMember
from app.ratings.policy import access_rating, is_fitting
from app.ratings.rules import (
    MOVES,
    Ballot,
    BallotCast,
    GradeStands,
    MemberInvolved,
    NoVoteAsked,
    RatingOpen,
    RatingStatus,
    Ruled,
    Ruling,
)
from app.ratings.terms import DAY, rating_terms, years_after
from app.records.rules import Fact, FourLevel, RecordKind


@dataclass(frozen=True)
class Admitted:
    """What is to be assessed for a rating."""

    about_id: int
    scheme: str

    @property
    def subject(self) -> tuple[SubjectKind, int]:
        return SubjectKind.party, self.about_id


async def apply_for_rating(session: AsyncSession, actor: Actor, scheme: str) -> Rating:
    """Refusals: SchemeUnknown, RatingOpen, those of `rules.hindrance`, among them RatingBarred."""
    terms, at = rating_terms(scheme), await now(session)
    party_id = actor.party_id or 0
    party = await queries.party_of(session, party_id)
    if await queries.find_open(session, party_id, scheme):
        raise RatingOpen(scheme=scheme)
    past = await queries.past_of(session, party_id)
    if refusal := rules.hindrance(terms, party.founded, past, shanghai_date(at)):
        raise refusal
    rating = Rating(party_id=party_id, scheme=scheme, years=terms.years, applied_at=at)
    session.add(rating)
    await happened(session, actor, "rating.applied", rating, at, scheme=scheme)
    return rating


async def admit_rating(session: AsyncSession, actor: Actor, rating_id: int) -> Rating:
    """The bureau takes it up: an assessment is planned."""
    rating = await access_rating(session, actor, rating_id, "admit")
    at = await now(session)
    rating.status, rating.office_id = move(MOVES, rating.status, "admit"), actor.party_id
    wanted = Admitted(rating.party_id, rating.scheme)
    await happened(session, actor, "rating.admitted", rating, at, tell=wanted, scheme=rating.scheme)
    planned = await assessments.find_open(session, *wanted.subject, rating.scheme)
    rating.assessment_id = planned.id if planned else None
    return rating


async def decline_rating(session: AsyncSession, actor: Actor, rating_id: int, reason: str) -> Rating:
    """The bureau does not take it up, or has given up its assessment. Refused with MoveRefused while one is open."""
    rating = await access_rating(session, actor, rating_id, "decline")
    at = await now(session)
    status = move(MOVES, rating.status, "decline")
    if rating.assessment_id:
        assessment = await session.get_one(Assessment, rating.assessment_id, with_for_update=True)
        if assessment.status is not AssessmentStatus.cancelled:
            raise MoveRefused(state=rating.status.value, verb="decline")
    rating.status, rating.reason, rating.decided_at = status, reason, at
    rating.office_id = actor.party_id
    await happened(session, actor, "rating.declined", rating, at, reason=reason)
    return rating


async def vote_on_rating(
    session: AsyncSession, actor: Actor, rating_id: int, member_id: int, choice: Ballot
) -> RatingBallot:
    """An open ballot on the drafted result. Refusals: NoVoteAsked, MemberInvolved, BallotCast, MoveRefused."""
    rating = await access_rating(session, actor, rating_id, "vote")
    at = await now(session)
    check_move(MOVES, rating.status, "vote")
    if not is_fitting("vote", rating):
        raise NoVoteAsked()
    assessment = await _assessment(session, rating, "announce")
    members = {each.id: each for each in await queries.members_of(session, rating.office_id, shanghai_date(at))}
    if member_id not in members:
        raise NotFound(member=member_id)
    member = members[member_id]
    if member.works_for_id == rating.party_id:
        raise MemberInvolved(member=member.name)
    if member_id in {each.member.id for each in await queries.ballots_of(session, rating, assessment.number)}:
        raise BallotCast(member=member.name)
    ballot = RatingBallot(rating_id=rating.id, number=assessment.number, member_id=member_id, choice=choice, cast_at=at)
    session.add(ballot)
    facts: Mapping[str, Any] = {"member": member.name, "choice": choice.value, "number": assessment.number}
    await happened(session, actor, "rating.voted", rating, at, **facts)
    return ballot


async def announce_rating(session: AsyncSession, actor: Actor, rating_id: int) -> Rating:
    """The result goes on public notice. Refusals: those of `rules.check_vote`, MoveRefused."""
    rating = await access_rating(session, actor, rating_id, "announce")
    at = await now(session)
    check_move(MOVES, rating.status, "announce")
    assessment = await _assessment(session, rating, "announce")
    await _check_vote(session, rating, assessment, shanghai_date(at))
    await happened(session, actor, "rating.announced", rating, at, number=assessment.number)
    return rating


async def confirm_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str) -> Rating:
    """The grade holds from today on, by the paper `source`. Refusals: NoticeRunning, MoveRefused while an objection is
    open, those of `rules.check_vote`."""
    rating = await access_rating(session, actor, rating_id, "confirm")
    at = await now(session)
    status, today = move(MOVES, rating.status, "confirm"), shanghai_date(at)
    assessment = await _assessment(session, rating, "confirm")
    if refusal := untimely("confirm", assessment.notice_ends_on, today):
        raise refusal
    await _check_vote(session, rating, assessment, today)
    last = (await assessments.results_of(session, [assessment.id]))[assessment.id][-1]
    terms = rating_terms(rating.scheme)
    rating.status, rating.grade, rating.valid_from, rating.decided_at = status, last.band, today, at
    rating.source = source
    until = years_after(today, rating.years) - DAY
    fact = rules.graded(terms, last.band, until, await _ruling(session, actor, source, today))
    told = Ruled(rating.assessment_id, rating.party_id, today, (fact,))
    await happened(session, actor, "rating.confirmed", rating, at, tell=told, grade=last.band, valid_until=until)
    return rating


async def lower_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str, reason: str) -> Rating:
    """One grade lower, and barred from applying for two years. Refusals: NothingLower, GradeStands, MoveRefused."""
    rating = await access_rating(session, actor, rating_id, "lower")
    at = await now(session)
    status, today = move(MOVES, rating.status, "lower"), shanghai_date(at)
    if not is_fitting("lower", rating):
        raise GradeStands(grade=rating.grade)
    terms, before = rating_terms(rating.scheme), rating.grade
    assessment = await _assessment(session, rating, "lower")
    grade, ruling = rules.next_lower(assessment.terms, before), await _ruling(session, actor, source, today)
    _withdraw(rating, status, source, reason, today)
    rating.grade = grade
    until = rating.valid_until or today
    facts = rules.graded(terms, grade, until, ruling), rules.barred("lowered", ruling)
    told = Ruled(rating.assessment_id, rating.party_id, today, facts)
    noted: Mapping[str, Any] = {"before": before, "grade": grade, "reason": reason}
    await happened(session, actor, "rating.lowered", rating, at, tell=told, **noted)
    return rating


async def revoke_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str, reason: str) -> Rating:
    """The grade ends today, and none may be applied for in three years. Refusals: GradeStands, MoveRefused."""
    rating = await access_rating(session, actor, rating_id, "revoke")
    at = await now(session)
    status, today = move(MOVES, rating.status, "revoke"), shanghai_date(at)
    if not is_fitting("revoke", rating):
        raise GradeStands(grade=rating.grade)
    ruling = await _ruling(session, actor, source, today)
    _withdraw(rating, status, source, reason, today)
    ended, facts = (rating_terms(rating.scheme).kind, ""), (rules.barred("revoked", ruling),)
    told = Ruled(rating.assessment_id, rating.party_id, today, facts, ended)
    await happened(session, actor, "rating.revoked", rating, at, tell=told, grade=rating.grade, reason=reason)
    return rating


def _withdraw(rating: Rating, status: RatingStatus, source: str, reason: str, today: date) -> None:
    """The plate of a grade that has one goes back within fifteen days."""
    terms = rating_terms(rating.scheme)
    rating.status, rating.source, rating.reason = status, source, reason
    if rating.grade in terms.plate_from and rating.plate_due_on is None:
        rating.plate_due_on = today + timedelta(days=terms.plate_days)


async def return_plate(session: AsyncSession, actor: Actor, rating_id: int) -> Rating:
    """The plate was brought back. Refused with MoveRefused where none is due."""
    rating = await access_rating(session, actor, rating_id, "return_plate")
    at = await now(session)
    check_move(MOVES, rating.status, "return_plate")
    if not is_fitting("return_plate", rating):
        raise MoveRefused(state=rating.status.value, verb="return_plate")
    rating.plate_returned_on = shanghai_date(at)
    await happened(session, actor, "rating.plate_returned", rating, at)
    return rating


async def rectify_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str, requirement: str) -> Rating:
    """Who is unqualified has a year to put right what is required. Refusals: GradeStands, MoveRefused."""
    rating = await access_rating(session, actor, rating_id, "rectify")
    at = await now(session)
    status, today = move(MOVES, rating.status, "rectify"), shanghai_date(at)
    if rating.grade != FourLevel.unqualified:
        raise GradeStands(grade=rating.grade)
    rating.status, rating.source, rating.reason = status, source, requirement
    rating.due_on = years_after(today, rating_terms(rating.scheme).rectify_years) - DAY
    ruling = await _ruling(session, actor, source, today)
    told = _told(rating, today, rules.rectification("ordered", requirement, rating.due_on, ruling))
    await happened(session, actor, "rating.rectified", rating, at, tell=told, due_on=rating.due_on)
    return rating


async def pass_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str, opinion: str) -> Rating:
    """It was put right: qualified from today on."""
    rating = await access_rating(session, actor, rating_id, "pass")
    at = await now(session)
    rating.status, today = move(MOVES, rating.status, "pass"), shanghai_date(at)
    rating.grade, rating.source, rating.reason = FourLevel.qualified, source, opinion
    ruling, until = await _ruling(session, actor, source, today), rating.valid_until or today
    facts = (
        rules.graded(rating_terms(rating.scheme), rating.grade, until, ruling),
        rules.rectification("passed", opinion, today, ruling),
    )
    told = Ruled(rating.assessment_id, rating.party_id, today, facts, (RecordKind.penalty, rules.SUSPENDED))
    await happened(session, actor, "rating.passed", rating, at, tell=told, opinion=opinion)
    return rating


async def fail_rating(session: AsyncSession, actor: Actor, rating_id: int, source: str, opinion: str) -> Rating:
    """It was not put right: suspended from taking part, and the second time disqualified."""
    rating = await access_rating(session, actor, rating_id, "fail")
    at = await now(session)
    rating.status, today = move(MOVES, rating.status, "fail"), shanghai_date(at)
    rating.source, rating.reason = source, opinion
    rating.due_on = years_after(today, rating_terms(rating.scheme).exclude_years) - DAY
    title = rules.SUSPENDED if rating.status is RatingStatus.suspended else rules.DISQUALIFIED
    told = _told(rating, today, rules.excluded(title, rating.due_on, await _ruling(session, actor, source, today)))
    await happened(session, actor, "rating.failed", rating, at, tell=told, opinion=opinion)
    return rating


def _told(rating: Rating, today: date, *facts: Fact) -> Ruled:
    return Ruled(rating.assessment_id, rating.party_id, today, facts)


async def appoint_member(session: AsyncSession, actor: Actor, name: str, works_for_id: int | None) -> RatingMember:
    """A member of the office's committee, for a term of five years from today on. Refused with PartyUnknown."""
    if works_for_id is not None:
        await read_parties(session, actor, {works_for_id})
    at = await now(session)
    today, body = shanghai_date(at), rating_terms("national_5a").body
    until = years_after(today, body.years if body else 1) - DAY
    member = RatingMember(party_id=actor.party_id, name=name, works_for_id=works_for_id, from_on=today, until_on=until)
    session.add(member)
    await happened(session, actor, "rating_member.appointed", member, at, name=name, until=until)
    return member


async def _assessment(session: AsyncSession, rating: Rating, verb: str) -> Assessment:
    """The assessment, in a state in which `verb` may be done to it. Refused with MoveRefused."""
    found = await session.get_one(Assessment, rating.assessment_id, with_for_update=True)
    check_move(ASSESSMENT_MOVES, found.status, verb)
    return found


async def _check_vote(session: AsyncSession, rating: Rating, assessment: Assessment, today: date) -> None:
    members = await queries.members_of(session, rating.office_id, today)
    ballots = [each.ballot.choice for each in await queries.ballots_of(session, rating, assessment.number)]
    rules.check_vote(len(members), ballots, rating_terms(rating.scheme))


async def _ruling(session: AsyncSession, actor: Actor, source: str, on: date) -> Ruling:
    names = await party_names(session, {actor.party_id})
    return Ruling(names[actor.party_id].zh if actor.party_id else "", source, on)
