"""Award sets side by side, as the purchaser and the public see them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of

pytestmark = pytest.mark.browser
COMPARED = "/tenders/1/compare"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_anybody_sees_what_each_rule_would_have_awarded(visit: Open, lang: str, size: dict[str, int]) -> None:
    page = visit(COMPARED, lang=lang, size=size)
    expect(page.get_by_role("heading", level=1)).to_have_text("入选方案对照" if lang == "zh" else "Award sets compared")
    proof = "已证明：在预算和名额之内，没有总分高于 444.17 的组合。" if lang == "zh" else "a total above 444.17"
    expect(page.get_by_text(proof).first).to_be_visible()
    expect(page.get_by_text("B14").first).to_be_visible()
    assert faults_of(page) == []


def test_only_the_purchaser_can_have_the_price_of_inclusion_worked_out(visit: Open) -> None:
    page = visit(COMPARED, role="organization")
    expect(page.get_by_text("尚未测算。").first).to_be_visible()
    expect(page.get_by_role("button", name="测算入选差价")).to_have_count(0)
    page = visit(COMPARED, role="purchaser")
    page.get_by_role("button", name="测算入选差价").first.click()
    expect(page.get_by_text("正在测算：已完成 0 / 9 个").first).to_be_visible()


def test_the_result_leads_to_the_comparison(visit: Open) -> None:
    page = visit("/tenders/1/result")
    page.get_by_role("link", name="入选方案对照").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("入选方案对照")
