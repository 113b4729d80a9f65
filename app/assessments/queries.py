"""What is assessed, by whom, and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account, Membership
from app.accounts.policy import is_held
from app.assessments import rules
from app.assessments.agreement import Agreement, agreement
from app.assessments.models import (
    Assessment,
    AssessmentMark,
    AssessmentObjection,
    AssessmentResult,
    AssessmentSeat,
    AssessmentSheet,
)
from app.assessments.policy import MARKS, OWN_SEAT, READS, RUNS, SUBJECTS, Bounds, Seated, Subject, visible
from app.assessments.rules import PUBLIC, AssessmentSheetStatus, AssessmentStatus, SeatStatus, SubjectKind
from app.assessments.schemes import Group
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.models import Party

LEFT_WITHIN = timedelta(days=2 * 365 + 1)  # 社会组织评估管理办法 art. 19: whoever left less than two years ago


class Held(NamedTuple):
    """A seat with its last sheet (None: not begun)."""

    seat: AssessmentSeat
    sheet: AssessmentSheet | None

    @property
    def status(self) -> AssessmentSheetStatus:
        return self.sheet.status if self.sheet else AssessmentSheetStatus.empty


class Candidate(NamedTuple):
    """An account that may sit in a group, in the role in which it does."""

    account: Account
    role: Role
    party: Party | None


@dataclass(frozen=True)
class Locked:
    """A locked sheet as the rules take it; `bid`: the assessment it belongs to."""

    bid: str
    judge: str
    total: Decimal


@dataclass(frozen=True)
class AssessmentPage:
    """All there is of an assessment."""

    assessment: Assessment
    subject: Subject
    held: list[Held]
    results: list[AssessmentResult]
    objections: list[AssessmentObjection]


def stream_of(assessment_id: int) -> str:
    """The audit stream of an assessment, its seats and its sheets."""
    return f"assessments:{assessment_id}"


async def find_open(session: AsyncSession, kind: SubjectKind, subject_id: int, scheme: str) -> Assessment | None:
    """The one that has not ended."""
    query = sa.select(Assessment).where(Assessment.subject_kind == kind, Assessment.subject_id == subject_id)
    return await session.scalar(query.where(Assessment.scheme == scheme, Assessment.status.not_in(rules.ENDED)))


async def bounds_of(session: AsyncSession, assessment: Assessment, group: str) -> Bounds:
    _, bound = SUBJECTS[assessment.subject_kind]
    return await bound(session, assessment.subject_id, group)


async def candidates(session: AsyncSession, assessment: Assessment, group: Group) -> list[Candidate]:
    """The accounts that may sit in a group, by name."""
    bounds = await bounds_of(session, assessment, group.code)
    query = sa.select(Account, Membership.role, Party).join(Membership, Membership.account_id == Account.id)
    query = query.outerjoin(Party, Party.id == Membership.party_id)
    query = query.where(Membership.role.in_(group.roles), is_held(), Account.disabled_at.is_(None))
    rows = await session.execute(query.where(bounds.who).order_by(Account.display_name, Account.id, Membership.id))
    found = dict[int, Candidate]()
    for row in rows:
        found.setdefault(row[0].id, Candidate(*row))
    return list(found.values())


async def is_involved(session: AsyncSession, account_id: int, assessment: Assessment, group: str, at: datetime) -> bool:
    """Whether an account of this group acts for whom the assessment is about, or for another party that the group keeps
    apart from, or did within two years."""
    parties = {assessment.about_id, *(await bounds_of(session, assessment, group)).apart}
    query = sa.select(Membership.id).where(Membership.account_id == account_id, Membership.party_id.in_(parties))
    recently = sa.or_(Membership.ended_at.is_(None), Membership.ended_at > at - LEFT_WITHIN)
    return await session.scalar(query.where(recently).limit(1)) is not None


async def held_of(session: AsyncSession, assessment_id: int) -> list[Held]:
    """Every seat with its last sheet, the first seated first."""
    return (await all_held(session, [assessment_id]))[assessment_id]


async def all_held(session: AsyncSession, ids: Collection[int]) -> dict[int, list[Held]]:
    """Assessment → the same."""
    seat, sheet, last = AssessmentSeat, AssessmentSheet, aliased(AssessmentSheet)
    newest = sa.select(sa.func.max(last.number)).where(last.seat_id == seat.id).correlate(seat).scalar_subquery()
    query = sa.select(seat, sheet).outerjoin(sheet, sa.and_(sheet.seat_id == seat.id, sheet.number == newest))
    found = defaultdict[int, list[Held]](list)
    for row in await session.execute(query.where(seat.assessment_id.in_(ids)).order_by(seat.id)):
        found[row[0].assessment_id].append(Held(*row))
    return found


async def last_sheet(session: AsyncSession, seat_id: int) -> AssessmentSheet | None:
    query = sa.select(AssessmentSheet).where(AssessmentSheet.seat_id == seat_id)
    return await session.scalar(query.order_by(AssessmentSheet.number.desc()).limit(1))


async def marks_of(session: AsyncSession, sheet_ids: Collection[int]) -> dict[int, list[AssessmentMark]]:
    """Sheet → its marks."""
    query = sa.select(AssessmentMark).where(AssessmentMark.sheet_id.in_(sheet_ids)).order_by(AssessmentMark.id)
    found = defaultdict[int, list[AssessmentMark]](list)
    for mark in await session.scalars(query):
        found[mark.sheet_id].append(mark)
    return found


def locked_sheets(held: Collection[Held], assessment_id: int) -> dict[str, list[Locked]]:
    """Group → the sheets that count."""
    found = defaultdict[str, list[Locked]](list)
    for seat, sheet in held:
        if sheet and sheet.total is not None and seat.status is SeatStatus.declared:
            found[seat.group_code].append(Locked(str(assessment_id), str(seat.account_id), sheet.total))
    return found


def seating_of(assessment: Assessment, held: Collection[Held]) -> rules.Seating:
    own = [each.seat.group_code for each in held if each.seat.recused_at is None]
    counted = {group: len(sheets) for group, sheets in locked_sheets(held, assessment.id).items()}
    drafting = [each.seat.name for each in held if each.status is AssessmentSheetStatus.draft]
    return rules.Seating(Counter(own), counted, drafting)


async def results_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[AssessmentResult]]:
    """Assessment → its results, the first one first; the last one counts."""
    query = sa.select(AssessmentResult).where(AssessmentResult.assessment_id.in_(ids))
    found = defaultdict[int, list[AssessmentResult]](list)
    for result in await session.scalars(query.order_by(AssessmentResult.number)):
        found[result.assessment_id].append(result)
    return found


async def objections_of(session: AsyncSession, assessment_id: int) -> list[AssessmentObjection]:
    query = sa.select(AssessmentObjection).where(AssessmentObjection.assessment_id == assessment_id)
    return list(await session.scalars(query.order_by(AssessmentObjection.id)))


async def subjects_of(session: AsyncSession, found: Collection[Assessment]) -> dict[int, Subject]:
    """Assessment → what it is of."""
    named: dict[SubjectKind, Mapping[int, Subject]] = {}
    for kind in {each.subject_kind for each in found}:
        read, _ = SUBJECTS[kind]
        named[kind] = await read(session, {each.subject_id for each in found if each.subject_kind is kind})
    return {each.id: named[each.subject_kind][each.subject_id] for each in found}


async def assessment_page(session: AsyncSession, assessment: Assessment) -> AssessmentPage:
    return AssessmentPage(
        assessment,
        (await subjects_of(session, [assessment]))[assessment.id],
        await held_of(session, assessment.id),
        (await results_of(session, [assessment.id]))[assessment.id],
        await objections_of(session, assessment.id),
    )


async def is_seen(session: AsyncSession, actor: Actor, assessment_id: int) -> bool:
    """Whether a reader may open it."""
    if actor.role not in READS:
        return False
    query = sa.select(Assessment.id).where(Assessment.id == assessment_id, visible(actor))
    return await session.scalar(query) is not None


async def list_assessments(session: AsyncSession, actor: Actor, paging: Paging) -> Found[Assessment]:
    query = sa.select(Assessment).where(visible(actor))
    return await paginate(session, query, paging, id=Assessment.id, sorts={"planned_at": Assessment.planned_at})


async def agreements(session: AsyncSession, assessment: Assessment) -> dict[str, Agreement]:
    """Group → how its assessors agree over all results by this scheme that the office has announced: of one result
    alone nobody's strictness can be told."""
    query = sa.select(Assessment.id).where(
        Assessment.party_id == assessment.party_id,
        Assessment.scheme == assessment.scheme,
        Assessment.status.in_(PUBLIC),
    )
    sheets = defaultdict[str, list[Locked]](list)
    for each, held in sorted((await all_held(session, list(await session.scalars(query)))).items()):
        for group, locked in locked_sheets(held, each).items():
            sheets[group] += locked
    return {group.code: agreement(sheets[group.code]) for group in assessment.terms.groups}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Assessors: declare, then mark and lock. The office: seat, compute, decide on an objection."""
    own = await _waiting_assessor(session, actor) if actor.role in MARKS else []
    return own + (await _waiting_office(session, actor) if actor.role in RUNS else [])


async def _waiting_assessor(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = sa.select(Assessment, AssessmentSeat).join(AssessmentSeat, AssessmentSeat.assessment_id == Assessment.id)
    query = query.where(
        AssessmentSeat.account_id == actor.account_id,
        AssessmentSeat.recused_at.is_(None),
        Assessment.status == AssessmentStatus.collecting,
    )
    rows = [Seated(*row) for row in await session.execute(query.order_by(Assessment.id))]
    subjects = await subjects_of(session, [row.assessment for row in rows])
    found = []
    for assessment, seat in rows:
        sheet = await last_sheet(session, seat.id)
        if seat.declared_at is None:
            found.append(_waits("declare", assessment, subjects[assessment.id]))
        elif sheet is None or sheet.locked_at is None:
            found.append(_waits("lock", assessment, subjects[assessment.id]))
    return found


async def _waiting_office(session: AsyncSession, actor: Actor) -> list[Waiting]:
    running = AssessmentStatus.planned, AssessmentStatus.collecting, AssessmentStatus.reviewing
    query = sa.select(Assessment).where(Assessment.party_id == actor.party_id, Assessment.status.in_(running))
    rows = list(await session.scalars(query.order_by(Assessment.id)))
    subjects, held = await subjects_of(session, rows), await all_held(session, [each.id for each in rows])
    found = []
    for each in rows:
        if each.status is AssessmentStatus.planned:
            lacks = rules.hindrance("collect", each.terms, seating_of(each, held[each.id]))
            subject = subjects[each.id]
            found.append(_waits("seat", each, subject) if lacks else _waits("collect", each, subject))
        elif each.status is AssessmentStatus.reviewing:
            (objection,) = [o for o in await objections_of(session, each.id) if o.verdict is None]
            found.append(_waits("uphold", each, subjects[each.id], objection))
        elif _is_complete(each, held[each.id]):
            found.append(_waits("compute", each, subjects[each.id]))
    return found


def _is_complete(assessment: Assessment, held: Collection[Held]) -> bool:
    """Whether every seat that does not stand aside is locked, and every group has what it needs."""
    counted = locked_sheets(held, assessment.id)
    is_each = all(h.status is AssessmentSheetStatus.locked for h in held if h.seat.recused_at is None)
    return is_each and all(len(counted[group.code]) >= group.least for group in assessment.terms.groups)


def _waits(
    verb: str, assessment: Assessment, subject: Subject, objection: AssessmentObjection | None = None
) -> Waiting:
    due_at, rule = (end_of_day(objection.due_on), objection.due_rule) if objection else (None, None)
    at, counted = assessment.id, objection is not None
    return Waiting(
        "assessments",
        verb,
        at,
        subject.zh,
        due_at,
        rule,
        "sheet" if verb in OWN_SEAT else "assessment",
        at,
        counted,
        title_en=subject.en,
    )
