"""Lists on screen: how many there are, what they are narrowed to and sorted by, on a desk and on a phone."""

import asyncio
import threading

import pytest
from playwright.sync_api import Page, expect

from app.accounts.policy import authenticate
from app.core.db import make_engine, units
from app.core.http.putting_off import Work
from app.core.installation.jobs import work
from app.core.settings import Settings
from app.main import create_app
from tests.browser.conftest import PHONE, Open

pytestmark = pytest.mark.browser


def rows(page: Page) -> list[str]:
    return page.locator(".ant-table-row td:first-child, .card h2").all_inner_texts()


def test_notices_are_narrowed_to_those_that_still_take_applications_and_sorted(visit: Open) -> None:
    page = visit("/tenders")
    expect(page.get_by_text("共 3 条")).to_be_visible()
    page.get_by_role("checkbox", name="还可以申报的").check()
    expect(page.get_by_text("共 1 条")).to_be_visible()
    assert rows(page) == ["2026年社区服务项目大赛"]
    page.get_by_role("button", name="清除筛选").click()
    page.get_by_role("columnheader", name="截止时间").click()
    expect(page.locator(".ant-table-row").first).to_contain_text("首届呈贡区社会服务项目大赛")


def test_cards_on_a_phone_are_sorted_too(visit: Open) -> None:
    page = visit("/tenders", size=PHONE)
    page.get_by_role("combobox", name="排序").click()
    page.get_by_title("截止时间：从小到大").click()
    expect(page.locator(".card").first).to_contain_text("首届呈贡区社会服务项目大赛")


def test_a_filter_that_reads_as_a_number_is_shown_in_words(visit: Open) -> None:
    page = visit("/needs?budget_until=30000&sort=-budget")
    expect(page.locator(".filters")).to_contain_text("不超过 30,000 元")
    expect(page.locator(".ant-table-row").first).to_contain_text("30,000 元")


def work_off(url: str) -> None:
    """Carry out what waits for the worker."""

    async def run() -> None:
        engine = make_engine(url)
        door = units(engine)
        await work(url, door, create_app(Settings(), door, authenticate), until_empty=True)
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()


def test_a_short_list_is_saved_at_once_and_a_long_one_fetched_where_work_under_way_is_found(
    visit: Open, demonstration: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("/needs", role="committee")
    export = page.get_by_role("button", name="导出 Excel")
    with page.expect_download() as short:
        export.click()
    check = Work.check
    monkeypatch.setattr(Work, "check", lambda work, count, at_once: check(work, count, 0))
    export.click()
    page.get_by_role("button", name="查看进度").click()
    line = page.locator(".jobs li").first
    expect(line).to_contain_text("等待执行")
    work_off(demonstration[0])
    expect(line).to_contain_text("已完成")
    with page.expect_download() as long:
        line.get_by_role("link", name="下载").click()
    assert (short.value.suggested_filename, long.value.suggested_filename) == ("需求.xlsx", "需求.xlsx")
