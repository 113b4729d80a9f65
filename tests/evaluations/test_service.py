"""Evaluations on real tables: who begins, sits, writes and signs; what follows for the gate and the desk."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.assessments import service as assessments
from app.assessments.models import Assessment
from app.assessments.rules import (
    AssessmentOpen,
    AssessmentStatus,
    AssessorInvolved,
    AssessorRecused,
    AssessorUnfit,
    NoticeRunning,
)
from app.contracts import engagements
from app.contracts import service as contracts
from app.contracts.models import Contract
from app.contracts.queries import engagements_of, milestones_of
from app.contracts.rules import EngagementKind, MilestoneStatus
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day
from app.core.errors import Denied, MoveRefused, NotFound
from app.evaluations import service
from app.evaluations.models import EvaluationReport
from app.evaluations.queries import waiting
from app.evaluations.rules import EvaluationEarly, EvaluationKind, ResultMissing, ResultMoved
from app.overviews.obstacles import obstacles_of
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.reports.rules import ReportStatus
from app.tenders.profiles.rules import Gate
from tests.factories.assessments import marks_of
from tests.factories.contracts import contractor, engaged, evaluator, make_performing, make_signed, pay, purchaser
from tests.factories.evaluations import WORKED, begin, colleague, make_signed_report, make_submitted, mark, people_of
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio
K, R, M = EvaluationKind, ReportStatus, MilestoneStatus


async def gate_of(session: AsyncSession, contract: Contract, gate: Gate = Gate.midterm_evaluation) -> MilestoneStatus:
    return next(each.status for each in await milestones_of(session, contract.id) if each.gate is gate)


async def desk(session: AsyncSession, actor: Actor) -> list[str]:
    return [each.verb for each in await waiting(session, actor, await now(session))]


async def obstacle(session: AsyncSession, contract: Contract) -> tuple[Role, str, str]:
    """Whose turn it is before the interim instalment, which waits for the mid-term evaluation."""
    found = {each.part.name: each for each in (await obstacles_of(session, contract)).standings}
    return tuple(found["interim"].obstacles[0].turn)  # type: ignore[return-value]


async def test_a_signed_report_opens_the_gate_and_what_waits_for_it_is_paid(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await contracts.report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "已服务")
    _, evaluation, report, people = await make_submitted(session, contract)
    firm = people["third_party"]
    assert await gate_of(session, contract) is M.reported
    assert (await desk(session, firm), await desk(session, colleague(firm))) == ([], ["sign"])
    assert await obstacle(session, contract) == (Role.evaluator, "evaluations", "sign")
    signed = await service.sign_evaluation(session, colleague(firm), report.id, "陈评估")
    assert (signed.status, signed.signer, await gate_of(session, contract)) == (R.signed, "陈评估", M.met)
    assessment = await session.get_one(Assessment, evaluation.assessment_id)
    assert assessment.status is AssessmentStatus.announced
    assert await pay(session, contract, "interim", 100) == Decimal(100)


async def test_a_result_that_does_not_pass_closes_the_gate_until_it_is_mended_and_evaluated_anew(
    session: AsyncSession,
) -> None:
    contract, evaluation, _, people = await make_signed_report(session, totals=dict.fromkeys(WORKED, 59))
    assert await gate_of(session, contract) is M.not_met
    firm = people["third_party"]
    await end_notice(session, evaluation.assessment_id)
    await service.confirm_evaluation(session, firm, evaluation.id)
    await contracts.remedy_milestone(session, firm, contract.id, Gate.midterm_evaluation, "限期整改")
    await contracts.report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "已整改")
    assert await desk(session, firm) == ["begin"]
    again = await begin(session, contract, firm)
    await mark(session, again, people, WORKED)
    report = await service.submit_evaluation(session, firm, again.id, "已改正", "")
    await session.flush()
    await service.sign_evaluation(session, colleague(firm), report.id, "陈评估")
    assert await gate_of(session, contract) is M.met


async def end_notice(session: AsyncSession, assessment_id: int | None) -> None:
    assessment = await session.get_one(Assessment, assessment_id)
    assert assessment.notice_ends_on
    await set_clock(session, end_of_day(assessment.notice_ends_on) + timedelta(hours=10))


async def test_an_evaluation_is_confirmed_after_its_notice(session: AsyncSession) -> None:
    _, evaluation, _, people = await make_signed_report(session)
    firm = people["third_party"]
    with pytest.raises(NoticeRunning):
        await service.confirm_evaluation(session, firm, evaluation.id)
    assert await desk(session, firm) == []
    await end_notice(session, evaluation.assessment_id)
    assert await desk(session, firm) == ["confirm"]
    await service.confirm_evaluation(session, firm, evaluation.id)
    assessment = await session.get_one(Assessment, evaluation.assessment_id)
    assert assessment.status is AssessmentStatus.confirmed
    assert await desk(session, firm) == []
    with pytest.raises(MoveRefused):
        await service.confirm_evaluation(session, firm, evaluation.id)


async def test_what_was_reported_waits_for_the_evaluator_by_the_day_of_its_milestone(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = (await people_of(session, contract))["third_party"]
    assert await desk(session, firm) == []
    await contracts.report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "已服务")
    (line,) = await waiting(session, firm, await now(session))
    due = next(each.due_on for each in await milestones_of(session, contract.id) if each.gate.value == line.context)
    assert due
    assert (line.verb, line.due_at, line.thing_id) == ("begin", end_of_day(due), contract.id)
    assert await obstacle(session, contract) == (Role.evaluator, "evaluations", "begin")
    await begin(session, contract, firm)
    assert await desk(session, firm) == []
    assert await obstacle(session, contract) == (Role.evaluator, "assessments", "seat")


async def test_a_firm_that_is_not_engaged_does_not_see_the_contract(session: AsyncSession) -> None:
    contract, evaluation, report, _ = await make_submitted(session)
    stranger = await actor_of(session, Role.evaluator, await make_party(session, PartyKind.firm))
    for attempt in (
        service.begin_evaluation(session, stranger, contract.id, K.midterm),
        service.submit_evaluation(session, stranger, evaluation.id, "好", ""),
        service.sign_evaluation(session, stranger, report.id, "某人"),
        service.confirm_evaluation(session, stranger, evaluation.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_firm_engaged_in_the_place_of_another_does_not_sign_what_that_one_wrote(session: AsyncSession) -> None:
    contract, evaluation, report, people = await make_submitted(session)
    (engagement,) = await engagements_of(session, contract.id)
    await engagements.end_engagement(session, purchaser(contract), contract.id, engagement.id)
    await session.flush()
    with pytest.raises(NotFound):
        await service.sign_evaluation(session, colleague(people["third_party"]), report.id, "陈评估")
    other = await engaged(session, contract, EngagementKind.evaluation)
    for attempt in (
        service.submit_evaluation(session, other, evaluation.id, "好", ""),
        service.confirm_evaluation(session, other, evaluation.id),
    ):
        with pytest.raises(Denied) as refusal:
            await attempt
        assert refusal.value.facts["reason"] == "party"
    with pytest.raises(NotFound):
        await service.sign_evaluation(session, other, report.id, "某人")
    report.status, report.signer, report.signed_at = R.signed, "某人", await now(session)
    with pytest.raises(IntegrityError, match="not engaged"):
        await session.flush()


async def test_each_kind_belongs_to_its_own_part(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm, bureau = await evaluator(session, contract), purchaser(contract)
    for actor, kind in ((firm, K.spot_check), (bureau, K.midterm), (bureau, K.final)):
        with pytest.raises(Denied) as refusal:
            await service.begin_evaluation(session, actor, contract.id, kind)
        assert refusal.value.facts == {"verb": "begin", "reason": "role"}
    assert (await begin(session, contract, bureau, K.spot_check)).party_id == contract.purchaser_id


async def test_one_of_a_kind_is_under_way_at_a_time(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    await begin(session, contract, firm)
    with pytest.raises(AssessmentOpen):
        await service.begin_evaluation(session, firm, contract.id, K.midterm)


async def test_the_final_evaluation_is_too_early_until_a_month_before_the_end(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    with pytest.raises(EvaluationEarly):
        await service.begin_evaluation(session, firm, contract.id, K.final)
    await set_clock(session, end_of_day(contract.ends_on) - timedelta(days=20))
    await begin(session, contract, firm, K.final)


async def test_nothing_is_evaluated_before_the_work_begins(session: AsyncSession) -> None:
    contract = await make_signed(session)
    with pytest.raises(MoveRefused):
        await service.begin_evaluation(session, await evaluator(session, contract), contract.id, K.midterm)


async def test_no_report_before_there_is_a_result_and_none_of_an_older_one(session: AsyncSession) -> None:
    contract = await make_performing(session)
    people = await people_of(session, contract)
    firm = people["third_party"]
    evaluation = await begin(session, contract, firm)
    with pytest.raises(ResultMissing):
        await service.submit_evaluation(session, firm, evaluation.id, "好", "")
    await mark(session, evaluation, people, WORKED)
    assert await desk(session, firm) == ["submit"]
    report = await service.submit_evaluation(session, firm, evaluation.id, "好", "")
    await session.flush()
    assessment = await session.get_one(Assessment, evaluation.assessment_id)
    (seat, *_) = await session.scalars(sa.select(assessments.AssessmentSeat.id).order_by(assessments.AssessmentSeat.id))
    await assessments.reopen_assessment_sheet(session, firm, assessment.id, seat, "漏计一场")
    await session.flush()
    with pytest.raises(ResultMissing):
        await service.sign_evaluation(session, colleague(firm), report.id, "陈评估")
    await assessments.lock_assessment_sheet(session, firm, assessment.id)
    await assessments.compute_assessment(session, firm, assessment.id, assessments.Excluded())
    await session.flush()
    assert await desk(session, firm) == ["submit"]
    with pytest.raises(ResultMoved):
        await service.sign_evaluation(session, colleague(firm), report.id, "陈评估")
    newer = await service.submit_evaluation(session, firm, evaluation.id, "更正后", "")
    await session.flush()
    assert (report.status, newer.number) == (R.replaced, 2)
    await service.sign_evaluation(session, colleague(firm), newer.id, "陈评估")


async def test_a_signed_report_stays_whatever_the_application_tries(session: AsyncSession) -> None:
    _, _, report, _ = await make_signed_report(session)
    for changed in ({"opinion": "改"}, {"signer": "别人"}, {"status": "submitted"}):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(
                    sa.update(EvaluationReport).where(EvaluationReport.id == report.id).values(changed)
                )


async def test_only_people_of_the_parts_of_the_contract_sit(session: AsyncSession) -> None:
    contract = await make_performing(session)
    people = await people_of(session, contract)
    firm = people["third_party"]
    evaluation = await begin(session, contract, firm)
    elsewhere = await make_party(session, PartyKind.committee, area_code="530111004001")
    strangers = {
        "third_party": await actor_of(session, Role.evaluator),
        "purchaser": await actor_of(session, Role.purchaser, await make_party(session, PartyKind.bureau)),
        "committee": await actor_of(session, Role.committee, elsewhere),
        "supervisor": people["committee"],
    }
    for group, actor in strangers.items():
        with pytest.raises(AssessorUnfit):
            await assessments.seat_assessor(session, firm, evaluation.assessment_id or 0, group, actor.account_id or 0)


async def test_where_a_whole_district_is_served_any_office_in_it_sits(session: AsyncSession) -> None:
    contract = await make_performing(session)
    people = await people_of(session, contract)
    contract.area_code = "530114000000"
    await session.flush()
    evaluation = await begin(session, contract, people["third_party"])
    await mark(session, evaluation, people, WORKED)


@pytest.mark.parametrize("side", ["contractor_id", "purchaser_id"])
async def test_who_worked_for_a_side_within_two_years_does_not_sit_for_the_firm(
    session: AsyncSession, side: str
) -> None:
    contract = await make_performing(session)
    people = await people_of(session, contract)
    firm, at = people["third_party"], await now(session)
    evaluation = await begin(session, contract, firm)
    expert = await actor_of(session, Role.evaluator, await session.get_one(Party, firm.party_id))
    role = Role.organization if side == "contractor_id" else Role.purchaser
    before = Membership(account_id=expert.account_id, role=role, party_id=getattr(contract, side))
    before.confirmed_at, before.ended_at = at, at
    session.add(before)
    await session.flush()
    id = evaluation.assessment_id or 0
    with pytest.raises(AssessorInvolved):
        await assessments.seat_assessor(session, firm, id, "third_party", expert.account_id or 0)


async def test_an_assessor_with_an_interest_marks_nothing(session: AsyncSession) -> None:
    contract = await make_performing(session)
    people = await people_of(session, contract)
    firm, committee = people["third_party"], people["committee"]
    evaluation = await begin(session, contract, firm)
    id = evaluation.assessment_id or 0
    await assessments.seat_assessor(session, firm, id, "committee", committee.account_id or 0)
    await session.flush()
    await assessments.declare_interest(session, committee, id, "与负责人是亲属")
    await session.flush()
    marks = marks_of(88, "contract_midterm", "committee")
    with pytest.raises(AssessorRecused):
        await assessments.save_assessment_sheet(session, committee, id, marks, 0)


async def test_the_contractor_has_a_result_reviewed_and_a_newer_report_stands_for_the_older(
    session: AsyncSession,
) -> None:
    contract, evaluation, report, people = await make_signed_report(session, totals=dict.fromkeys(WORKED, 59))
    firm, id = people["third_party"], evaluation.assessment_id or 0
    await assessments.object_to_assessment(session, contractor(contract), id, "漏计两场活动")
    await session.flush()
    await assessments.revise_assessment(session, firm, id, "确有漏计")
    await session.flush()
    (seat, *_) = await session.scalars(sa.select(assessments.AssessmentSeat.id).order_by(assessments.AssessmentSeat.id))
    await assessments.reopen_assessment_sheet(session, firm, id, seat, "补计两场")
    await session.flush()
    await assessments.save_assessment_sheet(session, firm, id, marks_of(80, "contract_midterm", "third_party"), 1)
    await session.flush()
    await assessments.lock_assessment_sheet(session, firm, id)
    await assessments.compute_assessment(session, firm, id, assessments.Excluded())
    await session.flush()
    newer = await service.submit_evaluation(session, firm, evaluation.id, "复核后更正", "")
    await session.flush()
    await service.sign_evaluation(session, colleague(firm), newer.id, "陈评估")
    assert (report.status, newer.status, await gate_of(session, contract)) == (R.replaced, R.signed, M.met)


async def test_with_the_engagement_or_the_contract_what_is_being_evaluated_ends(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm, office = await evaluator(session, contract), purchaser(contract)
    midterm = await begin(session, contract, firm)
    check = await begin(session, contract, office, K.spot_check)
    (engagement,) = await engagements_of(session, contract.id)
    await engagements.end_engagement(session, office, contract.id, engagement.id)
    one, other = [await session.get_one(Assessment, each.assessment_id) for each in (midterm, check)]
    assert (one.status, other.status) == (AssessmentStatus.cancelled, AssessmentStatus.planned)
    await session.flush()
    await begin(session, contract, await engaged(session, contract, EngagementKind.evaluation))
    await contracts.terminate_contract(session, office, contract.id, "无法继续")
    assert other.status is AssessmentStatus.cancelled
