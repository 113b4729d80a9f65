"""What waits is walked to: every line of every desk opens a page on which exactly that can be done."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Response, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.rules import ContractStatus
from app.core.actors import Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.installation.postgres import EmbeddedPostgres
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.records.rules import RecordKind
from app.service_sessions.models import SignIn
from app.service_sessions.rules import SignInKind
from app.surveys.questionnaires.rules import SurveyStatus
from app.tenders.notices.models import Enquiry, Tender
from app.tenders.notices.rules import TenderStatus
from tests.browser import test_accounts, test_whole_season
from tests.browser.added import added
from tests.browser.conftest import Open
from tests.browser.district import District, new_district
from tests.browser.seldom import SELDOM, seldom
from tests.desk.kinds import KINDS, word
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import make_account
from tests.factories.records import make_record
from tests.factories.service_sessions import keep_session
from tests.factories.surveys import make_survey, make_wave

pytestmark = pytest.mark.browser
ROLES = ("committee", "organization", "purchaser", "judge", "street", "evaluator", "auditor", "admin")
# Walked to their end where that is told.
ELSEWHERE = {
    "parties.approve_reset": test_accounts.test_a_forgotten_password_is_replaced_with_a_colleagues_word,
    "parties.read_reset": test_accounts.test_a_forgotten_password_is_replaced_with_a_colleagues_word,
    "surveys.close": test_whole_season.test_the_answers_are_reviewed_and_become_a_need_with_its_evidence,
    "surveys.confirm": test_whole_season.test_the_answers_are_reviewed_and_become_a_need_with_its_evidence,
    "selection.confirm": test_whole_season.test_a_round_brings_both_sides_together,
    "tenders.open": test_whole_season.test_the_bids_are_opened_judged_and_every_sheet_delivered,
    "bids.prequalify": test_whole_season.test_the_bids_are_opened_judged_and_every_sheet_delivered,
    "panels.appoint": test_whole_season.test_the_bids_are_opened_judged_and_every_sheet_delivered,
    "panels.declare": test_whole_season.test_the_bids_are_opened_judged_and_every_sheet_delivered,
    "panels.deliver": test_whole_season.test_the_bids_are_opened_judged_and_every_sheet_delivered,
    "awards.propose": test_whole_season.test_the_result_is_published_objected_to_and_confirmed,
    "awards.publish": test_whole_season.test_the_result_is_published_objected_to_and_confirmed,
    "awards.confirm": test_whole_season.test_the_result_is_published_objected_to_and_confirmed,
    "objections.reject": test_whole_season.test_the_result_is_published_objected_to_and_confirmed,
    "contracts.sign": test_whole_season.test_the_contract_is_signed_by_both_and_started,
    "contracts.start": test_whole_season.test_the_contract_is_signed_by_both_and_started,
    "contracts.pay": test_whole_season.test_milestones_are_reported_evaluated_and_paid,
    "contracts.engage": test_whole_season.test_milestones_are_reported_evaluated_and_paid,
    "findings.answer": test_whole_season.test_milestones_are_reported_evaluated_and_paid,
    "findings.accept": test_whole_season.test_milestones_are_reported_evaluated_and_paid,
    "budgets.propose": test_whole_season.test_a_budget_is_approved_and_what_is_spent_is_audited,
    "budgets.approve": test_whole_season.test_a_budget_is_approved_and_what_is_spent_is_audited,
    "budgets.submit": test_whole_season.test_a_budget_is_approved_and_what_is_spent_is_audited,
    "contracts.complete": test_whole_season.test_residents_accept_and_the_need_shows_its_whole_path,
}


async def _more(session: AsyncSession, parties: Mapping[str, Party]) -> None:
    """What else can wait for the demonstration accounts: drafts, things that end soon, a question asked."""
    at = await now(session)
    committee, organization, today = parties["committee"], parties["organization"], shanghai_date(at)
    colleague, seat = await make_account(session, Role.committee, committee, username="colleague")
    colleague.display_name, seat.confirmed_at = "新来的小李", None
    await make_need(session, committee, title="即将到期的需求", expires_on=today)
    await make_offer(session, organization, title="未发布的服务", status=OfferStatus.draft)
    await make_offer(session, organization, title="即将到期的服务", available_until=today)
    await make_survey(session, committee, status=SurveyStatus.draft)
    survey = await make_survey(session, committee)
    days = {"opened_at": at - timedelta(days=2), "closes_at": at - timedelta(days=1)}
    await make_wave(session, survey, communities=(committee.area_code or "",), **days)
    open_now = sa.select(Tender).where(Tender.status == TenderStatus.published, Tender.bids_end > at)
    tender = (await session.scalars(open_now.limit(1))).one()
    session.add(Enquiry(tender_id=tender.id, party_id=organization.id, question="可否分两期实施？", asked_at=at))
    yesterday = today - timedelta(days=1)
    performed = (Contract.contractor_id == organization.id, Contract.status == ContractStatus.performing)
    contract = (await session.scalars(sa.select(Contract).where(*performed).limit(1))).one()
    await keep_session(session, contract, title="没有签到的场次")
    attended = await keep_session(session, contract, title="有人签到的场次")
    came = SignIn(service_session_id=attended.id, number=1, kind=SignInKind.paper, household_hash="1" * 64)
    came.signed_at = attended.starts_at
    session.add(came)
    way_back = {"requirement": "退还多收的押金", "due_on": yesterday, "shown_until": today + timedelta(days=365)}
    said = {"title": "1号", "issuer": "民政局", "issuer_id": parties["purchaser"].id, "source": "处罚决定书"}
    await make_record(session, organization, RecordKind.penalty, valid_from=yesterday, **said, **way_back)


@pytest.fixture
def crowded(demonstration: tuple[str, str]) -> None:
    added(demonstration[0], _more)


def control(page: Page, kind: str) -> str | None:
    """What is wrong with the page that a line of this kind has opened; None where its control stands there."""
    called = re.compile(r"\s?".join(map(re.escape, word(KINDS[kind]))))
    button = page.get_by_role("button", name=called).first
    try:
        expect(button).to_be_visible()
    except AssertionError:
        return f"{kind}: no “{word(KINDS[kind])}” on {page.url}"
    return None


def test_every_line_of_every_desk_opens_a_page_on_which_it_can_be_finished(visit: Open, crowded: None) -> None:
    faults, walked = list[str](), set[str]()
    for role in ROLES:
        page, failed = visit("/desk", role=role), list[str]()
        page.on("response", lambda answer, into=failed: into.append(answer.url) if is_refused(answer) else None)
        items = page.request.get("/api/v1/desk").json()["items"]
        expect(page.locator("#waiting")).to_contain_text(str(len(items)))
        assert page.locator(".waiting-group .waiting-row:not(a)").count() == 0
        titles = {f"{item['room']}.{item['verb']}": item["title"] for item in items}
        for kind in sorted(titles.keys() - walked - ELSEWHERE.keys()):
            walked.add(kind)
            page.goto("/desk")
            line = word(f"desk.verb.{kind}").replace("{{title}}", titles[kind])
            page.get_by_role("link", name=line).first.click()
            faults += [fault] if (fault := control(page, kind)) else []
            faults += [f"{kind}: {page.url} asked for {address}" for address in failed]
            failed.clear()
    assert faults == []
    assert KINDS.keys() - walked <= ELSEWHERE.keys() | set().union(*SELDOM.values())


@pytest.fixture(scope="module")
def district(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    with new_district(browser, server, template) as district:
        district.enter("committee")  # signed in before somebody asks for a new password: to sign in would stop that
        added(district.url, seldom)
        yield district


@pytest.mark.parametrize(("role", "kind"), [(role, kind) for role, kinds in SELDOM.items() for kind in sorted(kinds)])
def test_what_waits_seldom_opens_its_page_as_well(district: District, role: str, kind: str) -> None:
    page = district.enter(role)
    (waits,) = [
        item for item in page.request.get("/api/v1/desk").json()["items"] if f"{item['room']}.{item['verb']}" == kind
    ]
    page.get_by_role("link", name=word(f"desk.verb.{kind}").replace("{{title}}", waits["title"])).first.click()
    assert control(page, kind) is None
    assert district.faults == []


def is_refused(answer: Response) -> bool:
    """A busy server that says when to come again is asked again by the page itself."""
    return answer.status >= 400 and "retry-after" not in answer.headers
