"""What the platform knows of a contract: a hint beside the marks, and part of the report, as it was when submitted."""

import io
from decimal import Decimal

import docx
import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import service as budgets
from app.contracts.models import Contract
from app.evaluations.known import Known, known_of
from app.evaluations.models import EvaluationReport
from tests.conftest import ClientOf
from tests.factories.budgets import WORKED, audit, change, make_budget, state
from tests.factories.contracts import make_performing, purchaser
from tests.factories.evaluations import colleague, make_submitted
from tests.factories.service_sessions import keep_checked

pytestmark = pytest.mark.anyio
SPENT = {"staff": 45_000, "activities": 23_000, "material": 6_000, "management": 1_000, "tax": 2_000}


async def make_counted(session: AsyncSession) -> Contract:
    """Over 80,000 yuan for 500 people: 430 are claimed, of 71 who were reached 66 confirm; 3,000 were moved between
    lines, and an audit allows 77,000."""
    contract = await make_performing(session, 80_000)
    contract.targets = [{"what": "服务老人", "quantity": "500 人"}, {"what": "建立台账", "quantity": "1 项"}]
    await keep_checked(session, contract, 66, 71, claimed=430)
    budget = await make_budget(session, contract, WORKED)
    asked = await change(session, contract, budget, 3_000, "staff", "activities")
    await budgets.grant_change(session, purchaser(contract), asked, "同意")
    for code, amount in SPENT.items():
        await state(session, contract, budget, code, amount)
    await audit(session, contract, budget)
    await session.flush()
    return contract


async def test_claimed_output_has_its_supported_interval_and_its_marks_a_range(session: AsyncSession) -> None:
    known = await known_of(session, await make_counted(session))
    output, (target,) = known.output, known.output.targets
    assert output.supported
    assert (output.claimed, *output.supported.model_dump().values()) == (430, 430, 399, 363, 416)
    assert (target.planned, target.done, target.mark) == (500, 430, 2)
    assert (target.supported_mark, target.least_mark, target.most_mark) == (1, 1, 2)


async def test_how_the_budget_was_kept_has_its_share_its_band_and_its_factor(session: AsyncSession) -> None:
    budget = (await known_of(session, await make_counted(session))).budget
    assert budget
    assert (budget.execution, budget.is_audited) == (Decimal("0.9625"), True)
    factor = (budget.moved, budget.band, budget.least, budget.most, budget.is_whole)
    assert factor == (Decimal("0.0375"), "high", Decimal("0.8"), Decimal(1), False)


async def test_money_that_was_taken_away_makes_the_whole_project_nought(session: AsyncSession) -> None:
    contract = await make_performing(session)
    budget = await make_budget(session, contract)
    await audit(session, contract, budget, embezzlement="以虚假发票套取 2,000 元")
    await session.flush()
    found = (await known_of(session, contract)).budget
    assert found
    assert (found.band, found.most, found.is_whole) == ("embezzled", 0, True)


async def test_before_call_backs_and_a_budget_only_the_claim_is_known(session: AsyncSession) -> None:
    known = await known_of(session, await make_performing(session))
    output = known.output
    assert (output.claimed, output.supported, output.is_hidden, known.budget) == (0, None, False, None)


async def test_call_backs_of_too_few_are_told_to_nobody(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await keep_checked(session, contract, 3, 4)
    output = (await known_of(session, contract)).output
    assert (output.claimed, output.supported, output.is_hidden) == (4, None, True)


async def test_a_report_keeps_what_was_known_when_it_was_submitted(session: AsyncSession, client_of: ClientOf) -> None:
    contract, _, report, people = await make_submitted(session, await make_counted(session))
    await session.commit()
    at = f"/evaluations/reports/{report.id}"
    async with client_of(people["third_party"]) as client:
        beside = (await client.get(f"/evaluations/contracts/{contract.id}/known")).json()
        before = (await client.get(f"{at}/paper", params={"format": "docx"})).content
    assert beside["beside"]["output"] == ["work.outputs", "service"]
    assert Known.model_validate(beside) == Known.model_validate(report.known)
    await keep_checked(session, contract, 50, 60)
    await session.commit()
    async with client_of(colleague(people["third_party"])) as client:
        signed = await client.post(f"{at}/sign", json={"name": "陈评估"})
        assert signed.status_code == 200
        word, pdf = [(await client.get(f"{at}/paper", params={"format": kind})).content for kind in ("docx", "pdf")]
    said = text_of(word)
    for part in ("申报服务430人次", "399（363–416）", "1（1–2）", "预算执行率96.25%", "科目间调整3.75%", "高（0.8–1）"):
        assert part in said
        assert part in text_of(before)
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")
    assert "430" in printed and "399" in printed
    (read,) = signed.json()["items"]
    assert read["reports"][0]["known"]["output"]["claimed"] == 430


def text_of(word: bytes) -> str:
    document = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


async def test_the_database_itself_keeps_what_was_known(session: AsyncSession) -> None:
    _, _, report, _ = await make_submitted(session)
    change_it = sa.update(EvaluationReport).where(EvaluationReport.id == report.id).values(known={"output": {}})
    with pytest.raises(DBAPIError, match="stays in it"):
        async with session.begin_nested():
            await session.execute(change_it)
