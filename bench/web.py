"""How soon a page is painted on a slow phone, and how often it asks for names one by one; in a real browser."""

import re
import shutil
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.accounts.rules import DEMONSTRATION_PASSWORD
from bench.measures import RUNS, Measure, at_most
from bench.season import measure, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PHONE: Any = {"width": 390, "height": 844}
# What Lighthouse calls a slow 4G: 1.6 Mbit/s down, 0.75 up, 150 ms there and back, and a processor at a quarter.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER_CPU = 4
# Above four seconds a page's main content is called poor (web.dev, Core Web Vitals); a page's heading comes with it.
READ_S = 4.0
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
NUMBER = re.compile(r"/\d+\b")
API = re.compile(r"/api/.*/\d+\b")


class Seen(NamedTuple):
    """One visit: milliseconds until the first content (whose page it is, since that comes first) and until the page's
    own heading stands there; and what was asked for, without queries."""

    painted_ms: float
    read_ms: float
    asked: tuple[str, ...]


class Claim(NamedTuple):
    path: str
    what: str
    seconds: float
    role: str = ""


CLAIMS = {
    "web.survey": Claim("{survey}", "a resident's questionnaire", 1.0),
    "web.portal": Claim("/", "the portal", 1.5),
    "web.needs": Claim("/needs", "the list of needs", 2.0),
    "web.offers": Claim("/offers", "the list of offers", 2.0),
    "web.tenders": Claim("/tenders", "the list of notices", 2.0),
    "web.organizations": Claim("/organizations", "the list of organisations", 2.0),
    "web.desk": Claim("/desk", "a committee's desk", 2.0, "committee"),
}


def measure_web() -> Iterator[Measure]:
    """Each page as a first visit, nothing kept from before: medians of several. Needs Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise FileNotFoundError(f"no browser found: {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory(prefix="sx-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        folder.chmod(0o755)  # the database server may run as another user
        with serving(folder / "served") as started:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
            address = f"http://127.0.0.1:{started.port}"
            survey = _survey(_opened(browser, address, "committee"))
            for id, claim in CLAIMS.items():
                yield from _of(id, claim, [_visit(browser, address, claim, survey) for _ in range(RUNS)])
            browser.close()


def _of(id: str, claim: Claim, seen: list[Seen]) -> Iterator[Measure]:
    painted = statistics.median(each.painted_ms for each in seen) / 1000
    read = statistics.median(each.read_ms for each in seen) / 1000
    yield measure(id, f"first content of {claim.what}, slow phone", painted, "s", claim.seconds)
    yield measure(f"{id}.read", f"heading of {claim.what}, slow phone", read, "s", READ_S)
    kinds = Counter(NUMBER.sub("/{}", address) for address in seen[-1].asked if API.match(address))
    most = max(kinds.values(), default=0)
    yield at_most(
        f"{id}.asked",
        f"most requests for single things of one kind, {claim.what}",
        most,
        "",
        against="one",
        ratio=most,
        target=1,
    )


def _opened(browser: Browser, address: str, role: str = "") -> BrowserContext:
    context = browser.new_context(viewport=PHONE, base_url=address)
    if role:
        given = {"username": role, "password": DEMONSTRATION_PASSWORD}
        assert context.request.post("/api/v1/session", data=given).ok
    return context


def _survey(committee: BrowserContext) -> str:
    """The address of the open questionnaire, without which a resident could not have come."""
    for survey in committee.request.get("/api/v1/surveys").json()["items"]:
        for wave in committee.request.get(f"/api/v1/surveys/{survey['id']}/waves").json():
            if wave["state"] == "open" and wave["open_path"]:
                committee.close()
                return str(wave["open_path"])
    raise LookupError("the demonstration has no open questionnaire")


def _visit(browser: Browser, address: str, claim: Claim, survey: str) -> Seen:
    context = _opened(browser, address, claim.role)
    page = context.new_page()
    _slowed(page)
    asked = list[str]()
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(claim.path.format(survey=survey))
    page.locator("h1").first.wait_for()
    read = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    painted = page.evaluate(PAINTED)
    context.close()
    return Seen(float(painted), float(read), tuple(asked))


def _slowed(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
