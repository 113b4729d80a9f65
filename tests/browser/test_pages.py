"""The pages people meet first, in a real browser: what they show and what one does there."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of, look, served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_top_bar_of_whoever_is_signed_in_fits_every_window(visit: Open, lang: str) -> None:
    page = visit("/desk", role="committee", lang=lang, size=PHONE)
    for width in (320, 390, 600, 768, 900, 1023, 1024, 1150, 1280):
        look(page, width)
        expect(page.locator(".side")).to_have_count(int(width >= 768))
        sides = page.locator(".topbar button, .topbar .brand-name").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect()).map(box => [box.left, box.right])"
        )
        assert all(left >= 0 and right <= width for left, right in sides), (width, sides)
        assert all(one <= other for (_, one), (other, _) in pairwise(sides)), (width, sides)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_demonstration_data_is_labelled_on_every_page(visit: Open) -> None:
    expect(visit("/").get_by_text("演示数据").first).to_be_visible()
    expect(visit("/tenders/1/result", lang="en").get_by_text("Demonstration data").first).to_be_visible()


def test_one_tap_on_a_demonstration_account_signs_in_and_leads_to_the_desk(visit: Open) -> None:
    page = visit("/sign-in", size=PHONE)
    page.get_by_role("button", name=re.compile("社区居委会")).click()
    expect(page).to_have_url(re.compile("/desk$"))
    expect(page.get_by_text("提交双选志愿").first).to_be_visible()


def test_whoever_is_signed_in_is_not_asked_to_sign_in(visit: Open) -> None:
    page = visit("/sign-in?next=/needs", role="committee")
    expect(page).to_have_url(re.compile("/needs$"))
    page.goto("/")
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="单位和专家登录")).to_have_count(0)
    expect(main.get_by_role("link", name="工作台")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "won", "reason", "chosen"),
    [
        ("zh", "入选", "同一单位已有项目入选（B05）", "公告采用"),
        ("en", "Awarded", "The applicant already has an award (B05)", "in the notice"),
    ],
)
def test_a_result_says_who_won_and_why_the_others_did_not(
    visit: Open, lang: str, won: str, reason: str, chosen: str
) -> None:
    page = visit("/tenders/1/result", lang=lang)
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("92.40")
    expect(first).to_contain_text(won)
    expect(page.get_by_text(reason).first).to_be_visible()
    expect(page.locator(".rule-mark", has_text=chosen)).to_have_count(3)
    expect(page.get_by_text("B45").first).to_be_visible()
    # On paper it is whole: a table as wide as the page, no menu, and room for the seal.
    page.emulate_media(media="print")
    look(page, 680)
    expect(page.locator(".seals")).to_be_visible()
    expect(page.locator(".topbar, .page-action, .cards").locator("visible=true")).to_have_count(0)
    assert page.locator("table").evaluate_all("all => Math.max(...all.map(each => each.scrollWidth))") <= 680 / 0.8


def own_need(page: Page) -> str:
    """The address of a published need of the committee that is signed in."""
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    needs = page.request.get(f"/api/v1/needs?party_id={party}&limit=200&status=published").json()["items"]
    return f"/needs/{next(need['id'] for need in needs if need['party_id'] == party)}"


def test_a_committee_sees_the_offers_for_its_need_and_why(visit: Open) -> None:
    page = visit("/desk", role="committee")
    page.goto(own_need(page))
    page.get_by_role("button", name="查看推荐的服务").click()
    expect(page.get_by_role("heading", name="推荐的服务")).to_be_visible()
    first = page.locator(".ranked").first
    first.locator(".ranked-all summary").click()
    expect(first.locator(".why li")).to_have_count(8)
    expect(first.locator(".why").get_by_text("服务区域包含该社区。")).to_be_visible()
    assert faults_of(page) == []


def test_an_organisation_sees_the_needs_for_its_offer(visit: Open) -> None:
    page = visit("/offers", role="organization")
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    offers = page.request.get("/api/v1/offers?limit=200").json()["items"]
    own = next(offer["id"] for offer in offers if offer["party_id"] == party)
    page.goto(f"/offers/{own}")
    page.get_by_role("button", name="查看适合的需求").click()
    expect(page.get_by_role("heading", name="适合的需求")).to_be_visible()
    expect(page.locator(".ranked, .excluded li").first).to_be_visible()


def test_a_list_of_wishes_is_kept(visit: Open) -> None:
    page = visit("/rounds/4", role="committee")
    wishes = page.locator(".wishes").first
    wishes.get_by_role("combobox").click()
    page.locator(".ant-select-item-option").first.click()
    expect(wishes.locator("ol li")).to_have_count(1)
    wishes.get_by_role("button", name=re.compile("提.?交")).click()
    expect(page.get_by_text("志愿已提交")).to_be_visible()
    page.reload()
    expect(page.locator(".wishes").first.locator("ol li")).to_have_count(1)


def test_a_resident_answers_on_a_phone_and_follows_the_receipt(visit: Open, demonstration: tuple[str, str]) -> None:
    page = visit(f"/s/{demonstration[1]}", size=PHONE)
    expect(page.locator("h1")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("radio", name="女").first.check(force=True)
    page.get_by_role("button", name=re.compile("提.?交")).click()
    page.get_by_role("button", name="就这样提交").click()  # asked back: hardly anything was answered
    expect(page.get_by_role("heading", name="感谢您的参与！")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="凭回执码查看").click()
    page.get_by_text("您的答案").click()
    expect(page.get_by_text("女", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("撤.?回"))).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_demonstration_that_others_can_reach_says_so_in_red(
    visit: Open, demonstration: tuple[str, str], size: dict[str, int]
) -> None:
    with served(demonstration[0], host="0.0.0.0") as address:
        for path in ("/", "/sign-in", f"/s/{demonstration[1]}"):
            page = visit(f"{address}{path}", size=size)
            warning = page.locator(".exposed")
            expect(warning).to_be_visible()
            expect(warning).to_have_css("background-color", "rgb(180, 35, 24)")
            assert faults_of(page) == []


def test_a_panel_signs_what_is_printed_of_its_sheets(visit: Open) -> None:
    page = visit("/panels/1", role="purchaser")
    lines = page.locator(".seal-line")
    expect(lines).to_have_count(7)
    expect(lines.first).not_to_be_visible()
    page.emulate_media(media="print")
    expect(lines.first).to_be_visible()
    expect(lines.first).to_contain_text("J1（签字）")
