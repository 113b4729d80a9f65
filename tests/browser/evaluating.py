"""An evaluator's task in a browser: from the line of the desk over seats and sheets to a report that is signed."""

import re
from datetime import date, datetime

from playwright.sync_api import Page, expect

from app.core.days.calendar import SHANGHAI
from tests.browser.district import SECOND_EVALUATOR, District, agree, answered, open_line, press

SEATED = {
    "evaluator": "周敏 · 第三方评估中心",
    "purchaser": "呈贡区民政局",
    "committee": "斗南社区居委会",
    "street": "斗南街道办事处",
}


def wait_for_the_end(district: District, page: Page) -> None:
    """Until some days before the contract that this page shows ends."""
    number = page.url.rsplit("/", 1)[-1]
    ends_on = date.fromisoformat(page.request.get(f"/api/v1/contracts/{number}").json()["ends_on"])
    left = ends_on - (datetime.now(SHANGHAI) + district.waited).date()
    district.wait(days=left.days - 10)


def evaluate(district: District, gate: str, size: dict[str, int]) -> None:
    page = district.enter("evaluator", size)
    open_line(page, f"评估“社区老年食堂.*进展.*{gate}")
    expect(page.get_by_role("link", name=f"{gate}台账.pdf")).to_be_visible()
    press(page, "启动评估")
    answered(page, "启动评估", {"评估类别": gate})
    page.locator(".evaluations .milestone", has_text=gate).get_by_role("link", name="评分人与评分表").click()
    for who in SEATED.values():
        press(page, "指定评分人")
        answered(page, "指定评分人", {"评分人": who})
    agree(page, "开始评分")
    for username in SEATED:
        mark(district.enter(username, size))
    page = district.enter("evaluator", size)
    open_line(page, "计算“社区老年食堂.*”的评估结果")
    press(page, "计算结果")
    answered(page, "计算结果")
    report(district, size)


def mark(page: Page, title: str = "社区老年食堂") -> None:
    """Everything full marks but the first, which is a point short."""
    open_line(page, f"申明利害关系后评估“{title}")
    press(page, "没有利害关系，开始打分")
    marks = page.locator(".assessment-marks > li")
    expect(marks.first).to_be_visible()
    for number in range(marks.count()):
        line = marks.nth(number)
        most = int(re.findall(r"/ (\d+)", line.inner_text())[0])
        line.get_by_role("spinbutton").fill(str(most - (number == 0)))
    press(page, "锁定评分表")
    page.get_by_role("dialog").last.get_by_role("button", name="锁定评分表", exact=True).click()
    expect(page.get_by_text("已锁定", exact=True)).to_be_visible()


def report(district: District, size: dict[str, int]) -> None:
    page = district.enter("evaluator", size)
    open_line(page, "社区老年食堂.*提交评估报告")
    press(page, "提交评估报告")
    answered(page, "提交评估报告", 评估意见="台账齐全，达到目标。")
    expect(page.get_by_role("button", name="签署报告")).to_have_count(0)
    page = district.enter(SECOND_EVALUATOR, size)
    open_line(page, "社区老年食堂.*签署评估报告")
    press(page, "签署报告")
    answered(page, "签署报告", 签署人="陈评估")
    expect(page.get_by_text("已签署", exact=True).first).to_be_visible()
    paper = page.get_by_role("link", name="PDF 文件").first.get_attribute("href") or ""
    assert page.request.get(paper).headers["content-type"] == "application/pdf"
