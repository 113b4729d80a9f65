"""Budgets over HTTP: from the proposal to the printed report, and refusals in both languages that change nothing."""

import io
from dataclasses import replace

import docx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from tests.conftest import ClientOf
from tests.factories.budgets import auditor, make_budget, state
from tests.factories.contracts import contractor, engaged, make_performing, purchaser

pytestmark = pytest.mark.anyio
LINES = [
    {"code": "1", "kind": "activity", "name": "人员劳务", "approved": {"amount": "18000.00"}},
    {"code": "2", "kind": "tax", "name": "税费", "approved": {"amount": "2000.00"}},
]
SPENT = {"starts_on": "2027-02-01", "ends_on": "2027-02-28", "voucher": "记-2027-02-01"}


async def test_a_budget_goes_from_proposal_to_a_signed_report(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    firm = await auditor(session, contract)
    await session.commit()
    at = f"/budgets/contracts/{contract.id}"
    async with (
        client_of(contractor(contract)) as seller,
        client_of(purchaser(contract)) as buyer,
        client_of(firm) as auditing,
    ):
        empty = (await seller.get(at)).json()
        assert (empty["id"], empty["status"], empty["actions"]) == (None, None, ["propose"])
        proposed = (await seller.post(f"{at}/propose", json={"lines": LINES})).json()
        here = f"/budgets/{proposed['id']}"
        approved = (await buyer.post(f"{here}/approve")).json()
        assert (proposed["status"], approved["status"], approved["actions"]) == ("proposed", "approved", [])
        staff = approved["lines"][0]["id"]
        body = {"line_id": staff, "spent": {"amount": "9000.00"}, **SPENT}
        stated = (await seller.post(f"{here}/state", json=body)).json()
        assert (stated["actions"], stated["vouched"]["amount"]) == (["ask", "state"], "9000.00")
        statement = stated["statements"][0]["id"]
        disallow = {"amount": {"amount": "400.00"}, "reason": "发票抬头不符"}
        await auditing.post(f"/budgets/statements/{statement}/disallow", json=disallow)
        given = {"kind": "final", "opinion": "账目清楚", "embezzlement": ""}
        (report,) = (await auditing.post(f"{here}/submit", json=given)).json()["audits"]
        assert (report["allowed"]["amount"], report["execution"], report["actions"]) == ("8600.00", "0.43", ["sign"])
        signed = (await auditing.post(f"/budgets/audits/{report['id']}/sign", json={"name": "周会计师"})).json()
        assert (signed["audits"][0]["status"], signed["audits"][0]["signer"]) == ("signed", "周会计师")
        read = (await seller.get(f"/contracts/{contract.id}")).json()
        assert read["allowed"]["amount"] == "8600.00"
        for kind, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
            paper = await seller.get(f"/budgets/audits/{report['id']}/paper", params={"format": kind})
            assert paper.content.startswith(begins)
    text = "\n".join(each.text for each in docx.Document(io.BytesIO(paper.content)).paragraphs)
    assert "列报支出9,000.00元，核减400.00元，认可支出人民币捌仟陆佰元整（¥8,600.00）" in text


async def test_what_is_refused_says_why_in_both_languages_and_changes_nothing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract)
    await state(session, contract, budget, "staff", 9_000)
    firm = await auditor(session, contract)
    await session.commit()
    at = f"/budgets/contracts/{contract.id}"
    async with client_of(contractor(contract)) as seller, client_of(firm) as auditing:
        before = (await seller.get(at)).json()
        staff, tasks = (line["id"] for line in before["lines"])
        spent = {**SPENT, "line_id": staff}
        moved = {"from_id": staff, "to_id": tasks, "reason": "调整", "amount": {"amount": "1000.01"}}
        statement = f"/budgets/statements/{before['statements'][0]['id']}"
        tries = [
            (await seller.post(f"{at}/propose", json={"lines": LINES[:1]})),
            (await seller.post(f"/budgets/{budget.id}/state", json={**spent, "spent": {"amount": "1000.01"}})),
            (await seller.post(f"/budgets/{budget.id}/ask", json=moved)),
            (await seller.post(f"/budgets/{budget.id}/ask", json={**moved, "to_id": staff})),
            (await auditing.post(f"{statement}/disallow", json={"amount": {"amount": "9000.01"}, "reason": "无"})),
        ]
        after = (await seller.get(at)).json()
    codes = [each.json()["code"] for each in tries]
    assert codes == ["MoveRefused", "SpentAboveLine", "LineTooShort", "ChangeWithinLine", "DisallowedAboveSpent"]
    assert all(each.json()["messages"].keys() == {"zh", "en"} for each in tries)
    assert after == before


async def test_a_foreign_firm_sees_neither_budget_nor_report(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract)
    report = {"kind": "final", "opinion": "账目清楚"}
    evaluating = await engaged(session, contract, EngagementKind.evaluation)
    await session.commit()
    async with client_of(Actor(None, Role.auditor, evaluating.party_id)) as foreign:
        assert (await foreign.get(f"/budgets/contracts/{contract.id}")).status_code == 404
        assert (await foreign.post(f"/budgets/{budget.id}/submit", json=report)).status_code == 404
    async with client_of(replace(evaluating, account_id=1)) as evaluator:
        assert (await evaluator.post(f"/budgets/{budget.id}/submit", json=report)).status_code == 403


async def test_everybody_concerned_reads_the_same_of_what_stands_between(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    readers = [purchaser(contract), contractor(contract), Actor(1, Role.committee, None, contract.area_code)]
    readers += [await engaged(session, contract, kind) for kind in EngagementKind]
    await session.commit()
    said = []
    for reader in readers:
        async with client_of(reader) as client:
            said.append((await client.get(f"/overviews/contracts/{contract.id}/obstacles")).json())
    assert [each == said[0] for each in said] == [True] * 5
    first, interim, final = said[0]["items"]
    assert (first["stand"], interim["stand"]) == ("payable", "waiting")
    (obstacle,) = interim["obstacles"]
    assert (obstacle["gate"], obstacle["role"], obstacle["verb"]) == ("midterm_evaluation", "organization", "report")
    assert obstacle["until"] is not None
    assert [each["role"] for each in final["obstacles"]] == ["organization", "committee"]
