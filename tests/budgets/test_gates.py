"""Gates that a notice can name besides those of the profiles: who decides them, and what opens them by itself."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.rules import AuditKind
from app.contracts import service
from app.contracts.instalments import PaymentAboveAllowed, PaymentBeforeGate
from app.contracts.models import Contract
from app.contracts.queries import milestones_of, overdue, parts_of
from app.contracts.rules import GateNotEvaluated, MilestoneStatus
from app.core.days.calendar import end_of_day
from app.core.errors import Denied
from app.desk import queries as desk
from app.findings.rules import Severity
from app.findings.service import raise_finding, waive_finding
from app.overviews.obstacles import obstacles_of
from app.overviews.rules import Stand
from app.tenders.profiles.rules import Gate, profile_document, varied
from tests.factories.budgets import audit, auditor, make_budget, state
from tests.factories.contracts import contractor, evaluator, make_performing, pay, purchaser
from tests.factories.notices import make_tender

pytestmark = pytest.mark.anyio
M = MilestoneStatus
TERMS = (
    ("first", "0.50", [Gate.signing]),
    ("interim", "0.30", [Gate.business_check, Gate.midterm_audit]),
    ("final", "0.20", [Gate.final_audit, Gate.findings_closed]),
)


async def make_supervised(session: AsyncSession) -> Contract:
    """Under way, over 20,000 yuan: the money waits for the business check, for audits, and for settled findings."""
    rows = [
        {"name": name, "zh": name, "en": name, "share": share, "gates": [*gates], "source": "公告"}
        for name, share, gates in TERMS
    ]
    document = varied(profile_document("venture"), {"instalments": rows})
    return await make_performing(session, tender=await make_tender(session, profile_document=document))


async def gates(session: AsyncSession, contract: Contract) -> dict[Gate, M]:
    await session.flush()
    return {each.gate: each.status for each in await milestones_of(session, contract.id)}


async def raised(session: AsyncSession, contract: Contract, **facts: Any) -> int:
    given = {"basis": "", "severity": Severity.major, "working_days": 10, "is_holding": True} | facts
    found = await raise_finding(session, purchaser(contract), contract.id, requirement="补交签到表", **given)
    await session.flush()
    return found.id


async def test_the_business_check_is_reported_by_the_contractor_and_decided_by_the_purchaser(
    session: AsyncSession,
) -> None:
    contract, gate = await make_supervised(session), Gate.business_check
    await service.report_milestone(session, contractor(contract), contract.id, gate, "台账已备")
    with pytest.raises(Denied) as refusal:
        await service.meet_milestone(session, await evaluator(session, contract), contract.id, gate, "通过")
    assert refusal.value.facts["reason"] == "role"
    assert contract.signed_at
    lines = await desk.waiting(session, purchaser(contract), contract.signed_at)
    assert [each.context for each in lines if each.verb == "meet"] == ["business_check"]
    await service.meet_milestone(session, purchaser(contract), contract.id, gate, "通过")
    assert (await gates(session, contract))[gate] is M.met


async def test_the_purchaser_does_not_decide_what_an_evaluator_evaluates(session: AsyncSession) -> None:
    contract, gate = await make_performing(session), Gate.midterm_evaluation
    await service.report_milestone(session, contractor(contract), contract.id, gate, "报告")
    with pytest.raises(Denied):
        await service.meet_milestone(session, purchaser(contract), contract.id, gate, "通过")


async def test_an_audits_gate_is_opened_by_its_signed_report_and_by_nothing_else(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    budget = await make_budget(session, contract)
    with pytest.raises(GateNotEvaluated):
        await service.report_milestone(session, contractor(contract), contract.id, Gate.midterm_audit, "报告")
    await audit(session, contract, budget, AuditKind.midterm)
    found = await gates(session, contract)
    assert (found[Gate.midterm_audit], found[Gate.final_audit]) == (M.met, M.scheduled)
    await state(session, contract, budget, "staff", 10_000)
    await audit(session, contract, budget)
    assert ((await gates(session, contract))[Gate.final_audit], contract.allowed) == (M.met, Decimal(10_000))


async def test_the_gate_of_settled_findings_is_open_exactly_while_none_holds_the_payments(
    session: AsyncSession,
) -> None:
    contract, seen = await make_supervised(session), list[M]()
    seen.append((await gates(session, contract))[Gate.findings_closed])
    first, second = await raised(session, contract), await raised(session, contract)
    await raised(session, contract, is_holding=False)
    for finding in (first, second):
        seen.append((await gates(session, contract))[Gate.findings_closed])
        await waive_finding(session, purchaser(contract), finding, "不再要求")
    seen.append((await gates(session, contract))[Gate.findings_closed])
    assert seen == [M.met, M.scheduled, M.scheduled, M.met]


async def test_an_instalment_waits_for_the_audit_that_its_terms_name(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    budget = await make_budget(session, contract)
    await state(session, contract, budget, "staff", 9_000)
    await state(session, contract, budget, "activities", 9_500)
    with pytest.raises(PaymentBeforeGate) as refusal:
        await pay(session, contract, "final", 1)
    assert refusal.value.facts["missing"] == "final_audit"
    await audit(session, contract, budget)
    assert [each.left for each in (await parts_of(session, contract)).terms] == [10_000, 6_000, 2_500]
    assert await pay(session, contract, "final", 2_500) == 2_500


async def test_a_firm_that_an_audit_lacks_is_engaged_by_the_purchaser(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    at = contract.signed_at
    assert at
    lines = [each for each in await desk.waiting(session, purchaser(contract), at) if each.verb == "engage"]
    assert [each.context for each in lines] == ["midterm_audit", "final_audit"]
    await auditor(session, contract)
    await session.flush()
    assert [each for each in await desk.waiting(session, purchaser(contract), at) if each.verb == "engage"] == []


async def test_an_audit_that_the_terms_ask_for_waits_on_the_desks_from_budget_to_report(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    at, who = contract.signed_at, await auditor(session, contract)
    assert at
    found = [each.verb for each in await desk.waiting(session, contractor(contract), at) if each.room == "budgets"]
    assert found == ["propose"]
    await make_budget(session, contract)
    await session.flush()
    lines = [each for each in await desk.waiting(session, who, at) if each.room == "budgets"]
    assert [(each.verb, each.due_at is not None) for each in lines] == [("submit", True), ("submit", True)]


async def test_one_page_says_what_stands_between_the_organisation_and_its_money(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    finding = await raised(session, contract)
    first, interim, final = (await obstacles_of(session, contract)).standings
    told = [
        [(each.turn.verb, each.gate, each.finding_id) for each in part.obstacles] for part in (first, interim, final)
    ]
    held = ("answer", None, finding)
    assert told == [
        [held],
        [("report", Gate.business_check, None), ("propose", Gate.midterm_audit, None), held],
        [("propose", Gate.final_audit, None), held],
    ]
    await waive_finding(session, purchaser(contract), finding, "不再要求")
    await session.flush()
    assert (await obstacles_of(session, contract)).standings[0].stand is Stand.payable


async def test_the_database_lets_nobody_decide_a_business_check_but_the_client(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    acted = "INSERT INTO contract_people (contract_id, account_id, part) VALUES (:contract, 77, 'evaluator')"
    await session.execute(sa.text(acted), {"contract": contract.id})
    decide = "UPDATE milestones SET decided_by = 77 WHERE contract_id = :contract AND gate = 'business_check'"
    with pytest.raises(DBAPIError, match="another side of the contract"):
        async with session.begin_nested():
            await session.execute(sa.text(decide), {"contract": contract.id})


async def test_a_contract_ended_before_its_time_is_settled_by_a_final_audit(session: AsyncSession) -> None:
    contract = await make_supervised(session)
    budget, who = await make_budget(session, contract), await auditor(session, contract)
    await pay(session, contract, "first", 10_000)
    await service.terminate_contract(session, purchaser(contract), contract.id, "无法继续")
    await session.flush()
    assert contract.signed_at
    lines = [each.verb for each in await desk.waiting(session, who, contract.signed_at)]
    assert lines == ["submit"]
    await state(session, contract, budget, "staff", 9_000)
    await audit(session, contract, budget)
    assert contract.allowed == 9_000
    assert (await gates(session, contract))[Gate.final_audit] is M.met
    assert [each.verb for each in await desk.waiting(session, who, contract.signed_at)] == []
    with pytest.raises(PaymentAboveAllowed):
        await pay(session, contract, "settlement", 1)


@pytest.mark.parametrize("gate", [Gate.midterm_audit, Gate.final_audit])
async def test_an_audit_past_its_day_is_overdue_until_its_report_is_signed(session: AsyncSession, gate: Gate) -> None:
    contract = await make_supervised(session)
    budget = await make_budget(session, contract)
    at = end_of_day(contract.ends_on) + timedelta(days=1)
    late = [each.waits.context for each in await overdue(session, Contract.id == contract.id, at)]
    assert {"midterm_audit", "final_audit"} <= set(late)
    await audit(session, contract, budget, AuditKind.midterm if gate is Gate.midterm_audit else AuditKind.final)
    await session.flush()
    late = [each.waits.context for each in await overdue(session, Contract.id == contract.id, at)]
    assert gate.value not in late
