"""Every page there is, as those whom it is for meet it: in both languages, on phone, tablet and desktop, in large type.

`SCREENSHOTS=<folder>` looks at every language, width and size of type instead of a choice, and keeps the pictures.
"""

import os
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core.settings import PROJECT
from tests.browser.conftest import faults_of, look, opened

pytestmark = pytest.mark.browser
Tab = Callable[[str, str], Page]
PICTURES = os.environ.get(
    "SCREENSHOTS",
)
ROUTES = re.findall(r'path: "([^"]+)"', (PROJECT / "frontend/src/app/pages.ts").read_text(encoding="utf-8"))
WIDTHS = (360, 768, 1024, 1440)
# (width, large type?) by language; every width and both sizes are met in some language. Colours are looked at in the
# first of each, which are cards in one language and tables in the other.
CHOICE = {"zh": ((360, True), (1024, False)), "en": ((1440, False), (360, False), (768, True))}
# Whom a page is for, and the lists of the API whose first entries it shows; `{party}` is that of who is signed in,
# `{}` the first entry before, `{1}` the second; a number is that of the season's own thing.
SHOWN: dict[str, tuple[str, ...]] = {
    "/": ("",),
    "/desk": ("committee",),
    "/inbox": ("organization",),
    "/search": ("",),
    "/needs": ("",),
    "/needs/unmet": ("",),
    "/needs/$need_id/offer": ("organization", "/needs?status=published"),
    "/needs/new": ("committee",),
    "/needs/$need_id/edit": ("committee", "/needs?status=draft&party_id={party}"),
    "/needs/$need_id": ("", "/needs?status=fulfilled"),
    "/needs/$need_id/ranking": ("committee", "/needs?status=published&party_id={party}"),
    "/surveys/$survey_id/figures": ("", "1"),
    "/offers": ("",),
    "/offers/new": ("organization",),
    "/offers/$offer_id/edit": ("organization", "/offers?party_id={party}"),
    "/offers/$offer_id/copy": ("organization", "/offers?party_id={party}"),
    "/offers/$offer_id": ("", "/offers"),
    "/organizations/$party_id": ("", "/parties?kind=organization"),
    "/offers/$offer_id/ranking": ("organization", "/offers?status=published&party_id={party}"),
    "/surveys": ("committee",),
    "/surveys/new": ("committee",),
    "/surveys/$survey_id": ("committee", "/surveys"),
    "/surveys/$survey_id/edit": ("committee", "/surveys"),
    "/surveys/$survey_id/results": ("committee", "/surveys"),
    "/surveys/waves/$wave_id/responses": ("committee", "/surveys?sort=id", "/surveys/{}/waves"),
    "/surveys/responses/$response_id": (
        "committee",
        "/surveys?status=published&purpose=need",
        "/surveys/{}/waves",
        "/surveys/waves/{1}/responses",
    ),
    "/surveys/waves/$wave_id/enter": ("committee", "/surveys", "/surveys/{}/waves"),
    "/rounds": ("",),
    "/rounds/new": ("purchaser",),
    "/rounds/$round_id": ("committee", "/selection/rounds"),
    "/tenders": ("",),
    "/tenders/new": ("purchaser",),
    "/tenders/$tender_id": ("", "/tenders?status=published"),
    "/tenders/$tender_id/edit": ("purchaser", "/tenders?status=published"),
    "/tenders/$tender_id/amend": ("purchaser", "/tenders?status=published"),
    "/tenders/$tender_id/eligibility": ("purchaser", "/tenders?status=opened"),
    "/tenders/$tender_id/bids": ("purchaser", "/tenders?status=opened"),
    "/tenders/$tender_id/result": ("", "/tenders?status=awarded"),
    "/tenders/$tender_id/compare": ("", "/tenders?status=awarded"),
    "/bids": ("organization",),
    "/bids/$bid_id": ("organization", "/bids"),
    "/tenders/$tender_id/bid": ("organization", "/tenders?status=published"),
    "/panels/$tender_id": ("judge", "/tenders?status=opened"),
    "/panels/$tender_id/bids/$bid_id": ("judge", "/tenders?status=opened", "/panels/{}/bids"),
    "/contracts": ("purchaser",),
    "/contracts/$contract_id": ("organization", "/contracts"),
    "/spot-checks": ("",),
    "/spot-checks/$draw_id": ("", "/evaluations/draws"),
    "/inspections": ("",),
    "/inspections/$draw_id": ("", "/inspections/draws"),
    "/assessments": ("purchaser",),
    "/assessments/$assessment_id": ("purchaser", "/assessments"),
    "/assessments/$assessment_id/sheet": ("evaluator", "/assessments"),
    "/ratings": ("purchaser",),
    "/ratings/$rating_id": ("", "/ratings"),
    "/season/$year": ("purchaser", "2018"),
    "/organizations": ("",),
    "/listed": ("",),
    "/register": ("",),
    "/register/receipt": ("",),
    "/registrations": ("purchaser",),
    "/registrations/$registration_id": ("street", "/registrations"),
    "/accounts": ("admin",),
    "/installation": ("admin",),
    "/jobs": ("admin",),
    "/account": ("organization",),
    "/colleagues": ("organization",),
    "/forgot-password": ("",),
    "/set-password": ("",),
    "/sign-in": ("",),
}


def test_every_page_is_looked_at() -> None:
    """A page that is added is added here: who meets it, and with what."""
    assert set(SHOWN) == set(ROUTES)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("route", SHOWN)
def test_a_page_is_accessible_fits_and_speaks_one_language(tab: Tab, route: str, lang: str) -> None:
    page = tab(SHOWN[route][0], lang)
    heard = listening(page)
    page.goto(address(page, route))
    page.wait_for_load_state("networkidle")
    looks = list(product(WIDTHS, (False, True))) if PICTURES else CHOICE[lang]
    for width, is_large in looks:
        look(page, width, is_large)
        expect(page.locator("h1")).to_be_visible()
        keep(page, f"{width}{'-large' if is_large else ''}-{lang}-{route.replace('/', '_')}.png")
        is_contrast_seen = not PICTURES and (width, is_large) != looks[0]
        assert (width, is_large, faults_of(page, is_contrast_seen)) == (width, is_large, [])
    assert page.locator(f"text=/\\b({RAW})\\.[a-z_]+/").count() == 0
    assert lang == "zh" or page.evaluate(UNMARKED) == []
    assert heard == []


# On an English page, texts all in Chinese that nothing marks as such.
UNMARKED = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (/\\p{Script=Han}/u.test(data) && !/[a-z]/i.test(data) && !parentElement.closest("[lang^=zh], script, style"))
      found.push(data);
  }
  return found;
}"""
RAW = (
    "status|action|field|nav|ui|rooms|tenders|selection|contracts|surveys|bids|panels|accounts|notice|registrations"
    "|installation|jobs"
)


@pytest.fixture(scope="module")
def tabs(browser: Browser, site: str) -> Iterator[dict[tuple[str, str], BrowserContext]]:
    """The browsers in use, by role and language: one each for all pages, as people keep theirs open."""
    kept: dict[tuple[str, str], BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def tab(browser: Browser, site: str, tabs: dict[tuple[str, str], BrowserContext]) -> Iterator[Tab]:
    """`tab("committee", "zh")` is a blank page in the browser of that role and language."""
    pages = list[Page]()

    def tab(role: str, lang: str) -> Page:
        if (role, lang) not in tabs:
            tabs[role, lang] = opened(browser, site, role, lang)
        pages.append(tabs[role, lang].new_page())
        return pages[-1]

    yield tab
    for page in pages:
        page.close()


def listening(page: Page) -> list[str]:
    """What the console complains of and which requests are refused, from now on."""
    heard = list[str]()
    page.on("console", lambda said: heard.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("response", lambda answer: heard.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    return heard


def address(page: Page, route: str) -> str:
    """The route with the numbers of things that who is signed in can see."""
    role, *lists = SHOWN[route]
    session = page.request.get("/api/v1/session").json()
    party = ((session["current"] or {}).get("party") or {}).get("id")
    numbers = list[int]()
    for each in lists:
        if each.isdigit():
            numbers.append(int(each))
            continue
        if "/bids" in each and role == "judge":
            declare(page, numbers[-1])
        if each.endswith("/responses"):
            answer(page, numbers[0])
        found = page.request.get("/api/v1" + each.format(*numbers, party=party)).json()
        first = (found if isinstance(found, list) else found["items"])[0]
        numbers.append(first["bid_id"] if "bid_id" in first else first["id"])
    given = iter(numbers[-route.count("$") :])  # what only leads to a thing is not in its address
    return re.sub(r"\$\w+", lambda _: str(next(given)), route)


def declare(page: Page, tender: int) -> None:
    """A judge says first that there is no interest; once said, it stays said."""
    page.request.post(f"/api/v1/panels/{tender}/declare", data={"interests": []})


def answer(page: Page, survey: int) -> None:
    """A resident answers by the open link, so that there is something to review."""
    wave = page.request.get(f"/api/v1/surveys/{survey}/waves").json()[0]
    given = page.request.post(
        f"/api/v1/surveys/answering/{wave['open_path'].removeprefix('/s/')}", data={"answers": {}}
    )
    assert given.ok, given.text()


def keep(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / name, full_page=True)
