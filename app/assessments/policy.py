"""Who may seat assessors, mark, compute and object. An assessor sees the own sheet and no other; whom it is about, and
everybody else, what was announced.

This room knows its subjects by kind and number alone. What it has to say of them, and who may sit for them, the room
they belong to answers: `of_subjects(…)` in `flow`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment, AssessmentSeat
from app.assessments.rules import (
    MOVES,
    PUBLIC,
    SEAT_MOVES,
    SHEET_MOVES,
    AssessmentSheetStatus,
    AssessmentStatus,
    Seating,
    SeatStatus,
    SubjectKind,
    hindrance,
    untimely,
)
from app.core.actors import Actor, Role, granted
from app.core.days.calendar import shanghai_date
from app.core.errors import NotFound
from app.core.moves import verbs_from

RUNS = frozenset({Role.purchaser, Role.evaluator})
MARKS = frozenset({Role.purchaser, Role.street, Role.committee, Role.judge, Role.evaluator})
READS = MARKS | {Role.organization, Role.auditor}
WHO = {
    "list": READS,
    "read": READS,
    "list_assessors": RUNS,
    "seat": RUNS,
    "recuse": RUNS,
    "collect": RUNS,
    "compute": RUNS,
    "reopen": RUNS,
    "cancel": RUNS,
    "uphold": RUNS,
    "revise": RUNS,
    "object": frozenset({Role.organization}),
    "declare": MARKS,
    "save": MARKS,
    "lock": MARKS,
}
OWN_SEAT = frozenset({"declare", "save", "lock"})


class Subject(Protocol):
    """What is assessed, as it is called."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


class Bounds(NamedTuple):
    """Of the people whose role fits a group, `who` may sit in it; they keep `apart` from these parties, besides the one
    that the assessment is about."""

    who: sa.ColumnElement[bool]
    apart: frozenset[int] = frozenset()


class Seated(NamedTuple):
    assessment: Assessment
    seat: AssessmentSeat


ReadSubjects = Callable[[AsyncSession, Collection[int]], Awaitable[Mapping[int, Subject]]]
BoundGroup = Callable[[AsyncSession, int, str], Awaitable[Bounds]]
SUBJECTS: dict[SubjectKind, tuple[ReadSubjects, BoundGroup]] = {}


async def anybody(_session: AsyncSession, _subject_id: int, _group: str) -> Bounds:
    """Everybody whose role fits."""
    return Bounds(sa.true())


def of_subjects(kind: SubjectKind, read: ReadSubjects, bound: BoundGroup = anybody) -> None:
    SUBJECTS[kind] = read, bound


def denial(actor: Actor, verb: str, assessment: Assessment) -> str | None:
    """Why `actor` may not `verb` this assessment, already seen; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    if verb == "object":
        return None if assessment.about_id == actor.party_id else "party"
    return "party" if WHO[verb] is RUNS and assessment.party_id != actor.party_id else None


def actions(actor: Actor, assessment: Assessment, at: datetime, seating: Seating) -> list[str]:
    """What a reader may do to the assessment as a whole at this hour."""
    offered = [verb for verb in verbs_from(MOVES, assessment.status) if verb in WHO and verb != "reopen"]
    timely = [v for v in offered if untimely(v, assessment.notice_ends_on, shanghai_date(at)) is None]
    ready = [verb for verb in timely if hindrance(verb, assessment.terms, seating) is None]
    return [verb for verb in ready if denial(actor, verb, assessment) is None]


def seat_actions(actor: Actor, seated: Seated, sheet: AssessmentSheetStatus) -> list[str]:
    """`sheet`: of the last sheet of the seat."""
    assessment, seat = seated
    status, is_locked = assessment.status, sheet is AssessmentSheetStatus.locked
    verbs = verbs_from(SEAT_MOVES, seat.status) if status in SEATED and not is_locked else []
    if seat.status is SeatStatus.declared and status is AssessmentStatus.collecting:
        verbs = [*verbs, *verbs_from(SHEET_MOVES, sheet)]
    if is_locked and seat.status is SeatStatus.declared and (status, "reopen") in MOVES:
        verbs = [*verbs, "reopen"]
    is_own = actor.account_id == seat.account_id
    return [v for v in verbs if (is_own or v not in OWN_SEAT) and denial(actor, v, assessment) is None]


SEATED = frozenset({AssessmentStatus.planned, AssessmentStatus.collecting})


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Who runs it and auditors see all of it; its assessors; whom it is about, once it is announced."""
    if actor.role is Role.auditor:
        return sa.true()
    if actor.role is Role.organization:
        return sa.and_(Assessment.about_id == actor.party_id, Assessment.status.in_(PUBLIC))
    seats = sa.select(AssessmentSeat.assessment_id).where(AssessmentSeat.account_id == actor.account_id)
    own = Assessment.party_id == actor.party_id if actor.role in RUNS else sa.false()
    return sa.or_(own, Assessment.id.in_(seats))


def sees_sheets(actor: Actor, assessment: Assessment) -> bool:
    """Who reads what each assessor marked: not the other assessors, and not whom it is about."""
    return actor.role is Role.auditor or (actor.role in RUNS and assessment.party_id == actor.party_id)


def sees_result(actor: Actor, assessment: Assessment) -> bool:
    """Assessors learn the result with everybody else, so that none looks at it while marking again."""
    return sees_sheets(actor, assessment) or assessment.status in PUBLIC


async def read_assessment(session: AsyncSession, actor: Actor, assessment_id: int, verb: str = "read") -> Assessment:
    query = sa.select(Assessment).where(Assessment.id == assessment_id, visible(actor))
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), assessment=assessment_id)


async def access_assessment(session: AsyncSession, actor: Actor, assessment_id: int, verb: str) -> Assessment:
    """The assessment, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Assessment).where(Assessment.id == assessment_id, visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    return granted(found, verb, partial(denial, actor, verb), assessment=assessment_id)


async def access_own_seat(session: AsyncSession, actor: Actor, assessment_id: int, verb: str) -> Seated:
    """An assessor's own seat, locked, the assessment held in its state. Refusals: NotFound, Denied."""
    query = sa.select(Assessment).where(Assessment.id == assessment_id, visible(actor)).with_for_update(read=True)
    found = await session.scalar(query, execution_options={"populate_existing": True})
    assessment = granted(found, verb, partial(denial, actor, verb), assessment=assessment_id)
    own = AssessmentSeat.assessment_id == assessment_id, AssessmentSeat.account_id == actor.account_id
    return Seated(assessment, await _locked(session, *own, assessment_id=assessment_id))


async def read_own_seat(session: AsyncSession, actor: Actor, assessment_id: int) -> Seated:
    """An assessor's own seat, for reading. Refusal: NotFound."""
    assessment = await read_assessment(session, actor, assessment_id)
    own = AssessmentSeat.assessment_id == assessment_id, AssessmentSeat.account_id == actor.account_id
    seat = await session.scalar(sa.select(AssessmentSeat).where(*own))
    if seat is None:
        raise NotFound(assessment=assessment_id)
    return Seated(assessment, seat)


async def access_seat(session: AsyncSession, actor: Actor, assessment_id: int, seat_id: int, verb: str) -> Seated:
    """A seat of an assessment that the actor's office runs, both locked. Refusals: NotFound, Denied."""
    assessment = await access_assessment(session, actor, assessment_id, verb)
    here = AssessmentSeat.assessment_id == assessment_id, AssessmentSeat.id == seat_id
    return Seated(assessment, await _locked(session, *here, assessment_id=assessment_id))


async def _locked(session: AsyncSession, *where: sa.ColumnElement[bool], assessment_id: int) -> AssessmentSeat:
    query = sa.select(AssessmentSeat).where(*where).with_for_update()
    seat = await session.scalar(query, execution_options={"populate_existing": True})
    if seat is None:
        raise NotFound(assessment=assessment_id)
    return seat
