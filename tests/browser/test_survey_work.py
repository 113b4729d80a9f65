"""Paper sheets keyed in by a committee and reviewed, all of it on screen."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def paper(page: Page) -> tuple[int, list[str]]:
    """An open wave on paper of three questions, in the own community, and the numbers of its sheets."""

    def post(path: str, body: object = None) -> dict[str, Any]:
        answer = page.request.post(f"/api/v1/surveys{path}", data=body)
        assert answer.ok, answer.text()
        return dict(answer.json())

    options = [{"name": name, "label": {"zh": label}} for name, label in (("a", "助餐"), ("b", "陪诊"), ("c", "文娱"))]
    questions = [
        {"type": "single", "name": "Q1", "label": {"zh": "最需要什么？"}, "options": options, "required": True},
        {"type": "multi", "name": "Q2", "label": {"zh": "参加过什么？"}, "options": options, "max_select": 2},
        {"type": "number", "name": "Q3", "label": {"zh": "年龄"}},
    ]
    survey = post("", {"definition": {"title": {"zh": "纸质调查"}, "questions": questions}})
    post(f"/{survey['id']}/publish")
    area = page.request.get("/api/v1/session").json()["current"]["area"]
    wave = post(f"/{survey['id']}/waves", {"channel": "paper", "communities": [area]})
    post(f"/waves/{wave['id']}/open")
    sheets = post(f"/waves/{wave['id']}/make_sheets", {"community_code": area, "count": 31})
    return wave["id"], list(sheets["serials"])


def key_in(page: Page, *lines: str) -> None:
    """A whole sheet by the keyboard, from its number to the next one."""
    for line in lines:
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # on "save"


def test_thirty_sheets_are_entered_without_a_mouse_and_then_reviewed(visit: Open) -> None:
    page = visit("/surveys", role="committee")
    wave, serials = paper(page)
    page.goto(f"/surveys/waves/{wave}/enter")
    expect(page.get_by_label("问卷编号")).to_be_focused()
    for count, serial in enumerate(serials[:30], 1):
        key_in(page, serial, "2", "13", str(60 + count))
        expect(page.locator(".entry-head .return-count")).to_have_text(str(count))
        expect(page.get_by_label("问卷编号")).to_be_focused()

    key_in(page, serials[0], "1", "", "70")  # a sheet is entered once: the number takes the focus back
    expect(page.get_by_text("已经录入过")).to_be_visible()
    expect(page.get_by_label("问卷编号")).to_be_focused()
    page.keyboard.type(serials[30])
    page.keyboard.press("Enter")
    page.keyboard.type("9")  # replaces what was typed there: there is no ninth option
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有这个选项")).to_be_visible()
    page.get_by_label("最需要什么？").fill("")
    page.keyboard.press("Enter")
    key_in(page, "", "70")
    expect(page.locator(".entry-head .return-count")).to_have_text("31")

    page.goto(f"/surveys/waves/{wave}/responses")
    page.get_by_role("button", name="确认无疑点答卷").click()
    page.get_by_role("dialog").get_by_text("30 份没有疑点").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="确认无疑点答卷").click()
    expect(page.get_by_text("待审核 1 份，其中 1 份有疑点")).to_be_visible()
    page.goto("/desk")
    page.locator(f'a[href="/surveys/waves/{wave}/responses"]').first.click()
    page.get_by_role("link", name="开始逐份审核").click()
    expect(page.get_by_text("必答题未答")).to_be_visible()
    page.get_by_role("button", name="认定无效").click()
    page.get_by_role("dialog").get_by_role("button", name="认定无效").click()
    page.wait_for_url(f"**/surveys/waves/{wave}/responses")
    expect(page.get_by_text("没有待审核的答卷")).to_be_visible()
