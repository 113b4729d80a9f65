"""Budgets: proposed, changed, spent, audited; and what the signed audit lets be paid, in the database too."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import queries, service
from app.budgets.documents import audit_document
from app.budgets.rules import (
    AuditKind,
    BudgetNotWhole,
    BudgetStatus,
    ChangeStatus,
    ChangeWithinLine,
    DisallowedAboveSpent,
    FiguresMoved,
    LineFlaggedAlready,
    LineTooShort,
    SpentAboveLine,
    StatementSuperseded,
    VoucherStatedAlready,
)
from app.contracts import service as contracts
from app.contracts.instalments import PaymentAboveAllowed
from app.contracts.models import Contract
from app.contracts.rules import PeriodBackwards
from app.core.actors import Actor, Role
from app.core.errors import Denied, MoveRefused, NotFound
from app.desk import queries as desk
from app.papers.blocks import Paper
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.reports.rules import ReportStatus, SecondSignerNeeded
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY
from tests.factories.budgets import WORKED, audit, auditor, change, line_of, lines_for, make_budget, state
from tests.factories.contracts import (
    accept,
    contractor,
    evaluate,
    evaluator,
    make_contract,
    make_performing,
    pay,
    purchaser,
)
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio
HALF = {"staff": 10_000, "activities": 10_000}


async def disallow(session: AsyncSession, contract: Contract, statement_id: int, amount: int | str) -> None:
    who = await auditor(session, contract)
    await service.disallow_statement(session, who, statement_id, Decimal(amount), "发票抬头不符")
    await session.flush()


async def restate(session: AsyncSession, contract: Contract, statement_id: int, spent: int, voucher: str) -> int:
    days = {"starts_on": contract.starts_on, "ends_on": contract.ends_on}
    made = await service.restate_expense(
        session, contractor(contract), statement_id, **days, spent=Decimal(spent), voucher=voucher, note=""
    )
    await session.flush()
    return made.id


async def refused_by_database(session: AsyncSession, statement: str, says: str) -> None:
    with pytest.raises(DBAPIError, match=says):
        async with session.begin_nested():
            await session.execute(sa.text(statement))
            await session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))


async def test_the_worked_project_is_paid_13000_in_the_end_and_not_a_cent_more(session: AsyncSession) -> None:
    contract = await make_performing(session, 80_000)
    budget = await make_budget(session, contract, WORKED)
    spent = {code: amount for code, amount in WORKED.items() if code != "activities"}
    for code, amount in spent.items():
        await state(session, contract, budget, code, amount)
    doubtful = await state(session, contract, budget, "activities", 18_400)
    await disallow(session, contract, doubtful, 1_400)
    await evaluate(session, contract, Gate.midterm_evaluation, Gate.final_evaluation)
    await accept(session, contract, accepting=10)
    await pay(session, contract, "first", 40_000)
    await pay(session, contract, "interim", 24_000)
    report = await audit(session, contract, budget)
    figures = (report.vouched, report.disallowed, report.allowed)
    assert figures == (Decimal(78_400), Decimal(1_400), Decimal(77_000))
    with pytest.raises(PaymentAboveAllowed) as refusal:
        await pay(session, contract, "final", "13000.01")
    assert refusal.value.facts["left"] == Decimal("13000.00")
    assert await pay(session, contract, "final", "13000.00") == Decimal("13000.00")
    assert (await contracts.complete_contract(session, purchaser(contract), contract.id)).status.value == "completed"


async def test_the_database_refuses_a_payment_above_what_is_allowed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await pay(session, contract, "first", 10_000)
    contract.allowed = Decimal(10_000)
    await session.flush()
    row = "SELECT {0}, id, 0.01, 'X', now() FROM instalments WHERE contract_id = {0} AND name = 'interim'"
    insert = "INSERT INTO payments (contract_id, instalment_id, amount, voucher, paid_at) "
    await refused_by_database(session, insert + row.format(contract.id), "than the audit allows")


async def test_lines_that_do_not_add_up_are_refused_and_by_the_database_too(session: AsyncSession) -> None:
    contract = await make_performing(session)
    with pytest.raises(BudgetNotWhole):
        await make_budget(session, contract, {"staff": 19_999})
    await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    await session.flush()
    for said in ("UPDATE spending_lines SET approved = approved + 1", "DELETE FROM spending_lines"):
        await refused_by_database(session, said, "do not add up")


async def test_a_budget_given_back_is_proposed_again_in_the_same_place(session: AsyncSession) -> None:
    contract = await make_performing(session)
    first = await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    await service.return_budget(session, purchaser(contract), first.id, "管理费另列")
    assert (first.status, first.reason) == (BudgetStatus.returned, "管理费另列")
    lines = lines_for({"staff": 19_000, "management": 1_000})
    again = await service.propose_budget(session, contractor(contract), contract.id, lines)
    await session.flush()
    assert (again.id, again.status, again.reason) == (first.id, BudgetStatus.proposed, "")
    assert [line.code for line in await queries.lines_of(session, again)] == ["staff", "management"]


async def test_an_approved_budget_is_neither_proposed_again_nor_touched(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await make_budget(session, contract)
    with pytest.raises(MoveRefused):
        await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    for said in (
        "UPDATE spending_lines SET name = '别的'",
        "DELETE FROM spending_lines",
        "UPDATE budgets SET status = 'proposed', decided_at = NULL",
    ):
        await refused_by_database(session, said, "stay")


async def test_nothing_is_budgeted_on_a_draft_nor_once_the_contract_has_ended(session: AsyncSession) -> None:
    draft = await make_contract(session)
    with pytest.raises(MoveRefused):
        await service.propose_budget(session, contractor(draft), draft.id, lines_for(HALF))
    await contracts.terminate_contract(session, purchaser(draft), draft.id, "停止")
    with pytest.raises(MoveRefused):
        await service.propose_budget(session, contractor(draft), draft.id, lines_for(HALF))


async def test_changes_keep_the_sum_and_their_share_has_its_band(session: AsyncSession) -> None:
    contract = await make_performing(session, 80_000)
    budget = await make_budget(session, contract, WORKED)
    for share, band in (("0.0375", "high"), ("0.075", "middle"), ("0.1125", "low")):
        asked = await change(session, contract, budget, 3_000, "staff", "activities")
        await service.grant_change(session, purchaser(contract), asked, "同意")
        parts = await queries.parts_of(session, contract)
        assert (parts.judgement.share, parts.judgement.band) == (Decimal(share), band)
    figures = {line.code: parts.figures[line.id].planned for line in parts.lines}
    assert (figures["staff"], figures["activities"]) == (39_000, 29_000)
    assert sum(figures.values()) == contract.amount


async def test_a_change_is_within_the_budget_and_no_more_than_what_is_left(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    await state(session, contract, budget, "staff", 9_000)
    with pytest.raises(LineTooShort):
        await change(session, contract, budget, "1000.01", "staff", "activities")
    with pytest.raises(ChangeWithinLine):
        await change(session, contract, budget, 1, "staff", "staff")
    first = await change(session, contract, budget, 600, "staff", "activities")
    second = await change(session, contract, budget, 600, "staff", "activities")
    await service.grant_change(session, purchaser(contract), first, "")
    with pytest.raises(LineTooShort):
        await service.grant_change(session, purchaser(contract), second, "")
    await set_clock(session, TODAY)
    other = await make_performing(session)
    foreign = await line_of(session, await make_budget(session, other), "staff")
    own = await line_of(session, budget, "staff")
    with pytest.raises(NotFound):
        await service.ask_change(
            session,
            contractor(contract),
            budget.id,
            from_id=own.id,
            to_id=foreign.id,
            amount=Decimal(1),
            reason="调整",
        )


async def test_a_decided_change_stays_as_it_was_decided(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    asked = await change(session, contract, budget, 600, "staff", "activities")
    refused = await service.refuse_change(session, purchaser(contract), asked, "超出用途")
    await session.flush()
    assert refused.status is ChangeStatus.refused
    with pytest.raises(MoveRefused):
        await service.grant_change(session, purchaser(contract), asked, "")
    await refused_by_database(session, "UPDATE budget_changes SET status = 'approved'", "as it was decided")


async def test_more_than_a_line_holds_is_taken_only_where_the_auditor_flagged_it(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    with pytest.raises(SpentAboveLine) as refusal:
        await state(session, contract, budget, "staff", "10000.01")
    assert refusal.value.facts == {"line": "staff", "planned": Decimal(10_000), "spent": Decimal("10000.01")}
    staff = await line_of(session, budget, "staff")
    await service.flag_line(session, await auditor(session, contract), staff.id, "超支未报批")
    with pytest.raises(LineFlaggedAlready):
        await service.flag_line(session, await auditor(session, contract), staff.id, "再次")
    await state(session, contract, budget, "staff", "10000.01")
    parts = await queries.parts_of(session, contract)
    assert (parts.judgement.band, parts.judgement.most) == ("unapproved", 0)


async def test_the_database_refuses_what_a_line_does_not_hold(session: AsyncSession) -> None:
    contract = await make_performing(session)
    staff = await line_of(session, await make_budget(session, contract, HALF), "staff")
    columns = "INSERT INTO statements (line_id, starts_on, ends_on, spent, voucher, stated_at) "
    values = f"VALUES ({staff.id}, '2027-01-01', '2027-01-31', 10000.01, '记-1', now())"
    await refused_by_database(session, columns + values, "beyond what it holds")


async def test_a_statement_is_superseded_and_never_changed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    wrong = await state(session, contract, budget, "staff", 9_000)
    right = await restate(session, contract, wrong, 900, "记-1")
    with pytest.raises(StatementSuperseded):
        await restate(session, contract, wrong, 90, "记-1")
    with pytest.raises(StatementSuperseded):
        await disallow(session, contract, wrong, 1)
    parts = await queries.parts_of(session, contract)
    assert (parts.superseded, parts.allowed.vouched) == ({wrong: right}, 900)


@pytest.mark.parametrize("table", ["statements", "disallowances"])
async def test_what_was_stated_and_disallowed_cannot_be_changed_by_the_application(
    session: AsyncSession, table: str
) -> None:
    for privilege in ("UPDATE", "DELETE"):
        query = sa.text("SELECT has_table_privilege('shuangxuan_app', :table, :privilege)")
        assert not await session.scalar(query, {"table": table, "privilege": privilege})


async def test_a_voucher_counts_once_in_a_line_and_a_period_does_not_run_backwards(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    await state(session, contract, budget, "staff", 100)
    await state(session, contract, budget, "activities", 100)
    with pytest.raises(VoucherStatedAlready):
        await state(session, contract, budget, "staff", 100)
    staff = await line_of(session, budget, "staff")
    backwards = {"starts_on": contract.ends_on, "ends_on": contract.ends_on - timedelta(days=1)}
    with pytest.raises(PeriodBackwards):
        await service.state_expense(
            session,
            contractor(contract),
            budget.id,
            line_id=staff.id,
            **backwards,
            spent=Decimal(1),
            voucher="记-2",
            note="",
        )


async def test_no_more_is_disallowed_than_was_spent_and_the_newest_decision_counts(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    spent = await state(session, contract, budget, "staff", 1_000)
    with pytest.raises(DisallowedAboveSpent):
        await disallow(session, contract, spent, "1000.01")
    insert = "INSERT INTO disallowances (statement_id, amount, reason, decided_at) "
    await refused_by_database(session, f"{insert} VALUES ({spent}, 1000.01, '无', now())", "than was spent")
    await disallow(session, contract, spent, 400)
    await disallow(session, contract, spent, 150)
    assert (await queries.parts_of(session, contract)).allowed == (1_000, 150, 850)


async def two_of_firm(session: AsyncSession, contract: Contract) -> tuple[Actor, Actor]:
    firm = await session.get_one(Party, (await auditor(session, contract)).party_id)
    return await actor_of(session, Role.auditor, firm), await actor_of(session, Role.auditor, firm)


async def test_a_report_is_signed_by_a_second_person_and_then_stays(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    first, second = await two_of_firm(session, contract)
    report = await service.submit_audit(session, first, budget.id, AuditKind.final, "账目清楚", "")
    await session.flush()
    with pytest.raises(SecondSignerNeeded):
        await service.sign_audit(session, first, report.id, "周会计师")
    await service.sign_audit(session, second, report.id, "吴会计师")
    await session.flush()
    assert (report.status, contract.allowed) == (ReportStatus.signed, 0)
    for said in (
        "UPDATE audit_reports SET allowed = 1, vouched = 1",
        "UPDATE audit_reports SET signer = '别人'",
        "UPDATE audit_reports SET status = 'submitted', signed_at = NULL, signer = ''",
    ):
        await refused_by_database(session, said, "stays as it was submitted")


async def test_a_signed_report_is_replaced_by_a_newer_one_of_its_kind_only(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    await state(session, contract, budget, "staff", 5_000)
    older = await audit(session, contract, budget)
    await audit(session, contract, budget, AuditKind.midterm)
    assert (older.status, contract.allowed) == (ReportStatus.signed, 5_000)
    await state(session, contract, budget, "staff", 1_000, "记-2")
    newer = await audit(session, contract, budget)
    assert (older.status, newer.status, contract.allowed) == (ReportStatus.replaced, ReportStatus.signed, 6_000)


async def test_a_report_whose_figures_have_moved_is_submitted_again_before_it_is_signed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    who = await auditor(session, contract)
    stale = await service.submit_audit(session, who, budget.id, AuditKind.final, "账目清楚", "")
    await state(session, contract, budget, "staff", 1)
    with pytest.raises(FiguresMoved):
        await service.sign_audit(session, who, stale.id, "周会计师")
    fresh = await service.submit_audit(session, who, budget.id, AuditKind.final, "账目清楚", "")
    assert stale.status is ReportStatus.replaced
    with pytest.raises(MoveRefused):
        await service.sign_audit(session, who, stale.id, "周会计师")
    await service.sign_audit(session, who, fresh.id, "周会计师")
    assert contract.allowed == 1


async def test_embezzlement_that_a_signed_report_finds_makes_the_whole_project_nothing(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    await audit(session, contract, budget, AuditKind.midterm, embezzlement="3,000 元转入个人账户")
    found = (await queries.parts_of(session, contract)).judgement
    assert (found.band, found.most, found.is_whole) == ("embezzled", 0, True)


async def test_each_part_does_its_own_and_no_other(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract, HALF)
    spent = await state(session, contract, budget, "staff", 100)
    asked = await change(session, contract, budget, 1, "staff", "activities")
    for who in (contractor(contract), await evaluator(session, contract), await auditor(session, contract)):
        with pytest.raises(Denied):
            await service.grant_change(session, who, asked, "")
    for who in (contractor(contract), purchaser(contract), await evaluator(session, contract)):
        with pytest.raises(Denied):
            await service.disallow_statement(session, who, spent, Decimal(1), "无")
    firm = await make_party(session, PartyKind.firm, name_zh="旁观事务所")
    with pytest.raises(NotFound):
        await service.submit_audit(
            session, Actor(None, Role.auditor, firm.id), budget.id, AuditKind.final, "账目清楚", ""
        )


async def test_one_person_does_not_propose_and_approve(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    await session.flush()
    same = "UPDATE budgets SET status = 'approved', decided_at = now(), proposed_by = 1, decided_by = 1"
    await refused_by_database(session, same, "decided_by_somebody_else")


async def desk_of(session: AsyncSession, actor: Actor, contract: Contract) -> list[str]:
    await session.flush()
    assert contract.signed_at
    found = await desk.waiting(session, actor, contract.signed_at)
    return [each.verb for each in found if each.room == "budgets"]


async def test_the_desks_say_whose_turn_it_is(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    assert await desk_of(session, purchaser(contract), contract) == ["approve"]
    await service.return_budget(session, purchaser(contract), budget.id, "管理费另列")
    assert await desk_of(session, contractor(contract), contract) == ["propose"]
    await service.propose_budget(session, contractor(contract), contract.id, lines_for(HALF))
    await service.approve_budget(session, purchaser(contract), budget.id)
    await change(session, contract, budget, 1, "staff", "activities")
    assert await desk_of(session, purchaser(contract), contract) == ["grant"]
    first, second = await two_of_firm(session, contract)
    await service.submit_audit(session, first, budget.id, AuditKind.final, "账目清楚", "")
    assert await desk_of(session, first, contract) == []
    assert await desk_of(session, second, contract) == ["sign"]


async def test_a_signed_report_prints_the_same_whatever_is_stated_afterwards(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract)
    await state(session, contract, budget, "staff", 500)
    report = await audit(session, contract, budget, AuditKind.midterm)
    names = {id: "示例" for id in (contract.purchaser_id, contract.contractor_id, report.party_id)}

    async def printed() -> Paper:
        return audit_document(report, await queries.parts_of(session, contract), names)

    before = await printed()
    await set_clock(session, report.submitted_at + timedelta(days=1))
    await state(session, contract, budget, "staff", 300, "记-2")
    asked = await change(session, contract, budget, 100, "staff", "activities")
    await service.grant_change(session, purchaser(contract), asked, "同意")
    assert await printed() == before
