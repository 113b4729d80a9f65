"""Evaluations over HTTP: from the first seat to the paper, what each reader sees, and each refusal by its code."""

import io
from datetime import timedelta

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.service import report_milestone
from app.core.actors import Actor
from app.core.clock import now
from app.findings.rules import Severity
from app.findings.service import raise_finding
from app.tenders.profiles.rules import Gate
from tests.conftest import ClientOf
from tests.factories.assessments import marks_of
from tests.factories.contracts import contractor, make_performing
from tests.factories.evaluations import WORKED, colleague, make_signed_report, make_submitted, people_of
from tests.factories.notices import set_clock

pytestmark = pytest.mark.anyio


async def test_an_evaluator_goes_from_the_first_seat_to_a_signed_paper(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "已服务 120 人")
    people = await people_of(session, contract)
    await session.commit()
    at, firm = f"/evaluations/contracts/{contract.id}", people["third_party"]
    async with client_of(firm) as client:
        listed = (await client.get(at)).json()
        assert (listed["items"], listed["kinds"], listed["actions"]) == ([], ["midterm"], ["begin"])
        begun = await client.post(f"{at}/begin", json={"kind": "midterm"})
        (evaluation,) = begun.json()["items"]
        assert (begun.status_code, evaluation["status"], begun.json()["kinds"]) == (201, "planned", [])
        of = f"/assessments/{evaluation['assessment_id']}"
        candidates = (await client.get(f"{of}/assessors")).json()
        assert {each["group"]: each["account_id"] for each in candidates} == {
            group: actor.account_id for group, actor in people.items()
        }
        for group, actor in people.items():
            await client.post(f"{of}/seat", json={"group": group, "account_id": actor.account_id})
        early = await client.post(f"/evaluations/{evaluation['id']}/submit", json={"opinion": "好"})
        assert (early.status_code, early.json()["code"]) == (409, "ResultMissing")
        await client.post(f"{of}/collect")
    for group, actor in people.items():
        async with client_of(actor) as client:
            await client.post(f"{of}/declare", json={"interest": ""})
            marks = {
                code: {"value": str(m.value)} for code, m in marks_of(WORKED[group], "contract_midterm", group).items()
            }
            await client.put(f"{of}/sheet", json={"marks": marks}, headers={"If-Match": '"0"'})
            assert (await client.post(f"{of}/lock")).json()["status"] == "locked"
            again = await client.put(f"{of}/sheet", json={"marks": marks}, headers={"If-Match": '"2"'})
            assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
    async with client_of(firm) as client:
        await client.post(f"{of}/compute", json={"exclusion": "", "reason": ""})
        body = {"opinion": "服务按计划推进。", "advice": "增加夜间场次。"}
        (read,) = (await client.post(f"/evaluations/{evaluation['id']}/submit", json=body)).json()["items"]
        (report,) = read["reports"]
        assert (read["total"], report["band"], report["actions"]) == ("87.00", "good", [])
        own = await client.post(f"/evaluations/reports/{report['id']}/sign", json={"name": "陈评估"})
        assert (own.status_code, own.json()["code"]) == (409, "SecondSignerNeeded")
    async with client_of(colleague(firm)) as client:
        signed = await client.post(f"/evaluations/reports/{report['id']}/sign", json={"name": "陈评估"})
        assert signed.json()["items"][0]["reports"][0]["status"] == "signed"
    async with client_of(contractor(contract)) as client:
        milestones = (await client.get(f"/contracts/{contract.id}")).json()["milestones"]
        assert {each["gate"]: each["status"] for each in milestones}["midterm_evaluation"] == "met"
        (seen,) = (await client.get(at)).json()["items"]
        assert (seen["total"], seen["reports"][0]["opinion"]) == ("87.00", "服务按计划推进。")


async def test_before_it_is_signed_only_its_firm_reads_a_report(session: AsyncSession, client_of: ClientOf) -> None:
    contract, _, report, people = await make_submitted(session)
    await session.commit()
    readers: list[Actor] = [contractor(contract), people["purchaser"], people["committee"]]
    for reader in readers:
        async with client_of(reader) as client:
            (read,) = (await client.get(f"/evaluations/contracts/{contract.id}")).json()["items"]
            assert (read["total"], read["reports"], read["actions"]) == (None, [], [])
            paper = await client.get(f"/evaluations/reports/{report.id}/paper")
            assert (paper.status_code, paper.json()["code"]) == (404, "NotFound")


async def test_the_signed_paper_says_who_gave_what_and_what_is_to_be_mended(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    firm = (await people_of(session, contract))["third_party"]
    raised = {"basis": "合同第三条", "severity": Severity.minor, "working_days": 10, "is_holding": False}
    await raise_finding(session, colleague(firm), contract.id, requirement="补齐三场签到表", **raised)
    await session.flush()
    _, _, report, _ = await make_signed_report(session, contract)
    await set_clock(session, await now(session) + timedelta(hours=1))
    await raise_finding(session, colleague(firm), contract.id, requirement="后来才发现的", **raised)
    await session.commit()
    async with client_of(contractor(contract)) as client:
        at = f"/evaluations/reports/{report.id}/paper"
        word = docx.Document(io.BytesIO((await client.get(at, params={"format": "docx"})).content))
        pdf = PdfReader(io.BytesIO((await client.get(at)).content))
    said = "\n".join(paragraph.text for paragraph in word.paragraphs)
    cells = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    assert "中期评估报告" in said
    assert "按各方权重合计87.00分，评定为“良好”。" in said
    assert ["第三方评估机构", "60%", "1", "85.00"] in cells
    assert any("补齐三场签到表" in cell for row in cells for cell in row)
    printed = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    assert "由陈评估在平台签署" in printed
    assert "未签署" not in printed
    assert "后来才发现的" not in printed + str(cells)


async def test_who_does_not_sign_for_the_firm_is_refused(session: AsyncSession, client_of: ClientOf) -> None:
    contract, evaluation, _, people = await make_submitted(session)
    await session.commit()
    async with client_of(people["purchaser"]) as client:
        refused = await client.post(f"/evaluations/{evaluation.id}/submit", json={"opinion": "好"})
        assert (refused.status_code, refused.json()["code"]) == (403, "Denied")
        final = await client.post(f"/evaluations/contracts/{contract.id}/begin", json={"kind": "final"})
        assert (final.status_code, final.json()["code"]) == (403, "Denied")
    async with client_of(people["third_party"]) as client:
        early = await client.post(f"/evaluations/contracts/{contract.id}/begin", json={"kind": "final"})
        assert (early.status_code, early.json()["code"]) == (409, "EvaluationEarly")
        assert "末期评估自" in early.json()["messages"]["zh"]
        open = await client.post(f"/evaluations/contracts/{contract.id}/begin", json={"kind": "midterm"})
        assert (open.status_code, open.json()["code"]) == (409, "AssessmentOpen")
