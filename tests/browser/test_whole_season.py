"""A whole season by the screen alone, from the first question to the residents' acceptance: everybody does what is
their own, led by their desk. The chapters follow each other over one district; only time is moved from outside."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.service import DEMONSTRATION_NAMES
from app.core.actors import Role
from app.core.installation.postgres import EmbeddedPostgres
from tests.browser.conftest import DESKTOP, PHONE, faults_of
from tests.browser.district import (
    JUDGES,
    RIVAL,
    District,
    agree,
    answered,
    choose,
    new_district,
    open_line,
    press,
    unfailing,
)
from tests.browser.evaluating import evaluate, wait_for_the_end
from tests.factories.files import PDF

pytestmark = pytest.mark.browser
SURVEY, NEED, OFFER, ROUND = "冬季服务需求调查", "开办社区老年食堂", "长者食堂运营", "冬季双选会"
NOTICE = "社区老年食堂项目大赛"
TABLET = {"width": 820, "height": 1180}
SHEETS = 9  # on paper, beside the one answer from a phone: with fewer, no figure may be shown


@pytest.fixture(scope="module")
def season(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    with new_district(browser, server, template) as district:
        yield district


@pytest.fixture
def district(season: District) -> Iterator[District]:
    yield from unfailing(season)


def test_a_committee_makes_a_survey_and_hands_it_out(district: District) -> None:
    page = district.enter("committee")
    page.get_by_role("link", name="居民问卷", exact=True).click()
    page.get_by_role("link", name="新建问卷").click()
    page.get_by_label("问卷", exact=True).fill(SURVEY)
    press(page, "开始编辑")
    page.wait_for_url(re.compile(r"/surveys/\d+/edit"))
    page.get_by_label("开头的话：谁在问、为什么问").fill("居委会想安排明年的服务，请告诉我们家里最需要什么。")
    press(page, "添加一题")
    page.get_by_label("题目", exact=True).last.fill("家里有几位六十岁以上的老人？")
    page.get_by_label("选项", exact=True).last.fill("没有\n一位\n两位及以上")
    expect(page.frame_locator(".phone iframe").get_by_text("家里有几位六十岁以上的老人？")).to_be_visible()
    press(page, "保存并返回")
    page.wait_for_url(re.compile(r"/surveys/\d+$"))
    district.places["survey"] = page.url
    agree(page, "发布")
    for channel in ("公开链接", "纸质问卷"):
        press(page, "新建批次")
        answered(page, "新建批次", {"发放渠道": channel})
        agree(page, "开始回收")
    press(page, "生成纸质问卷编号")
    answered(page, "生成纸质问卷编号", 份数=str(SHEETS))
    district.places["open link"] = str(page.locator(".open-link a").first.get_attribute("href"))


def test_residents_answer_on_a_phone_and_on_paper(district: District) -> None:
    phone = district.arrive(district.places["open link"], PHONE)
    phone.get_by_role("checkbox", name="养老服务").check()
    phone.get_by_role("radio", name="一位").check()
    press(phone, "提交问卷")
    expect(phone.locator(".code")).to_be_visible()

    page = district.enter("committee")
    page.goto(district.places["survey"])
    press(page, "录入答卷")
    page.wait_for_url(re.compile(r"/surveys/waves/(\d+)/enter"))
    wave = page.url.split("/")[-2]
    for number in range(1, SHEETS + 1):
        expect(page.get_by_label("问卷编号")).to_be_focused()
        for line in (f"{wave}-{number:04}", "1" if number < 5 else "2", "2"):
            page.keyboard.type(line)
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")  # on "save"
        expect(page.locator(".entry-head .return-count")).to_have_text(str(number))


def test_the_answers_are_reviewed_and_become_a_need_with_its_evidence(district: District) -> None:
    page = district.enter("committee")
    page.goto(district.places["survey"])
    for _ in range(2):
        agree(page, "截止回收")
    press(page, "确认无疑点答卷", 1)
    answered(page, "确认无疑点答卷")
    page.goto("/desk")
    open_line(page, f"审核.*{SURVEY}")
    page.get_by_role("link", name="开始逐份审核").click()
    expect(page.get_by_text("系统发现 1 处疑点")).to_be_visible()
    agree(page, "确认有效")
    expect(page.get_by_text("没有待审核的答卷")).to_be_visible()
    page.goto(district.places["survey"])
    agree(page, "结束调查")
    page.get_by_role("link", name="查看结果").click()
    expect(page.get_by_text(f"有效答卷 {SHEETS + 1} 份")).to_be_visible()

    page.goto("/needs")
    page.get_by_role("link", name="新建需求").click()
    page.get_by_role("button", name="据此起草：养老服务").click()
    expect(page.get_by_role("heading", level=1, name="修改需求")).to_be_visible()
    page.get_by_label("需求名称").fill(NEED)
    page.get_by_label("需求说明").fill("老人中午吃饭难，希望就近有食堂，行动不便的送餐上门。")
    choose(page, page.get_by_label("服务人群"), "老年人")
    page.keyboard.press("Escape")
    page.get_by_label("受益人数").fill("80")
    page.get_by_label("预算").fill("50000")
    page.get_by_label("服务期限（月）").fill("12")
    press(page, "保存")
    page.wait_for_url(re.compile(r"/needs/\d+$"))
    district.places["need"] = page.url
    agree(page, "发布")
    expect(page.get_by_text("已发布", exact=True)).to_be_visible()
    expect(page.get_by_text("10 份有效答卷中有 50")).to_be_visible()


def test_organisations_publish_what_they_offer(district: District) -> None:
    for username, title in (("organization", OFFER), (RIVAL, "社区小饭桌")):
        page = district.enter(username)
        page.get_by_role("link", name="社会服务", exact=True).click()
        page.get_by_role("link", name="新建服务").click()
        page.get_by_label("服务名称").fill(title)
        page.get_by_label("服务说明").fill("在社区开办老年食堂，提供午餐，给行动不便的老人送餐。")
        for label, option in (("服务区域", "呈贡区"), ("服务类别", "助餐"), ("服务人群", "老年人")):
            choose(page, page.get_by_label(label), option)
            page.keyboard.press("Escape")
        page.get_by_label("价格").fill("45000")
        page.get_by_label("计价单位").fill("元/年")
        page.get_by_label("服务能力").fill("每日 100 份")
        press(page, "保存")
        page.wait_for_url(re.compile(r"/offers/\d+$"))
        agree(page, "发布")
        expect(page.get_by_text("已发布", exact=True)).to_be_visible()


def test_a_round_brings_both_sides_together(district: District) -> None:
    bureau = district.enter("purchaser")
    bureau.get_by_role("link", name="双向选择", exact=True).click()
    bureau.get_by_role("link", name="新建双选轮次").click()
    bureau.get_by_label("名称", exact=True).fill(ROUND)
    press(bureau, "保存草稿")
    bureau.wait_for_url(re.compile(r"/rounds/\d+$"))
    district.places["round"] = bureau.url
    press(bureau, "启动本轮")
    expect(bureau.get_by_text("征集志愿中")).to_be_visible()

    for username, partner in (("committee", OFFER), ("organization", NEED)):
        page = district.enter(username)
        open_line(page, "提交双选志愿")
        choose(page, page.get_by_role("combobox", name="添加志愿"), partner)
        press(page, "提交")
        expect(page.get_by_text("志愿已提交，截止前可以修改")).to_be_visible()
    district.wait(days=8)

    bureau = district.enter("purchaser")
    bureau.goto(district.places["round"])
    agree(bureau, "生成配对")
    expect(bureau.get_by_text("共提出 1 对配对")).to_be_visible()
    for username in ("committee", "organization"):
        page = district.enter(username)
        open_line(page, "答复“.*”的配对")
        agree(page, "确认")
    expect(page.get_by_text("双方已确认 1 对")).to_be_visible()
    bureau.reload()
    agree(bureau, "结束本轮")


def test_the_bureau_writes_a_notice_for_the_matched_need_and_publishes_it(district: District) -> None:
    page = district.enter("purchaser")
    page.get_by_role("link", name="招标与大赛", exact=True).click()
    page.get_by_role("link", name="新建公告").click()
    page.get_by_label("中文标题").first.fill(NOTICE)
    page.get_by_label("公告正文").fill("呈贡区民政局征集社区老年食堂运营项目。")
    page.get_by_label("预算", exact=True).first.fill("50000")
    choose(page, page.get_by_label("超出预算时"), "按得分依次入选")
    press(page, "增加标段")
    lot = page.locator(".lot-row")
    lot.get_by_label("中文标题").fill("老年食堂")
    lot.get_by_label("预算").fill("50000")
    lot.get_by_label("单项上限").fill("50000")
    choose(page, lot.get_by_label("回应的需求"), NEED)
    page.keyboard.press("Escape")
    press(page, "采用常用的五项")
    press(page, "按最短时间安排填写")
    press(page, "保存并查看")
    page.wait_for_url(re.compile(r"/tenders/\d+$"))
    district.places["notice"] = page.url
    agree(page, "发布公告")
    expect(page.get_by_text("答疑与申报期").first).to_be_visible()


def test_two_organisations_apply_one_with_a_file(district: District) -> None:
    for username, amount in (("organization", "45000"), (RIVAL, "48000")):
        page = district.enter(username)
        page.goto(district.places["notice"])
        press(page, "申报")
        choose(page, page.get_by_label("选择申报的标段"), "老年食堂")
        press(page, "开始填写")
        page.wait_for_url(re.compile(r"/bids/\d+$"))
        district.places[f"bid of {username}"] = page.url
        fill_in(page, amount)
        if username == "organization":
            page.locator(".attachments input[type=file]").set_input_files(
                [{"name": "食品经营许可证.pdf", "mimeType": "application/pdf", "buffer": PDF}]
            )
            expect(page.locator(".attachment-list a")).to_have_text(["食品经营许可证.pdf"])
        agree(page, "提交申报书")
        expect(page.get_by_text("第 1 次提交")).to_be_visible()


def fill_in(page: Page, amount: str) -> None:
    """The whole application form of a project competition."""
    editor = page.locator("#editor")
    editor.get_by_label("项目名称").fill(f"社区老年食堂（{amount} 元）")
    questions = ("服务对象是谁", "项目目标", "服务内容和方法", "居民怎样参与", "做过的类似项目", "项目结束以后")
    for question in questions:
        editor.get_by_label(question).fill("为八十位老人每天提供午餐，行动不便的送餐上门，由居民一起管理。")
    for option in ("平台公布的社区需求或问卷结果", "否", "没有", "所填内容真实"):
        editor.get_by_role("radio", name=option).check()
    lines = {
        "目标": [{"指标": "供餐", "数量": "20000", "单位": "份"}, {"指标": "送餐", "数量": "6000", "单位": "份"}],
        "活动安排": [{"月份": "2027-03", "活动": "试营业", "地点": "斗南社区", "人数": "80"}],
        "服务人群": [{"人群": "老年人", "人数": "80"}],
        "团队": [{"姓名": "王莉", "分工": "负责人"}, {"姓名": "李明", "分工": "厨师"}],
        "预算": [{"类别": "人员", "明细": "厨师和送餐员", "单价": amount, "数量": "1"}],
        "风险与应对": [{"风险": "食品安全", "应对": "每日留样"}],
    }
    for part, rows in lines.items():
        section = editor.get_by_role("region", name=part, exact=True)
        for row in rows:
            press(section, "增加一项")
            for label, text in row.items():
                box = section.get_by_label(label).last
                if label == "人群":
                    choose(page, box, text)
                else:
                    box.fill(text)
                if label == "月份":
                    page.keyboard.press("Enter")
    expect(page.get_by_text("已保存")).to_be_visible()


def test_the_bids_are_opened_judged_and_every_sheet_delivered(district: District) -> None:
    district.wait(days=17)
    page = district.enter("purchaser")
    open_line(page, f"开启“{NOTICE}”的申报书")
    agree(page, "开标")
    page.goto("/desk")
    open_line(page, f"“{NOTICE}”资格审查")
    press(page, "资格审查")
    expect(page.get_by_text("老年食堂（45000 元）")).to_be_visible()
    press(page, "确认审查结论")
    answered(page, "确认审查结论")
    page.goto("/desk")
    open_line(page, f"为“{NOTICE}”组建评审小组")
    for number, judge in enumerate(JUDGES):
        seat = page.locator(".form-row").nth(number)
        choose(page, seat.get_by_label("评委账号"), DEMONSTRATION_NAMES[Role.judge] if judge == "judge" else judge)
        seat.get_by_label("姓名").fill(f"评委{number + 1}")
        seat.get_by_label("职务").fill("高校教师")
    press(page, "组建评审小组")
    expect(page.get_by_text("评分进行中")).to_be_visible()

    for judge in JUDGES:
        page = district.enter(judge, TABLET)
        open_line(page, f"评审“{NOTICE}”前申明利害关系")
        press(page, "申明：与以上单位均无利害关系")
        page.locator(".to-score-row").first.click()
        score(page)
        page.goto("/desk")
        open_line(page, f"为“{NOTICE}”评分")
        page.locator(".to-score-row", has_text="未评分").click()
        score(page)

    page = district.enter("purchaser")
    open_line(page, f"“{NOTICE}”评分齐全")
    agree(page, "结束评分")


def score(page: Page) -> None:
    """What asks for less money gets a point more for its budget."""
    expect(page.get_by_text("厨师和送餐员")).to_be_visible()  # the application stands beside the sheet
    is_cheaper = page.get_by_role("heading", level=1).inner_text().find("45000") > 0
    for box, mark in zip(page.locator(".marks input").all(), (20, 25, 16, 10 + is_cheaper, 8), strict=True):
        box.fill(str(mark))
    press(page, "提交评分表")
    answered(page, "提交评分表")
    page.wait_for_url(re.compile(r"/panels/\d+$"))


def test_the_result_is_published_objected_to_and_confirmed(district: District) -> None:
    page = district.enter("purchaser")
    open_line(page, f"汇总“{NOTICE}”的评审结果")
    result = page.url
    agree(page, "汇总评审结果")
    expect(page.get_by_text("拟定，尚未公示")).to_be_visible()
    page.goto("/desk")
    open_line(page, f"发布“{NOTICE}”的结果公示")
    press(page, "发布公示")
    answered(page, "发布公示")
    expect(page.get_by_text("公示中", exact=True).first).to_be_visible()

    page = district.enter(RIVAL)
    page.goto(result)
    page.get_by_label("请写明事实、理由和依据").fill("我单位预算中含送餐车辆，请复核预算得分。")
    press(page, "提出异议")
    expect(page.get_by_text("待答复")).to_be_visible()
    page = district.enter("purchaser")
    open_line(page, f"答复对“{NOTICE}”的异议")
    press(page, "驳回异议")
    answered(page, "答复", 请写明答复内容和理由="评委按公布的标准独立评分，预算得分有据，维持原结果。")
    expect(page.get_by_text("异议不成立")).to_be_visible()

    district.wait(days=12)
    page = district.enter("purchaser")
    open_line(page, f"确认“{NOTICE}”的入选结果")
    agree(page, "确认入选")
    expect(page.get_by_text("已确认", exact=True)).to_be_visible()


def test_the_contract_is_signed_by_both_and_started(district: District) -> None:
    for username, signer in (("purchaser", "王科长"), ("organization", "李主任")):
        page = district.enter(username)
        open_line(page, "签订合同“社区老年食堂")
        press(page, "签订")
        answered(page, "签订", 签字人=signer)
    expect(page.get_by_text("已签订", exact=True)).to_be_visible()
    page.goto("/desk")
    open_line(page, "合同“社区老年食堂.*”开始履行")
    agree(page, "开始履行")
    expect(page.get_by_text("履行中", exact=True)).to_be_visible()


def test_milestones_are_reported_evaluated_and_paid(district: District) -> None:
    pay(district, "首款")
    report(district, "中期评估")
    page = district.enter("purchaser")
    open_line(page, "委托评估或审计机构")
    press(page, "委托评估或审计机构")
    answered(page, "委托", {"机构": "第三方评估中心"})
    evaluate(district, "中期评估", DESKTOP)
    put_right(district)
    pay(district, "中期款")
    report(district, "末期评估")
    wait_for_the_end(district, district.pages["organization 1280"])
    evaluate(district, "末期评估", PHONE)


def report(district: District, gate: str) -> None:
    page = district.enter("organization")
    open_line(page, f"报送“社区老年食堂.*进展.*{gate}")
    milestone = page.locator(".milestone", has=page.get_by_role("heading", name=gate))
    milestone.locator("input[type=file]").set_input_files(
        [{"name": f"{gate}台账.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    expect(milestone.locator(".attachment-list a")).to_have_text([f"{gate}台账.pdf"])
    press(milestone, "报送进展")
    answered(page, "报送进展", 进展报告="食堂已开办，每天供餐一百份，送餐三十户。")


def put_right(district: District) -> None:
    """What the evaluator finds wanting holds the next payment until the answer to it is accepted."""
    page = district.enter("evaluator")
    page.get_by_role("link", name="合同", exact=True).click()
    page.get_by_role("link", name=re.compile("社区老年食堂")).first.click()
    press(page, "提出整改")
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("整改要求").fill("缺 3 月的签到表，请补交原件。")
    dialogue.get_by_label("了结前暂停拨款").check()
    press(dialogue, "提出整改")
    expect(page.get_by_text("了结前暂停拨款和结项")).to_be_visible()
    contract = page.url
    page = district.enter("purchaser")
    page.goto(contract)
    expect(page.get_by_text("缺 3 月的签到表")).to_be_visible()
    expect(page.get_by_role("button", name="登记拨款")).to_have_count(0)
    page = district.enter("organization", PHONE)
    open_line(page, "社区老年食堂.*答复整改要求")
    press(page, "答复")
    answered(page, "答复", 答复="签到表原件已补交，见附件。")
    page = district.enter("evaluator")
    open_line(page, "社区老年食堂.*核实整改答复")
    press(page, "认可答复")
    answered(page, "认可答复", 核实意见="原件已核对。")
    expect(page.get_by_text("已了结", exact=True)).to_be_visible()


def pay(district: District, instalment: str) -> None:
    page = district.enter("purchaser")
    open_line(page, f"登记“社区老年食堂.*拨款.*{instalment}")
    press(page, "登记拨款")
    answered(page, "登记拨款", 凭证号=f"PZ {instalment}")


def test_a_budget_is_approved_and_what_is_spent_is_audited(district: District) -> None:
    page = district.enter("organization")
    page.get_by_role("link", name="合同", exact=True).click()
    page.get_by_role("link", name=re.compile("社区老年食堂")).first.click()
    expect(page.get_by_role("heading", name="这笔钱还差什么")).to_be_visible()
    stands = page.locator(".obstacle-part", has=page.get_by_role("heading", name="尾款"))
    expect(stands).to_contain_text("居民验收 请社区居委会办理：登记居民验收")
    contract = page.url
    amount = page.request.get("/api/v1/contracts/" + contract.rsplit("/", 1)[-1]).json()["amount"]["amount"]
    press(page, "提交预算")
    answered(page, "提交预算", 科目="全部费用", 预算金额=amount)
    page = district.enter("purchaser")
    open_line(page, "社区老年食堂.*审批预算")
    press(page, "退回预算")
    answered(page, "退回预算", 理由="请写明用途。")
    page = district.enter("organization", PHONE)
    open_line(page, "社区老年食堂.*提交预算")
    expect(page.get_by_text("请写明用途。")).to_be_visible()
    press(page, "提交预算")
    answered(page, "提交预算", 科目="厨师劳务和食材")
    page = district.enter("purchaser")
    open_line(page, "社区老年食堂.*审批预算")
    agree(page, "批准预算")
    page = district.enter("organization", PHONE)
    page.goto(contract)
    press(page, "列报支出")
    days = {"起始日": "2018-09-01", "截止日": "2018-09-30"}
    answered(page, "列报支出", {"科目": "厨师劳务和食材"}, **days, 支出金额="1800", 凭证号="记-09-01")
    expect(page.get_by_text("凭证 记-09-01")).to_be_visible()

    page = district.enter("purchaser")
    page.goto(contract)
    press(page, "委托评估或审计机构")
    answered(page, "委托", {"机构": "会计师事务所"})
    page = district.enter("auditor")
    page.goto(contract)
    press(page, "核减")
    answered(page, "核减", 核减="300", 理由="发票抬头不符。")
    expect(page.get_by_text("核减 300 元：发票抬头不符。")).to_be_visible()
    press(page, "提交审计报告")
    answered(page, "提交审计报告", {"类别": "中期审计"}, 意见="账目清楚。")
    expect(page.get_by_text("待签署", exact=True)).to_be_visible()


def test_residents_accept_and_the_need_shows_its_whole_path(district: District) -> None:
    page = district.enter("committee", PHONE)
    open_line(page, "登记“社区老年食堂.*居民验收")
    press(page, "登记居民验收")
    answered(page, "登记居民验收", {"征询渠道": "会议现场"}, 征询人数="32", 答复人数="30", 认可人数="25")
    expect(page.get_by_text("认可率 83.3%")).to_be_visible()
    pay(district, "尾款")
    page = district.enter("purchaser")
    open_line(page, "为“社区老年食堂.*”办理结项")
    district.places["contract"] = page.url
    agree(page, "结项")
    expect(page.get_by_text("已付清", exact=True)).to_have_count(3)

    page = district.arrive(district.places["need"], PHONE)
    stages = ("evidence", "publication", "channel", "award", "contract", "delivery", "acceptance")
    expect(page.locator(".path > li.path-done")).to_have_count(len(stages))
    told = page.locator(".path")
    for words in (
        "10 份有效答卷中 50.0%",
        ROUND,
        NOTICE,
        "在 2 份申报中列第 1，80.00 分",
        "评估通过 2/2 项",
        "30 位居民答复，25 位认可",
    ):
        expect(told).to_contain_text(words)
    assert faults_of(page) == []
