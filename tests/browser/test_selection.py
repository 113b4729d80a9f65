"""Rankings and rounds in a real browser: reasons, try-outs, what is missing and why, proof and fairness."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, Route, expect

from app.matching.allocation.exported import parse_selection
from app.matching.allocation.verifier import verify_selection
from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
SCREENS = [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "zh"), (DESKTOP, "en")]
FINISHED, PUBLISHED_WEIGHTS = 2, {"27%", "33%", "20%", "5%", "3%", "4%"}


def own_need(page: Page) -> int:
    """A published need of the committee that is signed in."""
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    needs = page.request.get(f"/api/v1/needs?party_id={party}&limit=200&status=published").json()["items"]
    return int(needs[0]["id"])


def ask(api: APIRequestContext, need: int, **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.post(f"/api/v1/selection/needs/{need}/ranking", data=asked).json()
    return answer


def ranking_page(visit: Open, lang: str = "zh", size: dict[str, int] = DESKTOP, query: str = "") -> tuple[Page, int]:
    page = visit("/desk", role="committee", lang=lang, size=size)
    need = own_need(page)
    page.goto(f"/needs/{need}/ranking{query}")
    expect(page.locator(".ranked").first).to_be_visible()
    return page, need


def weigh(page: Page, criterion: str, share: int) -> None:
    page.get_by_label(criterion, exact=True).fill(str(share))


def no_bare_keys(page: Page) -> bool:
    return page.locator("text=/\\b(ui|rooms|selection|tenders|field)\\.[a-z_]+/").count() == 0


@pytest.mark.parametrize("width", [390, 900, 1280])
def test_what_the_eye_meets_first_is_the_ranking_and_not_its_levers(visit: Open, width: int) -> None:
    page, _ = ranking_page(visit, size={"width": width, "height": 844})
    best = page.locator(".ranked-score").first.bounding_box()
    assert best and best["y"] < 844


@pytest.mark.parametrize(("size", "lang"), SCREENS)
def test_a_ranking_with_everything_unfolded_is_accessible_and_fits(
    visit: Open, size: dict[str, int], lang: str
) -> None:
    page, _ = ranking_page(visit, lang, size, query="?weights=60-20-8-3-3-2-2-2&without=dates")
    page.locator(".ranked-all summary").first.click()
    expect(page.locator(".trying")).to_be_visible()
    expect(page.locator(".moved").first).to_be_visible()
    assert faults_of(page) == []
    assert no_bare_keys(page)


@pytest.mark.parametrize(
    ("lang", "firm"),
    [("zh", r"换 200 组权重试算.*%"), ("en", r"of 200 draws of the weights|in 200 draws of the weights")],
)
def test_a_row_tells_the_reasons_that_count_and_how_firmly_it_stands(visit: Open, lang: str, firm: str) -> None:
    page, _ = ranking_page(visit, lang)
    first = page.locator(".ranked").first
    assert first.locator(".telling li").count() in {2, 3}
    expect(first.locator(".firmness")).to_have_text(re.compile(firm))
    expect(first.locator(".parts")).to_have_attribute("aria-label", re.compile(r"\d"))
    first.locator(".ranked-all summary").click()
    expect(first.locator(".why li")).to_have_count(8)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_offers_are_compared_side_by_side_and_taken_into_the_wishes_of_the_open_round(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(role="committee", size=size)
    open_round = next(
        round["id"]
        for round in page.request.get("/api/v1/selection/rounds").json()["items"]
        if round["status"] == "open"
    )
    own = page.request.get(f"/api/v1/selection/rounds/{open_round}/preferences").json()
    needs = [each["subject_id"] for each in own]
    firm = next(need for need in needs if not ask(page.request, need)["fit"]["is_doubtful"])
    page.goto(f"/needs/{firm}/ranking")
    choices = page.get_by_role("checkbox", name="加入对比")
    for place in range(3):
        choices.nth(place).check()
    expect(choices.nth(3)).to_be_disabled()
    page.get_by_role("button", name="并排对比").click()
    for row in ("价格", "服务能力", "服务能力（得分）", "名次是否稳定"):
        expect(page.get_by_role("dialog").get_by_text(row, exact=True)).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    title = page.locator(".ranked a").nth(1).inner_text()
    page.get_by_role("button", name="加入志愿").nth(1).click()
    expect(page.get_by_text("已列入志愿，第 1 位")).to_be_visible()
    page.get_by_role("link", name="去排序并提交").click()
    wishes = page.locator(".wishes").nth(needs.index(firm))
    expect(wishes.locator("li")).to_contain_text(title)
    expect(wishes.get_by_text("尚未提交").last).to_be_visible()


def doubted_need(page: Page) -> int:
    """A published need of the committee for which probably nothing fits, though it would with a filter less."""
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    needs = page.request.get(f"/api/v1/needs?party_id={party}&limit=200&status=published").json()["items"]
    return next(int(need["id"]) for need in needs if "filters" in ask(page.request, need["id"])["fit"]["helps"])


@pytest.mark.parametrize(("size", "lang"), [(PHONE, "zh"), (DESKTOP, "en")])
def test_where_nothing_probably_fits_that_is_said_before_the_list_and_how_firm_its_order_is_is_not(
    visit: Open, size: dict[str, int], lang: str
) -> None:
    page = visit("/desk", role="committee", lang=lang, size=size)
    page.goto(f"/needs/{doubted_need(page)}/ranking")
    doubt = page.locator(".doubt")
    expect(doubt).to_contain_text("可能没有合适的服务" if lang == "zh" else "Probably no offer fits")
    below, first = doubt.bounding_box(), page.locator(".ranked").first.bounding_box()
    assert below and first and below["y"] < first["y"]
    expect(page.locator(".firmness")).to_have_count(0)
    assert faults_of(page) == []
    assert no_bare_keys(page)
    doubt.get_by_role("button", name="试着不看" if lang == "zh" else "Try without").click()
    expect(page.locator(".trying")).to_be_visible()
    expect(doubt).to_have_count(0)
    expect(page.locator(".firmness").first).to_be_visible()


def test_an_absent_offer_is_told_its_first_failing_condition(visit: Open) -> None:
    page, need = ranking_page(visit)
    missing = ask(page.request, need)["excluded"][0]
    page.locator(".why-not-which").click()
    page.keyboard.type(missing["title"])
    page.locator(".ant-select-item-option", has_text=missing["title"]).first.click()
    expect(page.locator(".answer")).to_contain_text(f"{missing['party_zh']}）没有进入排序，第一项不符合的条件是")


def test_an_offer_below_the_shown_ones_is_told_its_place_and_score(visit: Open) -> None:
    page, need = ranking_page(visit, "en")
    offers = page.request.get("/api/v1/offers?limit=200&status=published").json()["items"]
    ranking = ask(page.request, need)
    known = {row["id"] for row in ranking["rows"] + ranking["excluded"]}
    told = (ask(page.request, need, about=offer["id"])["absence"] for offer in offers if offer["id"] not in known)
    below = next(absence for absence in told if absence["reason"] == "below_top")
    page.locator(".why-not-which").click()
    page.keyboard.type(below["title"])
    page.locator(".ant-select-item-option", has_text=below["title"]).first.click()
    expect(page.locator(".answer")).to_contain_text(
        re.compile(r"meets all hard conditions\. With [\d.]+ points it takes place")
    )


def test_weights_always_make_a_hundred_and_the_ranking_moves_at_once(visit: Open) -> None:
    page, _ = ranking_page(visit)
    weigh(page, "内容相近", 90)
    sliders = page.locator(".slider input")
    assert sum(int(sliders.nth(number).input_value()) for number in range(8)) == 100
    expect(page.get_by_text("这是试算，不是正式排序。")).to_be_visible()
    expect(page.get_by_text(re.compile(r"与正式排序相比：\d+ 个上升"))).to_be_visible()
    expect(page.locator(".moved")).to_have_count(10)
    expect(page).to_have_url(re.compile(r"weights=90-"))


def test_a_try_out_can_be_sent_on_by_its_address_and_taken_back(visit: Open) -> None:
    page, _ = ranking_page(visit, query="?weights=90-10-0-0-0-0-0-0")
    expect(page.locator(".trying")).to_be_visible()
    page.get_by_role("button", name="回到正式排序").click()
    expect(page.locator(".trying")).to_have_count(0)
    expect(page.locator(".ranked-tried")).to_have_count(0)
    assert {text.strip() for text in page.locator(".slider .figures").all_inner_texts()} == PUBLISHED_WEIGHTS


def test_a_try_out_changes_nothing_for_others(visit: Open) -> None:
    page, need = ranking_page(visit)
    before = ask(page.request, need)
    weigh(page, "预算匹配", 80)
    expect(page.locator(".trying")).to_be_visible()
    assert ask(page.request, need) == before


def test_another_budget_and_a_condition_left_out_change_who_is_admitted(visit: Open) -> None:
    page, need = ranking_page(visit)
    admitted = ask(page.request, need)["admitted"]
    poor = ask(page.request, need, budget="100.00")["admitted"]
    page.get_by_label("预算（元）").fill("100")
    page.get_by_label("预算（元）").blur()
    expect(page.get_by_text(f"由 {admitted} 个变为 {poor} 个")).to_be_visible()
    wide = ask(page.request, need, budget="100.00", without=["coverage"])["admitted"]
    page.get_by_role("checkbox", name="服务区域").uncheck()
    expect(page.get_by_text(f"由 {admitted} 个变为 {wide} 个")).to_be_visible()


def offer_of_one_community(page: Page) -> int:
    """An offer that only one community may have, so that few needs are admitted and others miss by one condition."""
    need = page.request.get("/api/v1/needs?limit=1&status=published&category=02").json()["items"][0]
    wanted = {
        "title": "周末亲子陪伴",
        "description": "周末组织亲子阅读和手工，陪伴放学后没人照看的孩子。",
        "population_codes": need["population_codes"],
        "coverage_codes": [need["community_code"]],
    }
    drafted = page.request.post("/api/v1/offers", data=wanted)
    assert drafted.ok, drafted.text()
    id = int(drafted.json()["id"])
    published = page.request.post(f"/api/v1/offers/{id}/publish", headers={"If-Match": '"1"'})
    assert published.ok, published.text()
    return id


def test_where_few_are_admitted_a_single_condition_can_be_tried_without(visit: Open) -> None:
    page = visit("/offers", role="organization")
    page.goto(f"/offers/{offer_of_one_community(page)}/ranking")
    expect(page.get_by_role("heading", name="放宽哪一条？")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="试着不看“服务区域”").click()
    expect(page.get_by_role("checkbox", name="服务区域")).not_to_be_checked()
    expect(page.get_by_text(re.compile("符合条件的由 .* 个变为"))).to_be_visible()
    expect(page.locator(".moved-new").first).to_be_visible()


@pytest.mark.parametrize(("size", "lang"), SCREENS)
def test_a_round_with_its_proof_unfolded_is_accessible_and_fits(visit: Open, size: dict[str, int], lang: str) -> None:
    page = visit(f"/rounds/{FINISHED}", role="committee", lang=lang, size=size)
    page.locator(".certificate summary").click()
    expect(page.locator(".proof li").first).to_be_visible()
    expect(page.locator(".tallies").first).to_be_visible()
    assert faults_of(page) == []
    assert no_bare_keys(page)


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("zh", "没有哪两家都更想选对方、却没配在一起（已逐对检查 {n} 对）。"),
        ("en", "No two sides both want each other more than what they got ({n} pairs checked one by one)."),
    ],
)
def test_the_result_of_a_round_begins_with_its_certificate(visit: Open, lang: str, headline: str) -> None:
    page = visit(f"/rounds/{FINISHED}", lang=lang)
    checked = len(page.request.get(f"/api/v1/selection/rounds/{FINISHED}/certificate").json()["pairs"])
    expect(page.get_by_role("heading", name=headline.format(n=checked))).to_be_visible()


def test_the_export_of_a_round_holds_against_the_verifier(visit: Open, tmp_path: Path) -> None:
    page = visit(f"/rounds/{FINISHED}")
    with page.expect_download() as download:
        page.get_by_text("下载本轮数据").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    expect(page.get_by_text(f"shuangxuan verify selection {file.name}")).to_be_visible()
    _, faults = verify_selection(parse_selection(file.read_bytes()))
    assert faults == []


def test_each_checked_pair_can_be_found_with_its_reason(visit: Open) -> None:
    page = visit(f"/rounds/{FINISHED}")
    page.locator(".certificate summary").click()
    page.get_by_role("combobox", name="按理由筛选").click()
    page.locator(".ant-select-item-option", has_text="社区得到更想要的").click()
    rows = page.locator(".proof li")
    expect(rows.first).to_contain_text("社区得到了更想要的")
    named = rows.first.locator(".proof-pair").inner_text().split("×")[0].strip()
    page.get_by_role("searchbox", name="按需求或服务名称查找").fill(named)
    expect(rows.last.locator(".proof-pair")).to_contain_text(named)


def test_pairs_show_at_which_wish_both_sides_got_each_other(visit: Open) -> None:
    page = visit(f"/rounds/{FINISHED}", role="committee")
    first = page.locator(".pairs li").first
    expect(first).to_contain_text("本单位")
    expect(first).to_contain_text(re.compile(r"社区的第 \d+ 志愿"))
    expect(first).to_contain_text(re.compile(r"组织的第 \d+ 志愿"))


def test_fairness_is_told_in_words_and_in_figures(visit: Open) -> None:
    page = visit(f"/rounds/{FINISHED}", lang="en")
    report = page.request.get(f"/api/v1/selection/rounds/{FINISHED}/fairness").json()
    needs = report["needs"]
    expect(page.get_by_text(f"{needs['matched']} of {needs['members']} needs found a pair")).to_be_visible()
    expect(page.get_by_text(re.compile("of the offers of (small|larger) organisations found a pair"))).to_be_visible()
    few = [street for street in report["by_street"] if street["tally"]["few"]]
    expect(page.locator(".few")).to_have_count(len(few) + sum(size["tally"]["few"] for size in report["by_size"]))


def test_a_button_of_many_words_stays_within_a_phone(visit: Open) -> None:
    """On the last day the bureau may fill in lists that are missing; that takes some words to say."""
    page = visit(role="purchaser", lang="en", size=PHONE)
    number = page.request.get("/api/v1/selection/rounds").json()["items"][0]["id"]

    def on_the_last_day(route: Route) -> None:
        answer = route.fetch()
        told = answer.json() | {"actions": ["derive"], "missing": {"needs": 27, "offers": 150}}
        route.fulfill(response=answer, json=told)

    page.route(f"**/selection/rounds/{number}", on_the_last_day)
    page.goto(f"/rounds/{number}")
    page.get_by_role("button", name="Fill in from the ranking").click()
    expect(page.get_by_text("27 needs and 150 offers have no list yet")).to_be_visible()
    wide = "() => [...document.querySelectorAll('.ant-btn')].filter(b => b.getBoundingClientRect().right > innerWidth)"
    assert page.evaluate(f"({wide})().map(b => b.textContent)") == []
