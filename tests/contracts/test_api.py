"""Contracts over HTTP: from the draft to the last payment, and the papers to print."""

import io

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service
from app.contracts.service import take_evaluation
from app.core.actors import Actor, Role
from app.papers.purchase import BLANK
from app.parties.models import Party
from app.tenders.profiles.rules import Gate
from tests.conftest import ClientOf
from tests.factories.contracts import (
    Reported,
    contractor,
    evaluator,
    make_bought,
    make_contract,
    make_performing,
    purchaser,
)

pytestmark = pytest.mark.anyio
DONE = {"channel": "meeting", "asked": 12, "answers": 10, "accepting": 9}


async def test_a_contract_goes_from_draft_to_completed(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_contract(session)
    await session.commit()
    at = f"/contracts/{contract.id}"
    async with client_of(purchaser(contract)) as buyer, client_of(contractor(contract)) as seller:
        assert (await buyer.get(at)).json()["actions"] == ["edit", "sign", "attach", "engage", "terminate"]
        await buyer.post(f"{at}/sign", json={"name": "王科长"})
        signed = (await seller.post(f"{at}/sign", json={"name": "李主任"})).json()
        assert (signed["status"], [s["name"] for s in signed["signatures"]]) == ("signed", ["王科长", "李主任"])
        first = {"instalment": "first", "amount": {"amount": "10000.00"}, "voucher": "PZ-1"}
        assert (await buyer.post(f"{at}/pay", json=first)).status_code == 201
        await seller.post(f"{at}/start")
        for gate in (Gate.midterm_evaluation, Gate.final_evaluation):
            await seller.post(f"{at}/milestones/{gate.value}/report", json={"report": "完成情况"})
            await take_evaluation(session, await evaluator(session, contract), Reported(contract.id, gate))
        await session.commit()
        final = {"instalment": "final", "amount": {"amount": "4000.00"}, "voucher": "PZ-2"}
        assert (await buyer.post(f"{at}/pay", json=final)).json()["code"] == "PaymentBeforeGate"
        async with client_of(Actor(1, Role.committee, None, "530114")) as committee:
            assert (await committee.post(f"{at}/accept", json=DONE)).json()["status"] == "met"
        await buyer.post(f"{at}/pay", json=final)
        await buyer.post(
            f"{at}/pay", json={**final, "instalment": "interim", "amount": {"amount": "6000"}, "voucher": "3"}
        )
        completed = (await buyer.post(f"{at}/complete")).json()
    assert (completed["status"], completed["paid"]["amount"], completed["actions"]) == ("completed", "20000.00", [])


async def test_an_edit_needs_the_version_it_edits(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_contract(session)
    await session.commit()
    edit = {"title": "银龄陪伴", "starts_on": "2027-01-10", "ends_on": "2027-12-31", "targets": [{"what": "探访"}]}
    async with client_of(purchaser(contract)) as client:
        blind = await client.put(f"/contracts/{contract.id}", json=edit)
        stale = await client.put(f"/contracts/{contract.id}", json=edit, headers={"If-Match": '"0"'})
        tag = (await client.get(f"/contracts/{contract.id}")).headers["etag"]
        edited = await client.put(f"/contracts/{contract.id}", json=edit, headers={"If-Match": tag})
        backwards = {**edit, "ends_on": "2027-01-09"}
        wrong = await client.put(f"/contracts/{contract.id}", json=backwards, headers={"If-Match": '"2"'})
    assert (blind.status_code, stale.status_code, edited.status_code) == (428, 412, 200)
    assert (edited.json()["targets"], wrong.json()["code"]) == ([{"what": "探访", "quantity": ""}], "PeriodBackwards")


async def test_a_voucher_is_recorded_once(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    await session.commit()
    payment = {"instalment": "first", "amount": {"amount": "1000.00"}, "voucher": "PZ-1"}
    async with client_of(purchaser(contract)) as client:
        statuses = [(await client.post(f"/contracts/{contract.id}/pay", json=payment)).status_code for _ in range(2)]
        paid = (await client.get(f"/contracts/{contract.id}")).json()["paid"]["amount"]
    assert (statuses, paid) == ([201, 409], "1000.00")


async def test_contracts_are_listed_and_exported_to_those_they_concern(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_contract(session)
    await session.commit()
    async with client_of(contractor(contract)) as client, client_of(Actor(1, Role.organization, 0)) as stranger:
        listed = (await client.get("/contracts", params={"status": "draft", "sort": "number"})).json()["items"]
        table = (await client.get("/contracts/export", params={"format": "csv"})).text.splitlines()
        assert (await stranger.get("/contracts")).json()["items"] == []
        assert (await stranger.get(f"/contracts/{contract.id}")).status_code == 404
    assert [row["number"] for row in listed] == [contract.number]
    assert table[1].startswith(f"{contract.number},银龄陪伴,")
    assert ",20000.00,0.00," in table[1]


async def test_a_contract_is_printed_as_pdf_and_word_with_its_signatures(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        pdf = await client.get(f"/contracts/{contract.id}/paper")
        word = await client.get(f"/contracts/{contract.id}/paper", params={"format": "docx"})
    printed = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages)
    tables = docx.Document(io.BytesIO(word.content)).tables
    assert pdf.headers["content-type"] == "application/pdf"
    assert ("人民币贰万元整" in printed, "由王科长在平台签署" in printed, "10,000.00" in printed) == (True, True, True)
    assert [cell.text for cell in tables[1].rows[1].cells] == ["首款", "50%", "10,000.00", "协议经双方签署后"]


async def test_a_purchase_is_printed_as_a_contract_of_purchaser_and_supplier_with_blanks_for_what_is_unknown(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_bought(session)
    party = await session.get_one(Party, contract.contractor_id)
    party.bank_account, party.legal_representative = "6222 0001", "李萤"
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        pdf = await client.get(f"/contracts/{contract.id}/paper")
        word = await client.get(f"/contracts/{contract.id}/paper", params={"format": "docx"})
        seen = (await client.get(f"/parties/{party.id}")).json()
    printed = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages)
    lines = "".join("".join(line.text.split()) for line in docx.Document(io.BytesIO(word.content)).paragraphs)
    wanted = (
        "政府采购合同（政府购买服务）",
        "甲方（采购人）：",
        "乙方（供应商）：",
        "法定代表人：李萤",
        "银行账号：62220001",
        "开户银行：" + BLANK,
        "中标通知书",
        "服务对象验收认可",
        "违约责任",
        "仲裁委员会",
        "签订期限：2026年12月31日前（含当日）（暂定",
    )
    for text in (printed, lines):
        assert [line for line in wanted if line not in text] == []
        assert [word for word in ("None", "资助", "协议书", "申报书") if word in text] == []
    assert (seen["legal_representative"], seen["bank_account"]) == ("李萤", "")


async def test_what_was_signed_before_purchases_had_their_own_words_keeps_its_words(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_bought(session)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    contract.sides = None
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        pdf = await client.get(f"/contracts/{contract.id}/paper")
    assert "协议书" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
