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


def test_a_head_invites_a_reader_who_reads_and_has_no_buttons_that_change(visit: Open) -> None:
    head = visit("/colleagues", role="organization", size=PHONE)
    invite = head.locator("section", has=head.get_by_role("heading", name="邀请同事"))
    invite.get_by_label("用户名").fill("chayue")
    invite.get_by_label("姓名").fill("周悦")
    invite.get_by_role("radio", name=re.compile("查阅人")).check()
    invite.get_by_role("button", name="生成邀请链接").click()
    link = invite.locator(".account-link").inner_text()
    page = visit(link[link.index("/set-password") :])
    type_password(page, FIRST)
    expect(page.get_by_text("新密码已设置")).to_be_visible()
    head.reload()
    waiting = head.locator("section", has=head.get_by_role("heading", name="确认新同事"))
    waiting.get_by_role("listitem").filter(has_text="周悦").get_by_role(
        "button", name="是本单位人员", exact=True
    ).click()
    people = head.locator("section", has=head.get_by_role("heading", name="本单位人员"))
    expect(people.get_by_role("listitem").filter(has_text="周悦")).to_contain_text("查阅人")
    assert faults_of(head) == []
    assert page.request.post("/api/v1/session", data={"username": "chayue", "password": FIRST}).ok
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    offer = page.request.get(f"/api/v1/offers?status=published&party_id={party}").json()["items"][0]
    page.set_viewport_size(DESKTOP)
    page.goto(f"/offers/{offer['id']}")
    expect(page.locator("h1")).to_contain_text(offer["title"])
    expect(page.locator(".topbar")).to_contain_text("查阅人")
    expect(page.locator("main .actions button")).to_have_text(["查看适合的需求"])
    page.goto("/colleagues")
    expect(page.get_by_role("heading", name="本单位人员")).to_be_visible()
    expect(page.get_by_role("heading", name="邀请同事")).to_have_count(0)
    expect(page.locator("main").get_by_role("combobox")).to_have_count(0)
    page.goto("/desk")
    expect(page.get_by_role("heading", name="等本单位同事办理")).to_be_visible()
    assert faults_of(page) == []
    refused = page.request.post(f"/api/v1/offers/{offer['id']}/withdraw", data={"reason": "停办"})
    assert "查阅人" in refused.json()["messages"]["zh"]


@pytest.mark.parametrize("path", ["/account", "/colleagues", "/forgot-password"])
@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "en")])
def test_a_page_of_accounts_is_accessible_and_fits_its_window(
    visit: Open, path: str, size: dict[str, int], lang: str
) -> None:
    page = visit(path, role="committee", lang=lang, size=size)
    expect(page.locator("h1")).to_be_visible()
    assert faults_of(page) == []
    assert page.locator("text=/\\b(accounts|action|field|nav|ui)\\.[a-z_]+/").count() == 0
