"""Files in a real browser: attached on a phone, opened in a tab, refused with a sentence, removed."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Open, faults_of
from tests.factories.files import PDF, png

pytestmark = pytest.mark.browser
LARGE = {"width": 1440, "height": 900}


def own_need(page: Page) -> int:
    """A need to which the committee of the demonstration may attach files."""
    party = page.request.get("/api/v1/session").json()["current"]["party"]["id"]
    needs = page.request.get("/api/v1/needs?limit=100").json()["items"]
    own = [need["id"] for need in needs if need["party_id"] == party]
    return next(id for id in own if page.request.get(f"/api/v1/files/need/{id}").json()["actions"] == ["attach"])


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize(("lang", "remove"), [("zh", "移除"), ("en", "Remove")])
@pytest.mark.parametrize("size", [PHONE, LARGE], ids=["phone", "desktop"])
def test_a_file_is_attached_opened_and_removed(visit: Open, lang: str, remove: str, size: dict[str, int]) -> None:
    page = visit("/desk", role="committee", lang=lang, size=size)
    page.goto(f"/needs/{own_need(page)}")
    chooser = page.locator(".attachments input[type=file]")
    chooser.set_input_files([file("会议纪要.pdf", PDF), file("合影.png", png()), file("网页.pdf", b"<!doctype html>")])
    links = page.locator(".attachment-list a")
    expect(links).to_have_text(["会议纪要.pdf", "合影.png"])
    expect(page.locator(".attachments").get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []
    with page.context.expect_page() as opened:
        links.last.click()
    expect(opened.value.locator("img")).to_be_visible()
    for left in (1, 0):
        page.locator(".attachment-list button").first.click()
        page.get_by_role("dialog").get_by_role("button", name=remove).click()
        expect(links).to_have_count(left)


def test_the_place_to_add_files_is_reached_and_opened_by_keyboard(visit: Open) -> None:
    page = visit("/desk", role="committee", size=DESKTOP)
    with page.expect_file_chooser() as asked:  # from before the page is there: the browser takes a moment to listen
        page.goto(f"/needs/{own_need(page)}")
        page.locator(".attachments").get_by_role("button", name="点击选择文件").press("Enter")
    assert asked.value.is_multiple()
