"""Services and groups read from what is being written: offered under their fields, taken by one click or one key."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import PHONE, Open, faults_of

pytestmark = pytest.mark.browser
WRITTEN = {
    "需求名称": "楼上老人想有人代取药",
    "需求说明": "三位独居老人不会用自助机，盼有人陪去医院。",
}


def write(page: Page) -> None:
    for name, text in WRITTEN.items():
        page.get_by_label(name).press_sequentially(text, delay=20)


def test_a_committee_takes_what_its_words_say_by_the_keyboard_and_it_is_saved(visit: Open) -> None:
    page, asked = visit("/needs/new", role="committee", size=PHONE), list[Request]()
    page.on("request", lambda sent: asked.append(sent) if "suggest" in sent.url else None)
    write(page)
    service = page.get_by_role("button", name="陪诊就医（写有“")
    expect(service).to_be_visible()
    assert faults_of(page) == []
    assert {(sent.method, sent.url.rpartition("/")[2]) for sent in asked} == {("POST", "suggest")}
    assert len(asked) < 5  # 30 keys were pressed
    service.press("Enter")
    expect(page.get_by_label("服务类别")).to_be_focused()
    page.get_by_role("button", name="独居与空巢老人（写有“独居”）").press("Enter")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name=WRITTEN["需求名称"])).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("陪诊就医")
    expect(page.get_by_role("main")).to_contain_text("独居与空巢老人")


def test_an_organisation_takes_several_in_english(visit: Open) -> None:
    page = visit("/offers/new", role="organization", lang="en")
    page.get_by_label("Offer").fill("代取药、送饭上门")
    for service in ("Hospital escort (you wrote “代取药", "Home-delivered meals (you wrote “送饭"):
        page.get_by_role("button", name=service).click()
    chosen = page.locator(".ant-select-multiple").filter(has=page.get_by_label("Service categories"))
    expect(chosen).to_contain_text("Hospital escort")
    expect(chosen).to_contain_text("Home-delivered meals")
    expect(page.get_by_role("button", name="Hospital escort")).to_have_count(0)
