"""A contract from its draft to its end by the screen alone: each side does what is its own, led by its desk."""

import asyncio
import re
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.contracts.models import Contract, Engagement
from app.contracts.service import draft_from_pair
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.db import make_engine, units
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.selection.models import Pair, Round
from app.selection.rules import Answer, Basis, PairStatus, RoundStatus
from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of
from tests.factories.needs import make_need
from tests.factories.offers import make_offer

pytestmark = pytest.mark.browser
TITLE = "独居长者每周探访"


async def _draft(url: str) -> int:
    """A micro-grant of a pair between those for whom the demonstration accounts act; the number of its contract."""
    engine = make_engine(url)
    async with units(engine)() as session:
        shown = (await session.scalars(sa.select(Contract).join(Engagement).limit(1))).one()
        of_place = sa.and_(Party.kind == PartyKind.committee, Party.area_code == shown.area_code)
        committee = (await session.scalars(sa.select(Party).where(of_place))).one()
        need = await make_need(session, committee, title=TITLE, held_as="matched")
        offer = await make_offer(session, await session.get_one(Party, shown.contractor_id))
        at = await now(session)
        round = Round(
            party_id=shown.purchaser_id, area_code="530114000000", title_zh="秋季双选会", seed="s", created_at=at
        )
        round.opens_at, round.opened_at, round.closes_at = at, at, at + timedelta(days=7)
        round.status, round.micro_grant_limit = RoundStatus.open, Decimal(10_000)
        session.add(round)
        await session.flush()
        pair = Pair(round_id=round.id, need_id=need.id, offer_id=offer.id, proposed_at=at, settled_at=at)
        pair.need_party_id, pair.offer_party_id, pair.status = need.party_id, offer.party_id, PairStatus.confirmed
        pair.need_answer, pair.offer_answer, pair.basis = Answer.confirmed, Answer.confirmed, Basis.micro_grant
        session.add(pair)
        await session.flush()
        contract = await draft_from_pair(session, Actor(None, Role.clock), pair)
        assert contract is not None
    await engine.dispose()
    return contract.id


@pytest.fixture
def drafted(demonstration: tuple[str, str]) -> str:
    """The address of a contract that nobody has signed yet."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(_draft(demonstration[0]))))
    thread.start()
    thread.join()
    return f"/contracts/{found[0]}"


def begin(page: Page, verb: str, nth: int = 0) -> None:
    page.get_by_role("button", name=verb, exact=True).nth(nth).click()


def finish(page: Page, word: str, choices: dict[str, str] | None = None, **fields: str) -> None:
    """Fills in the dialogue and sends it off."""
    dialogue = page.get_by_role("dialog")
    for label, option in (choices or {}).items():
        dialogue.get_by_role("combobox", name=label).click()
        page.locator(".ant-select-item-option", has_text=option).click()
    for label, text in fields.items():
        dialogue.get_by_label(label).fill(text)
    dialogue.get_by_role("button", name=word, exact=True).click()
    expect(dialogue).to_have_count(0)


def do(page: Page, verb: str, word: str = "", choices: dict[str, str] | None = None, **fields: str) -> None:
    begin(page, verb)
    finish(page, word or verb, choices, **fields)


def from_desk(visit: Open, role: str, line: str) -> Page:
    """Opens the line of the desk that says this."""
    page = visit("/desk", role=role)
    page.get_by_role("link", name=re.compile(line)).click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def test_a_contract_goes_from_its_draft_to_its_end_by_the_screen(visit: Open, drafted: str) -> None:
    buyer = visit(drafted, role="purchaser")
    begin(buyer, "修改草案")
    buyer.get_by_label("数量").last.fill("不少于 200 次")
    begin(buyer, "保存")
    expect(buyer.get_by_text("不少于 200 次")).to_be_visible()
    do(buyer, "签订", 签字人="王科长")
    expect(buyer.get_by_text("一方已签")).to_be_visible()
    expect(buyer.get_by_role("button", name="签订", exact=True)).to_have_count(0)

    seller = from_desk(visit, "organization", f"签订合同“{TITLE}”")
    do(seller, "签订", 签字人="李主任")
    begin(seller, "开始履行")
    finish(seller, "开始履行")
    expect(seller.get_by_text("履行中", exact=True)).to_be_visible()

    do(from_desk(visit, "purchaser", f"登记“{TITLE}”的拨款.*首款"), "登记拨款", 凭证号="PZ-1")
    evaluated(visit, "中期评估")
    do(from_desk(visit, "purchaser", f"登记“{TITLE}”的拨款.*中期款"), "登记拨款", 凭证号="PZ-2")
    evaluated(visit, "末期评估")

    committee = from_desk(visit, "committee", f"登记“{TITLE}”的居民验收")
    do(committee, "登记居民验收", choices={"征询渠道": "会议现场"}, 征询人数="12", 答复人数="10", 认可人数="9")
    expect(committee.get_by_text("认可率 90.0%")).to_be_visible()

    do(from_desk(visit, "purchaser", f"登记“{TITLE}”的拨款.*尾款"), "登记拨款", 凭证号="PZ-3")
    buyer = from_desk(visit, "purchaser", f"为“{TITLE}”办理结项")
    do(buyer, "结项")
    expect(buyer.get_by_text("已结项", exact=True)).to_be_visible()
    expect(buyer.get_by_text("已付清", exact=True)).to_have_count(3)
    assert buyer.locator(".actions button").count() == 0


def evaluated(visit: Open, gate: str) -> None:
    """Reported by the contractor, decided by the firm that the bureau engages once something was reported."""
    do(from_desk(visit, "organization", f"报送“{TITLE}”的进展.*{gate}"), "报送进展", 进展报告="每周两次，已满一百次。")
    if gate == "中期评估":
        buyer = from_desk(visit, "purchaser", f"为“{TITLE}”委托评估机构")
        do(buyer, "委托评估或审计机构", "委托", {"机构": "示例第三方评估中心"})
    do(from_desk(visit, "evaluator", f"评估“{TITLE}”报送的进展.*{gate}"), "评估通过", 评估意见="达到目标。")


def test_a_report_that_is_sent_back_is_reported_again_and_one_that_is_missed_can_be_remedied(
    visit: Open, drafted: str
) -> None:
    for role in ("purchaser", "organization"):
        do(visit(drafted, role=role), "签订", 签字人="某某")
    buyer = visit(drafted, role="purchaser")
    do(buyer, "开始履行")
    do(buyer, "委托评估或审计机构", "委托", {"机构": "示例第三方评估中心"})
    do(visit(drafted, role="organization"), "报送进展", 进展报告="进展一")
    do(visit(drafted, role="evaluator"), "退回补充", 评估意见="请附台账。")
    seller = visit(drafted, role="organization")
    expect(seller.get_by_text("请附台账。")).to_be_visible()
    do(seller, "报送进展", 进展报告="进展二，附台账")
    evaluator = visit(drafted, role="evaluator", size=PHONE)
    do(evaluator, "评估不通过", 评估意见="未达目标。")
    do(evaluator, "同意整改", 评估意见="一个月内补齐。")
    do(visit(drafted, role="organization"), "报送进展", 进展报告="已补齐")
    buyer = visit(drafted, role="purchaser")
    do(buyer, "终止委托")
    expect(buyer.get_by_role("button", name="终止委托")).to_have_count(0)
    do(buyer, "终止合同", 终止理由="服务单位注销")
    expect(buyer.get_by_text("服务单位注销")).to_be_visible()


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "en")])
def test_the_pages_of_contracts_are_accessible_and_fit_their_window(
    visit: Open, size: dict[str, int], lang: str
) -> None:
    page = visit("/contracts", role="organization", size=size, lang=lang)
    expect(page.locator("h1")).to_be_visible()
    assert faults_of(page) == []
    page.locator("table a, .card a").first.click()
    expect(page.locator(".milestone").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert faults_of(page) == []
    assert page.locator("text=/\\b(contracts|rooms|status|action|field|nav|ui)\\.[a-z_]+/").count() == 0
