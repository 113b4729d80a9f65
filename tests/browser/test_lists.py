"""Lists on screen: how many there are, what they are narrowed to and sorted by, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

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
