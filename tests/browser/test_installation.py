"""The administrator's installation on screen: what runs, what failed, the audit log, a coming year's holidays."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
FAIL = """
WITH job AS (
  INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'files.sweep_files', 'failed')
  RETURNING id
) INSERT INTO job_faults (job_id, at, reason) SELECT id, now(), 'OSError app/files/store.py:40' FROM job
"""
PERIODS = {
    "元旦": ("2027-01-01", "2027-01-03"),
    "春节": ("2027-02-05", "2027-02-11"),
    "清明节": ("2027-04-03", "2027-04-05"),
    "劳动节": ("2027-05-01", "2027-05-05"),
    "端午节": ("2027-06-09", ""),
    "中秋节": ("2027-09-15", ""),
    "国庆节": ("2027-10-01", "2027-10-07"),
}
WORKED = ("2027-02-14", "2027-05-08", "2027-09-26", "2027-10-09")


@pytest.fixture
def failed(demonstration: tuple[str, str]) -> Iterator[None]:
    """A job that broke off."""
    with psycopg.connect(demonstration[0], autocommit=True) as connection:
        connection.execute(FAIL)
        yield
        connection.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'files.sweep_files'")


@pytest.fixture
def unpublished(demonstration: tuple[str, str]) -> Iterator[None]:
    """What is published here is taken back, for whoever comes after."""
    with psycopg.connect(demonstration[0], autocommit=True) as connection:
        connection.execute("CREATE TABLE days_before AS SELECT * FROM calendar_days")
        yield
        connection.execute("DELETE FROM calendar_days")
        connection.execute("INSERT INTO calendar_days SELECT * FROM days_before")
        connection.execute("DROP TABLE days_before")


def section(page: Page, name: str) -> Page:
    return page.locator("section", has=page.get_by_role("heading", name=name, exact=True))  # type: ignore[return-value]


def test_a_failed_job_is_seen_on_the_desk_with_its_reason_and_tried_again(visit: Open, failed: None) -> None:
    page = visit("/desk", role="admin")
    expect(page.get_by_text("1 项后台任务失败")).to_be_visible()
    page.get_by_role("link", name="查看系统运行").click()
    queue = section(page, "后台任务")
    expect(queue.get_by_text("OSError app/files/store.py:40")).to_be_visible()
    queue.get_by_role("button", name=re.compile("^重.?试$")).click()
    expect(page.get_by_text("已重新排队")).to_be_visible()
    expect(queue.get_by_role("heading", name="失败的任务")).to_have_count(0)
    expect(queue.get_by_text("清理无人使用的附件")).to_be_visible()


def test_a_check_of_the_audit_log_is_asked_for_left_and_found_again(visit: Open) -> None:
    page = visit("/installation", role="admin")
    section(page, "审计日志检查").get_by_role("button", name="立即检查").click()
    expect(section(page, "审计日志检查").get_by_text("等待执行")).to_be_visible()
    page.goto("/desk")
    page.get_by_role("link", name="1 项工作正在进行").click()
    expect(page.locator("h1")).to_have_text("进行中的工作")
    expect(page.get_by_text("等待执行")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="检查审计日志").click()
    expect(page.locator("h1")).to_have_text("系统运行")


def test_the_holidays_of_a_year_are_refused_until_they_are_complete_and_then_published(
    visit: Open, unpublished: None
) -> None:
    page = visit("/installation", role="admin")
    page.evaluate("window.sent = 0, document.addEventListener('submit', () => window.sent++, true)")
    calendar = section(page, "节假日与调休")
    year = calendar.locator("details")
    year.locator("summary").click()
    for festival, (first, last) in PERIODS.items():
        group = year.get_by_role("group", name=festival)
        fill(page, group.get_by_label("第一天"), first if festival != "端午节" else "")
        fill(page, group.get_by_label("最后一天"), last)
    for number, day in enumerate(WORKED):
        year.get_by_role("button", name="添加上班日").click()
        fill(page, year.get_by_label("上班的周六或周日").nth(number), day)
    year.get_by_label("通知文号").fill("国办发明电〔2026〕7号")
    publish = year.get_by_role("button", name="公布 2027 年安排")
    assert page.evaluate("sent") == 0  # a day is taken with Enter, and the form not sent with it
    publish.click()
    expect(year.get_by_text("最早的是 2027年6月9日")).to_be_visible()
    assert faults_of(page) == []
    fill(page, year.get_by_role("group", name="端午节").get_by_label("第一天"), "2027-06-09")
    publish.click()
    expect(page.get_by_text("2027 年的放假安排已公布，今后的期限按它计算")).to_be_visible()
    expect(calendar.locator("details")).to_have_count(0)


def fill(page: Page, day: object, value: str) -> None:
    """Type a day into a picker, as with the keyboard alone: Enter takes the day and does not send the form."""
    if value:
        day.fill(value)  # type: ignore[attr-defined]
        page.keyboard.press("Enter")


def test_reference_data_are_looked_up(visit: Open) -> None:
    page = visit("/installation", role="admin", lang="en")
    data = section(page, "Reference data")
    data.get_by_role("searchbox", name="Find an area").fill("斗南")
    page.keyboard.press("Enter")
    expect(data.get_by_text("530114003004")).to_be_visible()
    data.get_by_role("radio", name="Services").check()
    data.get_by_role("searchbox").fill("meal")
    page.keyboard.press("Enter")
    expect(data.get_by_role("listitem").first).to_contain_text(re.compile("meal", re.IGNORECASE))
    data.get_by_role("radio", name="Procedures").check()
    expect(data.get_by_role("listitem").first).to_be_visible()
    assert faults_of(page) == []


@pytest.mark.parametrize("path", ["/installation", "/jobs", "/desk"])
@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (DESKTOP, "zh"), (PHONE, "en"), (DESKTOP, "en")])
def test_a_page_of_the_administrator_is_accessible_and_fits(
    visit: Open, failed: None, path: str, size: dict[str, int], lang: str
) -> None:
    page = visit(path, role="admin", lang=lang, size=size)
    expect(page.locator("h1")).to_be_visible()
    assert faults_of(page) == []
    assert page.locator("text=/\\b(installation|jobs|desk|action|field|nav|ui)\\.[a-z_]+/").count() == 0


def test_others_have_no_way_to_the_installation(visit: Open) -> None:
    page = visit("/installation", role="purchaser")
    expect(page.get_by_text("系统运行", exact=True)).to_have_count(1)
    expect(page.get_by_role("alert").first).to_be_visible()
