"""Assessments from planning to review: who marks, what is refused, and what the database refuses whoever asks."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.assessments import policy, queries, service
from app.assessments.models import Assessment, AssessmentMark, AssessmentResult, AssessmentSheet, ReviewVerdict
from app.assessments.rules import (
    AssessmentClosed,
    AssessmentOpen,
    AssessmentSheetStatus,
    AssessmentStatus,
    AssessorInvolved,
    AssessorRecused,
    AssessorSeated,
    AssessorUnfit,
    Excluded,
    Given,
    InterestsUndeclared,
    NoticeEnded,
    Seating,
    SeatStatus,
    SheetsMissing,
    SheetStays,
    SheetsUnlocked,
)
from app.assessments.scoring import MarkMissing, MarkOffStep, MarkOutOfRange, MarkUnknown
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day
from app.core.errors import Denied, MoveRefused, NotFound, StaleVersion
from app.core.problems import sentences
from app.desk import queries as desk
from app.main import create_app
from tests.factories.assessments import (
    NATIONAL,
    Kept,
    about,
    lock,
    make_assessment,
    make_collecting,
    make_drafted,
    marks_of,
    office_of,
    seat,
    seats_of,
)
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio
assert create_app  # with it stands what follows from what
GOOD = {"purchaser": 80, "served": 85, "third_party": 90}


async def announce(session: AsyncSession, assessment: Assessment) -> Assessment:
    await service.announce_assessment(session, office_of(assessment), Kept(assessment.id))
    await session.flush()
    return assessment


async def test_three_judges_come_to_a_result_that_counts_the_weights(session: AsyncSession) -> None:
    assessment = await make_drafted(session, GOOD)
    (result,) = (await queries.results_of(session, [assessment.id]))[assessment.id]
    assert (result.total, result.band, assessment.status) == (Decimal("85.50"), "good", AssessmentStatus.drafted)
    assert result.groups == {"purchaser": ["80.00", 1], "served": ["85.00", 1], "third_party": ["90.00", 1]}


async def test_of_one_subject_one_assessment_by_a_scheme_is_open(session: AsyncSession) -> None:
    party = await make_party(session)
    assessment = await make_assessment(session, party)
    with pytest.raises(AssessmentOpen):
        await make_assessment(session, party, office_of(assessment))
    assert await make_assessment(session, party, office_of(assessment), NATIONAL)
    await service.cancel_assessment(session, office_of(assessment), assessment.id, "材料不全")
    assert await make_assessment(session, party, office_of(assessment))


async def test_a_group_is_of_its_roles_and_everybody_sits_once(session: AsyncSession) -> None:
    assessment = await make_assessment(session)
    judge = await actor_of(session, Role.judge)
    with pytest.raises(AssessorUnfit) as refusal:
        await seat(session, assessment, "third_party", assessor=judge)
    assert "第三方评估机构" in sentences(refusal.value)["zh"]
    who = await seat(session, assessment, "third_party")
    with pytest.raises(AssessorSeated):
        await seat(session, assessment, "third_party", assessor=who)


async def test_who_works_for_the_organisation_or_left_within_two_years_is_not_seated(session: AsyncSession) -> None:
    assessment = await make_assessment(session)
    who = await actor_of(session, Role.evaluator)
    member = Membership(account_id=who.account_id, party_id=assessment.about_id, role=Role.organization)
    member.confirmed_at = await now(session)
    session.add(member)
    await session.flush()
    with pytest.raises(AssessorInvolved):
        await seat(session, assessment, "third_party", assessor=who)
    member.ended_at = await now(session) - timedelta(days=700)
    with pytest.raises(AssessorInvolved) as refusal:
        await seat(session, assessment, "third_party", assessor=who)
    assert "回避" in sentences(refusal.value)["zh"] and "stand aside" in sentences(refusal.value)["en"]
    assert await seats_of(session, assessment) == []
    member.ended_at = await now(session) - timedelta(days=732)
    assert await seat(session, assessment, "third_party", assessor=who)


async def test_an_assessor_who_declares_an_interest_marks_nothing(session: AsyncSession) -> None:
    assessment, (who, *_) = await make_collecting(session)
    await service.save_assessment_sheet(session, who, assessment.id, marks_of(80, group="purchaser"), 0)
    await service.declare_interest(session, who, assessment.id, "配偶任该单位理事")
    await session.flush()
    (own, *_) = await queries.held_of(session, assessment.id)
    assert (own.seat.status, own.sheet) == (SeatStatus.recused, None)
    with pytest.raises(AssessorRecused) as refusal:
        await service.save_assessment_sheet(session, who, assessment.id, {}, 0)
    assert own.seat.name in sentences(refusal.value)["en"]


async def test_nothing_is_marked_before_interests_are_declared(session: AsyncSession) -> None:
    assessment = await make_assessment(session)
    who = await seat(session, assessment, "third_party", declared=False)
    for group in ("purchaser", "served"):
        await seat(session, assessment, group)
    await service.collect_assessment(session, office_of(assessment), assessment.id)
    with pytest.raises(InterestsUndeclared):
        await service.save_assessment_sheet(session, who, assessment.id, {}, 0)


async def test_marking_begins_when_every_group_is_seated(session: AsyncSession) -> None:
    assessment = await make_assessment(session)
    who = await seat(session, assessment, "third_party")
    with pytest.raises(SheetsMissing):
        await service.collect_assessment(session, office_of(assessment), assessment.id)
    with pytest.raises(AssessmentClosed):
        await service.save_assessment_sheet(session, who, assessment.id, {}, 0)


@pytest.mark.parametrize(
    ("code", "mark", "refusal"),
    [
        ("conduct", "15.5", MarkOutOfRange),
        ("conduct", "12.25", MarkOffStep),
        ("delivery", "1", MarkUnknown),
        ("unheard_of", "1", MarkUnknown),
    ],
)
async def test_a_mark_out_of_its_bounds_is_refused(
    session: AsyncSession, code: str, mark: str, refusal: type[Exception]
) -> None:
    assessment, (who, *_) = await make_collecting(session)
    with pytest.raises(refusal):
        await service.save_assessment_sheet(session, who, assessment.id, {code: Given(Decimal(mark))}, 0)
    assert (await session.scalars(sa.select(AssessmentSheet))).all() == []


async def test_a_sheet_is_locked_whole_and_then_stays(session: AsyncSession) -> None:
    assessment, (who, *_) = await make_collecting(session)
    await service.save_assessment_sheet(session, who, assessment.id, {"conduct": Given(Decimal(12), "账目齐全")}, 0)
    with pytest.raises(MarkMissing):
        await service.lock_assessment_sheet(session, who, assessment.id)
    with pytest.raises(StaleVersion):
        await service.save_assessment_sheet(session, who, assessment.id, marks_of(80), 0)
    await service.save_assessment_sheet(session, who, assessment.id, marks_of(80), 1)
    sheet = await service.lock_assessment_sheet(session, who, assessment.id)
    assert (sheet.status, sheet.total) == (AssessmentSheetStatus.locked, Decimal("80.00"))
    with pytest.raises(MoveRefused):
        await service.save_assessment_sheet(session, who, assessment.id, marks_of(90), 2)
    with pytest.raises(SheetStays):
        await service.declare_interest(session, who, assessment.id, "想起来了")


async def test_no_result_passes_a_group_or_a_begun_sheet_by(session: AsyncSession) -> None:
    assessment, (first, second, third) = await make_collecting(session)
    office = office_of(assessment)
    for who in (first, second):
        await lock(session, assessment, who, 80)
    with pytest.raises(SheetsMissing):
        await service.compute_assessment(session, office, assessment.id, Excluded())
    await lock(session, assessment, third, 80)
    late = await seat(session, assessment, "third_party")
    await service.save_assessment_sheet(session, late, assessment.id, marks_of(10), 0)
    with pytest.raises(SheetsUnlocked):
        await service.compute_assessment(session, office, assessment.id, Excluded())
    *_, extra = await seats_of(session, assessment)
    await service.recuse_assessor(session, office, assessment.id, extra.id, "调离")
    result = await service.compute_assessment(session, office, assessment.id, Excluded())
    assert (result.total, assessment.number) == (Decimal("80.00"), 1)


async def test_an_objection_inside_the_notice_is_decided_and_the_result_may_be_corrected(session: AsyncSession) -> None:
    assessment = await announce(session, await make_drafted(session, GOOD))
    office, party = office_of(assessment), about(assessment)
    filed = await service.object_to_assessment(session, party, assessment.id, "漏计第二轮问卷")
    assert (assessment.status, filed.due_on) == (AssessmentStatus.reviewing, date(2026, 12, 7))  # the 5th is a Saturday
    await service.revise_assessment(session, office, assessment.id, "属实")
    assert (assessment.status, filed.verdict) == (AssessmentStatus.drafted, ReviewVerdict.revised)
    *_, third = await queries.held_of(session, assessment.id)
    await service.reopen_assessment_sheet(session, office, assessment.id, third.seat.id, "补计第二轮问卷")
    who = Actor(third.seat.account_id, Role.evaluator, third.seat.party_id)
    with pytest.raises(SheetsUnlocked):
        await service.compute_assessment(session, office, assessment.id, Excluded())
    await service.save_assessment_sheet(session, who, assessment.id, marks_of(100), 1)
    await service.lock_assessment_sheet(session, who, assessment.id)
    await service.compute_assessment(session, office, assessment.id, Excluded())
    results = (await queries.results_of(session, [assessment.id]))[assessment.id]
    assert [(each.number, each.total) for each in results] == [(1, Decimal("85.50")), (2, Decimal("89.50"))]
    old = await session.get_one(AssessmentSheet, third.sheet.id if third.sheet else 0)
    assert (old.total, old.status) == (Decimal("90.00"), AssessmentSheetStatus.locked)


async def test_an_objection_after_the_notice_is_refused_and_changes_nothing(session: AsyncSession) -> None:
    assessment = await announce(session, await make_drafted(session, GOOD))
    assert assessment.notice_ends_on == date(2026, 11, 27)
    await set_clock(session, end_of_day(assessment.notice_ends_on))
    with pytest.raises(NoticeEnded) as refusal:
        await service.object_to_assessment(session, about(assessment), assessment.id, "不服")
    assert "2026年11月27日" in sentences(refusal.value)["zh"] and "27 November 2026" in sentences(refusal.value)["en"]
    assert assessment.status is AssessmentStatus.announced
    assert await queries.objections_of(session, assessment.id) == []
    assert "object" not in policy.actions(about(assessment), assessment, await now(session), Seating({}, {}, ()))


async def test_an_upheld_result_is_announced_still(session: AsyncSession) -> None:
    assessment = await announce(session, await make_drafted(session, GOOD))
    await service.object_to_assessment(session, about(assessment), assessment.id, "不服")
    with pytest.raises(MoveRefused):
        await service.confirm_assessment(session, office_of(assessment), Kept(assessment.id))
    await service.uphold_assessment(session, office_of(assessment), assessment.id, "核对无误")
    assert assessment.status is AssessmentStatus.announced


async def test_nobody_runs_marks_or_objects_to_what_is_anothers(session: AsyncSession) -> None:
    assessment, (who, *_) = await make_collecting(session)
    stranger = await actor_of(session, Role.evaluator)
    other = Actor(None, Role.purchaser, 999_999, "530114")
    for actor in (stranger, other, about(assessment)):  # whom it is about sees nothing before it is announced
        with pytest.raises(NotFound):
            await policy.read_assessment(session, actor, assessment.id)
    with pytest.raises(Denied):
        await service.compute_assessment(session, who, assessment.id, Excluded())
    with pytest.raises(NotFound):
        await service.save_assessment_sheet(session, stranger, assessment.id, {}, 0)


async def test_desks_say_what_waits(session: AsyncSession) -> None:
    assessment, (first, second, third) = await make_collecting(session)
    office, at = office_of(assessment), await now(session)

    async def verbs(actor: Actor) -> list[str]:
        return [each.verb for each in await desk.waiting(session, actor, at) if each.room == "assessments"]

    assert (await verbs(first), await verbs(office)) == (["lock"], [])
    for who in (first, second, third):
        await lock(session, assessment, who, 80)
    assert (await verbs(first), await verbs(office)) == ([], ["compute"])


async def test_marking_begins_when_every_group_is_seated_and_is_not_offered_before(session: AsyncSession) -> None:
    assessment, at = await make_assessment(session), await now(session)
    office = office_of(assessment)

    async def offered() -> tuple[list[str], bool]:
        await session.refresh(assessment)
        seating = queries.seating_of(assessment, await queries.held_of(session, assessment.id))
        verbs = [each.verb for each in await desk.waiting(session, office, at) if each.room == "assessments"]
        return verbs, "collect" in policy.actions(office, assessment, at, seating)

    assert await offered() == (["seat"], False)
    for group in assessment.terms.groups:
        for _ in range(group.least):
            await seat(session, assessment, group.code)
    assert await offered() == (["collect"], True)


Plant = Callable[[AsyncSession, Assessment], Awaitable[Any]]


def statement(text: str) -> Plant:
    async def plant(session: AsyncSession, assessment: Assessment) -> None:
        await session.execute(sa.text(text), {"id": assessment.id})

    return plant


@pytest.mark.parametrize(
    ("why", "plant"),
    [
        ("a locked sheet stays", statement("UPDATE assessment_sheets SET total = 99")),
        ("a locked sheet stays", statement("UPDATE assessment_marks SET value = 1")),
        ("a locked sheet stays", statement("DELETE FROM assessment_marks")),
        ("who stands aside has no sheet", statement("UPDATE assessment_seats SET recused_at = now(), reason = '调离'")),
        ("another sheet follows a locked one", statement(
            "INSERT INTO assessment_sheets (seat_id, number, status) SELECT id, 1, 'draft' FROM assessment_seats"
        )),
    ],
)  # fmt: skip
async def test_the_database_refuses_to_change_what_is_locked(session: AsyncSession, why: str, plant: Plant) -> None:
    assessment, (who, *_) = await make_collecting(session)
    await lock(session, assessment, who, 80)
    with pytest.raises(DBAPIError, match=why):
        async with session.begin_nested():
            await plant(session, assessment)


@pytest.mark.parametrize(
    ("why", "code", "mark"),
    [
        ("not above its maximum", "conduct", "15.5"),
        ("not above its maximum", "delivery", "1"),
        ("value_is_not_negative", "conduct", "-1"),
    ],
)
async def test_the_database_refuses_a_mark_out_of_its_bounds(
    session: AsyncSession, why: str, code: str, mark: str
) -> None:
    assessment, (who, *_) = await make_collecting(session)
    sheet = await service.save_assessment_sheet(session, who, assessment.id, {}, 0)
    with pytest.raises(DBAPIError, match=why):
        async with session.begin_nested():
            session.add(AssessmentMark(sheet_id=sheet.id, indicator=code, value=Decimal(mark)))


async def test_the_database_refuses_a_sheet_of_one_who_stands_aside(session: AsyncSession) -> None:
    assessment, (who, *_) = await make_collecting(session)
    await service.declare_interest(session, who, assessment.id, "有利害关系")
    await session.flush()
    (own, *_) = await seats_of(session, assessment)
    with pytest.raises(DBAPIError, match="has no sheet"):
        async with session.begin_nested():
            session.add(AssessmentSheet(seat_id=own.id))


async def test_the_database_refuses_a_result_without_the_sheets_of_a_group(session: AsyncSession) -> None:
    assessment, (first, second, _) = await make_collecting(session)
    for who in (first, second):
        await lock(session, assessment, who, 80)
    result = AssessmentResult(assessment_id=assessment.id, number=1, total=Decimal(80), band="good", groups={})
    result.computed_at = await now(session)
    with pytest.raises(DBAPIError, match="has not locked the sheets"):
        async with session.begin_nested():
            session.add(result)


async def test_the_database_refuses_a_second_open_assessment(session: AsyncSession) -> None:
    assessment = await make_assessment(session)
    twin = {
        each: getattr(assessment, each) for each in ("party_id", "subject_kind", "subject_id", "about_id", "scheme")
    }
    with pytest.raises(IntegrityError, match="uq_assessments_one_open"):
        async with session.begin_nested():
            session.add(Assessment(**twin, document=assessment.document, planned_at=assessment.planned_at))


async def test_each_assessor_reads_the_own_mirror_and_no_other(session: AsyncSession) -> None:
    bureau = office_of(await make_assessment(session))
    firm = [await actor_of(session, Role.evaluator) for _ in range(2)]
    for strict, mild in ((60, 70), (70, 80), (80, 90)):
        assessment = await make_assessment(session, await make_party(session), bureau)
        for group in ("purchaser", "served"):
            await seat(session, assessment, group)
        for who in firm:
            await seat(session, assessment, "third_party", assessor=who)
        await service.collect_assessment(session, bureau, assessment.id)
        for held in await queries.held_of(session, assessment.id):
            who = Actor(held.seat.account_id, Role.evaluator, held.seat.party_id)
            given = {firm[0].account_id: strict, firm[1].account_id: mild}.get(held.seat.account_id, 80)
            role = {"purchaser": Role.purchaser, "served": Role.committee}.get(held.seat.group_code, Role.evaluator)
            await lock(session, assessment, Actor(who.account_id, role, who.party_id), given)
        await service.compute_assessment(session, bureau, assessment.id, Excluded())
        await announce(session, assessment)
    found = (await queries.agreements(session, assessment))["third_party"]
    assert found.reliability and found.reliability.consistent == Decimal("1.000")
    assert {each.judge: each.severity for each in found.mirrors} == {
        str(firm[0].account_id): Decimal("-5.00"),
        str(firm[1].account_id): Decimal("5.00"),
    }
