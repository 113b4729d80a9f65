"""The report of a season: every figure against one counted by hand, and the same on the page, on paper and in Excel."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from docx import Document
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import service as budgets
from app.budgets.queries import parts_of
from app.contracts import service as contracts
from app.contracts.acceptance import accept_delivery
from app.contracts.models import AcceptanceChannel, Contract, Payment
from app.core.actors import Actor, Role
from app.core.clock import now
from app.findings import service as findings
from app.findings.rules import Severity
from app.service_sessions.models import SignIn
from app.service_sessions.rules import CallBackStatus
from app.service_sessions.service import close_call_backs
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import Gate
from tests.conftest import ClientOf
from tests.factories.awards import make_confirmed
from tests.factories.budgets import audit, auditor, make_budget, state
from tests.factories.contracts import contractor, evaluate, evaluator, make_performing, pay, purchaser
from tests.factories.needs import make_need
from tests.factories.notices import set_clock
from tests.factories.parties import make_area
from tests.factories.reference import DOUNAN, LONGJIE
from tests.factories.service_sessions import call, make_draw, make_held
from tests.factories.voices import make_content

pytestmark = pytest.mark.anyio
C = CallBackStatus
CONTENT = {"is_hidden": False, "asked": 40, "answers": 40, "accepting": 32}
NOBODY = {"is_hidden": False, "asked": 0, "answers": 0, "accepting": 0}


async def read(client_of: ClientOf, actor: Actor, year: int) -> Any:
    async with client_of(actor) as client:
        answer = await client.get(f"/overviews/season/{year}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def yuan(amount: int | str | Decimal) -> dict[str, str]:
    return {"amount": f"{Decimal(amount):.2f}", "currency": "CNY"}


async def say(session: AsyncSession, contract: Contract, asked: int, answers: int, accepting: int) -> None:
    counts = {"asked": asked, "answers": answers, "accepting": accepting}
    await accept_delivery(session, purchaser(contract), contract.id, AcceptanceChannel.meeting, **counts)


async def make_three(session: AsyncSession) -> list[Contract]:
    """Of one notice over 700,000 yuan: contracts over 20,000, 15,000 and 10,000, each carried out."""
    _, awards = await make_confirmed(session, (90, 20_000), (80, 15_000), (70, 10_000), places=3)
    found = []
    for award in awards:
        drafted = await session.scalar(sa.select(Contract).where(Contract.award_id == award.id))
        contract = drafted or await contracts.draft_from_award(session, Actor(None, Role.clock), award)
        for actor in (purchaser(contract), contractor(contract)):
            await contracts.sign_contract(session, actor, contract.id, "王科长")
        found.append(await contracts.start_contract(session, contractor(contract), contract.id))
    return found


async def pass_days(session: AsyncSession, days: int) -> None:
    await set_clock(session, await now(session) + timedelta(days=days))


async def carry_out(session: AsyncSession, contract: Contract) -> None:
    """To its end: 19,000 yuan vouched, one statement restated; 500 of them disallowed, at first 700; a hundred people
    claimed, 25 of 30 residents answered."""
    budget = await make_budget(session, contract)
    wrong, days = await state(session, contract, budget, "staff", 8_000), (contract.starts_on, contract.ends_on)
    said: Any = {"starts_on": days[0], "ends_on": days[1], "spent": Decimal(9_000), "voucher": "记-1", "note": ""}
    await budgets.restate_expense(session, contractor(contract), wrong, **said)
    activities = await state(session, contract, budget, "activities", 10_000)
    for amount in (700, 500):
        who = await auditor(session, contract)
        await budgets.disallow_statement(session, who, activities, Decimal(amount), "抬头不符")
    await audit(session, contract, budget)
    for title, people in (("茶话会", 60), ("课堂", 40)):
        await make_held(session, contract, people, title=title)
    draw = await make_draw(session, contract)
    await call(session, contract, draw, [C.confirmed] * 40 + [C.denied] * 5 + [C.not_reached] * 5)
    await close_call_backs(session, await evaluator(session, contract), draw.id)
    await evaluate(session, contract, Gate.midterm_evaluation, Gate.final_evaluation)
    await say(session, contract, asked=30, answers=25, accepting=24)
    for instalment, amount in (("first", 10_000), ("interim", 6_000), ("final", 2_500)):
        await pay(session, contract, instalment, amount)
    await contracts.complete_contract(session, purchaser(contract), contract.id)


async def find_wanting(session: AsyncSession, contract: Contract) -> None:
    """One finding is answered late and accepted; another one holds payments and is not answered."""
    facts: Any = {"basis": "", "severity": Severity.minor, "working_days": 1, "is_holding": False}
    first = await findings.raise_finding(session, purchaser(contract), contract.id, requirement="补签到表", **facts)
    await session.flush()
    await pass_days(session, 30)
    await findings.answer_finding(session, contractor(contract), first.id, "已补")
    await findings.accept_finding(session, purchaser(contract), first.id, "已核对")
    facts["is_holding"] = True
    await findings.raise_finding(session, purchaser(contract), contract.id, requirement="补交台账", **facts)


async def make_ended(session: AsyncSession) -> list[Contract]:
    """A year of a bureau: one contract completed, one under way with findings in the same community, one terminated in
    another before anything was paid; of three needs one is bought. How content residents are may be told of the second
    alone."""
    needs = [await make_need(session, category_code=code) for code in ("0101", "0101", "0201")]
    done, running, stopped = await make_three(session)
    for contract, code in ((done, DOUNAN), (running, DOUNAN), (stopped, LONGJIE)):
        contract.area_code = (await make_area(session, code)).code
    await session.flush()
    await pay(session, running, "first", 7_500)
    await say(session, running, asked=6, answers=4, accepting=4)
    await say(session, stopped, asked=7, answers=3, accepting=3)
    for contract, ayes, noes in ((done, 19, 1), (running, 32, 8), (stopped, 4, 0)):
        await make_content(session, contract, ayes, noes, communities=(contract.area_code,))
    await carry_out(session, done)
    await find_wanting(session, running)
    await contracts.terminate_contract(session, purchaser(stopped), stopped.id, "双方协商终止")
    done.need_id = needs[0].id  # as if it had been made for this need
    await session.commit()
    return [done, running, stopped]


async def year_of(session: AsyncSession, contract: Contract) -> int:
    tender = await session.get_one(Tender, contract.tender_id)
    assert tender.published_at is not None
    return tender.published_at.year


async def test_every_figure_of_a_season_is_the_one_counted_by_hand(session: AsyncSession, client_of: ClientOf) -> None:
    """Of 45 who were reached 40 confirm: 88 of 100, by Wilson between 76.5 and 95.2 per cent."""
    done, *_ = await make_ended(session)
    report = await read(client_of, purchaser(done), await year_of(session, done))
    projects = report.pop("projects")
    money = {name: value["amount"] for name, value in report.pop("money").items() if name != "year"}
    assert money == {
        "planned": "700000.00",
        "awarded": "45000.00",
        "contracted": "35000.00",
        "direct": "0.00",
        "paid": "26000.00",
    }
    paths = [verdict.pop("path")[-1] for verdict in report["verdicts"]]
    assert paths == [f"community {LONGJIE}", f"community {DOUNAN}"]
    assert report == {
        "vouched": yuan(19_000),
        "disallowed": yuan(500),
        "states": {"performing": 1, "completed": 1, "terminated": 1},
        "sessions": 2,
        "claimed": 100,
        "checked": {"drawn_of": 100, "count": 88, "least": 76, "most": 95},
        "told": {"is_hidden": False, "asked": 30, "answers": 25, "accepting": 24},
        "content": CONTENT,
        "found": {"raised": 2, "holding": 1, "unsettled": 1, "late": 1},
        "verdicts": [
            {
                "contracts": 1,
                "said": {"is_hidden": True, "asked": 7, "answers": None, "accepting": None},
                "content": NOBODY,
            },
            {
                "contracts": 2,
                "said": {"is_hidden": False, "asked": 30, "answers": 25, "accepting": 24},
                "content": CONTENT,
            },
        ],
        "unbought": [
            {"category": "01", "asked": 2, "never": 1},
            {"category": "02", "asked": 1, "never": 1},
        ],
    }
    assert [(each["status"], each["paid"], each["vouched"], each["disallowed"]) for each in projects] == [
        ("completed", yuan(18_500), yuan(19_000), yuan(500)),
        ("performing", yuan(7_500), yuan(0), yuan(0)),
        ("terminated", yuan(0), yuan(0), yuan(0)),
    ]
    assert [each["content"] for each in projects] == [NOBODY, CONTENT, NOBODY]
    assert projects[1]["said"] == {"is_hidden": True, "asked": 6, "answers": None, "accepting": None}


async def test_the_sums_are_those_of_the_tables(session: AsyncSession, client_of: ClientOf) -> None:
    done, *others = await make_ended(session)
    report = await read(client_of, purchaser(done), await year_of(session, done))
    paid = await session.scalar(sa.select(sa.func.sum(Payment.amount)))
    audited = [(await parts_of(session, contract)).allowed for contract in (done, *others)]
    assert (report["money"]["paid"], report["vouched"], report["disallowed"]) == (
        yuan(paid or 0),
        yuan(sum(each.vouched for each in audited)),
        yuan(sum(each.disallowed for each in audited)),
    )
    assert sum(Decimal(each["paid"]["amount"]) for each in report["projects"]) == paid
    assert report["claimed"] == await session.scalar(sa.select(sa.func.count()).select_from(SignIn))


async def test_paper_and_table_say_what_the_page_says(session: AsyncSession, client_of: ClientOf) -> None:
    done, *_ = await make_ended(session)
    year = await year_of(session, done)
    async with client_of(purchaser(done)) as client:
        at = f"/overviews/season/{year}"
        pdf, docx = [await client.get(f"{at}/paper", params={"format": kind}) for kind in ("pdf", "docx")]
        xlsx = await client.get(f"{at}/export", params={"headings": "en"})
    assert pdf.content.startswith(b"%PDF")
    document = Document(io.BytesIO(docx.content))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert cells >= {"500.00", "18,500.00", "少于5人，不显示", "25", "24", "40", "32"}
    said = "".join(paragraph.text for paragraph in document.paragraphs)
    assert [sum_ in said for sum_ in ("700,000.00", "35,000.00", "26,000.00", "19,000.00")] == [True] * 4
    assert "其中1个项目的100人次经抽签回访，支持88人次（76至95人次）" in said
    assert "共提出整改事项2项，其中暂停拨付的1项；答复逾期的1项，至今未了结的1项" in said
    header, *rows = openpyxl.load_workbook(io.BytesIO(xlsx.content)).active.iter_rows(values_only=True)
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["Content"] for row in table] == [None, "32", None]
    assert [(row["Number"], row["Paid (CNY)"], row["Supported"], row["Accepting"]) for row in table] == [
        (done.number, "18500.00", "88", "24"),
        (table[1]["Number"], "7500.00", None, None),
        (table[2]["Number"], "0.00", None, None),
    ]


async def test_a_year_without_money_or_contracts_has_no_report_nor_has_another_bureau(
    session: AsyncSession, client_of: ClientOf
) -> None:
    done, *_ = await make_ended(session)
    year = await year_of(session, done)
    for actor, wanted in ((purchaser(done), year - 5), (Actor(None, Role.purchaser, done.contractor_id), year)):
        async with client_of(actor) as client:
            answer = await client.get(f"/overviews/season/{wanted}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


async def test_call_backs_that_tell_who_denied_are_not_in_the_report(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_performing(session)
    await make_held(session, contract, 4)
    draw = await make_draw(session, contract)
    await call(session, contract, draw, [C.confirmed, C.confirmed, C.denied, C.confirmed])
    await close_call_backs(session, await evaluator(session, contract), draw.id)
    await session.commit()
    report = await read(client_of, purchaser(contract), await year_of(session, contract))
    assert (report["claimed"], report["checked"], report["projects"][0]["checked"]) == (4, None, None)
