"""Something happens: the person whom it concerns sees the bell, opens the message and lands on the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Open, faults_of

pytestmark = pytest.mark.browser
GROUP = {
    "legal_kind": "resident_group",
    "area_code": "530114003000",
    "introduction": "在斗南街道组织合唱。",
    "contact_name": "李花",
    "contact_phone": "0871-60000000",
}
WORDS = {
    "zh": ("桂花合唱队", "“桂花合唱队”提交了入驻申请，请审核。", r"消息，\d+ 条未读"),
    "en": (
        "茶花合唱队",
        "“茶花合唱队” has applied to take part. Please review the application.",
        r"Messages, \d+ unread",
    ),
}


def unread(page: Page) -> int:
    count: int = page.request.get("/api/v1/notifications/count").json()["unopened"]
    return count


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_is_told_and_gets_to_what_it_is_about(visit: Open, lang: str) -> None:
    name, sentence, bell = WORDS[lang]
    bureau = visit("/desk", role="purchaser", lang=lang, size={**PHONE, "width": 360})
    before = unread(bureau)
    applied = visit().context.request.post("/api/v1/registrations", data={"name_zh": name, **GROUP})
    assert applied.ok, applied.text()
    expect(bureau.locator(".bell-count")).to_have_text(str(before + 1))  # told: it asks by itself once a minute only
    bureau.get_by_role("link", name=re.compile(bell)).click()
    expect(bureau.get_by_text(sentence)).to_be_visible()
    assert faults_of(bureau) == []
    bureau.get_by_role("link", name=sentence).click()
    expect(bureau).to_have_url(re.compile(r"/registrations/\d+$"))
    expect(bureau.get_by_role("heading", name=name)).to_be_visible()
    expect(bureau.locator(".bell-count")).to_have_text(str(before) if before else [])


def test_the_account_says_that_nothing_is_mailed_where_there_is_no_mail_server(visit: Open) -> None:
    page = visit("/account", role="committee", size=PHONE)
    expect(page.get_by_text("本平台尚未设置邮件服务器")).to_be_visible()
    assert faults_of(page) == []
