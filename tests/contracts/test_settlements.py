"""After an early end money still has a way: a last payment of what the final audit allows, or what is paid back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.rules import BudgetStatus
from app.budgets.service import approve_budget, disallow_statement, propose_budget
from app.contracts import service
from app.contracts.engagements import engage_firm
from app.contracts.instalments import (
    Instalment,
    PaymentAboveAllowed,
    PaymentBeforeGate,
    RefundAboveExcess,
    excess,
    settlement,
)
from app.contracts.models import Contract, Payment
from app.contracts.payments import record_refund
from app.contracts.policy import actions, reader_of
from app.contracts.queries import instalments_of, parts_of
from app.contracts.rules import ContractStatus, EngagementKind, FindingsUnsettled, MilestoneStatus, WorkEnded
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import MoveRefused, NotFound
from app.desk import queries as desk
from app.findings.rules import Severity
from app.findings.service import raise_finding, waive_finding
from app.overviews.engaged import engaged_contracts
from app.overviews.rules import Case, MilestoneStand, Stand, Turn, what_stands_between
from app.parties.rules import PartyKind
from app.tenders.profiles.rules import Gate
from tests.conftest import ClientOf
from tests.factories.budgets import audit, auditor, lines_for, make_budget, state
from tests.factories.contracts import contractor, evaluator, make_contract, make_performing, pay, purchaser
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


async def end(session: AsyncSession, contract: Contract) -> Contract:
    await service.terminate_contract(session, purchaser(contract), contract.id, "负责人离任")
    await session.flush()
    return contract


async def make_ended(session: AsyncSession) -> Contract:
    """Over 20,000 yuan by terms that name no audit; 10,000 were paid when it ended."""
    contract = await make_performing(session)
    await pay(session, contract, "first", 10_000)
    return await end(session, contract)


async def audit_of(session: AsyncSession, contract: Contract, *spent: int | str) -> None:
    """Half of the budget is for staff, half for activities: what was spent of each is allowed."""
    budget = await make_budget(session, contract)
    for code, amount in zip(("staff", "activities"), spent, strict=False):
        await state(session, contract, budget, code, amount)
    await audit(session, contract, budget)
    await session.flush()


async def refund(session: AsyncSession, contract: Contract, amount: int | str) -> None:
    await record_refund(session, purchaser(contract), contract.id, Decimal(amount), f"TK-{amount}")
    await session.flush()


async def waits(session: AsyncSession, who: Actor) -> list[str]:
    """Of the contract's rooms; an organisation's own page waits besides."""
    lines = await desk.waiting(session, who, await now(session))
    return [f"{each.room}.{each.verb}" for each in lines if each.thing == "contract"]


def test_what_settles_a_contract_is_all_of_it_cut_down_to_what_is_allowed() -> None:
    amounts = ((40_000, 40_000), (24_000, 0), (16_000, 0))
    parts = [Instalment(str(amount), Decimal(amount), (), Decimal(paid)) for amount, paid in amounts]
    left = [settlement(parts, allowed).left for allowed in (Decimal(52_500), Decimal(40_000), Decimal(38_000))]
    assert left == [12_500, 0, 0]
    assert [excess(parts, allowed) for allowed in (None, Decimal(52_500), Decimal(38_000))] == [0, 0, 2_000]


async def test_one_last_payment_settles_what_the_final_audit_allows_to_the_cent(session: AsyncSession) -> None:
    contract = await make_ended(session)
    with pytest.raises(PaymentBeforeGate) as early:
        await pay(session, contract, "settlement", 1)
    assert early.value.facts["missing"] == "final_audit"
    await audit_of(session, contract, 10_000, 7_500)
    with pytest.raises(PaymentAboveAllowed) as refusal:
        await pay(session, contract, "settlement", "7500.01")
    assert (refusal.value.facts["amount"], refusal.value.facts["left"]) == (Decimal("7500.01"), Decimal(7_500))
    with pytest.raises(NotFound):
        await pay(session, contract, "interim", 1)
    buyer = purchaser(contract)
    assert await waits(session, buyer) == ["contracts.pay"]
    await pay(session, contract, "settlement", 7_500)
    parts = await parts_of(session, contract)
    assert [each.paid for each in parts.instalments] == [10_000, 6_000, 1_500]
    assert (parts.paid, await waits(session, buyer)) == (17_500, [])
    with pytest.raises(PaymentAboveAllowed):
        await pay(session, contract, "settlement", "0.01")


async def test_a_holding_finding_holds_the_last_payment_too(session: AsyncSession) -> None:
    contract = await make_performing(session)
    said: dict[str, Any] = {"requirement": "补签到表", "basis": "", "severity": Severity.major, "working_days": 5}
    finding = await raise_finding(session, purchaser(contract), contract.id, **said, is_holding=True)
    await raise_finding(session, purchaser(contract), contract.id, **said, is_holding=False)
    await end(session, contract)
    await audit_of(session, contract, 5_000)
    with pytest.raises(FindingsUnsettled):
        await pay(session, contract, "settlement", 1)
    assert await waits(session, contractor(contract)) == ["findings.answer"]
    assert await waits(session, purchaser(contract)) == []
    await waive_finding(session, purchaser(contract), finding.id, "不再要求")
    await pay(session, contract, "settlement", 5_000)


async def test_what_was_paid_beyond_the_audit_is_paid_back_to_the_cent(session: AsyncSession) -> None:
    contract = await make_ended(session)
    await audit_of(session, contract, 3_000, 2_500)
    with pytest.raises(PaymentAboveAllowed):
        await pay(session, contract, "settlement", "0.01")
    with pytest.raises(RefundAboveExcess) as refusal:
        await refund(session, contract, "4500.01")
    assert refusal.value.facts == {"amount": Decimal("4500.01"), "excess": Decimal(4_500)}
    assert await waits(session, purchaser(contract)) == ["contracts.refund"]
    await refund(session, contract, 4_000)
    assert (await parts_of(session, contract)).excess == 500
    await refund(session, contract, 500)
    parts = await parts_of(session, contract)
    assert ([each.paid for each in parts.instalments], parts.excess) == ([5_500, 0, 0], 0)
    assert await waits(session, purchaser(contract)) == []


async def test_what_is_paid_back_is_taken_off_the_last_instalments_first(session: AsyncSession) -> None:
    contract = await make_ended(session)
    budget = await make_budget(session, contract)
    spent = await state(session, contract, budget, "staff", 10_000)
    await state(session, contract, budget, "activities", 8_000)
    await audit(session, contract, budget)
    await pay(session, contract, "settlement", 8_000)
    await disallow_statement(session, await auditor(session, contract), spent, Decimal(3_000), "发票抬头不符")
    await audit(session, contract, budget)
    await refund(session, contract, 3_000)
    assert [each.paid for each in await instalments_of(session, contract.id)] == [10_000, 5_000, 0]


async def test_after_an_early_end_an_auditor_is_engaged_and_no_evaluator(session: AsyncSession) -> None:
    contract = await make_ended(session)
    firm = await make_party(session, PartyKind.firm, name_zh="晚来事务所")
    buyer = purchaser(contract)
    assert "engage" in await offered(session, contract)
    with pytest.raises(WorkEnded):
        await engage_firm(session, buyer, contract.id, EngagementKind.evaluation, firm.id)
    await engage_firm(session, buyer, contract.id, EngagementKind.audit, firm.id)
    await session.flush()
    assert "engage" not in await offered(session, contract)


async def offered(session: AsyncSession, contract: Contract) -> list[str]:
    """What the purchaser may do."""
    buyer = purchaser(contract)
    return actions(await reader_of(session, buyer, contract), contract, await parts_of(session, contract))


async def test_a_contract_that_both_had_never_signed_has_no_accounts(session: AsyncSession) -> None:
    contract = await end(session, await make_contract(session))
    firm = await make_party(session, PartyKind.firm, name_zh="晚来事务所")
    with pytest.raises(WorkEnded):
        await engage_firm(session, purchaser(contract), contract.id, EngagementKind.audit, firm.id)
    with pytest.raises(MoveRefused):
        await propose_budget(session, contractor(contract), contract.id, lines_for({"staff": 20_000}))
    with pytest.raises(PaymentBeforeGate):
        await pay(session, contract, "settlement", 1)
    assert await offered(session, contract) == []
    assert [await waits(session, who(contract)) for who in (purchaser, contractor)] == [[], []]


async def test_the_way_from_an_early_end_to_the_last_payment_leads_over_the_desks(session: AsyncSession) -> None:
    contract = await make_ended(session)
    buyer, seller = purchaser(contract), contractor(contract)
    assert (await waits(session, buyer), await waits(session, seller)) == (["contracts.engage"], ["budgets.propose"])
    firm = await auditor(session, contract)
    budget = await propose_budget(session, seller, contract.id, lines_for({"staff": 12_000, "activities": 8_000}))
    await session.flush()
    assert (await waits(session, buyer), await waits(session, firm)) == (["budgets.approve"], [])
    await approve_budget(session, buyer, budget.id)
    await state(session, contract, budget, "staff", 12_000)
    assert await waits(session, firm) == ["budgets.submit"]
    (row,) = await engaged_contracts(session, firm, await now(session))
    assert row.next and row.next.gate is Gate.final_audit
    await audit(session, contract, budget)
    await session.flush()
    assert [await waits(session, who) for who in (firm, seller, buyer)] == [[], [], ["contracts.pay"]]


@pytest.mark.parametrize(
    ("facts", "stand", "turn"),
    [
        ({"budget": None}, Stand.waiting, Turn(Role.organization, "budgets", "propose")),
        ({"budget": BudgetStatus.proposed}, Stand.waiting, Turn(Role.purchaser, "budgets", "approve")),
        ({"engaged": set()}, Stand.waiting, Turn(Role.purchaser, "contracts", "engage")),
        ({}, Stand.waiting, Turn(Role.auditor, "budgets", "submit")),
        ({"submitted": {Gate.final_audit}}, Stand.waiting, Turn(Role.auditor, "budgets", "sign")),
        ({"met": True}, Stand.payable, None),
        ({"unsigned": [Role.organization]}, Stand.ended, None),
    ],
)
def test_after_an_early_end_it_is_somebodys_turn(facts: dict[str, Any], stand: Stand, turn: Turn | None) -> None:
    has_met = facts.pop("met", False)
    status = MilestoneStatus.met if has_met else MilestoneStatus.scheduled
    whole = settlement([Instalment("only", Decimal(80_000), ())], Decimal(50_000) if has_met else None)
    milestones, audited = {Gate.final_audit: MilestoneStand(status, None)}, {EngagementKind.audit}
    case = Case(
        ContractStatus.terminated,
        [whole],
        [],
        milestones,
        [],
        audited,
        BudgetStatus.approved,
        submitted=(),
        evaluating={},
    )
    (standing,) = what_stands_between(replace(case, **facts))
    assert (standing.stand, [each.turn for each in standing.obstacles]) == (stand, [turn] if turn else [])


async def test_all_five_parties_read_the_same_of_what_is_left_after_an_early_end(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    firms = [await evaluator(session, contract), await auditor(session, contract)]
    await pay(session, contract, "first", 10_000)
    await end(session, contract)
    await session.commit()
    five = [purchaser(contract), contractor(contract), *firms, Actor(1, Role.committee, None, contract.area_code)]
    said = []
    for actor in five:
        async with client_of(actor) as client:
            said.append((await client.get(f"/overviews/contracts/{contract.id}/obstacles")).json())
    assert all(each == said[0] for each in said)
    (item,) = said[0]["items"]
    assert (item["name"], item["label_en"], item["stand"]) == ("settlement", "Settlement after termination", "waiting")
    assert [(each["gate"], each["verb"]) for each in item["obstacles"]] == [("final_audit", "propose")]


async def test_the_last_payment_and_what_is_paid_back_over_http(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_ended(session)
    await audit_of(session, contract, 9_000)
    await session.commit()
    at = f"/contracts/{contract.id}"
    last = {"instalment": "settlement", "amount": {"amount": "0.01"}, "voucher": "PZ-9"}
    async with client_of(purchaser(contract)) as client:
        read = (await client.get(at)).json()
        refused = (await client.post(f"{at}/pay", json=last)).json()["code"]
        back = await client.post(f"{at}/refund", json={"amount": {"amount": "1000.00"}, "voucher": "TK-1"})
        after = (await client.get(at)).json()
    assert (read["excess"]["amount"], read["settlement"]["left"]["amount"]) == ("1000.00", "0.00")
    assert (refused, back.status_code, back.json()["is_refund"]) == ("PaymentAboveAllowed", 201, True)
    assert (after["paid"]["amount"], after["excess"]["amount"]) == ("9000.00", "0.00")
    assert [(each["instalment"], each["is_refund"]) for each in after["payments"]][-1] == ("settlement", True)


async def transfer(session: AsyncSession, contract: Contract, amount: str, instalment_id: int | None = None) -> str:
    """The constraint by which the database itself refuses a transfer; "" where it does not."""
    row = Payment(contract_id=contract.id, instalment_id=instalment_id, amount=Decimal(amount), voucher=amount)
    row.paid_at = await now(session)
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as refused:
        return str(getattr(getattr(refused.orig, "diag", None), "constraint_name", ""))
    return ""


async def test_the_database_itself_holds_what_settles_a_contract(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await pay(session, contract, "first", 9_000)
    first = (await instalments_of(session, contract.id))[0].id
    running = [await transfer(session, contract, "1"), await transfer(session, contract, "-1")]
    assert running == ["ck_payments_settle_what_ended", "ck_payments_owed_back"]
    await end(session, contract)
    assert await transfer(session, contract, "1", first) == "ck_payments_settle_what_ended"
    assert await transfer(session, contract, "1") == "ck_payments_allowed"
    await audit_of(session, contract, 10_000, 5_000)
    assert await transfer(session, contract, "6000.01") == "ck_payments_allowed"
    assert await transfer(session, contract, "6000.00") == ""
    assert await transfer(session, contract, "-0.01") == "ck_payments_owed_back"
    paid = sa.text("SELECT array_agg(paid ORDER BY position) FROM instalments WHERE contract_id = :id")
    assert await session.scalar(paid, {"id": contract.id}) == [10_000, 5_000, 0]
