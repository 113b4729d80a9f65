"""Residents on their phones: from the code at a door to thanks, from a receipt to what neighbours said at the end."""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.rules import ContractStatus
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.parties.models import Party
from app.season.rooms.voices import RECEIPT
from app.service_sessions.models import ServiceSession, SessionOpinion
from tests.browser.added import added
from tests.browser.conftest import PHONE, Open, faults_of
from tests.factories.service_sessions import keep_session

pytestmark = pytest.mark.browser


async def _going_on(session: AsyncSession, parties: Mapping[str, Party]) -> str:
    """The door of a session that takes place now."""
    at = await now(session)
    performed = Contract.contractor_id == parties["organization"].id, Contract.status == ContractStatus.performing
    contract = (await session.scalars(sa.select(Contract).where(*performed).limit(1))).one()
    contract.ends_on = max(contract.ends_on, shanghai_date(at) + timedelta(days=30))
    await session.flush()
    hours = {"starts_at": at - timedelta(minutes=20), "ends_at": at + timedelta(hours=2)}
    return (await keep_session(session, contract, title="院坝合唱", **hours)).door


async def _said(session: AsyncSession, _parties: Mapping[str, Party]) -> list[tuple[str, str, int]]:
    query = sa.select(SessionOpinion).join(ServiceSession).where(ServiceSession.title == "院坝合唱")
    return [(each.as_announced.value, each.again.value, each.count) for each in await session.scalars(query)]


def test_a_resident_signs_in_at_the_door_says_how_it_was_and_is_thanked(
    visit: Open, demonstration: tuple[str, str]
) -> None:
    door = added(demonstration[0], _going_on)
    page = visit(f"/d/{door}", size=PHONE)
    expect(page.locator("h1")).to_have_text("院坝合唱")
    assert faults_of(page) == []
    page.get_by_label(re.compile("门牌号")).fill("3-2-501")
    page.get_by_role("button", name=re.compile("签.?到")).click()
    expect(page.get_by_text("签到成功")).to_be_visible()
    page.get_by_role("radio", name="一样", exact=True).check(force=True)
    page.get_by_role("radio", name="看情况").check(force=True)
    assert faults_of(page) == []
    page.get_by_role("button", name="提交感受").click()
    expect(page.get_by_text("谢谢您的反馈！")).to_be_visible()
    assert faults_of(page) == []
    assert added(demonstration[0], _said) == [("yes", "partly", 1)]

    later = visit(f"/d/{door}", size=PHONE, lang="en")  # comes back: the household is on the list, and has spoken
    later.get_by_label(re.compile("Door number")).fill("3 2 501")
    later.get_by_role("button", name="Sign in").click()
    expect(later.get_by_text("signed in already, as number 1")).to_be_visible()
    later.get_by_role("radio", name="No").first.check(force=True)
    later.get_by_role("radio", name="No").last.check(force=True)
    later.get_by_role("button", name="Send").click()
    expect(later.get_by_text("This household has said how this session was")).to_be_visible()
    assert added(demonstration[0], _said) == [("yes", "partly", 1)]


def test_who_kept_the_receipt_sees_what_neighbours_said_at_the_end(visit: Open) -> None:
    page = visit("/r", size=PHONE)
    page.get_by_label("回执码").fill(f"{RECEIPT[:4]} {RECEIPT[4:]}".lower())
    page.get_by_role("button", name="查看").click()
    served = page.locator(".outcomes li").first
    expect(served).to_contain_text("由 ")
    expect(served).to_contain_text(re.compile(r"开始前问过居民：愿意（\d+ 人答复，\d+ 人同意）"))
    expect(served).to_contain_text(re.compile(r"结束时居民说：认可（\d+ 人答复，\d+ 人同意）"))
    assert faults_of(page) == []
    served.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/needs/\d+"))
    path = page.locator(".path")
    expect(path).to_contain_text("服务前意愿")
    expect(path).to_contain_text(re.compile(r"\d+ 人答复，\d+ 人愿意"))
    expect(path).to_contain_text(re.compile(r"\d+ 位居民答复，\d+ 位认可"))
