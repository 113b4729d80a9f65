"""What a desk shows below what waits, for those who look after communities, contracts, a season."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
LOOKS = [(PHONE, "zh"), (DESKTOP, "en"), (PHONE, "en"), (DESKTOP, "zh")]


@pytest.mark.parametrize(("size", "lang"), LOOKS)
def test_a_street_finds_its_communities_and_is_led_to_their_needs(visit: Open, size: dict[str, int], lang: str) -> None:
    page = visit("/desk", role="street", lang=lang, size=size)
    shown = page.get_by_role("region", name={"zh": "辖区社区情况", "en": "Communities in your area"}[lang])
    expect(
        shown.get_by_text({"zh": "近一年尚未开展调查的社区有", "en": "Communities without a survey"}[lang])
    ).to_be_visible()
    expect(shown.get_by_role("link", name=re.compile("斗南社区居民委员会"))).to_have_count(1)
    expect(shown.get_by_text("龙街社区居民委员会")).to_have_count(0)
    assert faults_of(page) == []
    shown.get_by_role("link", name=re.compile("斗南社区居民委员会")).click()
    expect(page).to_have_url(re.compile(r"/needs\?area=%22530114003004%22"))
    expect(page.get_by_text("花乡姐妹手工坊").first).to_be_visible()


@pytest.mark.parametrize("role", ["evaluator", "auditor"])
@pytest.mark.parametrize(("size", "lang"), LOOKS[:2])
def test_a_firm_finds_the_contracts_it_is_engaged_for(visit: Open, size: dict[str, int], lang: str, role: str) -> None:
    page = visit("/desk", role=role, lang=lang, size=size)
    shown = page.get_by_role("region", name={"zh": "受委托的合同", "en": "Contracts you are engaged for"}[lang])
    expect(shown.get_by_text("cg-2018-01-B01")).to_be_visible()
    assert faults_of(page) == []
    shown.get_by_role("link", name=re.compile("花乡睦邻·斗南社工站")).click()
    expect(page).to_have_url(re.compile(r"/contracts/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("花乡睦邻·斗南社工站")


@pytest.mark.parametrize(("size", "lang"), LOOKS)
def test_a_bureau_finds_its_season_and_where_too_few_offers_stand(visit: Open, size: dict[str, int], lang: str) -> None:
    page = visit("/desk", role="purchaser", lang=lang, size=size)
    season = page.get_by_role("region", name={"zh": "年度进展", "en": "The season at a glance"}[lang])
    expect(season.locator(".underway .date-next").first).to_be_visible()
    expect(season.get_by_text({"zh": "680,500 元", "en": "¥680,500"}[lang]).first).to_be_visible()
    expect(season.locator(".overview-note")).to_contain_text(
        {"zh": "可能无人应征", "en": "may find nobody to apply"}[lang]
    )
    assert faults_of(page) == []
    season.locator(".market-thin a").first.click()
    expect(page).to_have_url(re.compile(r"/needs\?area=%22530114\d+%22&status=published&category=\d+"))
    expect(page.locator(".list-total")).to_be_visible()


@pytest.mark.parametrize(("size", "lang"), LOOKS)
def test_the_money_of_a_year_leads_to_its_report_and_that_to_its_files(
    visit: Open, size: dict[str, int], lang: str
) -> None:
    page = visit("/desk", role="purchaser", lang=lang, size=size)
    page.get_by_role("link", name={"zh": "2018 年度报告", "en": "Report of 2018"}[lang]).click()
    title = {"zh": "2018年度项目季评估报告", "en": "Evaluation report of the season 2018"}[lang]
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_text({"zh": "共提出 7 项", "en": "7 findings"}[lang])).to_be_visible()
    assert faults_of(page) == []
    with page.expect_download() as taken:
        page.get_by_role("button", name={"zh": "导出 Excel", "en": "Export Excel"}[lang]).click()
    assert taken.value.suggested_filename == {"zh": "项目季评估报告.xlsx", "en": "season-report.xlsx"}[lang]
    paper = page.get_by_role("link", name={"zh": "下载 Word", "en": "Download Word"}[lang])
    expect(paper).to_have_attribute("href", re.compile(r"/overviews/season/2018/paper\?format=docx$"))


def test_a_desk_on_which_nothing_waits_says_so_in_a_line(visit: Open) -> None:
    page = visit("/desk", role="admin")
    expect(page.get_by_text("现在没有等您办理的事项")).to_be_visible()
    expect(page.locator(".empty")).to_have_count(0)
