"""What keeps a draft from being published, and the timetable that a procedure leaves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.days.calendar import SHANGHAI, from_holidays
from app.tenders.notices.publishing import check_dates, plan_ends
from app.tenders.notices.rules import TIMELINE
from app.tenders.profiles.rules import profile, profile_names
from tests.conftest import ClientOf
from tests.tenders.notices.facts import purchaser
from tests.tenders.notices.test_api import body

CALENDAR = from_holidays(range(2025, 2028))
START = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)


def planned(name: str, given: Mapping[str, datetime | None], published_at: datetime) -> dict[str, datetime | None]:
    ends = {end.name: end for end in plan_ends(given, profile(name), CALENDAR, published_at)}
    for end in ends.values():
        assert end.latest is None or end.earliest <= end.latest
    return {name: given.get(name) or end.at for name, end in ends.items()}


@pytest.mark.parametrize("name", profile_names())
def test_the_planned_timetable_can_be_published_on_any_day_of_a_year(name: str) -> None:
    for day in range(365):
        published_at = START + timedelta(days=day)
        check_dates(planned(name, {}, published_at), profile(name), CALENDAR, published_at)


@pytest.mark.parametrize("name", profile_names())
def test_what_is_given_stands_and_the_dates_after_it_are_counted_from_it(name: str) -> None:
    for end in [end for _, end in TIMELINE if end not in {"enquiries_end", "contracts_end"}]:
        later = {end: planned(name, {}, START)[end] + timedelta(days=10)}  # type: ignore[operator]
        ends = planned(name, later, START)
        assert ends[end] == later[end]
        check_dates(ends, profile(name), CALENDAR, START)


@pytest.mark.anyio
async def test_a_draft_says_all_that_keeps_it_from_being_published(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await purchaser(session)
    await session.commit()
    criteria = [{"code": "C1", "label_zh": "方案", "maximum": str(Decimal(90))}]
    async with client_of(actor) as client:
        drafted = (await client.post("/tenders", json=body(criteria=criteria, contracts_end=None))).json()
        assert [lack["field"] for lack in drafted["missing"]] == ["criteria", "dates"]
        assert drafted["missing"][0]["messages"]["zh"].startswith("评分标准各项满分之和应为 100 分，现为 90 分")
        assert drafted["actions"] == ["edit", "cancel"]
        mended = await client.put(f"/tenders/{drafted['id']}", json=body(), headers={"If-Match": '"1"'})
        assert (mended.json()["missing"], mended.json()["actions"]) == ([], ["edit", "publish", "cancel"])


@pytest.mark.anyio
async def test_a_bureau_may_begin_a_notice_and_is_told_the_kinds_of_procedure(
    session: AsyncSession, client_of: ClientOf
) -> None:
    actor = await purchaser(session)
    await session.commit()
    async with client_of(actor) as client:
        assert (await client.get("/tenders")).json()["actions"] == ["create"]
        assert [each["name"] for each in (await client.get("/profiles")).json()] == profile_names()
        ends = (await client.get("/profiles/venture/timetable")).json()
        assert [each["name"] for each in ends] == [end for _, end in TIMELINE]
        unknown = await client.get("/profiles/auction/timetable")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "ProfileUnknown")
    async with client_of(Actor(3, Role.organization, 9)) as client:
        assert (await client.get("/tenders")).json()["actions"] == []
