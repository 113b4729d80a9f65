"""The whole demonstration in a real browser: one server and one Chromium for all browser tests."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from xdist.scheduler import LoadFileScheduling

from app.accounts.policy import authenticate
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.core.db import Units
from app.core.installation.postgres import EmbeddedPostgres
from app.core.settings import PROJECT, Settings
from app.main import web_application
from app.season.demonstration import survey_token
from app.serving import Server
from tests.conftest import apart, copied

AXE = PROJECT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
Open = Callable[..., Page]
expect.set_options(timeout=20_000)  # a page that is right but late passes; what is wrong is wrong after that, too


class ByFile(LoadFileScheduling):
    """The tests of a file follow each other in one worker, since what one has done the next may meet; the walk over
    every page, which is half of them all, goes its two ways."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return file + nodeid[-4:] if file.endswith("test_everywhere.py") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def chromium() -> str:
    """A missing browser fails the tests; it never skips them."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    pytest.fail("No browser found: install the packages chromium and fonts-noto-cjk, or set CHROMIUM.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demonstration(server: EmbeddedPostgres, demonstrated: str) -> Iterator[tuple[str, str]]:
    """The address of a database with the demonstration in it, and the token of its open questionnaire."""

    async def token(units: Units) -> str:
        async with units() as session:
            return await survey_token(session) or ""

    with copied(server, demonstrated) as url:
        yield url, apart(url, token)


@contextmanager
def served(url: str, **settings: str) -> Iterator[str]:
    """The application on a free port, with its built pages."""
    assert Path(Settings().web_dir, "index.html").exists(), "build the front end first: make setup"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = web_application(Settings(**settings), url, authenticate)

    async def nothing() -> None: ...

    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    running = Server(config, nothing, app.state.streams.end)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def site(demonstration: tuple[str, str]) -> Iterator[str]:
    with served(demonstration[0]) as address:
        yield address


def opened(browser: Browser, site: str, role: str, lang: str, size: dict[str, int] = DESKTOP) -> BrowserContext:
    """A browser of its own, signed in on the demonstration account of a role, if one is named."""
    context = browser.new_context(viewport=size, reduced_motion="reduce", base_url=site)
    context.add_init_script(f"localStorage.setItem('language', '{lang}')")
    if role:
        signed = context.request.post("/api/v1/session", data={"username": role, "password": DEMONSTRATION_PASSWORD})
        assert signed.ok, signed.text()
    return context


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Open]:
    """`visit("/needs", role="committee", lang="en", size=PHONE)` opens a page as that person would see it; without a
    path it is still blank."""
    contexts, blocked = [], list[str]()

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            blocked.append(message.text)

    def visit(path: str = "", role: str = "", lang: str = "zh", size: dict[str, int] = DESKTOP) -> Page:
        context = opened(browser, site, role, lang, size)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        if path:
            page.goto(path)
            page.wait_for_load_state("networkidle")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert blocked == []  # a page that asks for what its own policy forbids is broken for somebody


# What depends on the width is drawn anew a frame after it has changed.
REDRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def look(page: Page, width: int, is_large: bool = False) -> None:
    """Look at the page in a window of this width, in that size of type, once it is drawn for it."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("large => document.documentElement.classList.toggle('large', large)", is_large)
    page.evaluate(REDRAWN)


def faults_of(page: Page, is_contrast_seen: bool = False) -> list[str]:
    """Faults by axe at levels A and AA, and a page wider than its window. `is_contrast_seen`: in the same look at
    another size, so that the one slow rule may rest."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = {"color-contrast": {"enabled": False}} if is_contrast_seen else {}
    found = page.evaluate(
        "options => axe.run(options)", {"resultTypes": ["violations"], "runOnly": LEVELS, "rules": rules}
    )
    told = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*told, *(["wider than the window"] if wide else [])]
