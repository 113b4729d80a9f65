"""A district on the day it begins: its offices, two organisations, a firm and five judges, and nothing made yet."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.service import DemonstrationSeat, make_demonstration_accounts, one_seat_per_role
from app.core.actors import Role
from app.core.clock import now
from app.core.days.calendar_table import seed_calendar
from app.core.db import Units
from app.core.installation.postgres import EmbeddedPostgres
from app.parties.rules import LegalKind, PartyKind
from app.season.cast import OPERATOR
from tests.browser.conftest import DESKTOP, served
from tests.conftest import apart, copied
from tests.factories.parties import make_party
from tests.factories.reference import DOUNAN, make_reference

JUDGES = ("judge", "judge2", "judge3", "judge4", "judge5")
RIVAL, SECOND_EVALUATOR = "rival", "evaluator2"
CHENGGONG, DOUNAN_STREET = "530114000000", "530114003000"
LATER = """
CREATE OR REPLACE FUNCTION shuangxuan_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT clock_timestamp() + interval '{seconds} seconds'
$$;
"""


async def _people(session: AsyncSession) -> None:
    at = await now(session)
    await make_reference(session)
    await seed_calendar(session, range(at.year - 1, at.year + 3))
    agency = {"legal_kind": LegalKind.social_service_agency, "domain_codes": ["01"], "is_fictional": True}
    parties = {
        Role.committee: await make_party(session, PartyKind.committee, area_code=DOUNAN, name_zh="斗南社区居委会"),
        Role.street: await make_party(
            session, PartyKind.street_office, area_code=DOUNAN_STREET, name_zh="斗南街道办事处"
        ),
        Role.purchaser: await make_party(session, PartyKind.bureau, area_code=CHENGGONG, name_zh="呈贡区民政局"),
        Role.organization: await make_party(session, name_zh="晨光社会工作服务中心", founded="2015-03", **agency),
        Role.evaluator: await make_party(session, PartyKind.firm, name_zh="第三方评估中心"),
        Role.auditor: await make_party(session, PartyKind.firm, name_zh="会计师事务所"),
    }
    rival = await make_party(session, name_zh="石榴社区服务社", founded="2016-05", **agency)
    seats = [
        *one_seat_per_role(parties),
        DemonstrationSeat(SECOND_EVALUATOR, "评估中心的同事", Role.evaluator, parties[Role.evaluator]),
        DemonstrationSeat(RIVAL, "另一家机构", Role.organization, rival),
        *(DemonstrationSeat(name, f"评委 {name}", Role.judge, None) for name in JUDGES[1:]),
    ]
    await make_demonstration_accounts(session, OPERATOR, seats)


class District:
    """The district in a browser. Whoever does something signs in on screen first; what goes wrong unseen is noted."""

    def __init__(self, browser: Browser, address: str, url: str) -> None:
        self.browser, self.address, self.url = browser, address, url
        self.waited, self.faults = timedelta(0), list[str]()
        self.pages, self.contexts = dict[str, Page](), list[BrowserContext]()
        self.places = dict[str, str]()  # addresses that one chapter leaves to the next

    def arrive(self, path: str, size: dict[str, int] = DESKTOP) -> Page:
        """Somebody without an account."""
        context = self.browser.new_context(viewport=size, reduced_motion="reduce", base_url=self.address)
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script("if (location.host) localStorage.setItem('language', 'zh')")
        page = context.new_page()
        page.on("console", self._note_console)
        page.on("response", self._note_answer)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(path)
        return page

    def enter(self, username: str, size: dict[str, int] = DESKTOP) -> Page:
        """At the desk of this account; signed in by a tap where the session has run out."""
        key = f"{username} {size['width']}"
        if key in self.pages:
            self.pages[key].goto("/sign-in")
        else:
            self.pages[key] = self.arrive("/sign-in", size)
        page = self.pages[key]
        account = page.locator(".accounts button", has_text=re.compile(rf"· {username}$"))
        expect(page.locator("#waiting").or_(account)).to_be_visible()
        if account.is_visible():
            account.click()
        expect(page.locator("#waiting")).to_be_visible()
        return page

    def wait(self, **time: float) -> None:
        """Time passes: for the database, and so for everybody."""
        self.waited += timedelta(**time)
        for page in self.pages.values():
            page.goto("about:blank")  # whoever stays away for days leaves no page that goes on asking
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(LATER.format(seconds=int(self.waited.total_seconds())))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # said by its answer
            self.faults.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _note_answer(self, answer: Response) -> None:
        if answer.status >= 400 and "retry-after" not in answer.headers:  # the page asks a busy server again by itself
            self.faults.append(f"{answer.status} {answer.request.method} {answer.url}")


@contextmanager
def new_district(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    async def settle(units: Units) -> None:
        async with units() as session:
            await _people(session)

    with copied(server, template) as url:
        apart(url, settle)
        with served(url) as address:
            district = District(browser, address, url)
            try:
                yield district
            finally:
                for context in district.contexts:
                    context.close()


def unfailing(district: District) -> Iterator[District]:
    """No page may fail unseen while a test goes through it."""
    yield district
    faults = [*district.faults]
    district.faults.clear()
    assert faults == []


def press(page: Page | Locator, name: str, nth: int = 0) -> None:
    page.get_by_role("button", name=name, exact=True).nth(nth).click()


def agree(page: Page, verb: str, nth: int = 0) -> None:
    """A verb that asks back before it is done."""
    press(page, verb, nth)
    answered(page, verb)


def answered(page: Page, word: str, choices: Mapping[str, str] | None = None, **fields: str) -> None:
    """Fills in the dialogue and sends it off; it closes once the server has taken it."""
    dialogue = page.get_by_role("dialog").last
    for label, option in (choices or {}).items():
        choose(page, dialogue.get_by_role("combobox", name=label), option)
    for label, text in fields.items():
        dialogue.get_by_label(label).fill(text)
    dialogue.get_by_role("button", name=word, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def choose(page: Page, box: Locator, option: str) -> None:
    """From a list that unfolds, found by typing where that is possible."""
    box.click()
    if box.is_editable():
        box.fill(option)
    page.locator(".ant-select-dropdown:visible").get_by_title(option, exact=False).first.click()


def open_line(page: Page, says: str) -> None:
    """The line of the desk that says this leads to the page where it is done."""
    page.get_by_role("link", name=re.compile(says)).first.click()
    page.wait_for_url(lambda url: not url.endswith("/desk"))
