"""Findings: raised, answered, settled; a holding one holds the payments, in the database too."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import engagements
from app.contracts import service as contracts
from app.contracts.models import Contract
from app.contracts.queries import engagements_of, stream_of
from app.contracts.rules import EngagementKind, FindingsUnsettled
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.core.errors import Denied, MoveRefused, NotFound
from app.desk import queries as desk
from app.findings import attaching, service
from app.findings.models import Finding, Verdict
from app.findings.queries import answers_of
from app.findings.rules import ExtensionNotLater, FindingStatus, Severity
from app.parties.rules import PartyKind
from app.tenders.profiles.rules import Gate
from tests.factories.contracts import (
    contractor,
    engaged,
    evaluate,
    evaluator,
    make_contract,
    make_performing,
    pay,
    purchaser,
)
from tests.factories.notices import set_clock
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


async def raised(session: AsyncSession, contract: Contract, actor: Actor | None = None, **facts: Any) -> Finding:
    given = {"basis": "合同第六条", "severity": Severity.major, "working_days": 10, "is_holding": True} | facts
    who = actor or await evaluator(session, contract)
    found = await service.raise_finding(session, who, contract.id, requirement="补交签到表", **given)
    await session.flush()
    return found


async def test_a_holding_finding_holds_payments_until_its_answer_is_accepted(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    with pytest.raises(FindingsUnsettled):
        await pay(session, contract, "first", 1)
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    with pytest.raises(FindingsUnsettled):
        await pay(session, contract, "first", 1)
    await service.accept_finding(session, await evaluator(session, contract), finding.id, "已核对")
    assert (finding.status, contract.holds, finding.settled_at is not None) == (FindingStatus.closed, 0, True)
    assert await pay(session, contract, "first", 1) == 1


async def test_a_finding_that_holds_nothing_lets_payments_pass(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await raised(session, contract, is_holding=False)
    assert await pay(session, contract, "first", 1) == 1


async def test_of_two_holding_findings_both_are_settled_before_anything_is_paid(session: AsyncSession) -> None:
    contract = await make_performing(session)
    first, second = await raised(session, contract), await raised(session, contract, purchaser(contract))
    await service.waive_finding(session, await evaluator(session, contract), first.id, "社区已证明")
    with pytest.raises(FindingsUnsettled):
        await pay(session, contract, "first", 1)
    await service.waive_finding(session, purchaser(contract), second.id, "不再要求")
    assert await pay(session, contract, "first", 1) == 1
    assert (first.status, first.reason) == (FindingStatus.waived, "社区已证明")


async def test_a_contract_is_not_completed_while_a_finding_holds_its_payments(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await raised(session, contract)
    with pytest.raises(FindingsUnsettled):
        await contracts.complete_contract(session, purchaser(contract), contract.id)


async def test_a_rejected_answer_opens_the_next_round_with_the_same_last_day(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding, who = await raised(session, contract), await evaluator(session, contract)
    due = finding.due_on
    await service.answer_finding(session, contractor(contract), finding.id, "在找")
    await service.reject_finding(session, who, finding.id, "仍缺一场")
    assert (finding.status, finding.round, finding.due_on) == (FindingStatus.open, 2, due)
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    await service.accept_finding(session, who, finding.id, "齐全")
    said = (await answers_of(session, [finding.id]))[finding.id]
    assert [(each.round, each.verdict) for each in said] == [(1, Verdict.rejected), (2, Verdict.accepted)]


async def test_an_extension_goes_to_a_later_day_and_the_first_one_is_remembered(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding, who = await raised(session, contract), await evaluator(session, contract)
    first = finding.due_on
    with pytest.raises(ExtensionNotLater):
        await service.extend_finding(session, who, finding.id, first, "来不及")
    await service.extend_finding(session, who, finding.id, date(2027, 12, 31), "负责人住院")
    assert (finding.first_due_on, finding.due_on) == (first, date(2027, 12, 31))


async def test_a_late_answer_stays_late_when_more_time_is_given_for_the_next(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding, who = await raised(session, contract), await evaluator(session, contract)
    await set_clock(session, end_of_day(finding.due_on) + timedelta(days=1))
    await service.answer_finding(session, contractor(contract), finding.id, "在找")
    await service.reject_finding(session, who, finding.id, "仍缺一场")
    await service.extend_finding(session, who, finding.id, date(2027, 12, 31), "再给时间")
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    await session.flush()
    said = (await answers_of(session, [finding.id]))[finding.id]
    assert [each.is_late for each in said] == [True, False]


async def test_who_raised_it_settles_it_and_nobody_else(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    auditor = await engaged(session, contract, EngagementKind.audit)
    for other in (purchaser(contract), auditor):
        with pytest.raises(Denied) as refusal:
            await service.accept_finding(session, other, finding.id, "已核对")
        assert refusal.value.facts["reason"] == "party"
    with pytest.raises(Denied):
        await service.accept_finding(session, contractor(contract), finding.id, "已核对")


async def test_the_firm_engaged_instead_settles_what_its_predecessor_found(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    (first,) = await engagements_of(session, contract.id)
    await engagements.end_engagement(session, purchaser(contract), contract.id, first.id)
    firm = await make_party(session, PartyKind.firm, name_zh="接任评估中心")
    await engagements.engage_firm(session, purchaser(contract), contract.id, EngagementKind.evaluation, firm.id)
    await session.flush()
    await service.waive_finding(session, Actor(None, Role.evaluator, firm.id), finding.id, "已核实")
    assert contract.holds == 0


async def test_a_firm_that_is_not_engaged_finds_nothing_on_the_contract(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await make_party(session, PartyKind.firm, name_zh="旁观事务所")
    with pytest.raises(NotFound):
        await raised(session, contract, Actor(None, Role.evaluator, firm.id))


async def test_nothing_is_found_on_a_draft(session: AsyncSession) -> None:
    draft = await make_contract(session)
    with pytest.raises(MoveRefused):
        await raised(session, draft, purchaser(draft))


async def test_no_answer_is_given_twice(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    with pytest.raises(MoveRefused):
        await service.answer_finding(session, contractor(contract), finding.id, "再次")


async def test_the_database_refuses_a_payment_while_a_finding_holds_it(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await raised(session, contract)
    contract.holds = 0
    with pytest.raises(DBAPIError, match="a finding holds the payments"):
        await pay(session, contract, "first", 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE findings SET requirement = '别的'",
        "UPDATE findings SET is_holding = false",
        "UPDATE finding_answers SET answer = '别的'",
    ],
)
async def test_what_was_found_and_answered_stays_as_it_was_said(session: AsyncSession, change: str) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    await session.flush()
    with pytest.raises(DBAPIError, match="stay"):
        async with session.begin_nested():
            await session.execute(sa.text(change))


async def test_a_settled_finding_stays_settled(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding = await raised(session, contract)
    await service.waive_finding(session, await evaluator(session, contract), finding.id, "不再要求")
    await session.flush()
    with pytest.raises(DBAPIError, match="as it was settled"):
        async with session.begin_nested():
            await session.execute(sa.text("UPDATE findings SET status = 'open', settled_at = NULL, reason = ''"))


async def test_the_desks_say_whose_turn_it_is(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding, who = await raised(session, contract), await evaluator(session, contract)
    at = contract.signed_at
    assert at
    lines = [each for each in await desk.waiting(session, contractor(contract), at) if each.room == "findings"]
    assert [(each.verb, each.thing_id) for each in lines] == [("answer", contract.id)]
    await service.answer_finding(session, contractor(contract), finding.id, "已补交")
    await session.flush()
    lines = [each for each in await desk.waiting(session, who, at) if each.room == "findings"]
    assert [(each.verb, each.subject_id) for each in lines] == [("accept", finding.id)]


async def test_a_payable_instalment_leaves_the_desk_while_a_finding_holds_it(session: AsyncSession) -> None:
    contract = await make_performing(session)
    at = contract.signed_at
    assert at
    verbs = {each.verb for each in await desk.waiting(session, purchaser(contract), at)}
    await raised(session, contract)
    held = {each.verb for each in await desk.waiting(session, purchaser(contract), at)}
    assert ("pay" in verbs, "pay" in held) == (True, False)
    await evaluate(session, contract, Gate.midterm_evaluation)


@pytest.mark.parametrize(("is_holding", "still"), [(True, [1, 0]), (False, [0, 0])])
async def test_of_a_contract_that_was_ended_only_what_holds_its_last_payment_still_waits(
    session: AsyncSession, is_holding: bool, still: list[int]
) -> None:
    contract = await make_performing(session)
    finding, at = await raised(session, contract, is_holding=is_holding), contract.signed_at
    assert at
    who = [contractor(contract), await evaluator(session, contract)]
    before = [[each.room for each in await desk.waiting(session, one, at)].count("findings") for one in who]
    await contracts.terminate_contract(session, purchaser(contract), contract.id, "无法继续")
    await session.flush()
    after = [[each.room for each in await desk.waiting(session, one, at)].count("findings") for one in who]
    assert (before, after, finding.status) == ([1, 0], still, FindingStatus.open)


async def test_what_proves_an_answer_is_attached_to_the_finding_until_it_is_answered(session: AsyncSession) -> None:
    contract = await make_performing(session)
    finding, seller = await raised(session, contract), contractor(contract)
    assert "attach" in await attaching.read_verbs(session, seller, finding.id)
    assert "attach" not in await attaching.read_verbs(session, purchaser(contract), finding.id)
    assert await attaching.access(session, seller, finding.id) == stream_of(contract)
    await service.answer_finding(session, seller, finding.id, "已补交")
    with pytest.raises(MoveRefused):
        await attaching.access(session, seller, finding.id)
    with pytest.raises(NotFound):
        await attaching.read_verbs(session, Actor(None, Role.organization, 0), finding.id)
