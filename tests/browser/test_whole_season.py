"""A whole season by the screen alone, from the first question to the residents' acceptance: everybody does what is
their own, led by their desk. The chapters follow each other over one district; only time is moved from outside."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.core.installation.postgres import EmbeddedPostgres
from tests.browser.conftest import PHONE
from tests.browser.district import RIVAL, District, agree, answered, choose, new_district, open_line, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("whole season")]
SURVEY, NEED, OFFER, ROUND = "冬季服务需求调查", "开办社区老年食堂", "长者食堂运营", "冬季双选会"
SHEETS = 9  # on paper, beside the one answer from a phone: with fewer, no figure may be shown


@pytest.fixture(scope="module")
def season(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    with new_district(browser, server, template) as district:
        yield district
        for context in browser.contexts:
            context.close()


@pytest.fixture
def district(season: District) -> Iterator[District]:
    """No page may fail unseen in a chapter."""
    yield season
    faults = [*season.faults]
    season.faults.clear()
    assert faults == []


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
