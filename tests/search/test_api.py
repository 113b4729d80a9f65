"""One box over needs, offers, organisations and notices, as different people ask it."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.matching.pinyin import spelled
from app.needs.rules import NeedStatus
from app.parties.rules import LegalKind
from app.taxonomy.models import Category
from tests.conftest import ClientOf
from tests.factories.needs import make_need
from tests.factories.notices import make_tender
from tests.factories.offers import make_offer
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DOUNAN

pytestmark = pytest.mark.anyio


async def found(client: AsyncClient, text: str) -> dict[str, list[Any]]:
    """Kind → titles, the nearest first; kinds with nothing are left out."""
    answer = await client.get("/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    groups = answer.json()["groups"]
    assert [group["kind"] for group in groups] == ["needs", "offers", "organizations", "tenders"]
    return {group["kind"]: [item["title_zh"] for item in group["items"]] for group in groups if group["items"]}


async def test_one_text_finds_needs_offers_organizations_and_notices(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_need(session, title="陪老人练太极")
    await make_offer(session, title="太极进小区", price=Decimal("300"))
    await make_party(session, name_zh="呈贡太极协会")
    await make_tender(session, title_zh="太极推广项目")
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, "太极") == {
            "needs": ["陪老人练太极"],
            "offers": ["太极进小区"],
            "organizations": ["呈贡太极协会"],
            "tenders": ["太极推广项目"],
        }
        assert await found(client, "龙舟") == {}


async def test_an_organization_and_what_lies_in_a_place_are_found_as_they_are_pronounced(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_party(session, name_zh="呈贡太极协会")
    (await make_area(session, DOUNAN)).spelled = spelled("斗南社区")
    await make_need(session, title="陪老人练太极")
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, "chenggong taiji") == {"organizations": ["呈贡太极协会"]}
        assert await found(client, "cgtj") == {"organizations": ["呈贡太极协会"]}
        assert await found(client, "dounan") == {"needs": ["陪老人练太极"]}
        picked = (await client.get("/parties", params={"q": "cgtj"})).json()["items"]
    assert [party["name_zh"] for party in picked] == ["呈贡太极协会"]


async def test_a_name_that_changes_is_found_by_the_new_one(session: AsyncSession, client_of: ClientOf) -> None:
    party = await make_party(session, name_zh="呈贡太极协会")
    party.name_zh = "重庆茶社"
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, "chongqing") == {"organizations": ["重庆茶社"]}


async def test_words_that_mean_the_same_are_found_after_those_that_were_typed(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await make_need(session, title="小学生课后托管")
    await make_need(session, title="双职工家庭接不了孩子", description="放学到五点半没有大人在家。")
    await make_need(session, title="四点半学校")
    await make_need(session, title="加装电梯")
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, "四点半") == {"needs": ["四点半学校", "小学生课后托管", "双职工家庭接不了孩子"]}
        assert await found(client, "課後託管") == {"needs": ["小学生课后托管", "四点半学校", "双职工家庭接不了孩子"]}


async def test_every_word_is_looked_for_and_each_may_stand_elsewhere(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """One in the title, one in the name of the place, one in the name of the service."""
    need = await make_need(session, title="想要一间厨房", category_code="0101")
    await session.execute(sa.update(Category).where(Category.code == "01").values(label_zh="为老服务"))
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, f"{need.community_code} 助餐 为老") == {"needs": ["想要一间厨房"]}
        assert await found(client, f"{need.community_code} 助餐 电梯") == {}


async def test_a_row_says_where_whose_how_far_and_why_it_was_found(session: AsyncSession, client_of: ClientOf) -> None:
    need = await make_need(session, title="午间照看", description="家里没人做饭，希望有地方吃饭。")
    await session.commit()
    async with client_of(RESIDENT) as client:
        needs = (await client.get("/search?q=食堂")).json()["groups"][0]
    assert needs["total"] == 1
    assert needs["items"][0].pop("party_zh")
    assert needs["items"][0].pop("party_en")
    assert needs["items"] == [
        {
            "id": need.id,
            "title_zh": "午间照看",
            "title_en": "",
            "status": "published",
            "place": [
                "district 530114000000",
                "street 530114003000",
                f"community {need.community_code}",
            ],
            "excerpt": "家里没人做饭，希望有地方吃饭。",
        }
    ]


async def test_nobody_finds_what_they_do_not_see(session: AsyncSession, client_of: ClientOf) -> None:
    draft = await make_need(session, title="助餐草稿", status=NeedStatus.draft)
    hidden = await make_party(session, name_zh="助餐志愿队", legal_kind=LegalKind.student_team)
    await session.commit()
    own = Actor(1, Role.committee, draft.party_id, draft.community_code)
    bureau = Actor(2, Role.purchaser, 999, "530114")
    async with client_of(RESIDENT) as client:
        assert await found(client, "助餐") == {}
    async with client_of(own) as client:
        assert await found(client, "助餐") == {"needs": ["助餐草稿"]}
    async with client_of(bureau) as client:
        assert await found(client, "助餐") == {"organizations": [hidden.name_zh]}


@pytest.mark.parametrize("text", ["%", "_", "a.b", "(", "\\", "[", "'"])
async def test_signs_are_looked_for_as_they_stand(session: AsyncSession, client_of: ClientOf, text: str) -> None:
    await make_need(session, title="加装电梯", description=f"写作 {text} 的意思")
    await make_need(session, title="亲子阅读")
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert await found(client, text) == {"needs": ["加装电梯"]}


async def test_a_blank_text_is_refused_and_a_long_one_is_not(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        blank = await client.get("/search?q=%20")
        assert (blank.status_code, blank.json()["code"]) == (422, "InputInvalid")
        assert await found(client, "找" * 50 + "饭" * 50) == {}
