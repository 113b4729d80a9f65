"""Nobody offers what a need asks for: its committee tells the organisations, and one of them answers it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
SAID = {
    "zh": {
        "title": "锦鲤池换水清淤",
        "tell": "向组织征集",
        "told": "起已向社会组织征集。",
        "list": "待承接需求",
        "sentence": "社区正在征集服务：“{title}”。",
        "begin": "为这项需求起草服务",
        "save": "保存",
        "offered": "已发布",
        "publish": "发布",
        "new": "有了同类的新服务",
        "end": "停止征集",
    },
    "en": {
        "title": "屋顶鸽舍消毒搬迁",
        "tell": "Tell the organisations",
        "told": "Organisations have been told since",
        "list": "Unmet needs",
        "sentence": "A community is looking for somebody to serve its need “{title}”.",
        "begin": "Start an offer for this need",
        "save": "Save",
        "offered": "Published",
        "publish": "Publish",
        "new": "A new service of the kind you asked for",
        "end": "Stop asking organisations",
    },
}


def publish_odd_need(committee: Page, organization: Page, title: str) -> int:
    """A need of the committee that nobody serves, in a field in which the organisation works."""
    party = organization.request.get("/api/v1/session").json()["current"]["party"]["id"]
    offers = organization.request.get(f"/api/v1/offers?party_id={party}&status=published").json()["items"]
    field = next(code[:2] for offer in offers for code in offer["category_codes"])
    said = {"title": title, "category_code": field, "evidence_note": "居民代表会议提出"}
    need = committee.request.post("/api/v1/needs", data=said).json()
    assert committee.request.post(f"/api/v1/needs/{need['id']}/publish").ok
    return int(need["id"])


@pytest.mark.parametrize(("lang", "size"), [("zh", PHONE), ("en", DESKTOP)], ids=["zh-phone", "en-desktop"])
def test_a_need_that_nobody_serves_is_told_listed_and_answered(visit: Open, lang: str, size: dict[str, int]) -> None:
    words = SAID[lang]
    committee = visit("/desk", role="committee", lang=lang, size=size)
    organization = visit("/needs/unmet", role="organization", lang=lang, size=size)
    title = words["title"]
    need = publish_odd_need(committee, organization, title)
    committee.goto(f"/needs/{need}/ranking")
    doubt = committee.get_by_role("alert").filter(has_text=re.compile("可能没有合适的服务|Probably no offer fits"))
    doubt.get_by_role("button", name=words["tell"]).click()
    expect(doubt).to_contain_text(words["told"])
    assert faults_of(committee) == []

    organization.reload()
    expect(organization.get_by_role("heading", name=words["list"])).to_be_visible()
    expect(organization.get_by_role("link", name=title)).to_be_visible()
    assert faults_of(organization) == []
    organization.goto("/inbox")
    organization.get_by_role("link", name=words["sentence"].format(title=title)).click()
    organization.get_by_role("link", name=words["begin"]).click()
    expect(organization.get_by_role("textbox").first).to_have_value(title)
    assert faults_of(organization) == []
    organization.get_by_role("button", name=words["save"]).click()
    organization.get_by_role("button", name=words["publish"], exact=True).click()
    organization.get_by_role("dialog").get_by_role("button", name=words["publish"]).click()
    expect(organization.get_by_role("main")).to_contain_text(words["offered"])

    committee.goto("/inbox")
    committee.get_by_role("link", name=words["new"]).first.click()
    committee.get_by_role("button", name=words["end"]).click()
    expect(committee.get_by_role("button", name=words["tell"])).to_be_visible()
    assert faults_of(committee) == []
