"""From a signed contract to its last payment, by the screen alone: what was held and who came, what was spent, what was
found wanting, what evaluator, accountant and residents say of it, each on their own screen, the resident on a phone."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.service import DemonstrationSeat, make_demonstration_accounts
from app.contracts import service as contracts
from app.contracts.engagements import engage_firm
from app.contracts.models import ContractInstalment, Milestone
from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.installation.postgres import EmbeddedPostgres
from app.parties.models import Party
from app.season.cast import OPERATOR
from app.selection.models import Pair, Round, RoundNeed
from app.selection.rules import Answer, Basis, PairStatus, RoundStatus
from app.tenders.profiles.rules import Gate
from tests.browser.added import added
from tests.browser.conftest import DESKTOP, PHONE, faults_of
from tests.browser.district import District, agree, answered, choose, new_district, open_line, press, unfailing
from tests.browser.evaluating import evaluate, wait_for_the_end
from tests.browser.test_whole_season import report
from tests.factories.contracts import contractor, purchaser
from tests.factories.files import PDF
from tests.factories.needs import make_need
from tests.factories.offers import make_offer

pytestmark = pytest.mark.browser
NEED, SESSION, COLLEAGUE = "社区老年食堂送餐", "院坝午餐会", "auditor2"
ROWS = 12  # of the paper list, beside the household that signs in by the code
GATES = {"first": [Gate.signing], "interim": [Gate.business_check]}  # the last one waits for more than in the profile
MORE = (Gate.business_check, Gate.final_audit, Gate.findings_closed)
CONTENT = ("很满意", "满意", "满意", "满意", "满意", "不满意")


async def _signed(session: AsyncSession, parties: Mapping[str, Party]) -> None:
    """A small grant that both have signed: its money waits for a business check, for the final evaluation and audit,
    for residents, and for what is found wanting; both firms are engaged."""
    at, bureau = await now(session), parties["purchaser"]
    need = await make_need(session, parties["committee"], title=NEED, beneficiaries=20, held_as="matched")
    need.starts_on, need.period_months, need.budget = shanghai_date(at), 3, Decimal(9_000)
    offer = await make_offer(session, parties["organization"])
    round = Round(party_id=bureau.id, area_code=bureau.area_code, title_zh="冬季双选", seed="s", created_at=at)
    round.opens_at, round.closes_at, round.opened_at = at, at + timedelta(days=7), at
    round.status, round.micro_grant_limit = RoundStatus.open, Decimal(10_000)
    session.add(round)
    await session.flush()
    session.add(RoundNeed(round_id=round.id, need_id=need.id, party_id=need.party_id, key="N1", need_version=1))
    pair = Pair(round_id=round.id, need_id=need.id, offer_id=offer.id, proposed_at=at, settled_at=at)
    pair.basis, pair.status = Basis.micro_grant, PairStatus.confirmed
    pair.need_party_id, pair.offer_party_id = need.party_id, offer.party_id
    pair.need_answer = pair.offer_answer = Answer.confirmed
    session.add(pair)
    await session.flush()
    contract = await contracts.draft_from_pair(session, Actor(None, Role.clock), pair)
    assert contract is not None
    for part in await session.scalars(
        sa.select(ContractInstalment).where(ContractInstalment.contract_id == contract.id)
    ):
        part.gates = GATES.get(part.name) or [*part.gates, *MORE[1:]]
    await session.execute(
        sa.delete(Milestone).where(Milestone.contract_id == contract.id, Milestone.gate == Gate.midterm_evaluation)
    )
    session.add_all(Milestone(contract_id=contract.id, gate=gate, due_on=contract.ends_on) for gate in MORE)
    await session.flush()
    await contracts.sign_contract(session, purchaser(contract), contract.id, "王科长")
    await contracts.sign_contract(session, contractor(contract), contract.id, "李主任")
    for kind, firm in ((EngagementKind.evaluation, "evaluator"), (EngagementKind.audit, "auditor")):
        await engage_firm(session, purchaser(contract), contract.id, kind, parties[firm].id)
    seat = DemonstrationSeat(COLLEAGUE, "事务所的同事", Role.auditor, parties["auditor"])
    await make_demonstration_accounts(session, OPERATOR, [seat])


@pytest.fixture(scope="module")
def delivery(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    with new_district(browser, server, template) as district:
        added(district.url, _signed)
        yield district


@pytest.fixture
def district(delivery: District) -> Iterator[District]:
    yield from unfailing(delivery)


def contract_of(district: District, username: str, size: dict[str, int] = DESKTOP) -> Page:
    """The page of the contract, from the desk by its menu."""
    page = district.enter(username, size)
    if "contract" in district.places:
        page.goto(district.places["contract"])
        return page
    page.get_by_role("link", name="合同", exact=True).click()
    page.get_by_role("link", name=re.compile(NEED)).first.click()
    page.wait_for_url(re.compile(r"/contracts/\d+$"))
    district.places["contract"] = page.url
    return page


def test_a_session_is_planned_and_a_resident_signs_in_on_a_phone_and_says_how_it_was(district: District) -> None:
    page = district.enter("organization")
    open_line(page, f"合同“{NEED}.*开始履行")
    agree(page, "开始履行")
    expect(page.get_by_text("履行中", exact=True)).to_be_visible()
    page = contract_of(district, "organization")
    begins = (datetime.now(SHANGHAI) + timedelta(days=1)).replace(hour=14, minute=0, second=0, microsecond=0)
    press(page, "安排场次")
    dialogue = page.get_by_role("dialog").last
    for label, moment in (("开始时间", begins), ("结束时间", begins + timedelta(hours=2))):
        box = dialogue.get_by_label(label)
        box.fill(moment.strftime("%Y-%m-%d %H:%M"))
        box.press("Enter")
    answered(page, "安排场次", 名称=SESSION, 地点="社区活动室", 预计人数="20")
    expect(page.get_by_role("heading", name=SESSION)).to_be_visible()
    district.wait(seconds=(begins - datetime.now(SHANGHAI)).total_seconds() + 600)

    page = contract_of(district, "organization")
    page.get_by_text("签到码、照片和名单").first.click()
    door = page.locator(".session-door a").get_attribute("href")
    phone = district.arrive(str(door), PHONE)
    phone.get_by_label(re.compile("门牌号")).fill("3-2-501")
    phone.get_by_role("button", name=re.compile("签.?到")).click()
    expect(phone.get_by_text("签到成功")).to_be_visible()
    phone.get_by_role("radio", name="一样", exact=True).check(force=True)
    phone.get_by_role("radio", name="愿意", exact=True).check(force=True)
    press(phone, "提交感受")
    expect(phone.get_by_text("谢谢您的反馈！")).to_be_visible()
    assert faults_of(phone) == []


def test_what_was_held_is_claimed_and_forms_on_paper_are_counted(district: District) -> None:
    page = contract_of(district, "organization")
    press(page, "补录纸质名单")
    answered(page, "补录纸质名单", 纸质名单行数=str(ROWS))
    agree(page, "确认已开展")
    expect(page.get_by_text(f"申报完成 {ROWS + 1} 人次")).to_be_visible()
    page = contract_of(district, "committee")
    press(page, "录入纸质反馈")
    dialogue = page.get_by_role("dialog").last
    for question in ("和预告一样吗", "愿意再来吗"):
        boxes = dialogue.get_by_role("group", name=re.compile(question))
        for label, forms in (("是", "7"), ("部分", "5"), ("否", "0")):
            boxes.get_by_label(re.compile(f"^{label}")).fill(forms)
    answered(page, "录入纸质反馈")
    expect(page.get_by_text(f"纸质反馈 {ROWS} 户（由社区居委会录入）")).to_be_visible()


def test_the_evaluator_draws_and_calls_whom_the_lots_fell_on(district: District) -> None:
    page = contract_of(district, "evaluator")
    agree(page, "抽取回访名单")
    calls = page.locator(".calls li")
    expect(calls.first).to_be_visible()
    open_line(district.enter("evaluator"), f"“{NEED}.*回访抽中的居民")
    expect(calls.first).to_be_visible()
    while calls.get_by_role("button", name="确认参加").count():
        left = calls.get_by_role("button", name="确认参加").count()
        calls.get_by_role("button", name="确认参加").first.click()
        expect(calls.get_by_role("button", name="确认参加")).to_have_count(left - 1)
    agree(page, "结束回访")
    expect(page.get_by_text("重新抽一遍所需的全部数据")).to_be_visible()
    page = contract_of(district, "organization")
    expect(page.get_by_text(re.compile("回访支持 \\d+（"))).to_be_visible()


def test_what_is_spent_is_stated_with_its_receipt(district: District) -> None:
    page = contract_of(district, "organization")
    amount = page.request.get(f"/api/v1/contracts/{page.url.rsplit('/', 1)[-1]}").json()["amount"]["amount"]
    district.places["amount"] = amount
    press(page, "提交预算")
    answered(page, "提交预算", 科目="食材和人员", 预算金额=amount)
    page = district.enter("purchaser")
    open_line(page, f"“{NEED}.*审批预算")
    agree(page, "批准预算")
    expect(page.locator(".budget").get_by_text("已批准", exact=True)).to_be_visible()
    page = contract_of(district, "organization")
    press(page, "列报支出")
    today = (datetime.now(SHANGHAI) + district.waited).date().isoformat()
    answered(page, "列报支出", {"科目": "食材和人员"}, 起始日=today, 截止日=today, 支出金额=amount, 凭证号="记-1")
    press(page, "票据")
    page.locator(".budget input[type=file]").set_input_files(
        [{"name": "发票.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    expect(page.locator(".budget .attachment-list a")).to_have_text(["发票.pdf"])
    page = contract_of(district, "auditor")
    press(page, "票据")
    expect(page.get_by_role("link", name="发票.pdf")).to_be_visible()


def test_a_finding_is_answered_and_closed_and_the_bureau_checks_and_pays(district: District) -> None:
    page = contract_of(district, "evaluator")
    press(page, "提出整改")
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("整改要求").fill("缺一张签到表，请补交。")
    dialogue.get_by_label("了结前暂停拨款").check()
    press(dialogue, "提出整改")
    expect(page.get_by_text("了结前暂停拨款和结项")).to_be_visible()
    page = district.enter("organization")
    open_line(page, f"{NEED}.*答复整改要求")
    press(page, "答复")
    answered(page, "答复", 答复="签到表已补交。")
    page = district.enter("evaluator")
    open_line(page, f"{NEED}.*核实整改答复")
    press(page, "认可答复")
    answered(page, "认可答复", 核实意见="已核对。")
    report(district, "业务检查")
    page = district.enter("purchaser")
    open_line(page, f"核实“{NEED}.*业务检查")
    press(page, "评估通过")
    answered(page, "评估通过", 评估意见="台账齐全。")
    for instalment in ("首款", "中期款"):
        pay(district, instalment)


def pay(district: District, instalment: str) -> None:
    page = district.enter("purchaser")
    open_line(page, f"登记“{NEED}.*拨款.*{instalment}")
    press(page, "登记拨款")
    answered(page, "登记拨款", 凭证号=f"PZ {instalment}")


def test_the_evaluator_s_report_is_signed_and_so_is_the_accountant_s(district: District) -> None:
    wait_for_the_end(district, contract_of(district, "organization"))
    report(district, "末期评估")
    evaluate(district, "末期评估", DESKTOP)
    page = district.enter("auditor")
    open_line(page, f"{NEED}.*提交审计报告")
    press(page, "提交审计报告")
    answered(page, "提交审计报告", {"类别": "末期审计"}, 意见="账目清楚，票据齐全。")
    page = district.enter(COLLEAGUE)
    open_line(page, f"{NEED}.*签署审计报告")
    press(page, "签署报告")
    answered(page, "签署报告", 签署人="周会计师")
    expect(page.get_by_text("已签署", exact=True).first).to_be_visible()


def ask(district: District, purpose: str, verb: str, options: tuple[str, ...]) -> str:
    """A questionnaire for the purpose is made, published, and its wave asks residents of this contract; its link."""
    page = district.enter("committee")
    page.get_by_role("link", name="居民问卷", exact=True).click()
    page.get_by_role("link", name="新建问卷").click()
    page.get_by_label("问卷", exact=True).fill(f"{purpose}：{NEED}")
    choose(page, page.get_by_label("问卷用途").first, purpose)
    press(page, "开始编辑")
    page.wait_for_url(re.compile(r"/surveys/\d+/edit"))
    press(page, "保存并返回")
    page.wait_for_url(re.compile(r"/surveys/\d+$"))
    district.places[purpose] = page.url
    agree(page, "发布")
    press(page, "新建批次")
    answered(page, "新建批次", {"发放渠道": "公开链接"})
    agree(page, "开始回收")
    link = str(page.locator(".open-link a").first.get_attribute("href"))
    page = contract_of(district, "committee")
    press(page, verb)
    dialogue = page.get_by_role("dialog").last
    pick(page, dialogue.get_by_label("问卷", exact=True), re.compile(NEED))
    pick(page, dialogue.get_by_label("批次"), re.compile("公开链接"))
    pick(page, dialogue.get_by_label("题目（单选）"), re.compile("这项服务"))
    for option in options:
        pick(page, dialogue.get_by_label("算作肯定回答的选项"), re.compile(f"^{option}$"))
    page.keyboard.press("Escape")
    answered(page, verb)
    return link


def pick(page: Page, box: Locator, option: re.Pattern[str]) -> None:
    """From a list that unfolds: the one that is called just so, among others that contain its name."""
    box.click()
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text=option).first.click()


def reply(district: District, link: str, answers: tuple[str, ...]) -> None:
    """One resident after the other on a phone."""
    for answer in answers:
        phone = district.arrive(link, PHONE)
        phone.clock.install()
        phone.reload()
        phone.get_by_role("radio", name=answer, exact=True).check(force=True)
        phone.clock.run_for(5_000)  # faster would be doubtful
        press(phone, "提交问卷")
        expect(phone.locator(".code")).to_be_visible()
        phone.context.close()


def close_wave(district: District, purpose: str) -> None:
    page = district.enter("committee")
    page.goto(district.places[purpose])
    agree(page, "截止回收")
    expect(page.get_by_text("已截止", exact=True)).to_be_visible()


def test_residents_say_how_content_they_are_and_that_they_accept(district: District) -> None:
    link = ask(district, "满意度", "征求满意度", ("满意", "很满意"))
    reply(district, link, CONTENT)
    close_wave(district, "满意度")
    page = contract_of(district, "organization")
    expect(page.get_by_text("按服务 20 人抽样，至少需要 17 份答复。 收到 6 份答复。")).to_be_visible()
    expect(page.get_by_text("人数太少，不公布具体人数")).to_be_visible()
    link = ask(district, "居民验收", "指定问卷批次", ("是",))
    reply(district, link, ("是",) * 5)
    close_wave(district, "居民验收")
    page = contract_of(district, "committee")
    expect(page.get_by_text("认可率 100")).to_be_visible()


def test_the_last_payment_is_released_recorded_and_everybody_sees_the_way(district: District) -> None:
    pay(district, "尾款")
    page = contract_of(district, "organization")
    expect(page.get_by_text("已付清", exact=True)).to_have_count(3)
    page = district.enter("purchaser")
    open_line(page, f"为“{NEED}.*办理结项")
    agree(page, "结项")
    expect(page.get_by_text("已结项", exact=True).first).to_be_visible()
    path = district.arrive("/needs", PHONE)
    path.get_by_role("link", name=NEED).first.click()
    told = path.locator(".path")
    expect(told).to_contain_text("6 位居民答复；一方人数太少，不公布具体人数")
    expect(told).to_contain_text("验收")
    assert faults_of(path) == []
