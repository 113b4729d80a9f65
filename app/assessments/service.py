"""Use cases of assessments: seats, declarations, sheets, results, objections. That one is planned, announced,
confirmed, lowered or revoked follows from the room that asked for it (`flow.py`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import queries, rules
from app.assessments.models import (
    Assessment,
    AssessmentMark,
    AssessmentObjection,
    AssessmentResult,
    AssessmentSeat,
    AssessmentSheet,
    ReviewVerdict,
)
from app.assessments.policy import Seated, access_assessment, access_own_seat, access_seat
from app.assessments.queries import stream_of
from app.assessments.rules import (
    MOVES,
    SEAT_MOVES,
    SHEET_MOVES,
    AssessmentOpen,
    AssessmentSheetStatus,
    AssessorInvolved,
    AssessorSeated,
    AssessorUnfit,
    Excluded,
    Given,
    GroupUnknown,
    SheetStays,
    SubjectKind,
    check_marks_now,
    untimely,
)
from app.assessments.schemes import scheme, scheme_document
from app.assessments.scoring import check_given, check_marks, published
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.events import Reaction, happened
from app.core.moves import check_move, move
from app.core.versions import check_version, touch


class Assessed(Protocol):
    """What is to be assessed, or was: the subject, about whom it is, by which scheme."""

    @property
    def subject(self) -> tuple[SubjectKind, int]: ...
    @property
    def about_id(self) -> int: ...
    @property
    def scheme(self) -> str: ...


class OfAssessment(Protocol):
    """A thing of another room that came of an assessment."""

    @property
    def assessment_id(self) -> int | None: ...


async def plan_assessment(session: AsyncSession, actor: Actor, wanted: Assessed) -> None:
    """Follows where a room asks for one; the office that acts runs it. Refused with AssessmentOpen."""
    (kind, subject_id), at = wanted.subject, await now(session)
    if await queries.find_open(session, kind, subject_id, wanted.scheme):
        raise AssessmentOpen(scheme_zh=scheme(wanted.scheme).zh, scheme_en=scheme(wanted.scheme).en)
    planned = Assessment(party_id=actor.party_id, subject_kind=kind, subject_id=subject_id, planned_at=at)
    planned.about_id, planned.scheme, planned.document = wanted.about_id, wanted.scheme, scheme_document(wanted.scheme)
    session.add(planned)
    known = f"{wanted.scheme} {planned.document['version']}"
    await happened(session, actor, "assessment.planned", planned, at, of=f"{kind.value} {subject_id}", scheme=known)


async def seat_assessor(
    session: AsyncSession, actor: Actor, assessment_id: int, group: str, account_id: int
) -> AssessmentSeat:
    """Refusals: GroupUnknown, AssessorUnfit, AssessorSeated, AssessorInvolved."""
    assessment = await access_assessment(session, actor, assessment_id, "seat")
    at = await now(session)
    check_move(MOVES, assessment.status, "seat")
    terms = assessment.terms.group(group)
    if terms is None:
        raise GroupUnknown(group=group, known=", ".join(each.code for each in assessment.terms.groups))
    found = next((c for c in await queries.candidates(session, assessment, terms) if c.account.id == account_id), None)
    if found is None:
        raise AssessorUnfit(group_zh=terms.zh, group_en=terms.en)
    if account_id in {held.seat.account_id for held in await queries.held_of(session, assessment.id)}:
        raise AssessorSeated(assessor=found.account.display_name)
    if await queries.is_involved(session, account_id, assessment, group, at):
        raise AssessorInvolved(assessor=found.account.display_name)
    seat = AssessmentSeat(assessment_id=assessment.id, group_code=group, account_id=account_id)
    seat.party_id, seat.name = found.party.id if found.party else None, found.account.display_name
    session.add(seat)
    touch(assessment)
    await happened(
        session, actor, "assessor.seated", seat, at, stream=stream_of(assessment_id), group=group, name=seat.name
    )
    return seat


async def collect_assessment(session: AsyncSession, actor: Actor, assessment_id: int) -> Assessment:
    """From now on assessors mark. Refused with SheetsMissing while a group has fewer seats than it needs sheets."""
    assessment = await access_assessment(session, actor, assessment_id, "collect")
    at = await now(session)
    status = move(MOVES, assessment.status, "collect")
    seating = queries.seating_of(assessment, await queries.held_of(session, assessment.id))
    if refusal := rules.hindrance("collect", assessment.terms, seating):
        raise refusal
    assessment.status = status
    await happened(session, actor, "assessment.opened", assessment, at, seats=sum(seating.seated.values()))
    return assessment


async def declare_interest(session: AsyncSession, actor: Actor, assessment_id: int, interest: str) -> Seated:
    """The assessor says which interest there is in the subject, or (blank) that there is none. With one the assessor
    stands aside, and a draft is void. Refusals: AssessorInvolved, SheetStays, MoveRefused."""
    seated = await access_own_seat(session, actor, assessment_id, "declare")
    at = await now(session)
    check_move(SEAT_MOVES, seated.seat.status, "declare")
    own = seated.seat
    if not interest and await queries.is_involved(session, own.account_id, seated.assessment, own.group_code, at):
        raise AssessorInvolved(assessor=seated.seat.name)
    if interest:
        await _stand_aside(session, seated.seat, at)
        seated.seat.interest = interest
    seated.seat.declared_at = seated.seat.declared_at or at
    facts = {"interest": bool(interest)}
    await happened(session, actor, "interest.declared", seated.seat, at, stream=stream_of(assessment_id), **facts)
    return seated


async def recuse_assessor(session: AsyncSession, actor: Actor, assessment_id: int, seat_id: int, reason: str) -> Seated:
    """The office lets somebody go who has not locked a sheet. Refusals: SheetStays, MoveRefused."""
    seated = await access_seat(session, actor, assessment_id, seat_id, "recuse")
    at = await now(session)
    check_move(SEAT_MOVES, seated.seat.status, "recuse")
    await _stand_aside(session, seated.seat, at)
    seated.seat.reason = reason
    touch(seated.assessment)
    await happened(session, actor, "assessor.recused", seated.seat, at, reason=reason)
    return seated


async def _stand_aside(session: AsyncSession, seat: AssessmentSeat, at: datetime) -> None:
    sheet = await queries.last_sheet(session, seat.id)
    if sheet and (sheet.status is AssessmentSheetStatus.locked or sheet.number > 1):
        raise SheetStays(assessor=seat.name)
    if sheet:
        await session.delete(sheet)
        await session.flush()
    seat.recused_at = at


async def save_assessment_sheet(
    session: AsyncSession, actor: Actor, assessment_id: int, marks: Mapping[str, Given], given: int
) -> AssessmentSheet:
    """The own draft, marks as far as they go; `given` is the version edited (0: none yet).

    Refusals: AssessorRecused, InterestsUndeclared, AssessmentClosed, MoveRefused for a locked one, MarkUnknown,
    MarkOutOfRange, MarkOffStep, StaleVersion.
    """
    seated, sheet, at = await _own_sheet(session, actor, assessment_id, "save")
    status = move(SHEET_MOVES, sheet.status, "save")
    check_version(sheet, given)
    terms = seated.assessment.terms
    check_given({c: m.value for c, m in marks.items()}, terms.maxima(seated.seat.group_code), terms.step)
    touch(sheet)
    sheet.status = status
    session.add(sheet)
    await session.flush()
    await session.execute(sa.delete(AssessmentMark).where(AssessmentMark.sheet_id == sheet.id))
    session.add_all(
        AssessmentMark(sheet_id=sheet.id, indicator=code, value=mark.value, reason=mark.reason)
        for code, mark in marks.items()
    )
    await happened(session, actor, "assessment_sheet.saved", sheet, at, stream=stream_of(assessment_id))
    return sheet


async def lock_assessment_sheet(session: AsyncSession, actor: Actor, assessment_id: int) -> AssessmentSheet:
    """Nothing on it is changed any more. Refused with MarkMissing while something is not marked."""
    seated, sheet, at = await _own_sheet(session, actor, assessment_id, "lock")
    status = move(SHEET_MOVES, sheet.status, "lock")
    terms = seated.assessment.terms
    marks = {mark.indicator: mark.value for mark in (await queries.marks_of(session, [sheet.id]))[sheet.id]}
    check_marks(marks, terms.maxima(seated.seat.group_code), terms.step)
    sheet.status, sheet.locked_at = status, at
    await session.flush()
    await session.refresh(sheet, ["total"])
    facts = {"number": sheet.number, "marks": marks, "total": sheet.total}
    await happened(session, actor, "assessment_sheet.locked", sheet, at, stream=stream_of(assessment_id), **facts)
    return sheet


async def _own_sheet(
    session: AsyncSession, actor: Actor, assessment_id: int, verb: str
) -> tuple[Seated, AssessmentSheet, datetime]:
    seated = await access_own_seat(session, actor, assessment_id, verb)
    at = await now(session)
    check_marks_now(seated.assessment.status, seated.seat.status, seated.seat.name)
    begun = AssessmentSheet(seat_id=seated.seat.id, status=AssessmentSheetStatus.empty, version=0)
    return seated, await queries.last_sheet(session, seated.seat.id) or begun, at


async def compute_assessment(
    session: AsyncSession, actor: Actor, assessment_id: int, excluded: Excluded
) -> AssessmentResult:
    """From the locked sheets to points and a grade. Refusals: SheetsUnlocked, SheetsMissing, ExclusionUnknown."""
    assessment = await access_assessment(session, actor, assessment_id, "compute")
    at = await now(session)
    status = move(MOVES, assessment.status, "compute")
    held = await queries.held_of(session, assessment.id)
    if refusal := rules.hindrance("compute", assessment.terms, queries.seating_of(assessment, held)):
        raise refusal
    found = rules.outcome(assessment.terms, queries.locked_sheets(held, assessment.id), excluded.code)
    assessment.status, assessment.number = status, assessment.number + 1
    groups = {each.code: [str(published(each.score)), each.sheets] for each in found.groups}
    result = AssessmentResult(assessment_id=assessment.id, number=assessment.number, computed_at=at, groups=groups)
    result.total, result.band, result.exclusion, result.reason = found.total, found.band, excluded.code, excluded.reason
    session.add(result)
    facts = {"number": result.number, "total": found.total, "band": found.band, "exclusion": excluded.code}
    await happened(
        session, actor, "assessment.computed", assessment, at, stream=stream_of(assessment_id), **facts, groups=groups
    )
    return result


async def reopen_assessment_sheet(
    session: AsyncSession, actor: Actor, assessment_id: int, seat_id: int, reason: str
) -> AssessmentSheet:
    """The correction of a result begins with the sheet that was wrong: it stays, and its assessor gets another one with
    the same marks. Refusals: MoveRefused, SheetStays where nothing was locked."""
    seated = await access_seat(session, actor, assessment_id, seat_id, "reopen")
    at = await now(session)
    status = move(MOVES, seated.assessment.status, "reopen")
    last = await queries.last_sheet(session, seat_id)
    if last is None or seated.seat.recused_at is not None:
        raise SheetStays(assessor=seated.seat.name)
    seated.assessment.status = status
    await session.flush()
    sheet = AssessmentSheet(seat_id=seat_id, number=last.number + 1, status=AssessmentSheetStatus.draft, reason=reason)
    session.add(sheet)
    await session.flush()
    for mark in (await queries.marks_of(session, [last.id]))[last.id]:
        session.add(AssessmentMark(sheet_id=sheet.id, indicator=mark.indicator, value=mark.value, reason=mark.reason))
    facts = {"number": sheet.number, "reason": reason}
    await happened(session, actor, "assessment_sheet.reopened", sheet, at, stream=stream_of(assessment_id), **facts)
    return sheet


async def cancel_assessment(session: AsyncSession, actor: Actor, assessment_id: int, reason: str) -> Assessment:
    """Given up before anything was announced, for a reason that is kept in the log."""
    assessment = await access_assessment(session, actor, assessment_id, "cancel")
    at = await now(session)
    assessment.status, assessment.ended_at = move(MOVES, assessment.status, "cancel"), at
    await happened(session, actor, "assessment.cancelled", assessment, at, reason=reason)
    return assessment


def give_up(kind: SubjectKind, number: str, party: str = "") -> Reaction:
    """The reaction that cancels what is being assessed of a subject, whose number the told thing holds as `number`,
    where nothing was announced yet: run by the party that it holds as `party`, or by whomever."""

    async def give_up_assessments(session: AsyncSession, actor: Actor, told: Any) -> None:
        of_subject = Assessment.subject_kind == kind, Assessment.subject_id == getattr(told, number)
        query = sa.select(Assessment).where(*of_subject).order_by(Assessment.id).with_for_update()
        query = query.where(Assessment.party_id == getattr(told, party)) if party else query
        at = await now(session)
        for each in await session.scalars(query):
            if (each.status, "cancel") in MOVES:
                each.status, each.ended_at = move(MOVES, each.status, "cancel"), at

    return give_up_assessments


async def object_to_assessment(
    session: AsyncSession, actor: Actor, assessment_id: int, statement: str
) -> AssessmentObjection:
    """Whom it is about asks for a review while the notice runs. Refusals: NoticeEnded, MoveRefused."""
    assessment = await access_assessment(session, actor, assessment_id, "object")
    at, calendar = await now(session), await work_calendar(session)
    status = move(MOVES, assessment.status, "object")
    if refusal := untimely("object", assessment.notice_ends_on, shanghai_date(at)):
        raise refusal
    due = calendar.after(shanghai_date(at), assessment.terms.review)
    assessment.status = status
    filed = AssessmentObjection(assessment_id=assessment.id, number=assessment.number, statement=statement)
    filed.filed_at, filed.due_on, filed.due_rule = at, due.on, due.rule
    session.add(filed)
    await happened(session, actor, "assessment.objected", assessment, at, due_on=due.on)
    return filed


async def uphold_assessment(session: AsyncSession, actor: Actor, assessment_id: int, answer: str) -> Assessment:
    """The result stands, and why."""
    assessment = await access_assessment(session, actor, assessment_id, "uphold")
    at = await now(session)
    assessment.status = move(MOVES, assessment.status, "uphold")
    await _decide(session, assessment, ReviewVerdict.upheld, answer, at)
    await happened(session, actor, "assessment.upheld", assessment, at, answer=answer)
    return assessment


async def revise_assessment(session: AsyncSession, actor: Actor, assessment_id: int, answer: str) -> Assessment:
    """The result does not stand, and why: it is computed again from corrected sheets, and announced again."""
    assessment = await access_assessment(session, actor, assessment_id, "revise")
    at = await now(session)
    assessment.status = move(MOVES, assessment.status, "revise")
    await _decide(session, assessment, ReviewVerdict.revised, answer, at)
    await happened(session, actor, "assessment.revised", assessment, at, answer=answer)
    return assessment


async def _decide(
    session: AsyncSession, assessment: Assessment, verdict: ReviewVerdict, answer: str, at: datetime
) -> None:
    (objection,) = [each for each in await queries.objections_of(session, assessment.id) if each.verdict is None]
    objection.verdict, objection.answer, objection.decided_at = verdict, answer, at


async def announce_assessment(session: AsyncSession, actor: Actor, assessed: OfAssessment) -> None:
    """Follows where the room that asked for it has the result announced: objections are heard until the notice ends."""
    assessment = await _asked(session, assessed)
    at, calendar = await now(session), await work_calendar(session)
    assessment.status = move(MOVES, assessment.status, "announce")
    assessment.announced_at = at
    assessment.notice_ends_on = calendar.after(shanghai_date(at), assessment.terms.notice).on


async def confirm_assessment(session: AsyncSession, actor: Actor, assessed: OfAssessment) -> None:
    """Refusals: NoticeRunning, MoveRefused while an objection is open."""
    assessment = await _asked(session, assessed)
    at = await now(session)
    status = move(MOVES, assessment.status, "confirm")
    if refusal := untimely("confirm", assessment.notice_ends_on, shanghai_date(at)):
        raise refusal
    assessment.status, assessment.ended_at = status, at


async def lower_assessment(session: AsyncSession, actor: Actor, assessed: OfAssessment) -> None:
    assessment = await _asked(session, assessed)
    assessment.status = move(MOVES, assessment.status, "lower")


async def revoke_assessment(session: AsyncSession, actor: Actor, assessed: OfAssessment) -> None:
    assessment = await _asked(session, assessed)
    assessment.status = move(MOVES, assessment.status, "revoke")


async def _asked(session: AsyncSession, assessed: OfAssessment) -> Assessment:
    return await session.get_one(Assessment, assessed.assessment_id, with_for_update=True)
