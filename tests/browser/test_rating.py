"""A national grade in a browser, each on the own screens: applied for, taken up, marked, voted on, read on its notice
by a stranger, confirmed, and public."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.installation.postgres import EmbeddedPostgres
from app.parties.models import Party
from app.ratings.rules import last_inspected
from app.records.rules import RecordKind
from tests.browser.added import added
from tests.browser.district import District, agree, answered, new_district, open_line, press, unfailing
from tests.browser.evaluating import mark
from tests.factories.records import make_record

pytestmark = pytest.mark.browser
WHO = "晨光社会工作服务中心"
MEMBERS = [f"委员{number}" for number in "甲乙丙丁戊己庚"]


async def _inspected(session: AsyncSession, parties: Mapping[str, Party]) -> None:
    year = last_inspected(shanghai_date(await now(session)))
    days = {"valid_from": date(year, 1, 1), "valid_until": date(year, 12, 31)}
    await make_record(session, parties["organization"], RecordKind.inspection, value="qualified", **days)


@pytest.fixture(scope="module")
def rated(browser: Browser, server: EmbeddedPostgres, template: str) -> Iterator[District]:
    with new_district(browser, server, template) as district:
        added(district.url, _inspected)
        yield district


@pytest.fixture
def district(rated: District) -> Iterator[District]:
    yield from unfailing(rated)


def test_a_national_grade_is_applied_for_marked_voted_on_announced_and_confirmed(district: District) -> None:
    _apply(district)
    _seat(district)
    for assessor in ("judge2", "evaluator"):
        mark(district.enter(assessor), WHO)
    _vote(district)
    _read_the_notice(district)
    _confirm(district)
    _read_the_grade(district)
    assert district.faults == []


def _apply(district: District) -> None:
    page = district.enter("organization")
    page.goto("/organizations")
    page.get_by_role("link", name=WHO).first.click()
    press(page, "申请：全国等级评估（5A—1A）")
    expect(page.locator("#ratings + ul")).to_contain_text("已申请")


def _seat(district: District) -> None:
    page = district.enter("purchaser")
    open_line(page, f"受理“{WHO}”的等级评定申请")
    agree(page, "受理")
    page = district.enter("purchaser")
    open_line(page, f"为“{WHO}”的评估指定评分人")
    for seat in ("评委 judge2", "周敏 · 第三方评估中心"):
        press(page, "指定评分人")
        answered(page, "指定评分人", {"评分人": seat})
    agree(page, "开始评分")


def _vote(district: District) -> None:
    page = district.enter("purchaser")
    open_line(page, f"计算“{WHO}”的评估结果")
    press(page, "计算结果")
    answered(page, "计算结果")
    page = district.enter("purchaser")
    open_line(page, f"“{WHO}”的评估已有结果，记录委员表决")
    page.get_by_role("link", name="评估委员会").click()
    for name in MEMBERS:
        press(page, "聘任委员")
        page.get_by_label("姓名").fill(name)
        press(page, "聘任委员")
        expect(page.get_by_text(name)).to_be_visible()
    page = district.enter("purchaser")
    open_line(page, f"“{WHO}”的评估已有结果，记录委员表决")
    for name, choice in zip(MEMBERS, ("同意", "同意", "不同意", "同意", "同意"), strict=False):
        press(page, "记录表决")
        page.get_by_role("dialog").get_by_text(choice, exact=True).click()
        answered(page, "记录表决", {"委员": name})
    expect(page.locator("[aria-labelledby=vote]")).to_contain_text("出席 5 / 7，法定 5 · 同意 4，需 4")
    page = district.enter("purchaser")
    open_line(page, f"公示“{WHO}”的评估结果")
    agree(page, "公示结果")
    expect(page.get_by_text("公示中", exact=True)).to_be_visible()
    district.places["rating"] = page.url


def _read_the_notice(district: District) -> None:
    """Somebody without an account finds it, reads points, ballots and the last day, and has nothing to press."""
    page = district.arrive("/ratings")
    page.get_by_role("link", name=WHO).first.click()
    expect(page.get_by_text("公示中", exact=True)).to_be_visible()
    expect(page.get_by_text("999 · 5A")).to_be_visible()
    expect(page.locator("[aria-labelledby=vote]")).to_contain_text("委员丙 不同意")
    expect(page.get_by_text("公示截止")).to_be_visible()
    expect(page.locator(".page .actions")).to_have_count(0)
    page.context.close()


def _confirm(district: District) -> None:
    page = district.enter("purchaser")
    told = page.request.get(f"/api/v1/ratings/{district.places['rating'].rsplit('/', 1)[-1]}").json()
    left = date.fromisoformat(told["notice_ends_on"]) - (datetime.now(SHANGHAI) + district.waited).date()
    district.wait(days=left.days + 1)
    page = district.enter("purchaser")
    open_line(page, f"“{WHO}”公示期满，确认等级")
    press(page, "确认等级")
    answered(page, "确认等级", 依据文件="呈民发〔2026〕20号")
    expect(page.locator(".page-subtitle")).to_contain_text("已确认")


def _read_the_grade(district: District) -> None:
    page = district.arrive("/organizations")
    page.get_by_role("link", name=WHO).first.click()
    expect(page.locator(".register")).to_contain_text("社会组织评估等级 5A")
    expect(page.locator(".register")).to_contain_text("呈民发〔2026〕20号")
    expect(page.locator("#ratings + ul")).to_contain_text("5A")
    page.context.close()
