"""Early warning: each reason by itself, with the day and the number that the settings give it."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.contracts.models import Contract
from app.contracts.queries import milestones_of
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.findings.rules import Severity
from app.findings.service import raise_finding
from app.parties.rules import PartyKind
from app.ratings.terms import document
from app.ratings.warnings import Danger, Warned, warnings
from app.tenders.profiles.rules import Gate
from tests.factories.contracts import Reported, accept, contractor, evaluator, make_performing, purchaser
from tests.factories.notices import set_clock
from tests.factories.parties import make_party
from tests.factories.ratings import confirmed, make_announced, office_of
from tests.factories.service_sessions import keep_checked

pytestmark = pytest.mark.anyio


async def dangers(session: AsyncSession, contract: Contract) -> list[Danger]:
    await session.flush()
    found = await warnings(session, purchaser(contract))
    assert {each.party_id for each in found} <= {contract.contractor_id}
    return [each.danger for each in found]


async def test_a_grade_about_to_end_is_told_early(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 87))
    assert rating.valid_until
    await set_clock(session, end_of_day(rating.valid_until) - timedelta(days=30))
    found = await warnings(session, office_of(rating))
    assert found == [Warned(rating.party_id, Danger.expiring, 1, rating.valid_until)]


async def test_every_number_of_the_settings_says_where_it_comes_from() -> None:
    terms = document()["early_warning"]
    assert (terms["reports_late_by_days"], terms["confirmed_share"], bool(terms["source"])) == (0, "0.8", True)


async def test_a_finding_not_answered_in_time_warns(session: AsyncSession) -> None:
    contract = await make_performing(session)
    raised = {"basis": "", "severity": Severity.minor, "working_days": 10, "is_holding": False}
    finding = await raise_finding(
        session, await evaluator(session, contract), contract.id, requirement="补签到表", **raised
    )
    await set_clock(session, end_of_day(finding.due_on) - timedelta(hours=1))
    assert await dangers(session, contract) == []
    await set_clock(session, end_of_day(finding.due_on) + timedelta(hours=1))
    assert await dangers(session, contract) == [Danger.overdue_findings]


async def test_a_report_that_is_not_made_by_its_day_warns_until_it_is_made(session: AsyncSession) -> None:
    contract = await make_performing(session)
    midterm = next(each for each in await milestones_of(session, contract.id) if each.gate is Gate.midterm_evaluation)
    assert midterm.due_on
    await set_clock(session, end_of_day(midterm.due_on) + timedelta(hours=1))
    assert await warnings(session, purchaser(contract)) == [
        Warned(contract.contractor_id, Danger.overdue_reports, 1, midterm.due_on)
    ]
    await contracts.report_milestone(session, contractor(contract), contract.id, midterm.gate, "报告")
    assert await dangers(session, contract) == []


async def test_an_evaluation_that_does_not_pass_warns(session: AsyncSession) -> None:
    contract = await make_performing(session)
    told = Reported(contract.id, Gate.midterm_evaluation, is_passed=False)
    await contracts.take_evaluation(session, await evaluator(session, contract), told)
    assert await dangers(session, contract) == [Danger.failed_evaluation]


async def test_residents_who_do_not_accept_the_work_warn(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await accept(session, contract, 1)
    assert await dangers(session, contract) == [Danger.refused_by_residents]


@pytest.mark.parametrize(("confirmed_of_ten", "warned"), [(8, []), (7, [Danger.few_confirmed])])
async def test_call_backs_that_few_confirm_warn(
    session: AsyncSession, confirmed_of_ten: int, warned: list[Danger]
) -> None:
    contract = await make_performing(session)
    await keep_checked(session, contract, confirmed_of_ten, 10)
    assert await dangers(session, contract) == warned


async def test_another_bureau_is_warned_of_nothing(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await contracts.take_evaluation(
        session, await evaluator(session, contract), Reported(contract.id, Gate.midterm_evaluation, is_passed=False)
    )
    await session.flush()
    other = Actor(None, Role.purchaser, (await make_party(session, PartyKind.bureau)).id, "530114")
    assert await warnings(session, other) == []
