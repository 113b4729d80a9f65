"""An organisation asks to take part, is admitted, opens its account by the link and signs in, all by the screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Open, faults_of

pytestmark = pytest.mark.browser
PASSWORD = "pear orchard in May"  # noqa: S105
NAME = "昆明市呈贡区花圃社会工作服务中心"


def apply(page: Page, name: str, credit_code: str) -> str:
    """Fill in the form and hand it in: the receipt code."""
    page.get_by_label("社会服务机构").check()
    page.get_by_label("单位全称").fill(name)
    page.get_by_label("统一社会信用代码").fill(credit_code)
    place = page.get_by_label("所在区域")
    place.click()
    place.fill("斗南街道")
    page.get_by_title(re.compile("斗南街道")).first.click()
    page.get_by_label("主要开展的服务").fill("在斗南街道开展为老服务。")
    page.get_by_label("联系人").fill("李花")
    page.get_by_label("联系电话").fill("0871-60000000")
    page.get_by_role("button", name=re.compile("提.?交")).click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    return page.locator(".registration-code").inner_text().replace(" ", "")


def test_an_organisation_applies_is_admitted_and_signs_in(visit: Open) -> None:
    applicant = visit("/sign-in", size=PHONE)
    applicant.get_by_role("link", name="申请入驻").click()
    expect(applicant.get_by_role("heading", name="申请入驻")).to_be_visible()
    assert faults_of(applicant) == []
    code = apply(applicant, NAME, "52530114mjx000001b")

    bureau = visit("/desk", role="purchaser")
    bureau.get_by_role("link", name=re.compile(f"审核“{NAME}”的入驻申请")).click()
    expect(bureau.get_by_text("0871-60000000")).to_be_visible()
    assert faults_of(bureau) == []
    bureau.get_by_role("button", name="准予入驻").click()
    dialogue = bureau.get_by_role("dialog")
    dialogue.get_by_label("用户名").fill("huapu")
    dialogue.get_by_role("button", name="准予入驻").click()
    link = bureau.locator(".registration-link code").inner_text()

    applicant.get_by_role("link", name="查询入驻申请").first.click()
    applicant.get_by_label("回执码").fill(code.lower())
    applicant.get_by_role("button", name=re.compile("查.?询")).click()
    expect(applicant.get_by_text("已准予入驻。")).to_be_visible()

    applicant.goto(link)
    applicant.get_by_label("新密码", exact=True).fill(PASSWORD)
    applicant.get_by_label("再次输入新密码").fill(PASSWORD)
    applicant.get_by_role("button", name="保存新密码").click()
    applicant.get_by_role("link", name="前往登录").click()
    applicant.get_by_label("用户名").fill("huapu")
    applicant.get_by_label("密码", exact=True).fill(PASSWORD)
    applicant.get_by_role("main").get_by_role("button", name=re.compile("登.?录")).first.click()
    expect(applicant).to_have_url(re.compile("/desk$"))
    expect(applicant.get_by_text(NAME).first).to_be_visible()


def test_an_application_that_is_refused_says_why_to_whoever_holds_its_receipt(visit: Open) -> None:
    applicant = visit("/register")
    code = apply(applicant, "昆明市呈贡区苗圃社会工作服务中心", "52530114MJX000003H")
    bureau = visit("/registrations?status=submitted", role="purchaser")
    bureau.get_by_role("link", name=re.compile("苗圃")).click()
    bureau.get_by_role("button", name="不予入驻").click()
    bureau.get_by_role("dialog").get_by_label("理由").fill("证书已过期")
    bureau.get_by_role("dialog").get_by_role("button", name="不予入驻").click()
    expect(bureau.get_by_text("证书已过期")).to_be_visible()
    followed = visit("/register/receipt", lang="en", size=PHONE)
    followed.get_by_label("Receipt code").fill(code)
    followed.get_by_role("button", name="Look up").click()
    expect(followed.get_by_text("证书已过期")).to_be_visible()
    assert faults_of(followed) == []
