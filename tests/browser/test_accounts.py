"""Accounts in a real browser: the first password, a colleague's word, one's own sessions, a forgotten password."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
FIRST, SECOND = "pear orchard in May", "a quiet lake in June"


def invited(visit: Open, username: str) -> str:
    """The link of a new account beside the committee of the demonstration."""
    party = visit("/desk", role="committee").request.get("/api/v1/session").json()["current"]["party"]["id"]
    seats = [{"role": "committee", "party_id": party}]
    given = {"username": username, "display_name": f"新同事 {username}", "memberships": seats}
    made = visit("/desk", role="admin").request.post("/api/v1/accounts", data=given)
    assert made.ok, made.text()
    return str(made.json()["link"])


def type_password(page: Page, password: str, current: str = "") -> None:
    if current:
        page.get_by_label("当前密码").fill(current)
    page.get_by_label("新密码", exact=True).fill(password)
    page.get_by_label("再次输入新密码").fill(password)
    page.get_by_role("button", name="保存新密码").click()


def joined(visit: Open, username: str) -> Page:
    """A new colleague, who set the password and was confirmed, on their own account's page."""
    page = visit(invited(visit, username))
    type_password(page, FIRST)
    expect(page.get_by_text("新密码已设置")).to_be_visible()
    committee = visit("/colleagues", role="committee")
    row = committee.get_by_role("listitem").filter(has_text=username)
    row.get_by_role("button", name="是本单位人员", exact=True).click()
    expect(row).to_have_count(0)
    signed_in = page.request.post("/api/v1/session", data={"username": username, "password": FIRST})
    assert signed_in.ok, signed_in.text()
    page.goto("/account")
    return page


def test_a_link_sets_the_first_password_and_opens_once(visit: Open) -> None:
    link = invited(visit, "lianjie")
    page = visit(link)
    assert faults_of(page) == []
    type_password(page, "password1234")
    expect(page.get_by_role("alert").first).to_contain_text("不能轻易被猜到")
    type_password(page, FIRST)
    expect(page.get_by_text("新密码已设置")).to_be_visible()
    expect(visit(link).get_by_role("alert").first).to_contain_text("链接无效、已使用或已过期")


def test_a_password_is_changed_and_the_other_browsers_are_signed_out(visit: Open) -> None:
    page = joined(visit, "gaimima")
    other = visit("/")
    assert other.request.post("/api/v1/session", data={"username": "gaimima", "password": FIRST}).ok
    type_password(page, SECOND, current=FIRST)
    expect(page.get_by_text("密码已修改，其他浏览器已退出")).to_be_visible()
    assert other.request.get("/api/v1/session").json()["role"] == "resident"
    assert page.request.get("/api/v1/session").json()["role"] == "committee"


def test_one_of_ones_sessions_is_ended(visit: Open) -> None:
    page = joined(visit, "tuichu")
    other = visit("/")
    assert other.request.post("/api/v1/session", data={"username": "tuichu", "password": FIRST}).ok
    page.reload()
    browsers = page.locator("section", has=page.get_by_role("heading", name="已登录的浏览器"))
    expect(browsers.get_by_role("listitem")).to_have_count(2)
    browsers.get_by_role("button", name=re.compile("^退.?出$")).click()
    expect(browsers.get_by_role("listitem")).to_have_count(1)
    assert other.request.get("/api/v1/session").json()["role"] == "resident"


def test_a_forgotten_password_is_replaced_with_a_colleagues_word(visit: Open) -> None:
    joined(visit, "wangji")
    forgetful = visit("/sign-in", size=PHONE)
    forgetful.get_by_role("link", name="忘记密码").click()
    expect(forgetful.locator("h1")).to_have_text("忘记密码")
    forgetful.get_by_label("用户名").fill("wangji")
    forgetful.get_by_role("button", name="申请重设密码").click()
    code = forgetful.locator(".account-code").inner_text()
    committee = visit("/desk", role="committee")
    expect(committee.get_by_text(re.compile("批准.+重设密码")).first).to_be_visible()
    committee.goto("/colleagues")
    row = committee.get_by_role("listitem").filter(has_text="wangji")
    row.get_by_label("验证码").fill(code)
    row.get_by_role("button", name=re.compile("^批.?准$")).click()
    expect(committee.get_by_text("已批准，对方现在可以设置新密码")).to_be_visible()
    expect(forgetful.get_by_label("再次输入新密码")).to_be_visible(timeout=10_000)
    type_password(forgetful, SECOND)
    expect(forgetful.get_by_text("新密码已设置")).to_be_visible()
    assert not forgetful.request.post("/api/v1/session", data={"username": "wangji", "password": FIRST}).ok
    assert forgetful.request.post("/api/v1/session", data={"username": "wangji", "password": SECOND}).ok
    committee.goto("/colleagues")
    expect(committee.get_by_text(re.compile("wangji 的密码已于 .* 重设，由.*批准"))).to_be_visible()


@pytest.mark.parametrize("path", ["/account", "/colleagues", "/forgot-password"])
@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "en")])
def test_a_page_of_accounts_is_accessible_and_fits_its_window(
    visit: Open, path: str, size: dict[str, int], lang: str
) -> None:
    page = visit(path, role="committee", lang=lang, size=size)
    expect(page.locator("h1")).to_be_visible()
    assert faults_of(page) == []
    assert page.locator("text=/\\b(accounts|action|field|nav|ui)\\.[a-z_]+/").count() == 0
