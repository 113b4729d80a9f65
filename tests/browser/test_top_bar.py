"""The top bar, at every width and size of type: all its words whole, none over another."""

from itertools import pairwise, product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, look

pytestmark = pytest.mark.browser
WIDTHS = (360, 390, 768, 1024, 1280, 1440)
# The name of the platform, what stands at its right and what is below: (left, right, shown as wide as it is?)
MEASURE = """() => [...document.querySelectorAll('.brand-name, .topbar-tools > *, .public-nav a')].map(one => {
    const box = one.getBoundingClientRect(), around = one.closest('.brand, .topbar-tools, .public-nav')
    const frame = around.getBoundingClientRect()
    const whole = one.scrollWidth <= one.clientWidth + (getComputedStyle(one).display === 'inline' ? Infinity : 0)
    return {says: one.textContent, left: box.left, right: box.right, top: box.top,
            whole: whole && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1
                   && box.left >= 0 && box.right <= innerWidth}
})"""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", ["", "committee", "street"])
def test_the_top_bar_cuts_nothing_and_lays_nothing_over_another(visit: Open, role: str, lang: str) -> None:
    page = visit("/needs", role=role, lang=lang)
    for width, is_large in product(WIDTHS, (False, True)):
        look(page, width, is_large)
        assert (width, is_large, _faults(page)) == (width, is_large, [])


def _faults(page: Page) -> list[str]:
    parts = page.evaluate(MEASURE)
    cut = [part["says"] for part in parts if not part["whole"]]
    rows = sorted(parts, key=lambda part: (round(part["top"] / 20), part["left"]))
    over = [
        f"{one['says']} | {other['says']}"
        for one, other in pairwise(rows)
        if abs(one["top"] - other["top"]) < 20 and other["left"] < one["right"] - 0.5
    ]
    return [*cut, *over]


@pytest.mark.parametrize("role", ["", "committee"])
def test_on_a_phone_pages_size_of_type_and_language_are_behind_one_button(visit: Open, role: str) -> None:
    page = visit("/needs", role=role, size={"width": 360, "height": 740})
    page.get_by_role("button", name="功能菜单").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="长辈版").click()
    expect(page.locator("html.large")).to_be_attached()
    drawer.get_by_role("link", name="招标与大赛").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("招标与大赛")
    expect(drawer).not_to_be_visible()
