"""The one box over the whole house, from the portal and from the top bar, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (DESKTOP, "en")])
def test_the_portal_finds_needs_and_offers_said_in_other_words(visit: Open, size: dict[str, int], lang: str) -> None:
    page = visit("/", lang=lang, size=size)
    page.get_by_role("searchbox").fill("四点半")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.get_by_role("link", name="“四点半小站”花市分营")).to_be_visible()
    expect(page.get_by_role("link", name="放学后孩子没人管")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="放学后孩子没人管").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("放学后孩子没人管")


def test_the_top_bar_leads_to_the_box_and_a_search_without_result_says_what_to_do(visit: Open) -> None:
    page = visit("/desk", role="committee", size=PHONE)
    page.get_by_role("banner").get_by_role("link", name="搜索").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("海底捞针")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到与“海底捞针”有关的内容")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="全部社区需求").click()
    expect(page).to_have_url(re.compile("/needs$"))


def test_all_that_was_found_of_one_kind_stands_in_its_list(visit: Open) -> None:
    page = visit("/search?q=老人")
    page.get_by_role("link", name=re.compile("查看全部")).first.click()
    expect(page).to_have_url(re.compile(r"/needs\?q="))
    expect(page.get_by_role("searchbox", name="按名称或内容查找")).to_have_value("老人")


@pytest.mark.parametrize(("size", "lang", "role"), [(PHONE, "zh", ""), (DESKTOP, "en", "committee")])
def test_the_portal_says_how_far_the_season_is_what_is_open_and_leads_to_a_streets_needs(
    visit: Open, size: dict[str, int], lang: str, role: str
) -> None:
    page = visit("/", lang=lang, size=size, role=role)
    expect(page.locator(".season-number")).to_have_count(4)
    answers = page.request.get("/api/v1/season").json()["answers"]
    expect(page.locator(".season-number").first).to_have_text(f"{answers:,}")
    assert answers >= 494  # those of 2018; other tests answer, too
    expect(page.locator(".open-list .deadline").first).to_be_visible()
    expect(page.locator(".hero a[href='/sign-in']")).to_have_count(0 if role else 1)
    assert faults_of(page) == []
    page.get_by_role("link", name="斗南街道").click()
    expect(page).to_have_url(re.compile(r"/needs\?area="))
    expect(page.get_by_text("花乡姐妹手工坊").first).to_be_visible()
